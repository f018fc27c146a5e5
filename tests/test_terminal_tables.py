"""Tables of all commands on terminals of any width: nothing is wider, lost, or broken into syllables."""

from __future__ import annotations

from collections import Counter
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering import SGR
from workplace import CASES, Case, each, run

from vecalc.answers import Column, Sheet
from vecalc.render import Style, csv, table
from vecalc.render.cells import rows_for_people
from vecalc.render.layout import LEAST
from vecalc.render.visible import visible
from vecalc.render.width import columns

WIDTHS = (20, 40, 60, 80, 120, 200)
SHOWING = [
    case
    for case in CASES
    if {"format", "header"} <= case.options and case.name not in ("", "models pull", "plot")
]


def holds(sheet: Sheet, width: int) -> None:
    """Whatever the width, a sheet's table keeps the promises."""
    text = table.sheet(sheet, Style(color=False, width=width), 0)
    told = SGR.sub("", table.sheet(sheet, Style(color=True, width=width), 0))
    assert told == text  # colour moves nothing
    lines = text.splitlines()
    assert max(map(columns, lines)) <= width, (width, text)
    assert not any(line.endswith(" ") for line in lines)
    cells = [
        (column, visible(cell))
        for row in rows_for_people(sheet, Style(color=False, width=width))
        for column, cell in zip(sheet.columns, row, strict=True)
        if cell and column.tone != "bar" and not (column.kind == "path" and cell.startswith("/"))
    ]
    seen = Counter(text)
    wanted = Counter("".join(cell for _, cell in cells).replace(" ", ""))
    assert not {char: count for char, count in wanted.items() if seen[char] < count}, (width, text)
    whole = {token.rstrip(":") for token in text.split()} | set(text.split())
    used = {column.name for column, _ in cells}
    for word in {word for name in used for word in visible(name).split()}:
        assert word in whole or word.removesuffix(":") in whole, (word, width, text)
    signs = "+" if any(column.tone == "signed" for column in sheet.columns) else ""
    for column, cell in cells:
        for word in filter(None, cell.split(" ")):
            if columns(word) <= LEAST or column.kind not in ("text", "path"):
                assert word in whole or signs + word in whole, (word, width, text)


@pytest.mark.usefixtures("workplace")
@each(*SHOWING)
def test_every_table_of_every_command_fits(case: Case) -> None:
    shown: list[Sheet] = []

    def seen(sheet: Sheet, style: Style, index: int) -> str:
        shown.append(sheet)
        return ""

    with mock.patch.object(table, "sheet", seen):
        run(case, "model.txt", "", "--format", "table")
    assert shown
    for sheet in shown:
        for width in WIDTHS:
            holds(sheet, width)


TEXTS = st.one_of(
    st.just(None),
    st.text("ab -/漢é", max_size=30).map(str.strip),
    st.just("/very/long/path/of/a/model/that/nobody/types/vectors.bin"),
    st.just("x" * 300),
)
NUMBERS = st.one_of(st.just(None), st.floats(-1000, 1000), st.integers(-(10**6), 10**6))
NAMES = st.sampled_from(["", "name", "p (Holm)", "only first", "difference", "frequency rank"])
KINDS = st.sampled_from(
    [("text", ""), ("text", "new"), ("path", ""), ("score", "heat"), ("percent", "signed")]
)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    shape = draw(st.lists(st.tuples(NAMES, KINDS), min_size=1, max_size=9))
    made = tuple(Column(name, *kind) for name, kind in shape)
    row = st.tuples(*(TEXTS if column.kind in ("text", "path") else NUMBERS for column in made))
    rows = tuple(draw(st.lists(row, min_size=1, max_size=4)))
    return Sheet("s", made, rows, "A title", ("a remark of some words",), draw(st.integers(0, len(made) - 1)))


@settings(max_examples=40, deadline=None)
@given(sheets(), st.sampled_from(WIDTHS))
def test_any_table_fits(sheet: Sheet, width: int) -> None:
    holds(sheet, width)


def test_a_path_keeps_its_ends_and_the_users_folder_is_a_tilde() -> None:
    path = "/home/me/data/of/many/years/and/places/vectors.bin"
    sheet = Sheet("models", (Column("name"), Column("source", "path")), (("news", path),))
    shown = [
        table.sheet(sheet, Style(False, width, home="/home/me"), 0).splitlines()[-1] for width in (80, 34)
    ]
    assert shown == ["news  ~/data/of/many/years/and/places/vectors.bin", "news  ~/…/and/places/vectors.bin"]


def test_empty_columns_are_left_out_on_terminals_only() -> None:
    sheet = Sheet("s", Column.all("text", "name", "norm"), (("a", None), ("b", "")))
    assert "norm" not in table.sheet(sheet, Style(False, 80), 0)
    assert csv.sheet(sheet, Style(False, 80), 0).startswith("name,norm\n")
