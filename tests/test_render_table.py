"""The table: columns that align, inputs at their place, bars, and numbers as a calculator shows them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from rendering import (
    ATTENTION,
    COSINE,
    DISTANCES,
    EMPTY,
    EVERYTHING,
    LIST,
    QUEEN,
    SGR,
    asked,
    document,
    neighbours,
    ranking,
)

from vecalc.answers import Answer, Neighbour
from vecalc.render import Style
from vecalc.render.bars import bar, shares
from vecalc.render.cells import fixed, result, tidy
from vecalc.render.grid import GridRow, grid
from vecalc.render.layout import GridColumn


def test_table_interleaves_inputs_at_the_rank_they_would_have_had() -> None:
    lines = document("table", [QUEEN]).splitlines()[1:8]
    assert [line.split()[:2] for line in lines] == [
        ["·", "king"], ["1", "queen"], ["2", "monarch"], ["3", "princess"], ["·", "woman"], ["4", "漢字"],
        ["5", "crown_prince"],
    ]  # fmt: skip
    assert [line.endswith("input") for line in lines] == [True, False, False, False, True, False, False]


def test_a_long_table_is_one_table() -> None:
    """Its rows are laid out in blocks; none shows but by its rows."""
    words = ["[red]", ":smile:", "漢字", "a b"]
    rows = [GridRow((str(i), words[i % 4]), ("1;38;5;114", "")) for i in range(2001)]
    shape = [GridColumn("rank", right=True), GridColumn("word")]
    lines = [f"{i:4}  {words[i % 4]}" for i in range(2001)]
    assert grid(shape, rows, Style(color=False, width=80)).splitlines() == ["rank  word", *lines]
    heads, *colored = grid(shape, rows, Style(color=True, width=80)).splitlines()
    assert SGR.sub("", heads) == "rank  word"
    assert colored[1000] == "\x1b[1;38;5;114m1000\x1b[0m  [red]"
    assert [SGR.sub("", line) for line in colored] == lines
    assert grid(shape, rows, Style(color=False, width=80), before=1000).splitlines() == lines[1000:]
    assert grid([GridColumn("")], [GridRow([""])] * 2, Style(color=False, width=80)) == "\n\n"


def test_table_columns_align() -> None:
    wide = ["漢字仮名", "cafe\u0301", "ｗｉｄｅ", "plain", "👩"]
    head, *lines = document("table", [Answer(asked(), result=ranking(*neighbours(wide)))]).splitlines()[:6]
    assert {_width(line[: line.index(".")]) for line in lines} == {head.index("score")}


def _width(text: str) -> int:
    """Columns by Python's own database, as a second opinion."""
    spacing = (c for c in text if unicodedata.category(c) not in ("Mn", "Me"))
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in spacing)


@pytest.mark.parametrize("width", [1, 20, 40, 80])
def test_table_folds_and_loses_nothing(width: int) -> None:
    long = "".join(chr(97 + i % 26) for i in range(300))
    text = document("table", [Answer(asked(), result=ranking(Neighbour(1, long, 0.5)))], Style(False, width))
    lines = text.partition("starter")[0].splitlines()[1:]
    assert "".join(re.sub(r"^ *1  |  0\.5.*", "", line).strip() for line in lines) == long
    assert max(map(len, lines)) <= max(width, 25)


def test_table_of_nothing_says_so() -> None:
    text = document("table", [EMPTY])
    assert "no candidate is left\n" in text
    assert "FAIL queen @1: not a candidate\n" in text


def test_table_of_a_number_is_the_number() -> None:
    assert document("table", [COSINE]) == "0.651096\n"


def test_colour_adds_nothing_but_colour() -> None:
    assert SGR.sub("", document("table", EVERYTHING, Style(True, 80))) == document("table", EVERYTHING)


def test_ascii_needs_no_more() -> None:
    style = Style(False, 80, several=True, ascii=True)
    assert document("table", [DISTANCES, COSINE, ATTENTION, LIST, EMPTY], style).isascii()


@pytest.mark.parametrize(
    ("scores", "metric", "expected"),
    [
        ([0.5, -0.5], "cos", [0.5, -0.5]),
        ([2.0, 1.0], "cos", [1.0, 0.5]),
        ([40.0, 10.0], "dot", [1.0, 0.25]),
        ([-1.0, -2.0], "dot", [0.0, 0.0]),
        ([2.0, 4.0], "l2", [1.0, 0.5]),
        ([0.0, 4.0], "l2", [1.0, 0.0]),
    ],
)
def test_shares(scores: list[float], metric: str, expected: list[float]) -> None:
    assert shares(scores, scores, metric) == expected


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(1, "█" * 10), (2, "█" * 10), (0.5, "█████"), (0.0125, "▏"), (0, ""), (-1, ""), (0.06, "▋")],
)
def test_bars(share: float, drawn: str) -> None:
    assert bar(share, ascii_only=False) == drawn
    assert bar(share, ascii_only=True) == "#" * round(min(max(share, 0), 1) * 10)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"), (-0.0, "0"), (1 / 3, "0.333333"), (2.0**31, "2147483648"), (1234567.89, "1234568"),
        (1e20, "1e+20"), (1e-9, "1e-09"), (0.1 + 0.2, "0.3"), (99999.96, "100000"), (-2.5, "-2.5"),
        (999999.5, "1000000"), (1e15, "1e+15"),
    ],
)  # fmt: skip
def test_results_as_a_calculator_shows_them(value: float, text: str) -> None:
    assert tidy(value, 6) == result(value, None) == text


def test_precision_is_decimals() -> None:
    shown = [result(value, 2) for value in (3.0, 1 / 3, 1e-9, 1234567.89)]
    assert shown == ["3.00", "0.33", "0.00", "1234567.89"]


def test_scores_have_no_negative_zero() -> None:
    assert fixed(-0.00001, 4) == "0.0000"
