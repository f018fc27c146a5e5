"""Columns beside word and vector, which become metadata: what they are called, and how much is kept."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vecalc.conditions import NO_TEXT, WordColumn
from vecalc.formats import Block
from vecalc.sources import Source
from vecalc.sources.column_names import SURE_WORDS
from vecalc.sources.parts import LISTED, FilePart, listed
from vecalc.sources.word_text import shown

if TYPE_CHECKING:
    from vecalc.space.metadata_writer import Known

MOST = 1_000  # columns, with that of the words
LONGEST = 1 << 20  # bytes of a value
LONGEST_NAME = 200  # characters of a column
TOO_MANY = f"only the first {MOST:,} other columns are kept"
TOO_LONG = f"values of more than {LONGEST:,} bytes in other columns, left out"
UNREADABLE = "values in other columns that can't be read, left out"


class ColumnNames:
    """What the columns of a file are called that are kept, in the order in which they come.

    `words` is the name of the one that gives the words, "" where none does.
    """

    def __init__(self, source: Source, words: str = "", place: int = 1) -> None:
        self._source = source
        self._names: set[str] = set()
        self.words = (self.named(words, place) or "") if words else ""

    def named(self, name: str, place: int) -> str | None:
        """A name of its own for one more column, the `place`-th of the file from 1; None of too many."""
        if len(self._names) == MOST:
            self._source.tally.remarks[TOO_MANY] = None
            return None
        plain = NO_TEXT.sub("\ufffd", name)[:LONGEST_NAME].strip() or str(place)
        found, more = plain, 2
        while found in self._names:
            found, more = f"{plain} ({more})", more + 1
        self._names.add(found)
        return found


def with_words(block: Block) -> Block:
    """The block whose metadata, if there may be any, have the column of the words, too."""
    if not block.word_column:
        return block
    own: Known = {WordColumn(block.word_column, "text"): block.words}
    return block._replace(metadata={**own, **(block.metadata or {})})


def words_from(found: FilePart, others: Sequence[FilePart]) -> str:
    """A remark on which of several columns of text gives the words; "" where its name says so."""
    if found.what != "text" or found.name.lower() in SURE_WORDS:
        return ""
    return f"the words are from the column {shown(found.name, LONGEST_NAME)}; other columns: {listed(others)}"


def not_kept(names: Sequence[str], what: str, source: Source) -> None:
    """A remark on columns that hold what is not kept."""
    if names:
        source.tally.remarks[f"{what}, not kept: {listed_names(names)}"] = None


def listed_names(names: Sequence[str]) -> str:
    """Some columns, for people."""
    return ", ".join(map(shown, names[:LISTED])) + (" and more" if len(names) > LISTED else "")


def short(value: str | None, source: Source) -> str | None:
    """A value; None, and counted, where it is too long."""
    if value is not None and len(value) > LONGEST:
        source.tally.counts[TOO_LONG] += 1
        return None
    return value


def spelled(value: Any) -> str | None:
    """A list or whatever else it is as a JSON text, in which numbers that are not finite are null."""
    if value is None:
        return None
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=str)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value
