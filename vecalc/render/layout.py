"""How wide the columns of a table are where it is as wide as the terminal; or that it can't be a table.

Texts fold at blanks, paths lose folders in their middle, words are cut only where nothing else helps, and
never into pieces of a few letters. Numbers and the words of headings are never cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vecalc.render.width import columns

GAP = 2  # blanks between two columns
LEAST = 12  # columns of the terminal below which a column of texts would be a pile of syllables
PATH = 16  # the same of paths
WIDEST = 30  # a column of texts is made no wider where tables are taken apart: they fold


class GridColumn(NamedTuple):
    """A column: its name, its side, whether its cells fold where the terminal is narrow, or are paths."""

    name: str
    right: bool = False
    folds: bool = False
    path: bool = False
    least: int = LEAST  # columns of the terminal that folding leaves it


def widths(shape: Sequence[GridColumn], cells: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """The width of each column, so that all fit into the room; None where they can't.

    `cells` are those of each column.
    """
    room -= GAP * (len(shape) - 1)
    wanted = [max(map(columns, [column.name, *texts])) for column, texts in zip(shape, cells, strict=True)]
    if sum(wanted) <= room:
        return wanted
    for whole_words in (True, False):
        least = [_least(c, texts, whole_words) for c, texts in zip(shape, cells, strict=True)]
        if sum(least) <= room:
            return _shared(shape, least, wanted, room)
    return None


def _least(column: GridColumn, texts: Sequence[str], whole_words: bool) -> int:
    """The least width of a column, in which no word is cut, or only long ones."""
    head = _longest_word([column.name])
    longest = max(map(columns, texts), default=0)
    if column.path:
        return max(head, min(longest, PATH))
    if not column.folds:
        return max(head, longest)
    kept = max(column.least, _longest_word(texts) if whole_words else 0)
    return max(head, min(longest, kept))


def _longest_word(texts: Sequence[str]) -> int:
    return max((columns(word) for text in texts for word in text.split(" ")), default=0)


def _shared(shape: Sequence[GridColumn], least: list[int], wanted: list[int], room: int) -> list[int]:
    """The room divided: paths get what the others leave, and these as much alike as they can use."""
    found = list(least)
    for paths in (False, True):
        places = [i for i, column in enumerate(shape) if column.path == paths]
        left = room - sum(found)
        while left and (short := [i for i in places if found[i] < wanted[i]]):
            narrowest = min(short, key=lambda i: found[i])
            found[narrowest] += 1
            left -= 1
    return found


def pieces(
    shape: Sequence[GridColumn], cells: Sequence[Sequence[str]], room: int, keys: int, together: int
) -> list[list[int]]:
    """The places of the columns of each table: the keys, and as many groups of the others as fit.

    Without keys there is one table of all columns.
    """
    everything = list(range(len(shape)))
    if not keys:
        return [everything]
    wide = [_wanted(column, texts) for column, texts in zip(shape, cells, strict=True)]
    found: list[list[int]] = []
    for start in range(keys, len(shape), together):
        group = everything[start : start + together]
        if found and sum(wide[i] + GAP for i in (*found[-1], *group)) <= room + GAP:
            found[-1] += group
        else:
            found.append([*everything[:keys], *group])
    return found or [everything]


def _wanted(column: GridColumn, texts: Sequence[str]) -> int:
    """Columns of the terminal that a column takes where it has room, without being too generous."""
    longest = max(map(columns, [column.name, *texts]))
    return min(longest, WIDEST) if column.folds else longest
