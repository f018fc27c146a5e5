"""Errors as they stand on stderr: one line that says it all, then carets under exactly the place."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rendering import DULL, UNKNOWN

from vecalc.errors import (
    FileProblem,
    MissingWord,
    NoValue,
    Span,
    SyntaxProblem,
    UnknownWords,
    UsageError,
    VecalcError,
)
from vecalc.render import Style
from vecalc.render.paint import paint
from vecalc.render.problem import note, problem
from vecalc.render.width import columns


def words(*spans: tuple[int, int]) -> UnknownWords:
    return UnknownWords([MissingWord("w", Span(*span), ()) for span in spans])


@pytest.mark.parametrize(
    ("error", "text", "where", "drawn"),
    [
        pytest.param(
            UnknownWords([MissingWord("mann", Span(7, 11), ("man",))], hint="did you mean man (rank 20)?"),
            "king - mann + woman",
            "",
            """\
vecalc: 1:8: unknown word 'mann'; did you mean man (rank 20)?
    king - mann + woman
           ^^^^
""",
            id="one word",
        ),
        pytest.param(
            UNKNOWN,
            "king - mann + womn",
            "queries.txt:17",
            """\
vecalc: queries.txt:17:8: unknown words 'mann', 'womn'; did you mean man (rank 20) or many (rank 44); woman?
    king - mann + womn
           ^^^^   ^^^^
""",
            id="two words in a line of a file",
        ),
        pytest.param(
            SyntaxProblem("unexpected '*'", span=Span(11, 12)),
            "A = blood\nA *\n* B",
            "queries.txt:17",
            """\
vecalc: queries.txt:18:2: unexpected '*'
    A *
     ^
""",
            id="a later line",
        ),
        pytest.param(
            SyntaxProblem("the expression ends too early", span=Span(6, 7)),
            "king +",
            "",
            """\
vecalc: 1:7: the expression ends too early
    king +
          ^
""",
            id="behind the end",
        ),
        pytest.param(
            SyntaxProblem("the expression ends too early", span=Span(6, 7)),
            "king +\r\n",
            "",
            """\
vecalc: 1:7: the expression ends too early
    king +
          ^
""",
            id="at the line end",
        ),
        pytest.param(
            words((5, 7)),
            "漢字 + 仮名 + x",
            "",
            """\
vecalc: 1:6: unknown word 'w'
    漢字 + 仮名 + x
           ^^^^
""",
            id="wide characters",
        ),
        pytest.param(
            words((8, 9)),
            "cafe\u0301 + x",
            "",
            """\
vecalc: 1:9: unknown word 'w'
    cafe\u0301 + x
           ^
""",
            id="combining characters",
        ),
        pytest.param(
            words((5, 6)),
            "a\t+\t x",
            "",
            """\
vecalc: 1:6: unknown word 'w'
    a    +     x
               ^
""",
            id="tabs",
        ),
        pytest.param(
            SyntaxProblem("the character U+202E has no meaning here", span=Span(4, 5)),
            "a + \u202eb",
            "",
            """\
vecalc: 1:5: the character U+202E has no meaning here
    a + \\u202eb
        ^^^^^^
""",
            id="a hidden character",
        ),
        pytest.param(
            words((0, 4), (7, 10), (14, 15)),
            "king + \x1b[m\n+ (q)",
            "",
            """\
vecalc: 1:1: unknown word 'w'
    king + \\x1b[m
    ^^^^   ^^^^^^
    + (q)
       ^
""",
            id="words in two lines",
        ),
        pytest.param(
            NoValue("a zero vector has no direction", span=Span(0, 3)),
            "a\n- a",
            "",
            """\
vecalc: 1:1: a zero vector has no direction
    a
    ^
""",
            id="a range over two lines",
        ),
        pytest.param(
            words((1000, 1004)),
            "king + " * 142 + "      mann",
            "",
            """\
vecalc: 1:1001: unknown word 'w'
    …king + king + king + king + king + king + king + king + king +       mann
                                                                          ^^^^
""",
            id="near the end of a long line",
        ),
        pytest.param(
            FileProblem("is empty", where="mod\x1b[el.bin", hint="name another"),
            "",
            "",
            "vecalc: mod\\x1b[el.bin: is empty; name another\n",
            id="a file",
        ),
        pytest.param(
            UsageError("there is no format 'x'\n", where="--format"),
            "king",
            "queries.txt:3",
            "vecalc: queries.txt:3: --format: there is no format 'x'\\n\n",
            id="two places without a range",
        ),
        pytest.param(VecalcError("broken"), "king", "", "vecalc: broken\n", id="no place at all"),
        pytest.param(
            SyntaxProblem("the prelude is wrong", span=Span(3, 4), where="prelude.vec"),
            "",
            "",
            "vecalc: prelude.vec: the prelude is wrong\n",
            id="a range in a text that is not at hand",
        ),
        pytest.param(
            SyntaxProblem("there is nothing here", span=Span(0, 1)),
            "  ",
            "",
            "vecalc: 1:1: there is nothing here\n",
            id="a blank line",
        ),
    ],
)
def test_drawn(error: VecalcError, text: str, where: str, drawn: str) -> None:
    assert problem(error, text, DULL, where=where) == drawn


@given(
    st.text(st.sampled_from("ab +漢e\u0301\t\x1b\u202e\n👩\u200d🚀"), min_size=1, max_size=300),
    st.data(),
    st.integers(1, 120),
)
def test_carets_stand_in_the_room_and_under_the_place(text: str, data: st.DataObject, width: int) -> None:
    at = data.draw(st.integers(0, len(text)))
    lines = problem(SyntaxProblem("x", span=Span(at, at + 1)), text, Style(False, width)).splitlines()
    assert len(lines) in (1, 3)
    for piece, carets in zip(lines[1::3], lines[2::3], strict=True):
        assert re.fullmatch(" {4} *\\^+", carets)
        assert columns(piece) <= max(width, 25)
        assert len(carets) <= columns(piece) + 1


def test_the_caret_moves_with_the_window() -> None:
    """Wherever the place is in a long line, the marked columns hold the marked word."""
    for count in range(300):
        text = "king + " * count + "MANN" + " + king" * (300 - count)
        _, piece, carets = problem(words((7 * count, 7 * count + 4)), text, DULL).splitlines()
        assert piece[carets.index("^") : carets.rindex("^") + 1] == "MANN"
        assert len(piece) <= 80


def test_far_places_get_a_piece_each_but_not_without_end() -> None:
    text = "king + " * 5000
    places = [(7 * i, 7 * i + 4) for i in range(0, 5000, 100)]
    assert problem(words(*places), text, DULL).count("^^^^") == 4


def test_ten_thousand_words_are_still_one_short_error() -> None:
    start = time.perf_counter()
    drawn = problem(words(*((7 * i, 7 * i + 4) for i in range(10_000))), "king + " * 10_000, DULL)
    assert len(drawn) < 2000
    assert time.perf_counter() - start < 1


def test_colour_adds_nothing_but_colour() -> None:
    bright = problem(UNKNOWN, "king - mann + womn", Style(True, 80), where="q.txt:17")
    assert paint("vecalc:", "bad", Style(True, 80)) in bright
    assert paint("; did you mean man (rank 20) or many (rank 44); woman?", "hint", Style(True, 80)) in bright
    assert re.sub(r"\x1b\[[0-9;]*m", "", bright) == problem(
        UNKNOWN, "king - mann + womn", DULL, where="q.txt:17"
    )


def test_ascii_cuts_with_dots() -> None:
    drawn = problem(words((700, 704)), "king + " * 200, Style(False, 40, ascii=True))
    assert drawn.isascii()
    assert drawn.splitlines()[1].startswith("    ...")


def test_notes() -> None:
    assert note("Paris read as paris", DULL) == "vecalc: note: Paris read as paris\n"
    long = "longer than a screen of forty columns, at the end a word_that_is_longer_than_forty_columns"
    lines = note(long, Style(False, 40, terminal=True)).splitlines()
    assert " ".join(line.strip() for line in lines) == f"vecalc: note: {long}"
    assert [line[:2] == "  " for line in lines] == [False, *[True] * (len(lines) - 1)]
    assert max(map(len, lines)) <= 40
    assert note(long, Style(False, 40)) == f"vecalc: note: {long}\n"
    assert note("a\x1b", Style(True, 80)) == f"vecalc: {paint('note:', 'hint', Style(True, 80))} a\\x1b\n"


def test_a_place_inside_a_picture_of_two_is_marked_within_it() -> None:
    """A joiner between two emoji is part of a picture; cut off from the second it would be spelled out."""
    _, piece, carets = problem(SyntaxProblem("x", span=Span(1, 2)), "👩\u200d👩", DULL).splitlines()
    assert columns(carets) <= columns(piece) + 1
