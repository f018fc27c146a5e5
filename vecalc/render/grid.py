"""Cells of visible text in aligned columns, which rich prints, or, where these don't fit, a line
`name: value` for each cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from io import StringIO
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from vecalc.render import Style
from vecalc.render.layout import GAP, GridColumn, widths
from vecalc.render.paint import codes_of, colored, paint
from vecalc.render.width import columns, filled, short_path

if TYPE_CHECKING:
    from rich.console import JustifyMethod
    from rich.segment import Segment
    from rich.style import Style as RichStyle
    from rich.table import Table

NARROWEST = 20  # columns of the terminal; a narrower one wraps the lines itself
_BESIDE = 12  # columns that a value needs to stand beside its name
_INDENT = 2  # of a value below its name
_BLOCK = 1000  # rows that are laid out together


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
    if not shape:
        return "\n" * len(rows[before:])
    heads = shape if style.header else [column._replace(name="") for column in shape]
    found = widths(heads, [[row.cells[i] for row in rows] for i in range(len(shape))], room)
    if found is None:
        records = "\n".join("".join(_record(shape, row, room, style)) for row in rows[before:])
        return f"\n{records}" if before else records
    headed = style.header and not before and any(column.name for column in shape)
    return _aligned(shape, rows[before:], found, style, headed=headed)


# --- aligned --------------------------------------------------------------------------------


def _aligned(
    shape: Sequence[GridColumn], rows: Sequence[GridRow], wide: Sequence[int], style: Style, *, headed: bool
) -> str:
    """The rows as rich prints them, without blanks at the ends of lines."""
    from rich.console import Console

    out = StringIO()
    console = Console(
        file=out,
        width=sum(wide) + GAP * len(wide),  # has been fitted into the terminal: rich narrows nothing
        force_terminal=style.color,
        color_system="256" if style.color else None,
        force_jupyter=False,
        legacy_windows=False,
        highlight=False,
        _environ={},  # what the terminal can do was asked once, at the edge
    )
    for start in range(0, max(len(rows), 1), _BLOCK):
        block = rows[start : start + _BLOCK]
        console.print(_table(shape, block, wide, style, headed=headed and not start))
    return "\n".join(line.rstrip(" ") for line in out.getvalue().split("\n"))


def _table(
    shape: Sequence[GridColumn], rows: Sequence[GridRow], wide: Sequence[int], style: Style, *, headed: bool
) -> Table:
    """A block of rows; it is one row of rich's, which takes a tenth of a millisecond for a cell."""
    from rich.padding import Padding
    from rich.segment import SegmentLines
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=0, header_style="", show_header=headed)
    aside = _look(codes_of("aside", style))
    for column, width in zip(shape, wide, strict=True):
        head = Text.assemble(("\n".join(filled(column.name, width)), aside))
        side: JustifyMethod = "right" if column.right else "left"
        table.add_column(Padding(head, (0, GAP, 0, 0)), width=width + GAP, justify=side, no_wrap=True)
    if rows:
        cells = [list(map(_cell, shape, row.cells, wide, repeat(style))) for row in rows]
        heights = [max(map(len, row)) for row in cells]
        table.add_row(
            *(
                SegmentLines(list(_lines(column, place, rows, cells, heights, width)), new_lines=True)
                for place, (column, width) in enumerate(zip(shape, wide, strict=True))
            )
        )
    return table


def _lines(
    column: GridColumn,
    place: int,
    rows: Sequence[GridRow],
    cells: Sequence[Sequence[Sequence[str]]],
    heights: Sequence[int],
    width: int,
) -> Iterator[list[Segment]]:
    """The lines of one column, as wide as it with its gap: rich has nothing to pad, which takes it long."""
    from rich.segment import Segment

    blank, gap = [Segment(" " * (width + GAP))], " " * GAP
    for row, parts, height in zip(rows, cells, heights, strict=True):
        look = row.looks[place] if row.looks else ""
        for text in parts[place]:
            blanks = " " * (width - columns(text))
            before, after = (blanks, gap) if column.right else ("", blanks + gap)
            if look and text:
                front = [Segment(before)] if before else []
                yield [*front, Segment(text, _look(look)), Segment(after)]
            else:
                yield [Segment(before + text + after)]
        yield from repeat(blank, height - len(parts[place]))


@cache
def _look(codes: str) -> RichStyle:
    """SGR codes as rich's style."""
    from rich.ansi import AnsiDecoder

    decoder = AnsiDecoder()
    decoder.decode_line(f"\x1b[{codes}m")
    return decoder.style


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
