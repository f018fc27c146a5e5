"""What people type by mistake, and that the answer says what they mean: a row for each mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from data import as_text
from running import FAMILY, vecalc

from vecalc.library.missing import COLLECTION

WORDS = ("king", "queen", "man", "woman", "new", "york", "Toy Story (1995)", "Toy Story 2 (1999)", "quick")


@pytest.fixture(scope="module", autouse=True)
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A folder with a model, tables, and two models that have a name."""
    folder = tmp_path_factory.mktemp("mistakes")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("VECALC_CONFIG", str(folder / "config"))
        rows = np.random.default_rng(3).normal(size=(len(WORDS), 4)).astype(np.float32)
        Path("toys.csv").write_text(
            "".join(
                f'"{word}",{",".join(map(str, row))}\n'
                for word, row in zip(WORDS, rows.tolist(), strict=True)
            )
        )
        Path("m.txt").write_bytes(
            as_text([word for word in WORDS if " " not in word], np.delete(rows, (6, 7), 0))
        )
        Path("pairs.csv").write_text("left,right\nking,queen\nman,woman\n")
        Path("blanks.csv").write_text("Word 1,Word 2\nking,queen\n")
        Path("empty.csv").write_text("a,b\nking,\n")
        for name in ("glove-tw", "gn"):
            assert vecalc("models", "add", name, "m.txt").code == 0
        yield


MODEL = ("-m", "m.txt")
MISTAKES = [  # what is typed; the exit code; what is to be read
    # one dash
    (("-format", "table", "king"), 2, "no such option '-format'; did you mean --format?"),
    (("-json", "king"), 2, "no such option '-json'; did you mean --json?"),
    (("-csv", "x"), 2, "no such option '-csv'; did you mean --csv?"),
    (("-norm=unit", "king"), 2, "no such option '-norm'; did you mean --norm?"),
    (("explain", "king", "-norm", "unit"), 2, "no such option '-norm'; did you mean --norm?"),
    (("models", "check", "m.txt", "-sample", "5"), 2, "no such option '-sample'; did you mean --sample?"),
    (("-jsno", "king"), 2, "did you mean --json?"),
    (
        ("king", "-man", "+woman"),
        4,
        "if -man is part of an expression, write it in quotes: vecalc 'king - man +woman'",
    ),
    (("-n", "3", "king"), 2, "no such option '-n'; did you mean --top?"),
    (("--topk", "3", "king"), 2, "no such option '--topk'; did you mean --top?"),
    (("--colour", "never", "king"), 2, "no such option '--colour'; did you mean --color?"),
    (("words", "--macth", "x"), 2, "no such option '--macth'"),
    # values of options
    (("--norm", "rsm", "king"), 2, "--norm: there is no 'rsm'; did you mean rms? choose rms, unit or raw"),
    (("--metric", "cosine", "king"), 2, "did you mean cos?"),
    (("--metric", "euclidean", "king"), 2, "did you mean l2?"),
    (("--metric", "zzzz", "king"), 2, "--metric: there is no 'zzzz'; choose cos, dot or l2"),
    (
        ("--format", "tabel", "king"),
        2,
        "--format: there is no format 'tabel'; did you mean table? there are csv,",
    ),
    (("--format", "md", "king"), 2, "did you mean markdown?"),
    (("--exclude", "input", "king"), 2, "did you mean inputs?"),
    (("--color", "yes", "king"), 2, "did you mean always?"),
    (("-k", "all", "king"), 2, "-k: 'all' is not a whole number from 1"),
    (("--precision", "18", "king"), 2, "--precision: '18' is not a whole number from 0 to 17"),
    (("--min-score", "high", "king"), 2, "--min-score: 'high' is not a number"),
    (("--in", "glove", "-m", "glov=m.txt", "king"), 2, "there is no space 'glove'; did you mean glov?"),
    # models
    (("-m", "sarter", "king"), 4, "sarter: no such file; did you mean starter?"),
    (("-m", "glove-tv", "king"), 4, "did you mean glove-tw?"),
    (("-m", "gm", "king"), 4, "did you mean gn?"),
    (("-m", COLLECTION[2], "king"), 4, f"`vecalc models pull {COLLECTION[2]}` fetches it"),
    (("-m", "https://example.com/vec.bin", "king"), 4, "https://example.com/vec.bin: an address, not a file"),
    (("-m", "1a=starter", "king"), 4, "'1a' can't be the name of a space"),
    ((*MODEL, "-m", "users=m.txt", "user:42"), 3, "there is no space 'user'; did you mean users?"),
    (("models", "remove", "glove-tv"), 2, "there is no model 'glove-tv'; did you mean glove-tw?"),
    (("models", "pul"), 2, "there is no 'models pul'; did you mean pull?"),
    (("models", "rm", "x"), 2, "did you mean remove?"),
    (("models", "chekc"), 2, "did you mean check?"),
    (("config", "set", "top", "5"), 2, "config.toml, such as top = 5"),
    (("config", "shwo"), 2, "did you mean show?"),
    (("eval", "analogy", "x"), 2, "there is no evaluation 'analogy'; did you mean analogies?"),
    # help
    (("help", "functons"), 2, "there is no help on 'functons'; did you mean functions?"),
    (("help", "atend"), 2, "did you mean attend"),
    (("help", "cosine"), 2, "did you mean cos?"),
    (("help", "zzzzzz"), 2, "there is no help on 'zzzzzz'; topics: syntax,"),
    # tables
    (
        ("--csv", "pairs.csv", "-e", "cos(word1, word2)"),
        3,
        "'word1' is not a column or a word of the model; the columns are left, right",
    ),
    (("--csv", "pairs.csv", "-e", "cos(Left, Right)"), 3, "'Left' is not a column; did you mean left?"),
    (
        ("--csv", "blanks.csv", "-e", 'cos("Word 1", "Word 2")'),
        3,
        "'Word 1' is a column, which an expression calls Word_1",
    ),
    (("--csv", "empty.csv", "-e", "cos(a, b)"), 1, "empty.csv:2: the cell b is empty"),
    # patterns
    (
        (*MODEL, "king", "--match", "Q*"),
        0,
        "no candidate is left: no word matches Q*; capitals count, and q* matches 2",
    ),
    ((*MODEL, "king", "--match", "q"), 0, "a pattern has to fit the whole word, and q* matches 2"),
    ((*MODEL, "king", "--match", "zzz*"), 0, "no candidate is left: no word matches zzz*\n"),
    (("words", *MODEL, "Q*"), 1, "no word matches Q*; capitals count, and q* matches 2"),
    # words
    (
        ("-m", "toys.csv", '"Toy Story"'),
        3,
        'did you mean "Toy Story (1995)" (rank 7) or "Toy Story 2 (1999)" (rank 8)?',
    ),
    ((*MODEL, '"new york"'), 3, '"new york" is not one word here; its words are: new + york'),
    ((*MODEL, "king * B where A = man"), 3, "unknown word 'B'; B has no value; add B = ... behind where"),
    ((*MODEL, "king — man"), 3, "write -"),
    # functions
    ((*MODEL, "cosine(king, queen)"), 3, "it is cos(a, b)"),
    ((*MODEL, "similarity(king, queen)"), 3, "it is cos(a, b)"),
    ((*MODEL, "distance(king, queen)"), 3, "it is dist(a, b)"),
    ((*MODEL, "euclidean(king, queen)"), 3, "it is dist(a, b)"),
    ((*MODEL, "average(king, queen)"), 3, "it is mean(a, b)"),
    ((*MODEL, "normalize(king)"), 3, "it is unit(x)"),
    ((*MODEL, "log(king - queen)"), 3, "log(abs(x)) has a value"),
    ((*MODEL, "(king - queen) ^ 0.5"), 3, "abs(x)^y has a value"),
    ((*MODEL, "sqrt(king - queen)"), 3, "sqrt(abs(x)) has a value"),
]


@pytest.mark.parametrize(("typed", "code", "told"), MISTAKES, ids=lambda value: str(value)[:60])
def test_a_mistake_is_answered_with_what_is_meant(typed: tuple[str, ...], code: int, told: str) -> None:
    done = vecalc(*typed, *(MODEL if "--csv" in typed else ()))
    assert told in done.err
    assert done.code == code
    assert "Traceback" not in done.err
    assert done.err.count(told) == 1  # once, not for every row


HELP = (
    "attention",
    "top",
    "-k",
    "--norm",
    "set",
    "csv",
    "formats",
    "prompt",
    "where",
    "@",
    "exclude",
    "=>",
    "?",
    "·",
    "**",
)


@pytest.mark.parametrize("name", HELP)
def test_there_is_help_on_what_people_look_up(name: str) -> None:
    done = vecalc("help", name)
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) >= 2


def test_help_on_a_word_of_two_kinds_has_both() -> None:
    told = vecalc("help", "norm").out
    assert "norm(x)" in told
    assert "--norm [rms|unit|raw]" in told


def test_what_looks_like_an_option_and_is_none_is_left_alone() -> None:
    """The value of an option, what stands behind --, and short options with their value."""
    for typed in (("-e", "-king"), ("-k1", "king"), ("-qk", "1", "king"), ("-e", "king", "--", "-man")):
        assert vecalc("-m", FAMILY, *typed).code == 0, typed


def test_the_help_of_a_command_says_bounds_in_words_and_debug_last() -> None:
    for command in ("explain", "eval", "diff", "words"):
        shown = vecalc(command, "--help").out
        assert "<=x" not in shown
        assert "[x>=" not in shown
        options = [line.split()[0] for line in shown.splitlines() if line.startswith("  -")]
        assert "--debug" in options[-3:], command
        assert "\nOutput:\n" in shown or "\nOptions:\n" in shown
    assert "0 to 17" in vecalc("--help").out
    assert vecalc("--help").out.index("Examples:") < vecalc("--help").out.index("Usage:")


def test_the_syntax_begins_with_the_language() -> None:
    assert vecalc("help", "syntax").out.startswith("The vecalc language.\n")
    assert "parser" not in vecalc("help", "syntax").out
