"""Columns of text in Arrow tables: sound, and a few rows at a time, as many may share the same bytes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from vecalc.arrays import Mask, Numbers

BATCH = 1 << 13  # rows at a time
TEXT = 1 << 24  # bytes of texts at a time, where many rows may share one


class ArrowText(NamedTuple):
    """A sound column of text, of which many rows may share the same bytes."""

    values: Any  # an array of bytes, or of views of text
    indices: Any = None  # which of them stands in each row; None: they do in their order

    def sizes(self) -> Numbers:
        """Bytes of each row's text [n]."""
        if self.indices is None:
            return _lengths(self.values)
        import pyarrow as pa

        sizes = pa.array(_lengths(self.values)).take(self.indices)  # refuses one that there is none of
        found: Numbers = sizes.fill_null(0).to_numpy(zero_copy_only=False)
        return found

    def written_out(self, first: int, count: int, without: Mask | None = None) -> Any:
        """Some rows, as an array of bytes of their own; missing are those to go `without` [count]."""
        some = (self.values if self.indices is None else self.indices).slice(first, count)
        if without is not None and without.any():
            some = missing_at(some, without)
        if self.indices is not None:
            return self.values.take(some)
        return some.cast("string").view("binary") if str(some.type) == "string_view" else some


def text_of(column: Any) -> ArrowText:
    """A column of text, sound, its bytes where they are (they need not be UTF-8); of integers, decimals."""
    kind = str(column.type)
    if kind.lstrip("u").startswith("int"):
        column.validate(full=True)
        column, kind = column.cast("string"), "string"
    if kind.startswith("dictionary"):
        column.indices.validate(full=True)
        values = text_of(column.dictionary)
        return ArrowText(values.written_out(0, len(values.values)), column.indices.cast("int64"))
    if kind in {"string", "large_string"}:  # the same buffers
        column = column.view("binary" if kind == "string" else "large_binary")
    column.validate(full=True)
    return ArrowText(column)


def rows_at_once(sizes: Numbers) -> int:
    """How many rows with texts of these sizes to take at a time, so that they stay small."""
    return max(min(BATCH, TEXT // max(int(sizes.max(initial=1)), 1)), 1)


def missing_at(values: Any, out: Mask) -> Any:
    """The same array, missing where it is to be."""
    import pyarrow as pa

    return values.take(pa.array(np.arange(len(values)), mask=out))


def _lengths(values: Any) -> Numbers:
    """Bytes of each text [n], none for a missing one."""
    if str(values.type) != "string_view":
        offsets = np.dtype(np.int64 if str(values.type).startswith("large") else np.int32)
        ends = np.frombuffer(values.buffers()[1], offsets)[values.offset :][: len(values) + 1]
        return np.diff(ends).astype(np.int64)
    views = np.frombuffer(values.buffers()[1], np.int32).reshape(-1, 4)  # each begins with its length
    return views[values.offset :][: len(values), 0].astype(np.int64)
