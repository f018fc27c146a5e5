"""The other columns of an Arrow table as metadata: which there are, of which kinds, and their values.

Every column is validated first, since pyarrow believes what a file says of its own buffers. Bytes and further
vectors are not kept; nor are, but for dictionaries of texts, types in which rows may share a large value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np

from vecalc.answers import Cell
from vecalc.arrays import Numbers
from vecalc.conditions import Kind, MetadataColumn
from vecalc.formats.arrow_text import BATCH, ArrowText, missing_at, text_of
from vecalc.formats.other_columns import LONGEST, TOO_LONG, UNREADABLE, ColumnNames, not_kept, spelled
from vecalc.formats.written_columns import known_records
from vecalc.sources import Source
from vecalc.space import VectorSpace

_KIND = b"vecalc.kind"  # what a field says of itself
NUMBER = 8  # bytes of a value in memory
_DAY, _FINEST = "2024-05-01", "2024-05-01T10:00:00.000001"  # of what `instant` gives, what dates and µs hold
_LISTS = ("is_list", "is_large_list", "is_fixed_size_list")
_TEXTS = ("is_string", "is_large_string", "is_string_view")
_TIMES = ("is_date", "is_timestamp")
_NUMBERS = ("is_integer", "is_floating", "is_decimal")
_OTHERS = ("is_time", "is_duration", "is_interval", "is_null")


class OtherColumn(NamedTuple):
    """A column of the source, and what it is as metadata."""

    name: str
    column: MetadataColumn


def others_of(schema: Any, taken: Sequence[str], names: ColumnNames, source: Source) -> list[OtherColumn]:
    """The columns of a schema beside those that are taken for words and vectors."""
    from pyarrow import types

    used = set(taken)
    left = [field for field in schema if field.name not in used]
    kinds = {field.name: _kind(field.type, types) for field in left if not _is_vector(field.type, types)}
    not_kept([name for name, kind in kinds.items() if kind is None], "bytes and the like", source)
    return [
        OtherColumn(field.name, MetadataColumn(name, _as_written(field, kind)))
        for place, field in enumerate(schema, 1)
        if (kind := kinds.get(field.name)) and (name := names.named(field.name, place))
    ]


def _as_written(field: Any, kind: Kind) -> Kind:
    """The kind of a column that vecalc wrote: times and others are texts."""
    told = (field.metadata or {}).get(_KIND, b"").decode("ascii", "replace")
    return cast("Kind", told) if kind == "text" and told in ("time", "other") else kind


def fields_of(columns: Mapping[str, MetadataColumn], space: VectorSpace) -> list[Any]:
    """The fields of a schema for columns of metadata, by what they are called: whole numbers are integers,
    times are dates where all are days, and texts where one is finer than a timestamp.
    """
    import pyarrow as pa

    looked = {name: column for name, column in columns.items() if column.kind in ("number", "time")}
    whole = dict.fromkeys(looked, True)
    longest = dict.fromkeys(looked, 0)  # characters of a time
    for first in range(0, len(space) if looked else 0, BATCH):
        for record in known_records(space, looked, first, min(BATCH, len(space) - first)):
            for name, value in zip(looked, record, strict=True):
                if isinstance(value, str):
                    longest[name] = max(longest[name], len(value))
                whole[name] &= not isinstance(value, float)

    def type_of(name: str, kind: Kind) -> Any:
        if kind == "time":
            moment = pa.timestamp("us", "UTC") if longest[name] <= len(_FINEST) else pa.string()
            return pa.date32() if longest[name] <= len(_DAY) else moment
        number = pa.int64() if whole.get(name) else pa.float64()
        return {"flag": pa.bool_(), "number": number}.get(kind, pa.string())

    typed = [(name, column.kind, type_of(name, column.kind)) for name, column in columns.items()]
    return [
        pa.field(name, of, metadata={_KIND: kind.encode()} if _is_told(kind, of) else None)
        for name, kind, of in typed
    ]


def _is_told(kind: Kind, of: Any) -> bool:
    """Whether the type does not say the kind."""
    return kind in ("time", "other") and _is_text(of)


def filled(values: Sequence[Cell], field: Any) -> Any:
    """Values of metadata as an array; among fractions whole numbers are the nearest float64."""
    import pyarrow as pa

    if pa.types.is_floating(field.type):
        values = [value if value is None else float(value) for value in values]
    if pa.types.is_timestamp(field.type):
        return pa.array(values, pa.string()).cast(pa.timestamp(field.type.unit)).cast(field.type)
    if pa.types.is_date(field.type):
        return pa.array(values, pa.string()).cast(field.type)
    return pa.array(values, field.type)


def _is_vector(kind: Any, types: Any) -> bool:
    return any(getattr(types, of)(kind) for of in _LISTS) and types.is_floating(kind.value_type)


def _kind(kind: Any, types: Any) -> Kind | None:
    """What a column of this type is as metadata; None where it is not kept."""
    kind = getattr(kind, "storage_type", kind)  # of an extension
    if types.is_dictionary(kind):
        found = _kind(kind.value_type, types)
        return None if found == "other" else found
    if any(getattr(types, of)(kind) for of in _TEXTS):
        return "text"
    if types.is_boolean(kind):
        return "flag"
    if any(getattr(types, of)(kind) for of in _NUMBERS):
        return "number"
    if any(getattr(types, of)(kind) for of in _TIMES):
        return "time"
    return "other" if _is_plain(kind, types) else None


def _is_plain(kind: Any, types: Any) -> bool:
    """Whether no two rows share a value of a type, and there are no bytes in it."""
    if any(getattr(types, of)(kind) for of in _LISTS):
        return _is_plain(kind.value_type, types)
    if types.is_map(kind):
        return _is_plain(kind.key_type, types) and _is_plain(kind.item_type, types)
    if types.is_struct(kind):
        return all(_is_plain(kind.field(i).type, types) for i in range(kind.num_fields))
    plain = (*_TEXTS[:2], *_TIMES, *_NUMBERS, *_OTHERS, "is_boolean")
    return any(getattr(types, of)(kind) for of in plain)


class OtherValues:
    """A column of a record batch, sound."""

    def __init__(self, column: Any, told: OtherColumn, source: Source) -> None:
        self.kind = kind = told.column.kind
        self._source = source
        column = getattr(column, "storage", column)
        if kind == "text" or _is_text(column.type):
            text = text_of(column)
            self._text: ArrowText | None = text
            self._sizes = text.sizes()
            return
        self._text = None
        column.validate(full=True)
        if hasattr(column, "dictionary"):
            column.indices.validate(full=True)
            column = column.dictionary_decode()
        self._column = _moments(column) if kind == "time" else column
        self._sizes = np.full(len(column), NUMBER, np.int64)
        if kind == "other" and column.nbytes > LONGEST:
            self._sizes = np.array([column.slice(i, 1).nbytes for i in range(len(column))], np.int64)

    def sizes(self) -> Numbers:
        """Bytes of each row's value [n] that will be kept."""
        return np.where(self._sizes > LONGEST, 0, self._sizes)

    def some(self, first: int, count: int) -> list[Any]:
        """The values of some rows, as metadata has them."""
        long = self._sizes[first : first + count] > LONGEST
        if long.any():
            self._source.tally.counts[TOO_LONG] += int(long.sum())
        if self._text:
            raw = self._text.written_out(first, count, without=long).to_pylist()
            return [None if one is None else one.decode("utf-8", "surrogateescape") for one in raw]
        column = self._column.slice(first, count)
        if long.any():
            column = missing_at(column, long)
        values = self._plain(column)
        return list(map(spelled, values)) if self.kind == "other" else values

    def _plain(self, column: Any) -> list[Any]:
        try:
            return list(column.to_pylist())
        except (ValueError, OverflowError):  # a time that Python has none for, deep inside
            return [self._one(value) for value in column]

    def _one(self, value: Any) -> Any:
        try:
            return value.as_py()
        except (ValueError, OverflowError):
            self._source.tally.counts[UNREADABLE] += 1
            return None


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    return any(getattr(types, of)(kind) for of in _TEXTS)


def _moments(column: Any) -> Any:
    """Times as texts, in UTC; a day as a day."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp(column.type.unit))
    return column.cast("string")
