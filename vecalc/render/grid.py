"""Aligned columns: cells of visible text, laid out by rich for the width of a terminal, or cut for it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import NamedTuple

from vecalc.render import Style
from vecalc.render.width import columns

WIDEST = 30  # a column of texts is made no wider for the longest of them: they fold
GAP = 2  # blanks between two columns
# Columns below which a table can't be laid out; a narrower terminal wraps the lines itself.
_NARROWEST = 24
_TRAILING = re.compile(r"(?: |\x1b\[[0-9;]*m)+$", re.MULTILINE)
_RESET = "\x1b[0m"


class GridColumn(NamedTuple):
    """A column: its name, its side, whether its cells fold where the terminal is narrow."""

    name: str
    right: bool = False
    folds: bool = False


class GridRow(NamedTuple):
    """A cell per column."""

    cells: Sequence[str]
    dim: bool = False


def grid(shape: Sequence[GridColumn], rows: Sequence[GridRow], style: Style) -> str:
    """The rows under the names of their columns. Cells are text, never markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), show_header=style.header)
    table.header_style = "dim"
    for name, right, folds in shape:
        table.add_column(Text(name), justify="right" if right else "left", no_wrap=not folds, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row.cells), style="dim" if row.dim else "")
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(style.width, _NARROWEST),
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        no_color=not style.color,
        legacy_windows=False,
        force_jupyter=False,  # there it would display what is asked for as text
        _environ={},  # what the terminal can do was asked once, at the edge
    )
    console.print(table)
    return _TRAILING.sub(lambda end: _RESET if "\x1b" in end[0] else "", out.getvalue())


def pieces(
    shape: Sequence[GridColumn], rows: Sequence[GridRow], width: int, keys: int, together: int
) -> list[list[int]]:
    """The places of the columns of each table: the keys, and as many groups of the others as fit.

    Without keys there is one table of all columns.
    """
    everything = list(range(len(shape)))
    if not keys:
        return [everything]
    widths = [_width(column, [row.cells[i] for row in rows]) for i, column in enumerate(shape)]
    found: list[list[int]] = []
    for start in range(keys, len(shape), together):
        group = everything[start : start + together]
        if found and sum(widths[i] for i in (*found[-1], *group)) <= width + GAP:
            found[-1] += group
        else:
            found.append([*everything[:keys], *group])
    return found or [everything]


def _width(column: GridColumn, cells: Sequence[str]) -> int:
    """Columns of the terminal that a column takes, with the gap behind it."""
    longest = max(map(columns, [column.name, *cells]))
    return GAP + (min(longest, WIDEST) if column.folds else longest)
