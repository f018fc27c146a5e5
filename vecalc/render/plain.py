"""One neighbour a line, `rank<TAB>word<TAB>score`: stable, for pipes; the default off a terminal. Columns of
metadata that are shown stand behind these.

A number is alone on its line. A table [n] has lines `place<TAB>label<TAB>number`; a table [n, m] is a matrix,
a line `label<TAB>number<TAB>...` a row, below a remark with the labels of its columns.

Lines that begin with `#` are remarks: with several expressions the one that the block answers (and the error
in its place), of a list each vector above its neighbours (place, label,
length), after `=>` whether the expectation was met. Nothing is cut; control characters in
words are shown as escapes (`tsv` and `json` are exact).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from vecalc.answers import Answer, Sheet, Tabled
from vecalc.render import Style
from vecalc.render.cells import (
    FlatRow,
    by_row,
    for_programs,
    heading,
    lines,
    named,
    nothing,
    result,
    value,
    verdict,
)
from vecalc.render.visible import visible

begin = end = nothing


def answer(answer: Answer, style: Style, index: int) -> str:
    """The lines of one answer; an error only shows among several expressions."""
    remarks = [f"# {heading(answer)}\n"] if style.several else []
    if style.several and answer.error is not None:
        remarks.append(f"# error: {visible(answer.error.message)}\n")
    met = [f"# {verdict(answer.expected)}\n"] if answer.expected else []
    if isinstance(answer.result, Tabled):
        return "".join([*remarks, *_table(answer.result, style)])
    blocks = (
        _block(place, list(block)) for place, block in groupby(lines(answer, style), lambda line: line.place)
    )
    return "".join([*remarks, *blocks, *met])


def _table(table: Tabled, style: Style) -> Iterator[str]:
    """A line a row."""
    if table.columns and style.header:
        yield "#\t" + "\t".join(map(visible, named(table.columns))) + "\n"
    for place, (label, row) in enumerate(zip(named(table.rows), by_row(table.values), strict=True), 1):
        front = [label] if table.columns else [str(place), label]
        yield "\t".join([*map(visible, front), *(result(number, style.precision) for number in row)]) + "\n"


def _block(place: str, lines: Sequence[FlatRow]) -> str:
    """The lines of an answer, or of one vector of a list, which a remark names."""
    label = f"{visible(lines[0].label)}, " if lines[0].label else ""
    head = f"# {place}: {label}length {lines[0].length}\n" if place else ""
    return head + "".join(map(_line, lines))


def _line(line: FlatRow) -> str:
    if not line.rank:  # a number, or a vector of a list without neighbours
        return f"{line.score}\n" if line.score else ""
    cells = (visible(value(cell)) for cell in line.record)
    return "\t".join([line.rank, visible(line.word), line.score, *cells]) + "\n"


def sheet(sheet: Sheet, style: Style, index: int) -> str:
    """The rows of a sheet, cells between tabs; its title and columns are remarks. Empty lines divide them."""
    names = "\t".join(visible(column.name) for column in sheet.columns)
    head = ["\n"] if index and sheet.part == "whole" else []
    head += [f"# {visible(sheet.title)}\n"] if sheet.title and style.header else []
    head += [f"# {names}\n"] if style.header and sheet.part != "next" else []
    rows = (
        "\t".join(visible(for_programs(*cell, style)) for cell in zip(row, sheet.columns, strict=True)) + "\n"
        for row in sheet.rows
    )
    return "".join([*head, *rows])
