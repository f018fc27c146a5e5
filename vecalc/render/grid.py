"""Cells of visible text in aligned columns, or, where these don't fit, a line `name: value` for each cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from vecalc.render import Style
from vecalc.render.layout import GAP, GridColumn, widths
from vecalc.render.paint import codes_of, colored, paint
from vecalc.render.width import columns, filled, short_path

NARROWEST = 20  # columns of the terminal; a narrower one wraps the lines itself
_BESIDE = 12  # columns that a value needs to stand beside its name
_INDENT = 2  # of a value below its name


class GridRow(NamedTuple):
    """A cell per column, and the colours of each, for `paint.colored`."""

    cells: Sequence[str]
    looks: Sequence[str] = ()


def grid(shape: Sequence[GridColumn], rows: Sequence[GridRow], style: Style, before: int = 0) -> str:
    """The rows under the names of their columns; so many of them, and the names, were shown before.

    Cells are text, never markup.
    """
    room = max(style.width, NARROWEST)
    used = [i for i, column in enumerate(shape) if column.name or any(row.cells[i] for row in rows)]
    if len(used) < len(shape):
        rows = [
            GridRow([row.cells[i] for i in used], [row.looks[i] for i in used if row.looks]) for row in rows
        ]
        shape = [shape[i] for i in used]
    heads = shape if style.header else [column._replace(name="") for column in shape]
    found = widths(heads, [[row.cells[i] for row in rows] for i in range(len(shape))], room)
    if found is None:
        records = "\n".join("".join(_record(shape, row, room, style)) for row in rows[before:])
        return f"\n{records}" if before else records
    heading = () if before else _heading(shape, found, style)
    return "".join([*heading, *(_row(shape, row, found, style) for row in rows[before:])])


# --- aligned --------------------------------------------------------------------------------


def _heading(shape: Sequence[GridColumn], widths: Sequence[int], style: Style) -> Iterator[str]:
    """The names, the last lines of those that take several beside each other."""
    if not style.header or not any(column.name for column in shape):
        return
    names = [filled(column.name, wide) for column, wide in zip(shape, widths, strict=True)]
    most = max(map(len, names))
    lines = zip(*([""] * (most - len(name)) + name for name in names), strict=True)
    looks = [codes_of("aside", style)] * len(shape)
    yield from (_line(shape, line, looks, widths, style) for line in lines)


def _row(shape: Sequence[GridColumn], row: GridRow, widths: Sequence[int], style: Style) -> str:
    parts = [
        _cell(column, cell, wide, style) for column, cell, wide in zip(shape, row.cells, widths, strict=True)
    ]
    looks = row.looks or [""] * len(shape)
    lines = zip_longest(*parts, fillvalue="")
    return "".join(_line(shape, line, looks, widths, style) for line in lines)


def _line(
    shape: Sequence[GridColumn],
    cells: Sequence[str],
    looks: Sequence[str],
    widths: Sequence[int],
    style: Style,
) -> str:
    """One line of the terminal, without blanks at its end."""
    line, due = "", 0  # `due` blanks stand before the next cell that has a text
    for column, cell, look, wide in zip(shape, cells, looks, widths, strict=True):
        blanks = wide - columns(cell)
        if cell:
            before = blanks if column.right else 0
            line += " " * (due + before) + colored(cell, look, style)
            due = blanks - before + GAP
        else:
            due += wide + GAP
    return f"{line}\n"


def _cell(column: GridColumn, cell: str, width: int, style: Style) -> list[str]:
    """The lines of a cell; a column of paths may have other texts, too."""
    if column.path and cell.startswith(("/", "~/")):
        return [short_path(cell, width, "..." if style.ascii else "…")]
    return filled(cell, width)


# --- below each other -----------------------------------------------------------------------


def _record(shape: Sequence[GridColumn], row: GridRow, room: int, style: Style) -> Iterator[str]:
    """A line for each cell, but for empty ones; a column without a name belongs to the one before it."""
    looks = row.looks or [""] * len(shape)
    named: list[tuple[str, str, str]] = []
    for column, cell, look in zip(shape, row.cells, looks, strict=True):
        if column.name or not named:
            named.append((column.name, cell, look))
        elif cell:
            name, before, first = named[-1]
            named[-1] = (name, f"{before}  {cell}" if before else cell, first)
    named = [entry for entry in named if entry[1]]
    longest = max((columns(name) for name, *_ in named), default=0)
    for name, cell, look in named:
        yield from _entry(f"{name}: " if name else "", cell, look, longest + 2, room, style)


def _entry(head: str, cell: str, look: str, indent: int, room: int, style: Style) -> Iterator[str]:
    if not head:
        yield from (colored(line, look, style) + "\n" for line in filled(cell, room))
        return
    beside = room - indent >= _BESIDE
    indent = indent if beside else _INDENT
    lines = filled(cell, room - indent)
    front = paint(head.rstrip(), "aside", style)
    if beside or (columns(head + lines[0]) <= room and len(lines) == 1):
        gap = max(indent - columns(head.rstrip()), 1) if beside else len(head) - len(head.rstrip())
        yield front + " " * gap + colored(lines[0], look, style) + "\n"
        lines = lines[1:]
    else:
        yield front + "\n"
    yield from (" " * indent + colored(line, look, style) + "\n" for line in lines)
