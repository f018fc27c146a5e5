"""Columns beside word and vector, which become metadata: what they are called, and how much is kept."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Sequence
from typing import Any

from vecalc.conditions import NO_TEXT
from vecalc.sources import Source
from vecalc.sources.parts import LISTED
from vecalc.sources.word_text import shown

MOST = 1_000  # columns
LONGEST = 1 << 20  # bytes of a value
LONGEST_NAME = 200  # characters
TOO_LONG = f"values of more than {LONGEST:,} bytes in other columns, left out"
UNREADABLE = "values in other columns that can't be read, left out"


def kept(names: Sequence[str], source: Source) -> list[str]:
    """The columns that are kept of some, as sources name them; a remark on the others."""
    if len(names) > MOST:
        remark = f"of {len(names):,} other columns the first {MOST:,} are kept"
        source.tally.remarks[remark] = None
    return list(names[:MOST])


def not_kept(names: Sequence[str], what: str, source: Source) -> None:
    """A remark on columns that hold what is not kept."""
    if names:
        listed = ", ".join(map(shown, names[:LISTED])) + (" and more" if len(names) > LISTED else "")
        source.tally.remarks[f"{what}, not kept: {listed}"] = None


def called(name: str, place: int, taken: Collection[str]) -> str:
    """What a column is called from now on, from 1 its place: a name, of some length, that no other has."""
    name = NO_TEXT.sub("\ufffd", name)[:LONGEST_NAME].strip() or str(place)
    found, more = name, 2
    while found in taken:
        found, more = f"{name} ({more})", more + 1
    return found


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
