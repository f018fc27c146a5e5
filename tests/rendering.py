"""For the tests of rendering: answers, ordinary and nasty ones, and how a format draws them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from vecalc import finder
from vecalc.answers import Answer, Asked, Expected, Neighbour, Number, Ranking, Row, Rows, Tabled, Weights
from vecalc.errors import MissingWord, NoValue, Span, UnknownWords
from vecalc.render import Style

MODULES = {name: finder.module("vecalc.render", name) for name in finder.names("vecalc.render")}
FORMATS = sorted(name for name, module in MODULES.items() if hasattr(module, "answer"))
DULL = Style(color=False, width=80)
SGR = re.compile(r"\x1b\[[0-9;]*m")


def document(name: str, answers: Sequence[Answer], style: Style = DULL) -> str:
    """What a format makes of some answers."""
    module = MODULES[name]
    body = [module.answer(answer, style, index) for index, answer in enumerate(answers)]
    return "".join([module.begin(style), *body, module.end(style)])


NASTY_WORDS = [
    "queen", "[/]", "[red]", "[link=x]", ":smile:", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07",
    "a\u202eb", "漢字仮名", "cafe\u0301", "👩\u200d🚀", "❤\ufe0f", "x" * 300, "長" * 300,
    "tab\there", "line\nbreak", "cr\rhere", "crlf\r\nend", 'quo"te', "com,ma", "=cmd|' /C calc'!A0",
    "+1", "-1", "@SUM(A1)", "\t=1", "\udcff", "\ud83d", "back\\slash", "\\n", "\\u001b", "a\x00b",
    "\x7f", "\x85", "\u2028", "new\xa0york", "new york", "pi|pe", "`tick`", "*em*", "_em_", "<b>",
    "&amp;", "# remark", "| a |", "'", "1984", "\ufeff", "id",
]  # fmt: skip


def asked(expr: str = "king - man + woman", number: int = 1, metric: str = "cos") -> Asked:
    return Asked(number, expr, "rms", metric, "starter", 42_000, 200)


def neighbours(words: list[str], scores: list[float] | None = None) -> tuple[Neighbour, ...]:
    scores = scores or [1 - 0.01 * i for i in range(len(words))]
    return tuple(Neighbour(i, w, s) for i, (w, s) in enumerate(zip(words, scores, strict=True), 1))


def ranking(*near: Neighbour, excluded: tuple[Neighbour, ...] = ()) -> Ranking:
    return Ranking(near, excluded, np.array([0.1, -1 / 3, 1e-300]))


UNKNOWN = UnknownWords(
    [MissingWord("mann", Span(7, 11), ("man", "many")), MissingWord("womn", Span(14, 18), ("woman",))],
    hint="did you mean man (rank 20) or many (rank 44); woman?",
)

QUEEN = Answer(
    asked(),
    parsed="king - man + woman",
    notes=("King read as king",),
    result=ranking(
        *neighbours(
            ["queen", "monarch", "princess", "漢字", "crown_prince"], [0.7118, 0.619, 0.5902, 0.5499, -0.1]
        ),
        excluded=(Neighbour(1, "king", 0.8449), Neighbour(5, "woman", 0.56)),
    ),
    expected=Expected("queen", 3, 1),
)
DISTANCES = Answer(
    asked("king", 2, "l2"),
    "king",
    result=ranking(
        *neighbours(["queen", "prince", "the"], [6.5, 13.0, 1234.5]), excluded=(Neighbour(1, "king", 0.0),)
    ),
)
COSINE = Answer(asked("cos(king, queen)", 3), "cos(king, queen)", result=Number(0.6510956859588623))
ATTENTION = Answer(
    asked("attend(king, [queen, man])", 4),
    "attend(king, [queen, man])",
    result=ranking(*neighbours(["queen"])),
    attention=(Weights(("queen", "man"), (0.75, 0.25)),),
)
QUERIES = Answer(
    asked("attend([king, 2 * man], [queen, man])", 11),
    "attend([king, 2 * man], [queen, man])",
    result=Rows(
        (Row("king", 4.0, None, neighbours(["queen"])), Row("2 * man", 4.0, None, neighbours(["man"]))),
        np.array([[1.0, 0.1], [-2.0, 1.0]]),
    ),
    attention=(
        Weights(("queen", "man"), (0.75, 0.25), "king"),
        Weights(("queen", "man"), (0.125, 0.875), "2 * man"),
    ),
)
LIST = Answer(
    asked("[king, man * 2]", 5),
    "[king, man * 2]",
    result=Rows(
        (
            Row("king", 14.142135623730951, None, neighbours(["king", "kings"])),
            Row("man * 2", 28.284271247461902, 0.25, neighbours(["man"])),
        ),
        np.array([[1.0, 0.1], [-2.0, 1e22]]),
    ),
)
EMPTY = Answer(asked("nobody", 6), "nobody", result=ranking(), expected=Expected("queen", 1, None))
WRONG = Answer(asked("king - mann + womn", 7), "king - mann + womn", error=UNKNOWN)
IN_ROW = Answer(
    asked("A + B", 8), "A + B", result=ranking(*neighbours(["queen"])), row={"word": "king", "B": "=1,2"}
)

NUMBERS = Answer(
    asked("cos([king, 2 * man, 漢字], queen)", 9),
    "cos([king, 2 * man, 漢字], queen)",
    result=Tabled(("king", "", "漢字"), (), np.array([0.8612, -0.5, 1 / 3])),
)
MATRIX = Answer(
    asked("cos([king, 漢字], [queen, man - woman, red * blue])", 10),
    "cos([king, 漢字], [queen, man - woman, red * blue])",
    result=Tabled(
        ("king", "漢字"),
        ("queen", "", "red * blue"),
        np.array([[0.8612345678, -1e-9, 1.0000000000000002], [-0.25, 0.5, 1 / 3]]),
    ),
)

ORDINARY = [QUEEN, DISTANCES, COSINE, ATTENTION, LIST, EMPTY, WRONG, NUMBERS, MATRIX, QUERIES]

NASTY = Answer(
    asked('"line\nbreak" * "\x1b[31m`|"'),
    "x",
    notes=("\x1b[31m",),
    result=ranking(*neighbours(NASTY_WORDS), excluded=(Neighbour(3, "\x1b[31m[red]", 0.5),)),
    expected=Expected("a\u202eb\x1b[31m", 3, None),
    attention=(Weights(tuple(NASTY_WORDS[:9]), (1.0,) + (0.0,) * 8),),
)
NASTY_LIST = Answer(
    asked("[\udcff]"),
    "x",
    result=Rows(tuple(Row(w, 1.0, 0.5, neighbours(NASTY_WORDS)) for w in NASTY_WORDS), np.ones((1, 2))),
)
NASTY_TABLE = Answer(
    asked("[\udcff]"),
    "x",
    result=Tabled(tuple(NASTY_WORDS), tuple(NASTY_WORDS), np.eye(len(NASTY_WORDS)) * 2 - 1),
)
NASTY_ERROR = Answer(asked("-\x1b[2J"), error=NoValue("bad\x1b[31m\n\u202e|\tword\udcff", span=Span(0, 1)))

EVERYTHING = [*ORDINARY, NASTY, NASTY_LIST, NASTY_TABLE, NASTY_ERROR]
