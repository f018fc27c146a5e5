"""Lance and LanceDB: a table with a column of words, and one of lists of numbers of one size.

A table is a folder, and its version a manifest (`lance_folders`): that is the file that is read. The columns
go by the rule of Parquet's (`arrow_columns`), rows come in the order of the table.
Source: lancedb.github.io/lance/format.html (table.proto), read by the official package.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from vecalc.codecs.protobuf_fields import field_numbers
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.arrow_blocks import blocks_of
from vecalc.formats.arrow_columns import arrow, columns_of
from vecalc.formats.database_tables import UNREADABLE, chosen_table, counted, may_be_vectors, paced
from vecalc.formats.lance_folders import is_manifest, tables_in, version_of
from vecalc.sources import DAMAGED, Head, Source
from vecalc.sources.compression import unpacked
from vecalc.sources.extras import extra
from vecalc.sources.open_file import changed
from vecalc.sources.word_text import shown

_WHAT = "a Lance table"
_END = b"LANC"
_LARGE = re.compile(rb"(?s).{4}(?:\x08[\x80-\xff]{0,9}[\0-\x7f])?\x12\$[0-9a-f]{8}-")  # begins with a change
_ERRORS = (RuntimeError, ValueError, OSError, TypeError, OverflowError, LookupError)  # pyarrow's are of these
_PANICS = ("PanicException", "RustPanic")
_ROWS = 1 << 13  # at a time
_LONGEST_REASON = 150  # characters of what Lance says
_LONGEST = 1 << 26  # bytes of a manifest
_FOOTER = 16  # bytes: where the manifest begins, two versions, the magic
_BASE_PATHS = 18  # the field of a manifest that names other places, which may be addresses
_HINT = "give the folder TABLE.lance, or the one that it lies in"


def recognise(head: Head) -> bool:
    """The manifest of a version: Lance's magic at its end, or the change that a long one begins with."""
    if head.complete:
        return head.data.endswith(_END) and len(head.data) > len(_END)
    return _LARGE.match(head.data) is not None


def read(source: Source) -> Iterator[Block]:
    """Words and rows of one table; FileProblem where it is not clear which, or for a damaged one."""
    unpacked(source, _WHAT)
    arrow(source.path, _WHAT)
    if not is_manifest(source.path):
        raise FileProblem("a file of a Lance table by itself", where=str(source.path), hint=_HINT)
    folder = source.path.parents[2]
    _refuse_elsewhere(source)
    os.environ.setdefault("LANCEDB_LOG", "off")  # it would write to standard error by itself
    manifest = source.path
    with _explained(manifest.parents[1]):
        database = extra("lancedb", "lance", _WHAT, source.path).connect(str(folder.absolute()))
        tables = [LanceTable(database, name, manifest) for name, manifest in tables_in(folder).items()]
        table, source = chosen_table(tables, source._replace(path=folder))
        if table.manifest != manifest:
            raise changed(manifest.parents[1])
        columns = columns_of(table.schema, source)
        yield from paced(blocks_of(table.batches(columns.names), columns, source), source)


def _refuse_elsewhere(source: Source) -> None:
    """FileProblem for a table whose rows lie elsewhere, perhaps at an address."""
    data, path = b"", source.path.parents[1]
    while len(data) <= _LONGEST and (more := source.stream.read(_LONGEST)):
        data += more
    start = int.from_bytes(data[-_FOOTER:-8], "little") + 4
    size = int.from_bytes(data[start - 4 : start], "little")
    try:
        fields = set(field_numbers(data[start : start + size]))
    except ValueError as error:
        raise FileProblem(f"damaged Lance table: {error}", where=str(path), hint=DAMAGED) from None
    if _BASE_PATHS in fields:
        hint = "make a whole copy of it, with all its rows in one folder"
        raise FileProblem("a Lance table whose rows lie elsewhere", where=str(path), hint=hint)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What Lance may raise, as FileProblems; panics of Rust, too, which are no `Exception`."""
    try:
        yield
    except _ERRORS as error:
        raise _problem(error, path) from None
    except BaseException as error:
        if type(error).__name__ not in _PANICS:
            raise
        raise _problem(error, path) from None


def _problem(error: BaseException, path: Path) -> FileProblem:
    why = shown(str(error).partition("\n")[0], _LONGEST_REASON)[1:-1]
    return FileProblem(f"damaged Lance table: {why}", where=str(path), hint=DAMAGED)


class LanceTable:
    """A table of a folder, at a version."""

    def __init__(self, database: Any, name: str, manifest: Path) -> None:
        self.name = name
        self.manifest = manifest
        self._database = database

    @cached_property
    def _table(self) -> Any:
        table = self._database.open_table(self.name)
        table.checkout(version_of(self.manifest.name))
        return table

    def count(self) -> str:
        """How many rows it has."""
        return counted(self._table.count_rows())

    @cached_property
    def schema(self) -> Any:
        """Its columns, as Arrow has them."""
        with _explained(self.manifest.parents[1]):
            return self._table.schema

    def columns(self) -> Sequence[str]:
        """Its columns, for people."""
        try:
            return [f"{field.name} {field.type}" for field in self.schema]
        except FileProblem:
            return [UNREADABLE]

    def has_vectors(self) -> bool:
        """Whether there may be vectors in its columns."""
        try:
            return may_be_vectors(self.schema)
        except FileProblem:
            return True

    def batches(self, names: Sequence[str]) -> Iterator[Any]:
        """Its rows, as record batches of some columns."""
        return iter(self._table.search().select(list(names)).to_batches(_ROWS))
