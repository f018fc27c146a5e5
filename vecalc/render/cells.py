"""What answers and sheets hold, as text: for all formats that are made of numbers, cells and rows.

An answer is rows of one fixed width:

    ranking   a row per neighbour:                 rank, word, score (of a score, too)
    list      a row per neighbour of each vector:  the same, and which vector: place from 1, label, length
    number    one row:                             only the score: the number
    table     a row per number:                    score, place and label of its row, word: its column's label
    error     one row, in `rows` only  :            only its message
    nothing   one row, in `rows` only  :            nothing      (no candidate is left)

A vector of a list that has no neighbours takes a row without a word. A column of a table that has no label
goes by its number; a table [n] has no columns. So all answers fit under one header, and pandas makes a matrix
of a table by `pivot(index="label", columns="word", values="score")`. Weights and excluded words are in `json`
and `jsonl`, whose names the columns have.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterator, Sequence
from itertools import chain
from math import floor, isfinite, log10
from typing import NamedTuple

from vecalc.answers import (
    Answer,
    Cell,
    Column,
    Expected,
    Neighbour,
    Number,
    Ranking,
    Rows,
    Scored,
    Sheet,
    Tabled,
    Weights,
)
from vecalc.arrays import Floats
from vecalc.render import Style
from vecalc.render.visible import visible

_EXACT = 1e15  # below this, every integer is a float and is worth writing out
_DIGITS = 6  # of a result nobody asked more of; float32 vectors carry about seven
_SHOWN = 4  # decimals of a score for people: the fifth rarely tells two neighbours apart
_DECIMALS = 6  # of a score for programs: float32 scores carry about seven
# Those of some answers only come last, so that readers by number find the others where they always are.
HEADER = ("id", "expr", "rank", "word", "score", "error", "place", "label", "length", "passed")
_FEW = 3  # digits of a number where many stand side by side
_UNEVEN = (1e-2, 1e6)  # with a largest number outside, decimals alike would show nothing, or too much
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_THOUSAND = 1000


# --- headings ---------------------------------------------------------------------------------


def heading(answer: Answer) -> str:
    """What an answer among several is of: its expression."""
    return visible(answer.asked.expr)


# --- numbers ----------------------------------------------------------------------------------


def nothing(style: Style) -> str:
    """Nothing: `begin` and `end` of a format whose answers stand for themselves."""
    return ""


def fixed(value: float, decimals: int) -> str:
    """A score: always the same number of decimals, so that columns align; never `-0.0000`."""
    return f"{value:z.{decimals}f}"


def score(value: float, style: Style) -> str:
    """A score, or another share or length, for people."""
    return fixed(value, _SHOWN if style.precision is None else style.precision)


def result(value: float, precision: int | None) -> str:
    """A scalar result: with the decimals that were asked for, else as short as it can be said."""
    return tidy(value, _DIGITS) if precision is None else fixed(value, precision)


def tidy(value: float, digits: int) -> str:
    """A number as a calculator shows it: `3`, `0.333333`, `2147483648`, `1e+20`.

    The part before the point is written in full, however few digits are asked for.
    """
    if not isfinite(value) or abs(value) >= _EXACT:
        return f"{value:.{digits}g}"
    if value == int(value):
        return str(int(value))
    whole = int(log10(abs(value))) + 1 if abs(value) >= 1 else 0
    return f"{value:z.0f}" if whole >= digits else f"{value:.{digits}g}"


def entry(value: float, largest: float, style: Style) -> str:
    """A number of a table for people; `largest` of the table says whether decimals alike suit all of it."""
    if style.precision is None and largest and not _UNEVEN[0] <= largest < _UNEVEN[1]:
        return tidy(value, _FEW)
    return score(value, style)


def short_entry(value: float, largest: float, style: Style) -> str:
    """The same in few columns: `.71`, `-.12`, `1.00`; with a largest of 22, `16.5`."""
    if style.precision is not None or not largest or not _UNEVEN[0] <= largest < _UNEVEN[1]:
        return entry(value, largest, style)
    power = floor(log10(largest))
    text = fixed(value, max(_FEW - 1 - power, 0) if power >= 0 else 1 - power)
    return text.replace("0.", ".", 1) if largest <= 1 else text


def value(cell: Cell) -> str:
    """A value of metadata, all of it; nothing where it is missing."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            return repr(cell).removesuffix(".0")
    return str(cell)


def values_are_numbers(neighbours: Sequence[Neighbour], count: int) -> list[bool]:
    """Which columns of their metadata, so many, hold nothing but numbers."""
    found = [[near.record[i] for near in neighbours if near.record[i] is not None] for i in range(count)]
    return [all(isinstance(v, int | float) and not isinstance(v, bool) for v in some) for some in found]


def attentions(answer: Answer) -> Iterator[list[Weights]]:
    """The attention weights of an answer: one query's alone, or those of several over the same keys."""
    group: list[Weights] = []
    for weights in answer.attention:
        if group and not (weights.query not in ("", group[0].query) and weights.labels == group[0].labels):
            yield group
            group = []
        group.append(weights)
    if group:
        yield group


def named(labels: Sequence[str]) -> list[str]:
    """The labels of rows or columns, and numbers for those that have none."""
    return [label or str(place) for place, label in enumerate(labels, 1)]


def by_row(values: Floats) -> list[list[float]]:
    """The numbers of each row of a table: one of a table [n]."""
    rows: list[list[float]] = (values if values.ndim > 1 else values[:, None]).tolist()
    return rows


def count(value: int) -> str:
    """A count: `42,000`."""
    return f"{value:,}"


# --- answers ----------------------------------------------------------------------------------


class FlatRow(NamedTuple):
    """One row, as text: what there is nothing to say about is empty.

    `place`, `label` and `length` are those of the vector of a list that the word is near; the first two also
    those of a table's row.
    """

    rank: str = ""
    word: str = ""
    score: str = ""
    place: str = ""
    label: str = ""
    length: str = ""
    record: tuple[Cell, ...] = ()  # metadata of the word


def lines(answer: Answer, style: Style) -> Iterator[FlatRow]:
    """The rows of an answer; none for an error or a ranking in which no candidate is left."""
    digits = _DECIMALS if style.precision is None else style.precision
    match answer.result:
        case Ranking(neighbours) | Scored(neighbours):
            yield from (_neighbour(near, digits) for near in neighbours)
        case Rows(rows):
            for place, row in enumerate(rows, 1):
                length = fixed(row.length, digits)
                near = [_neighbour(near, digits) for near in row.neighbours] or [FlatRow()]
                yield from (one._replace(place=str(place), label=row.label, length=length) for one in near)
        case Number(value):
            yield FlatRow(score=result(value, style.precision))
        case Tabled(labels, columns, values):
            words = named(columns) if values.ndim > 1 else [""]
            for place, (label, numbers) in enumerate(zip(labels, by_row(values), strict=True), 1):
                for word, number in zip(words, numbers, strict=True):
                    shown = result(number, style.precision)
                    yield FlatRow(word=word, score=shown, place=str(place), label=label)


def header(answer: Answer, style: Style) -> list[str]:
    """The names of the columns of `rows`, those of metadata last; no name twice."""
    names = list(HEADER)
    for name in answer.asked.show:
        names.append(free_name(as_text(name) if style.csv_safe else name, names))
    return names


def free_name(name: str, taken: Container[str]) -> str:
    """The name of a column, `score_2` where there is a `score` already."""
    return next(one for one in chain([name], (f"{name}_{i}" for i in itertools.count(2))) if one not in taken)


def rows(answer: Answer, style: Style) -> Iterator[list[str]]:
    """The rows as cells under `header`, at least one: no expression gets lost on the way."""
    text = as_text if style.csv_safe else str
    front = [str(answer.asked.id), text(answer.asked.expr)]
    message = "" if answer.error is None else text(answer.error.message)
    passed = "" if answer.expected is None else str(answer.expected.passed).lower()
    blank = (None,) * len(answer.asked.show)
    for line in list(lines(answer, style)) or [FlatRow()]:
        vector = [line.place, text(line.label), line.length]
        record = (
            text(value(cell)) if isinstance(cell, str) else value(cell) for cell in line.record or blank
        )
        yield [*front, line.rank, text(line.word), line.score, message, *vector, passed, *record]


def _neighbour(near: Neighbour, digits: int) -> FlatRow:
    return FlatRow(str(near.rank), near.word, fixed(near.score, digits), record=near.record)


def verdict(expected: Expected) -> str:
    """`PASS queen @3: rank 1`, `FAIL queen @3: rank 7`, `FAIL queen @3: not a candidate`."""
    found = "not a candidate" if expected.rank is None else f"rank {count(expected.rank)}"
    return f"{'PASS' if expected.passed else 'FAIL'} {visible(expected.word)} @{expected.at}: {found}"


# --- sheets -----------------------------------------------------------------------------------


def rows_for_people(sheet: Sheet, style: Style) -> Iterator[list[str]]:
    """The rows of a sheet, rounded and with units; what is in a text is up to the caller to make safe."""
    for row in sheet.rows:
        yield [_for_people(cell, column, style) for cell, column in zip(row, sheet.columns, strict=True)]


def _for_people(cell: Cell, column: Column, style: Style) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    match column.kind:
        case "value":
            return value(cell)
        case "percent":
            return f"{fixed(100 * cell, 2)} %"
        case "size":
            return _size(cell)
        case "count":
            return count(int(cell))
        case _:
            return score(cell, style)


def _size(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < _THOUSAND:
            return f"{size:,.0f} {unit}" if unit == _UNITS[0] else f"{size:.1f} {unit}"
        size /= _THOUSAND
    return f"{size:.1f} {_UNITS[-1]}"


def for_programs(cell: Cell, column: Column, style: Style) -> str:
    """A cell with as many digits as mean something, or with as many decimals as were asked for."""
    if cell is None or column.kind == "value":
        return value(cell)
    if isinstance(cell, float):
        return result(cell, style.precision)
    return str(cell)


def rows_for_programs(sheet: Sheet, style: Style) -> Iterator[list[str]]:
    """The header, unless it is not wanted, and the rows of a sheet, for programs."""
    text = as_text if style.csv_safe else str
    if style.header and sheet.part != "next":
        yield [text(column.name) for column in sheet.columns]
    for row in sheet.rows:
        yield [
            text(cell) if isinstance(cell, str) else for_programs(cell, column, style)
            for cell, column in zip(row, sheet.columns, strict=True)
        ]


def as_text(cell: str) -> str:
    """The cell so that a spreadsheet takes it for text, whatever it begins with."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def is_number(column: Column) -> bool:
    """Whether a column is set to the right."""
    return column.kind not in ("text", "path")
