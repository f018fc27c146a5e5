"""Rows of plain values, as a database gives them, to blocks: words, vectors, the other columns as metadata.

Vectors are blobs of numbers, lists that are written as text, or a column for each component; `columns` says
which columns they and the words are. What the first rows show holds for all: a row that is otherwise is odd.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from sys import getsizeof
from typing import Any, NamedTuple

import numpy as np

from vecalc.arrays import Numbers, Singles
from vecalc.codecs.npy_array import as_float32
from vecalc.codecs.number_bodies import fault, numbers_of
from vecalc.codecs.vector_blobs import NAMES, rows_of
from vecalc.conditions import MetadataColumn
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.columns import ColumnChoice, choice_of, one_line
from vecalc.formats.other_columns import UNREADABLE, ColumnNames, not_kept, short
from vecalc.formats.plain_kinds import of_values
from vecalc.formats.table_held import LOOKED_AT, HeldColumn, PlainColumn, Row, body_of, held_columns
from vecalc.sources import MAX_WIDTH, Source
from vecalc.sources.compression import ceiling_of, too_much
from vecalc.sources.excuses import MALFORMED, odd
from vecalc.sources.word_text import decode, shown

ROWS = 1 << 13  # in a block
VALUES = 1 << 18  # and values in them: a table may have two thousand columns
BYTES = 1 << 23  # and what their texts and blobs take
_HINT = "correct the row, or leave such rows out with --skip-bad-rows"
_BOOLEAN = "BOOL"  # what a declared type begins with, of which SQLite itself makes nothing


def blocks_of_rows(columns: Sequence[PlainColumn], rows: Iterable[Row], source: Source) -> Iterator[Block]:
    """The blocks of a table; FileProblem where it is not clear which columns they are.

    A table that yields far more than its file could honestly hold is refused.
    """
    found = pieces(rows, len(columns))
    first = next(found, RowPiece([], 0))
    if not first.rows:
        raise FileProblem("the table has no rows", where=str(source.path), hint="name another one")
    held = held_columns(columns, first.rows[:LOOKED_AT])
    choice = choice_of([column.seen for column in held], source)
    _remark(held, choice, source)
    called, others = _others(held, choice, source)
    given, number, ceiling = 0, 1, ceiling_of(source.ceiling)
    for some in chain([first], found):
        block = _block(list(zip(*some.rows, strict=True)), held, choice, others, number, source)
        block = block._replace(word_column=called)
        given += some.size
        number += len(some.rows)
        if given > ceiling:
            raise too_much(source.path, ceiling)
        yield block


class RowPiece(NamedTuple):
    """Some rows, and the bytes that their values take."""

    rows: list[Row]
    size: int


def pieces(rows: Iterable[Row], columns: int) -> Iterator[RowPiece]:
    """Some rows at a time, as many as take a few megabytes."""
    most = max(min(ROWS, VALUES // max(columns, 1)), 1)
    some: list[Row] = []
    size = 0
    for row in rows:
        some.append(row)
        size += sum(map(getsizeof, row))
        if len(some) == most or size > BYTES:
            yield RowPiece(some, size)
            some, size = [], 0
    if some:
        yield RowPiece(some, size)


def _remark(held: Sequence[HeldColumn], choice: ColumnChoice, source: Source) -> None:
    """Say how blobs are read that are not float32; FileProblem for vectors of an absurd width."""
    word, vector = held[choice.word], held[choice.numbers[0]]
    if (blobs := vector.blobs) and choice.lists and NAMES[blobs.kind] != "float32":
        source.tally.remarks[f"the blobs of {shown(vector.column.name)} are read as {NAMES[blobs.kind]}"] = (
            None
        )
    width = vector.seen.width if choice.lists else len(choice.numbers)
    if not 1 <= width <= MAX_WIDTH:
        message = f"the first row has {width:,} numbers"
        raise FileProblem(message, where=str(source.path), hint=f"a row has from 1 to {MAX_WIDTH:,}")
    if word.seen.kind == "lists":
        message = f"the column {shown(word.column.name)} can't be both the words and the vectors"
        raise FileProblem(message, where=str(source.path), hint=f"{source.path.name}#TABLE.WORDS,VECTORS")


class _Other(NamedTuple):
    """A column that becomes metadata: what it is called from now on, and where it stands."""

    name: str
    place: int
    is_flag: bool

    def known(self, cells: Sequence[Any], source: Source) -> tuple[MetadataColumn, list[Any]]:
        """Some cells of it; bytes among them are missing, and counted."""
        if wrong := sum([type(cell) is bytes for cell in cells]):
            source.tally.counts[UNREADABLE] += wrong
        plain = [None if type(cell) is bytes else cell for cell in cells]
        if self.is_flag:
            plain = [bool(cell) if cell in (0, 1) else cell for cell in plain]
        kind, values = of_values([short(cell, source) if type(cell) is str else cell for cell in plain])
        return MetadataColumn(self.name, kind), values


def _others(held: Sequence[HeldColumn], choice: ColumnChoice, source: Source) -> tuple[str, list[_Other]]:
    """What the column of the words is called among the columns beside vectors, and the others.

    Those of bytes and further vectors are none.
    """
    used = {choice.word, *choice.numbers}
    left = {i: column for i, column in enumerate(held) if i not in used}
    lists = [i for i, column in left.items() if column.seen.kind == "lists"]
    raw = [i for i, column in left.items() if column.is_bytes and i not in set(lists)]
    not_kept([held[i].column.name for i in lists], "further lists of numbers", source)
    not_kept([held[i].column.name for i in raw], "bytes and the like", source)
    names = ColumnNames(source, held[choice.word].column.name, choice.word + 1)
    others = [
        _Other(name, i, column.column.declared.upper().startswith(_BOOLEAN))
        for i, column in left.items()
        if i not in {*lists, *raw} and (name := names.named(column.column.name, i + 1))
    ]
    return names.words if others else "", others


# --- blocks ---------------------------------------------------------------------------------------


def _block(
    values: Sequence[Sequence[Any]],
    held: Sequence[HeldColumn],
    choice: ColumnChoice,
    others: Sequence[_Other],
    first: int,
    source: Source,
) -> Block:
    """The block of some rows [columns, b], the first of this number; those without a vector are odd."""
    if choice.lists:
        place = choice.numbers[0]
        rows, good = _vectors(values[place], held[place], first, source)
    else:
        rows = _side_by_side([values[i] for i in choice.numbers])
        good = np.arange(len(rows))
    chosen = good.tolist()
    raw = one_line([_as_word(values[choice.word][i]) for i in chosen], source)
    words = decode(raw, source, lambda i: f"{source.path}: row {first + chosen[i]:,}")
    known = dict(other.known([values[other.place][i] for i in chosen], source) for other in others)
    return Block(words, rows, [first + i for i in chosen], metadata=known or None)


def _vectors(cells: Sequence[Any], held: HeldColumn, first: int, source: Source) -> tuple[Singles, Numbers]:
    """The rows [g, width] of a column of blobs, or of lists in text, and which rows they are."""
    width = held.seen.width
    if held.blobs:
        found = rows_of(cells, held.blobs)
        rows, good = found.rows, found.good
    else:
        bodies = [body_of(cell) if type(cell) is str else b"" for cell in cells]
        read = numbers_of(bodies, width)
        rows, good = read.rows, np.array(read.good, np.int64)
    if len(good) < len(cells):
        bad = int(np.setdiff1d(np.arange(len(cells)), good)[0])
        message = f"row {first + bad:,} {_why(cells[bad], held, width)}"
        problem = FileProblem(message, where=str(source.path), hint=_HINT)
        odd(MALFORMED, problem, source, len(cells) - len(good))
    return rows, good


def _why(cell: Any, held: HeldColumn, width: int) -> str:
    """Why a cell is no vector."""
    if cell is None:
        return "has no vector"
    if held.blobs and type(cell) is bytes:
        size = width * np.dtype(held.blobs.kind).itemsize
        return f"has a blob of {len(cell):,} bytes, {size:,} are expected"
    if not held.blobs and type(cell) is str:
        return fault(body_of(cell), width)
    return f"has {shown(str(cell))} where a vector is expected"


def _side_by_side(columns: Sequence[Sequence[Any]]) -> Singles:
    """The rows [b, d] of a column for each component; what is no number is nan, which `row_rules` judges."""
    rows = np.empty((len(columns[0]), len(columns)), np.float32)
    for i, cells in enumerate(columns):
        numbers = [cell if type(cell) in (int, float) else np.nan for cell in cells]
        rows[:, i] = as_float32(np.array(numbers, np.float64))
    return rows


def _as_word(value: Any) -> bytes:
    """A text, or a number as a word; UTF-8 in which bytes that were none are what they were."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if value is None:
        return b""
    return value if isinstance(value, bytes) else str(value).encode()
