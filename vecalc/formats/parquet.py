"""Parquet: a table with a column of words and one of lists of numbers, or one for each component.

Which columns these are, `arrow_columns` says. Only they are read, some thousand rows at a time, once their
pages have said how much they hold: a dictionary of one number or text may stand for gigabytes. The footer
gives sizes, too, but pyarrow goes by the headers of the pages, and a page of some bytes may stand for any
number of values: runs of one number, of one text in a dictionary, of texts that begin alike.
Source: the Apache Parquet format (parquet.thrift), read and written by pyarrow; Thrift's compact protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.arrow_blocks import COLUMNS, batches_of, blocks_of, explained
from vecalc.formats.arrow_columns import arrow, columns_of
from vecalc.formats.arrow_text import BATCH, TEXT
from vecalc.sources import DAMAGED, Head, Source
from vecalc.sources.compression import ceiling_of, too_much, unpacked
from vecalc.space import VectorSpace

HAS_COLUMNS = True
ROOM = COLUMNS
SUFFIXES = (".parquet",)
AT_ONCE = 1 << 20  # bytes of a column read at a time; without it, a whole row group is
NUMBERS = 1 << 22  # values at a time, of all columns together
BYTES = 1 << 26  # bytes at a time, as far as the pages' averages tell
_NUMBER = 4  # bytes of a value in memory, at least: a float32, or which text of a dictionary it is
# Encodings of texts that pyarrow reads as dictionaries, with those of levels.
_INDEXED = {"PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"}
_WHAT = "a parquet table"
USUAL_HEADER, LONGEST_HEADER = 1 << 10, 1 << 24  # bytes; statistics in it may hold two long texts
_DEEPEST = 8  # structures in structures; a page's header has three
_LONGEST_NUMBER = 10  # bytes
_DICTIONARY = 2  # the type of a page that holds one
_APART = (0, 6)  # encodings of texts that share no bytes: one behind the other, lengths first


def recognise(head: Head) -> bool:
    """Parquet's magic, and the beginning of the header of a page."""
    return head.data.startswith(b"PAR1\x15")


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when it is not clear which columns they are, or for a damaged table."""
    file = unpacked(source, _WHAT)
    with explained(source.path, _WHAT):
        table = ParquetTable(file, source.path)
        columns = columns_of(table.schema, source)
        batches = table.batches(ceiling_of(source.ceiling), columns.names)
        yield from blocks_of(batches, columns, source)


class ParquetTable:
    """An open table, whose batches take some megabytes each, however well it was packed.

    Texts are read as dictionaries and what stands where, so that none is copied for every row.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        parquet = arrow(path, _WHAT, "pyarrow.parquet")
        self._file = file
        self._path = path
        self._metadata = parquet.read_metadata(file)
        # Columns go by the schema's names: those that the chunks repeat are not what is read by.
        names = [self._metadata.schema.column(i).path for i in range(len(self._metadata.schema))]
        groups = [self._metadata.row_group(i) for i in range(self._metadata.num_row_groups)]
        if any(group.num_columns != len(names) for group in groups):
            raise FileProblem("damaged parquet table: a part lacks columns", where=str(path), hint=DAMAGED)
        self._groups = [[(name, group.column(i)) for i, name in enumerate(names)] for group in groups]
        texts = {name for group in self._groups for name, chunk in group if _is_text(chunk)}
        others = {name for group in self._groups for name, chunk in group if set(chunk.encodings) - _INDEXED}
        self._indexed = {text for text in texts - others if "." not in text}
        self._table = parquet.ParquetFile(
            file,
            metadata=self._metadata,
            read_dictionary=list(self._indexed),
            buffer_size=AT_ONCE,
            pre_buffer=False,
        )
        self.schema = self._table.schema_arrow

    def batches(self, ceiling: int, names: list[str] | None = None) -> Iterator[Any]:
        """The record batches of the table, or of some columns; FileProblem for more bytes than `ceiling`."""
        rows = self._rows_at_once(ceiling, None if names is None else set(names))
        batches: Iterator[Any] = self._table.iter_batches(rows, columns=names, use_threads=False)
        return batches

    def _rows_at_once(self, ceiling: int, names: set[str] | None) -> int:
        """How many rows to read at a time, by what the pages say of their sizes and the values in them."""
        total, widest, longest, heaviest = 0, 1, 1, 1
        for i, group in enumerate(self._groups):
            wide = heavy = 0
            for name, chunk in group:
                # A column's name may hold dots, as the paths of its values do.
                if names is not None and names.isdisjoint(accumulate(name.split("."), "{}.{}".format)):
                    continue
                found = list(pages(self._file, self._path, chunk))
                values = sum(page.values for page in found)
                total += max(sum(page.size for page in found), _NUMBER * values)
                wide += values
                heavy += max((-(-page.size // page.values) for page in found if page.values), default=0)
                # Texts that share bytes are copied for every row, where they aren't read as a dictionary.
                if _is_text(chunk) and name not in self._indexed and any(page.shared for page in found):
                    longest = max(longest, *(page.size for page in found))
                if total > ceiling:
                    raise too_much(self._path, ceiling)
            widest = max(widest, -(-wide // max(self._metadata.row_group(i).num_rows, 1)))
            heaviest = max(heaviest, heavy)
        return max(min(BATCH, NUMBERS // widest, TEXT // longest, BYTES // heaviest), 1)


def write(path: Path, space: VectorSpace) -> None:
    """A table of word, vector (a list of fixed size, float32), and the columns of metadata."""
    parquet = arrow(path, _WHAT, "pyarrow.parquet")
    schema, batches = batches_of(path, space)
    with parquet.ParquetWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _is_text(column: Any) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY")


# --- what the pages hold, before any is unpacked ---------------------------------------------------


class Page(NamedTuple):
    """A page: bytes of its content when unpacked, values in it, and whether texts in it may share bytes."""

    size: int
    values: int  # none for a dictionary
    shared: bool


def pages(file: BinaryIO, path: Path, chunk: Any) -> Iterator[Page]:
    """The pages of a column chunk (pyarrow's metadata of it), as far as a reader takes them.

    Raises `FileProblem` for what is no page.
    """
    try:
        yield from _pages(file, chunk)
    except ValueError as error:
        raise FileProblem(f"damaged parquet table: {error}", where=str(path), hint=DAMAGED) from None


def _pages(file: BinaryIO, chunk: Any) -> Iterator[Page]:
    place = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < place:
        place = chunk.dictionary_page_offset
    end, left = place + chunk.total_compressed_size, chunk.num_values
    while place < end and left > 0:
        header, length = _header(file, place)
        kind, size, packed = (header.get(field) for field in (1, 2, 3))
        if type(size) is not int or type(packed) is not int or size < 0 or packed < 0:
            raise ValueError("a page without its size")
        values, encoding = 0, 0
        for facts, at in ((5, 2), (8, 4)):  # of both versions: the number of values, and their encoding
            if kind != _DICTIONARY and isinstance(found := header.get(facts), dict):
                values, encoding = int(found.get(1) or 0), int(found.get(at) or 0)
        yield Page(size, max(values, 0), encoding not in _APART)
        left -= values
        place += length + packed


def _header(file: BinaryIO, place: int) -> tuple[dict[int, Any], int]:
    """The fields of a page's header by their numbers, and its length."""
    for most in (USUAL_HEADER, LONGEST_HEADER):
        file.seek(place)
        data = file.read(most)
        try:
            return _structure(data, 0, 0)
        except IndexError:
            if len(data) < most:
                break
    raise ValueError("a page without an end to its header")


# --- Thrift's compact protocol ------------------------------------------------------------------


def _structure(data: bytes, at: int, depth: int) -> tuple[dict[int, Any], int]:
    """The fields that begin at a byte, and the byte behind them. Raises IndexError where they go on."""
    if depth > _DEEPEST:
        raise ValueError("a page's header of too many levels")
    fields: dict[int, Any] = {}
    number = 0
    while start := data[at]:
        at += 1
        if start >> 4:
            number += start >> 4
        else:
            number, at = _number(data, at)
        fields[number], at = _value(start & 15, data, at, depth)
    return fields, at + 1


def _value(kind: int, data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """A value of some type, and the byte behind it; of texts and lists only where they end."""
    match kind:
        case 1 | 2:
            return kind == 1, at
        case 3:
            return data[at], at + 1
        case 4 | 5 | 6:
            return _number(data, at)
        case 7:
            return None, at + 8
        case 8:
            length, at = _plain(data, at)
            return None, at + length
        case 12:
            return _structure(data, at, depth + 1)
    raise ValueError("a page's header of unknown parts")


def _number(data: bytes, at: int) -> tuple[int, int]:
    number, at = _plain(data, at)
    return number >> 1 ^ -(number & 1), at


def _plain(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for i in range(_LONGEST_NUMBER):
        byte = data[at + i]
        number |= (byte & 127) << 7 * i
        if byte < 128:
            return number, at + i + 1
    raise ValueError("a number of too many bytes")
