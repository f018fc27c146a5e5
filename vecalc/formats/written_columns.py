"""Metadata on its way into files: which columns a format has room for, and what they are called there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from vecalc.conditions import WordColumn
from vecalc.formats.other_columns import listed_names
from vecalc.sources.word_text import shown
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from vecalc.answers import Cell
    from vecalc.conditions import Kind, MetadataColumn


WORD = "word"  # what the column of the words is called in a file with room for others


class ColumnRoom(NamedTuple):
    """What a format has room for besides words and vectors: `ROOM` of its module."""

    kinds: Sequence[Kind]
    own: re.Pattern[str]  # names that mean something else in it


def placed(space: VectorSpace, room: ColumnRoom) -> dict[str, MetadataColumn]:
    """The columns of a space that are written, by what the file calls them."""
    found: dict[str, MetadataColumn] = {}
    for column in space.metadata.columns if space.metadata else ():
        if column.kind in room.kinds and not isinstance(column, WordColumn):  # which is written as the words
            found[_free(column.name, found, room)] = column
    return found


def told(space: VectorSpace, room: ColumnRoom | None) -> list[str]:
    """What becomes of the columns of a space that are not written as they are, a sentence each."""
    columns = space.metadata.columns if space.metadata else ()
    written = placed(space, room) if room else {}
    others = [column for column in columns if not isinstance(column, WordColumn)]
    out = [column.name for column in others if column not in set(written.values())]
    lacking = [f"there is no room in it for the columns {listed_names(out)}"] if out else []
    renamed = [(column.name, name) for name, column in written.items() if name != column.name]
    if room:
        own = [column.name for column in columns if isinstance(column, WordColumn)]
        renamed += [(name, WORD) for name in own if name != WORD]
    return [*lacking, *(f"the column {shown(old)} is called {shown(new)} in it" for old, new in renamed)]


def known_records(
    space: VectorSpace, columns: Mapping[str, MetadataColumn], first: int, count: int
) -> list[tuple[Cell, ...]]:
    """The values of some columns for `count` rows from the first on, a tuple each."""
    if space.metadata is None or not columns:
        return [()] * count
    names = [column.name for column in columns.values()]
    return space.metadata.records(range(first, first + count), names)


def _free(name: str, taken: Mapping[str, object], room: ColumnRoom) -> str:
    """The name, or where it is the format's own one like it."""
    found, more = name, 2
    while found in taken or room.own.fullmatch(found.strip().lower()):
        found, more = f"{name} ({more})", more + 1
    return found
