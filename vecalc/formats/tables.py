"""Arrow record batches to blocks: which columns are the word and its numbers, and how they become arrays.

The word is the column called word, token, term or key, or the only one of text. The numbers are the column
called vector or embedding, or the only one of lists; where no column holds lists, they are all columns of
numbers, in their order, which must then be of one type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.errors import FileProblem
from vecalc.formats import MAX_WIDTH, Block, Source
from vecalc.formats.arrays import as_float32
from vecalc.formats.decoding import as_text, decode, shown
from vecalc.formats.extras import extra
from vecalc.formats.opening import ceiling_of, too_much
from vecalc.space.files import unreadable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.space import VectorSpace

BATCH = 1 << 13  # rows at a time
LONGEST_REASON = 150  # characters of what pyarrow says
MALFORMED = "malformed rows left out"
EXTRA = "parquet"  # what brings pyarrow, for Arrow files as well
_WORDS = ("word", "token", "term", "key", "words", "tokens")
_VECTORS = ("vector", "embedding", "vectors", "embeddings")
_HINT = "have one column of words and one of lists of numbers; call them word and vector"
_DAMAGED = "the file is damaged; fetch it again"


class Columns(NamedTuple):
    """Which columns to read: of the word, and of its numbers, one of lists or several."""

    word: str
    numbers: list[str]
    lists: bool


def arrow(path: Path, what: str, module: str = "pyarrow") -> Any:
    """A module of pyarrow; FileProblem that names the extra where it is not installed."""
    return extra(module, EXTRA, what, path)


def columns_of(schema: Any, path: Path) -> Columns:
    """The columns that hold words and vectors; FileProblem where that is not clear."""
    pa = arrow(path, "a table")
    kinds = {field.name: _kind(field.type, pa.types) for field in schema}
    if len(kinds) < len(schema):
        raise FileProblem("two columns have the same name", where=str(path), hint=_HINT)
    word = _one(kinds, "text", _WORDS, "words", path)
    lists = [name for name, kind in kinds.items() if kind == "lists"]
    if lists:
        return Columns(word, [_one(kinds, "lists", _VECTORS, "vectors", path)], True)
    numbers = [name for name, kind in kinds.items() if kind == "numbers"]
    types = {str(schema.field(name).type) for name in numbers}
    if not numbers:
        raise FileProblem(f"no column of numbers: {_listed(kinds)}", where=str(path), hint=_HINT)
    if len(types) > 1 or len(numbers) > MAX_WIDTH:
        message = (
            f"it is not clear which of {len(numbers):,} columns are the vector, they hold {_some(types)}"
        )
        raise FileProblem(message, where=str(path), hint="keep only the word and its numbers, of one type")
    return Columns(word, numbers, False)


def blocks_of(batches: Iterable[Any], columns: Columns, source: Source) -> Iterator[Block]:
    """Words and rows of record batches; FileProblem for a row that is not as wide as the first.

    A table that yields far more than its file could honestly hold is refused.
    """
    ceiling, given, first, width = ceiling_of(source.ceiling), 0, 1, len(columns.numbers)
    for batch in (part for whole in batches for part in _parts(whole)):
        if columns.lists:
            column = batch.column(columns.numbers[0])
            width = width if first > 1 else _width(column, source)
            rows, good = _of_lists(column, width, first, source)
        else:
            rows, good = _side_by_side(batch, columns.numbers), np.arange(batch.num_rows)
        words = _words(batch.column(columns.word), first, source)
        yield Block([words[i] for i in good], rows, [first + int(i) for i in good])
        first += batch.num_rows
        given += rows.nbytes
        if given > ceiling:
            raise too_much(source.path, ceiling)


@contextmanager
def explained(path: Path, what: str) -> Iterator[None]:
    """What pyarrow may raise, as FileProblems; `what` is the kind of file: "a parquet table"."""
    errors = arrow(path, what).lib
    try:
        yield
    except (errors.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
        if isinstance(error, MemoryError):
            raise
        if isinstance(error, OSError) and error.errno:  # pyarrow's own have no number
            raise unreadable(path, error) from None
        why = shown(str(error).partition("\n")[0].rstrip("."), LONGEST_REASON)
        raise FileProblem(
            f"damaged {what.partition(' ')[2]}: {why}", where=str(path), hint=_DAMAGED
        ) from None


def batches_of(path: Path, space: VectorSpace) -> tuple[Any, Iterator[Any]]:
    """A schema, word and vector, and the record batches of a space."""
    pa = arrow(path, "a table")
    vector = pa.list_(pa.float32(), space.dim)
    schema = pa.schema([("word", pa.string()), ("vector", vector)])

    def batches() -> Iterator[Any]:
        words = space.words()
        for _, rows, _ in space.blocks():
            values = pa.array(np.ascontiguousarray(rows, np.float32).reshape(-1))
            batch = pa.array([next(words) for _ in range(len(rows))], pa.string())
            yield pa.record_batch(
                [batch, pa.FixedSizeListArray.from_arrays(values, space.dim)], schema=schema
            )

    return schema, batches()


def _parts(batch: Any) -> Iterator[Any]:
    """A record batch in pieces, which are views."""
    yield from (batch.slice(first, BATCH) for first in range(0, batch.num_rows, BATCH))


def _kind(kind: Any, types: Any) -> str:
    """What a column of this type may be."""
    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "text"
    if types.is_binary(kind) or types.is_large_binary(kind):
        return "text"
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return "lists" if _is_number(kind.value_type, types) else ""
    return "numbers" if _is_number(kind, types) else ""


def _is_number(kind: Any, types: Any) -> bool:
    return bool(types.is_floating(kind) or types.is_integer(kind))


def _one(kinds: dict[str, str], kind: str, names: Sequence[str], what: str, path: Path) -> str:
    """The column of one of these names, or the only one of its kind."""
    found = [name for name in kinds if kinds[name] == kind]
    named = [name for wanted in names for name in found if name.lower() == wanted]
    if len(found) != 1 and not named:
        message = f"it is not clear which column holds the {what}" if found else f"no column of {what}"
        raise FileProblem(f"{message}: {_listed(kinds)}", where=str(path), hint=_HINT)
    return named[0] if named else found[0]


def _listed(kinds: dict[str, str]) -> str:
    listed = [f"{shown(name)} ({kind or 'neither'})" for name, kind in kinds.items()]
    return _some(listed) if listed else "there is no column at all"


def _some(names: Iterable[str]) -> str:
    names = sorted(names)
    return ", ".join(names[:5]) + (" and more" if len(names) > 5 else "")


def _words(column: Any, first: int, source: Source) -> list[str]:
    """The words of a column; a missing one is empty, which is for `checks` to judge."""

    def where(i: int) -> str:
        return f"{source.path}: row {first + i:,}"

    listed = column.to_pylist()
    if listed and any(isinstance(word, bytes) for word in listed):
        return decode([word or b"" for word in listed], source, where)
    return as_text([word or "" for word in listed], source, where)


def _width(column: Any, source: Source) -> int:
    """The numbers of the first row that has some."""
    width = next((len(row) for row in column if row.is_valid), 0)
    if not 1 <= width <= MAX_WIDTH:
        message = f"the first row has {width:,} numbers"
        raise FileProblem(message, where=str(source.path), hint=f"a row has from 1 to {MAX_WIDTH:,}")
    return width


def _of_lists(
    column: Any, width: int, first: int, source: Source
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The rows [b, width] of a column of lists, and which rows of the batch they are."""
    pc = arrow(source.path, "a table", "pyarrow.compute")
    sizes = pc.fill_null(pc.list_value_length(column), -1).to_numpy(zero_copy_only=False)
    bad = np.flatnonzero(sizes != width)
    good = np.flatnonzero(sizes == width)
    if len(bad):
        if not source.tolerance.skip_bad_rows:
            found = max(int(sizes[bad[0]]), 0)
            message = f"row {first + int(bad[0]):,} has {found:,} numbers, {width:,} are expected"
            hint = "correct the table, or leave such rows out with --skip-bad-rows"
            raise FileProblem(message, where=str(source.path), hint=hint)
        source.tally[MALFORMED] += len(bad)
        column = column.take(good)
    return _numbers(column.flatten()).reshape(-1, width), good


def _side_by_side(batch: Any, names: Sequence[str]) -> NDArray[np.float32]:
    """The rows [b, d] of a column for each component."""
    rows = np.empty((batch.num_rows, len(names)), np.float32)
    for i, name in enumerate(names):
        rows[:, i] = _numbers(batch.column(name))
    return rows


def _numbers(values: Any) -> NDArray[np.float32]:
    """Numbers as float32; a missing one is nan, which is for `checks` to judge."""
    if values.null_count:
        values = values.cast("float64")
    return as_float32(values.to_numpy(zero_copy_only=False))
