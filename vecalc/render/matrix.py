"""A table of numbers [n, m] for a terminal: rows and columns labelled, each cell shaded by its number.

It is written as fully as the width allows: four decimals under labels, or two; two under numbered columns, in
two pieces if need be; tenths, a character each, as R's `symnum` draws correlations; at last, two decimals in
more pieces. What is shortened or left out has a remark. Without colours the numbers stand alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from vecalc.answers import Tabled, Weights
from vecalc.render import Style
from vecalc.render.cells import count, entry, named, short_entry
from vecalc.render.grid import NARROWEST
from vecalc.render.paint import colored, paint
from vecalc.render.shades import Scale
from vecalc.render.visible import visible
from vecalc.render.width import columns, filled, folded

ROWS = 100  # that are shown at most: more is for a file
_PIECES = 4  # below each other at most
_FULL_PIECES = 2  # with both decimals, before tenths in one piece are better
_LEAST = 9  # columns for a row's number and label where these make room for cells
_TENTHS = "tenths: X is 1, . about 0, - below; the numbers: "
WHOLE = "--format plain, csv or json"  # have all of a table
_WEIGHTS = "--format json"  # has all weights of an attention


class _Part(NamedTuple):
    """What can be shown of a table [n, m]."""

    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[float]]
    size: tuple[int, int]  # of all of it
    elsewhere: str  # what has all of it


class _Form(NamedTuple):
    """A way to write a table: what stands in cells, above the columns, before the rows."""

    cells: list[list[str]]
    heads: list[str]
    labels: list[str]
    gap: int  # blanks before a cell
    room: int  # columns of the terminal that the row labels need; longer ones fold
    pieces: int = 1  # at most
    numbered: bool = False  # columns are, and rows, too
    stacked: bool = False  # the digits of a column's number stand below each other

    def widths(self) -> list[int]:
        """Columns of the terminal that each column takes."""
        heads = [""] * len(self.heads) if self.stacked else self.heads
        return [self.gap + max(map(columns, texts)) for texts in zip(heads, *self.cells, strict=True)]


def matrix(table: Tabled, style: Style) -> str:
    """The lines of a table [n, m], n and m at least 1, and remarks on what they don't say."""
    most = _PIECES * max(style.width, NARROWEST)
    shown = table.values[:ROWS, :most].tolist()
    part = _Part(table.rows[:ROWS], table.columns[:most], shown, table.values.shape, WHOLE)
    return _drawn(part, Scale.of(table), style)


def weights_matrix(queries: Sequence[Weights], style: Style) -> str:
    """The weights of queries over the same keys, a row for each."""
    keys, values = queries[0].labels, [one.values for one in queries]
    part = _Part([one.query for one in queries], keys, values, (len(queries), len(keys)), _WEIGHTS)
    return _drawn(part, Scale.between(min(map(min, values)), max(map(max, values))), style)


def _drawn(part: _Part, scale: Scale, style: Style) -> str:
    width = max(style.width, NARROWEST)
    for form in _forms(part, scale, width, style):
        pieces = _pieces(form, width)
        whole = len(pieces) <= form.pieces and len(part.columns) == part.size[1]
        if whole and form.room + max(form.widths()) <= width:
            break
    pieces = pieces[: form.pieces]
    text = "\n".join("".join(_lines(form, part, piece, scale, style)) for piece in pieces)
    remarks = _remarks(form, part, pieces[-1].stop)
    lines = (line for remark in remarks for line in filled(remark, width))
    return text + "".join(paint(line, "aside", style) + "\n" for line in lines)


def _forms(table: _Part, scale: Scale, width: int, style: Style) -> Iterator[_Form]:
    """The ways to write a table, the fullest first; the last is also for pieces."""

    def cells(text: Callable[[float], str]) -> list[list[str]]:
        return [[text(value) for value in row] for row in table.values]

    short = cells(lambda value: short_entry(value, scale.largest, style))
    heads = [visible(head) for head in named(table.columns)]
    labels = [visible(label) for label in named(table.rows)]
    room = _room(labels, width // 3)
    yield _Form(cells(lambda value: entry(value, scale.largest, style)), heads, labels, 2, room)
    yield _Form(short, heads, labels, 2, room)
    digits = len(str(len(labels)))
    labels = [f"{i:{digits}} {visible(label)}".rstrip() for i, label in enumerate(table.rows, 1)]
    numbers = [f"{i:{len(str(len(heads)))}}" for i in range(1, len(heads) + 1)]
    room = _room(labels, width // 3)
    form = _Form(short, [number.strip() for number in numbers], labels, 1, room, _FULL_PIECES, numbered=True)
    yield form
    if scale.largest <= 1 and style.precision is None:
        tenths, room = cells(_tenth), _room(labels, _LEAST) + 1
        yield _Form(tenths, numbers, labels, 1, room, numbered=True, stacked=True)
        yield _Form(tenths, numbers, labels, 0, room, numbered=True, stacked=True)
    yield form._replace(pieces=_PIECES)


def _room(labels: Sequence[str], most: int) -> int:
    return min(max(map(columns, labels)), most)


def _tenth(value: float) -> str:
    """A number from -1 to 1 as one character."""
    tenth = round(10 * value)
    return "-" if tenth < 0 else ".123456789X"[tenth]


def _pieces(form: _Form, width: int) -> list[range]:
    """The columns of each piece: as many as fit beside the row labels, or one."""
    widths = form.widths()
    found: list[range] = []
    start, left = 0, width - form.room
    for place, wide in enumerate(widths):
        if wide > left and place > start:
            found.append(range(start, place))
            start, left = place, width - form.room
        left -= wide
    return [*found, range(start, len(widths))]


def _lines(form: _Form, table: _Part, piece: range, scale: Scale, style: Style) -> Iterator[str]:
    widths = form.widths()[piece.start : piece.stop]
    room = max(form.room, min(_room(form.labels, style.width) + form.stacked, style.width - sum(widths)))
    if style.header:
        for heads in _head_lines(form, piece):
            line = "".join(_right(head, wide) for head, wide in zip(heads, widths, strict=True))
            yield paint(" " * room + line, "aside", style) + "\n"
    for label, cells, values in zip(form.labels, form.cells, table.values, strict=True):
        first, *others = folded(label, room - form.stacked)
        shown = zip(cells[piece.start : piece.stop], widths, values[piece.start : piece.stop], strict=True)
        line = "".join(
            colored(_right(cell, wide), scale.shade(value, style.theme), style) for cell, wide, value in shown
        )
        yield _left(first, room) + line + "\n" + "".join(f"{more}\n" for more in others)


def _head_lines(form: _Form, piece: range) -> Iterator[Sequence[str]]:
    heads = form.heads[piece.start : piece.stop]
    if form.stacked:
        yield from zip(*heads, strict=True)
    else:
        yield heads


def _remarks(form: _Form, table: _Part, last: int) -> Iterator[str]:
    """What the numbers of columns stand for, what tenths are, how much is shown."""
    shown = table.columns[:last]
    if form.numbered and list(shown) != list(table.rows[:last]):
        yield "columns: " + ", ".join(f"{i} {visible(name)}" for i, name in enumerate(shown, 1) if name)
    if form.stacked:
        yield _TENTHS + table.elsewhere
    rows, all_columns = table.size
    if rows > ROWS or last < all_columns:
        cut = f"{count(min(rows, ROWS))} of {count(rows)} rows, {count(last)} of {count(all_columns)} columns"
        yield f"{cut}; all: {table.elsewhere}"


def _left(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _right(text: str, width: int) -> str:
    return " " * (width - columns(text)) + text
