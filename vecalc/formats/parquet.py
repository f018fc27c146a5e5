"""Parquet: a table with a column of words and one of lists of numbers, or one for each component.

Which columns these are, `tables` says. Only they are read, some thousand rows at a time, once their pages
have said how much they hold: a dictionary of one number or text may stand for gigabytes.
Source: the Apache Parquet format, read and written by pyarrow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from vecalc.errors import FileProblem
from vecalc.formats import Block, Head, Source
from vecalc.formats.arrow_blocks import BATCH, DAMAGED, TEXT, batches_of, blocks_of, explained
from vecalc.formats.arrow_columns import arrow, columns_of
from vecalc.formats.parquet_pages import Page, pages
from vecalc.formats.stream_limits import ceiling_of, too_much

if TYPE_CHECKING:
    from vecalc.space import VectorSpace

SUFFIXES = (".parquet",)
AT_ONCE = 1 << 20  # bytes of a column read at a time; without it, a whole row group is
NUMBERS = 1 << 22  # values at a time, of all columns together
_NUMBER = 4  # bytes of a value in memory, at least: a float32, or which text of a dictionary it is
# Encodings of texts that pyarrow reads as dictionaries, with those of levels.
_INDEXED = {"PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"}
_WHAT = "a parquet table"


def recognise(head: Head) -> bool:
    """Parquet's magic, and the beginning of the header of a page."""
    return head.data.startswith(b"PAR1\x15")


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when it is not clear which columns they are, or for a damaged table."""
    if source.file is None:
        raise FileProblem("a compressed parquet table", where=str(source.path), hint="decompress it once")
    with explained(source.path, _WHAT):
        table = Table(source.file, source.path)
        columns = columns_of(table.schema, source.path)
        batches = table.batches(ceiling_of(source.ceiling), [columns.word, *columns.numbers])
        yield from blocks_of(batches, columns, source)


class Table:
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

    def _rows_at_once(self, ceiling: int, names: Collection[str] | None) -> int:
        """How many rows to read at a time, by what the pages say of their sizes and the values in them."""
        total, widest, longest = 0, 1, 1
        for i, group in enumerate(self._groups):
            wide = 0
            for name, chunk in group:
                if names is not None and not _is_of(name, names):
                    continue
                found = self._pages(chunk)
                values = sum(page.values for page in found)
                total += max(sum(page.size for page in found), _NUMBER * values)
                wide += values
                # Texts that share bytes are copied for every row, where they aren't read as a dictionary.
                if _is_text(chunk) and name not in self._indexed and any(page.shared for page in found):
                    longest = max(longest, *(page.size for page in found))
                if total > ceiling:
                    raise too_much(self._path, ceiling)
            widest = max(widest, -(-wide // max(self._metadata.row_group(i).num_rows, 1)))
        return max(min(BATCH, NUMBERS // widest, TEXT // longest), 1)

    def _pages(self, chunk: Any) -> list[Page]:
        try:
            return list(pages(self._file, chunk))
        except ValueError as error:
            message = f"damaged parquet table: {error}"
            raise FileProblem(message, where=str(self._path), hint=DAMAGED) from None


def write(path: Path, space: VectorSpace) -> None:
    """A table of two columns, word and vector (a list of fixed size, float32)."""
    parquet = arrow(path, _WHAT, "pyarrow.parquet")
    schema, batches = batches_of(path, space)
    with parquet.ParquetWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _is_of(path: str, names: Collection[str]) -> bool:
    """Whether the values at a path belong to one of some columns, whose names may hold dots."""
    parts = path.split(".")
    return any(".".join(parts[: i + 1]) in names for i in range(len(parts)))


def _is_text(column: Any) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY")
