"""Tables that are too wide for a terminal, cut between columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vecalc.render.width import columns

if TYPE_CHECKING:
    from vecalc.render.grid import Column, Row

WIDEST = 30  # a column of texts is made no wider for the longest of them: they fold
GAP = 2  # blanks between two columns


def pieces(
    shape: Sequence[Column], rows: Sequence[Row], width: int, keys: int, together: int
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


def _width(column: Column, cells: Sequence[str]) -> int:
    """Columns of the terminal that a column takes, with the gap behind it."""
    longest = max(map(columns, [column.name, *cells]))
    return GAP + (min(longest, WIDEST) if column.folds else longest)
