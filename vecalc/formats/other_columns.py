"""Columns beside word and vector, which become metadata: what they are called, and how much is kept."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from vecalc.conditions import NO_TEXT
from vecalc.sources import Source
from vecalc.sources.parts import LISTED
from vecalc.sources.word_text import shown

MOST = 1_000  # columns
LONGEST = 1 << 20  # bytes of a value
LONGEST_NAME = 200  # characters
TOO_MANY = f"only the first {MOST:,} other columns are kept"
TOO_LONG = f"values of more than {LONGEST:,} bytes in other columns, left out"
UNREADABLE = "values in other columns that can't be read, left out"


class ColumnNames:
    """What the columns of a file are called that are kept, in the order in which they come."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._names: set[str] = set()

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
