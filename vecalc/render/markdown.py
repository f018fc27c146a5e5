"""A pipe table per answer (GitHub's Markdown), ready to paste into an issue or a notebook.

Cells are escaped, so that a word is never emphasis, a link, a tag or the end of its cell. Among
several expressions each has a heading, and an error is a quotation in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from vecalc.answers import NOTHING_LEFT, Answer, Number, Ranking, Row, Rows, Scored, Sheet, Tabled, Weights
from vecalc.render import Style
from vecalc.render.cells import (
    attentions,
    by_row,
    entry,
    is_number,
    named,
    nothing,
    result,
    rows_for_people,
    score,
    value,
    values_are_numbers,
    verdict,
)
from vecalc.render.visible import visible

_MEANING = re.compile(r"[\\`*_\[\]<>&|~$]")
_RIGHT, _LEFT = "---:", ":---"

begin = end = nothing


def answer(answer: Answer, style: Style, index: int) -> str:
    """The blocks of one answer, with a blank line between them."""
    blocks = list(_blocks(answer, style))
    return ("\n" if index and blocks else "") + "\n".join(blocks)


def sheet(sheet: Sheet, style: Style, index: int) -> str:
    """A sheet as a pipe table, its title a heading and its remarks below."""
    sides = [_RIGHT if is_number(column) else _LEFT for column in sheet.columns]
    rows = ([_cell(cell) for cell in row] for row in rows_for_people(sheet, style))
    title = f"### {_cell(sheet.title)}\n\n" if sheet.title else ""
    remarks = "".join(f"\n{_cell(remark)}\n" for remark in sheet.remarks)
    if sheet.part == "next":
        return "".join(f"| {' | '.join(cells)} |\n" for cells in rows) + remarks
    table = _table([_cell(column.name) for column in sheet.columns], sides, rows)
    return ("\n" if index and sheet.part == "whole" else "") + title + table + remarks


def _blocks(answer: Answer, style: Style) -> Iterator[str]:
    if style.several:
        yield f"### {_code(visible(answer.asked.expr))}\n"
        if answer.error is not None:
            yield f"> error: {_cell(answer.error.message)}\n"
    match answer.result:
        case Ranking() | Scored() as ranking:
            yield _ranking(ranking, answer.asked.show, style)
        case Rows() as rows:
            yield _rows(rows, style)
        case Tabled() as table:
            yield _numbers(table, style)
        case Number(number):
            yield result(number, style.precision) + "\n"
    if answer.expected is not None:
        yield _cell(verdict(answer.expected)) + "\n"
    yield from (_weights(group, style) for group in attentions(answer))


def _ranking(ranking: Ranking | Scored, shown: Sequence[str], style: Style) -> str:
    if not ranking.neighbours:
        return f"{NOTHING_LEFT}\n"
    rows = (
        [str(n.rank), _cell(n.word), score(n.score, style), *(_cell(value(cell)) for cell in n.record)]
        for n in ranking.neighbours
    )
    sides = [_RIGHT if right else _LEFT for right in values_are_numbers(ranking.neighbours, len(shown))]
    names = ("rank", "word", "score", *map(_cell, shown))
    return _table(names, (_RIGHT, _LEFT, _RIGHT, *sides), rows)


def _rows(rows: Rows, style: Style) -> str:
    weighted = any(row.weight is not None for row in rows.rows)
    names = ["", "vector", "length", *["weight"] * weighted, "nearest"]
    sides = [_RIGHT, _LEFT, _RIGHT, *[_RIGHT] * weighted, _LEFT]
    return _table(names, sides, (_row(place, row, weighted, style) for place, row in enumerate(rows.rows, 1)))


def _row(place: int, row: Row, weighted: bool, style: Style) -> list[str]:
    weight = ["" if row.weight is None else score(row.weight, style)] if weighted else []
    near = ", ".join(_cell(neighbour.word) for neighbour in row.neighbours)
    return [str(place), _cell(row.label), score(row.length, style), *weight, near]


def _numbers(table: Tabled, style: Style) -> str:
    """A table of numbers, as it is: a row a line, its label in front."""
    rows, columns, values = table
    largest = float(abs(values).max()) if values.size else 0.0
    names = ["", *map(_cell, named(columns))] if values.ndim > 1 else ["", "number"]
    lines = (
        [_cell(label), *(entry(number, largest, style) for number in row)]
        for label, row in zip(named(rows), by_row(values), strict=True)
    )
    return _table(names, [_LEFT, *[_RIGHT] * (len(names) - 1)], lines)


def _weights(group: Sequence[Weights], style: Style) -> str:
    """The weights of a query, a line for each, or those of several as a matrix."""
    (first, *_) = group
    if first.query:
        names = ["attention", *map(_cell, first.labels)]
        lines = [[_cell(one.query), *(score(share, style) for share in one.values)] for one in group]
        return _table(names, [_LEFT, *[_RIGHT] * len(first.labels)], lines)
    pairs = zip(first.labels, first.values, strict=True)
    return _table(("attention", "weight"), (_LEFT, _RIGHT), ([_cell(k), score(v, style)] for k, v in pairs))


def _table(names: Sequence[str], sides: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A pipe table. It has no form without a header, so the header is always there."""
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (names, sides, *rows))


def _cell(text: str) -> str:
    return _MEANING.sub(r"\\\g<0>", visible(text))


def _code(text: str) -> str:
    """A code span: the fence is longer than any run of backticks inside."""
    runs = re.findall("`+", text)
    fence = "`" * (max(map(len, runs), default=0) + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{blank}{text}{blank}{fence}"
