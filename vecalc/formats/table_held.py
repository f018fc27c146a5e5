"""What the columns of a table of plain values hold, as its first rows show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from vecalc.codecs.number_bodies import is_list, list_body
from vecalc.codecs.vector_blobs import Blobs, kind_of
from vecalc.formats.columns import SeenColumn, stands_apart, width_of

LOOKED_AT = 64  # rows that show it

Row = tuple[Any, ...]  # of None, int, float, str, bytes


class PlainColumn(NamedTuple):
    """A column: its name, and the type that the table declares for it, if any."""

    name: str
    declared: str = ""


class HeldColumn(NamedTuple):
    """A column, as the first rows show it."""

    column: PlainColumn
    seen: SeenColumn
    blobs: Blobs | None
    is_bytes: bool


def held_columns(columns: Sequence[PlainColumn], first: Sequence[Row]) -> list[HeldColumn]:
    """The columns, as the first rows show them."""
    by_column = zip(*first, strict=True) if first else [()] * len(columns)
    return [_column(column, values) for column, values in zip(columns, by_column, strict=True)]


def _column(column: PlainColumn, values: Sequence[Any]) -> HeldColumn:
    values = [value for value in values if value is not None]
    types = Counter(map(type, values))
    most = max(types, key=lambda kind: types[kind], default=None)
    blobs = kind_of([v for v in values if type(v) is bytes], _declared(column)) if most is bytes else None
    seen = SeenColumn(column.name, "")
    if most is bytes and blobs:
        seen = seen._replace(kind="lists", width=blobs.width)
    elif most is str:
        texts = [value for value in values if type(value) is str]
        lists = [len(body_of(text).split(b" ")) for text in texts if is_list(text.encode("utf-8", "replace"))]
        if 2 * len(lists) > len(texts):
            seen = seen._replace(kind="lists", width=Counter(lists).most_common(1)[0][0])
        else:
            seen = seen._replace(kind="text", constant=len(set(texts)) == 1 and len(texts) > 1)
    elif most in (int, float):
        whole = all(type(value) is int for value in values)
        counting = whole and len(values) > 1 and values == list(range(values[0], values[0] + len(values)))
        distinct = len(set(values)) == len(values)
        seen = seen._replace(kind="numbers", whole=whole, counting=counting, distinct=distinct)
    return HeldColumn(column, seen, blobs, most is bytes)


def _declared(column: PlainColumn) -> str:
    return f"{column.declared} {column.name}"


def body_of(text: str) -> bytes:
    """The numbers of a list that is written as text, for `numbers_of`."""
    return list_body(text.encode("utf-8", "replace"))


def has_vectors(columns: Sequence[PlainColumn], first: Sequence[Row]) -> bool:
    """Whether there may be vectors in a table that begins with these rows."""
    return bool(width_of([held.seen for held in held_columns(columns, first)]))


def told_columns(columns: Sequence[PlainColumn], first: Sequence[Row]) -> list[str]:
    """The columns for people, those of vectors with their width."""
    return [
        f"{held.column.name} [{held.seen.width:,}]" if held.seen.kind == "lists" else held.column.name
        for held in held_columns(columns, first)
    ]


def names_of_text(columns: Sequence[PlainColumn], first: Sequence[Row]) -> list[str]:
    """The columns that hold text."""
    return [held.column.name for held in held_columns(columns, first) if held.seen.kind == "text"]


def without_words(columns: Sequence[PlainColumn], first: Sequence[Row]) -> bool:
    """Whether nothing in the table may be a word: neither text nor ids."""
    seen = [held.seen for held in held_columns(columns, first)]
    return not any(
        c.kind == "text" or (c.kind == "numbers" and c.whole and stands_apart(c.name)) for c in seen
    )
