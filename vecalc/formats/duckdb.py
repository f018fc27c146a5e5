"""DuckDB: a table with a column of words and one of FLOAT[n], FLOAT[] or DOUBLE[], or one for each component.

The columns go by the rule of Parquet's (`arrow_columns`), rows come in the order in which they were put in.
The database is opened to be read alone: no file, address or extension can be reached from it.
Source: duckdb.org/internals/storage, read by the official package.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.arrow_blocks import blocks_of
from vecalc.formats.arrow_blocks import explained as of_arrow
from vecalc.formats.arrow_columns import arrow, columns_of
from vecalc.formats.database_tables import UNREADABLE, chosen_table, counted, may_be_vectors, paced
from vecalc.sources import DAMAGED, Head, Source
from vecalc.sources.compression import unpacked
from vecalc.sources.extras import extra
from vecalc.sources.word_text import shown

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MAGIC = b"DUCK"
_PLACE = 8  # behind a checksum
_WHAT = "a DuckDB database"
_ROWS = 1 << 13  # at a time
_PATIENCE = 60.0  # seconds for some rows; a view may join tables for years
_LONGEST_REASON = 150  # characters of what DuckDB says
_SETTINGS = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "lock_configuration": True,
    "preserve_insertion_order": True,
    "memory_limit": "1GB",
}
_MAIN = "main"  # the schema that needs no name
_LOCKED = "wait until the program that writes to it has finished, or give a copy"


def recognise(head: Head) -> bool:
    """DuckDB's magic, behind the checksum of the header."""
    return head.data[_PLACE:].startswith(_MAGIC)


def read(source: Source) -> Iterator[Block]:
    """Words and rows of one table; FileProblem where it is not clear which, or for a damaged database."""
    unpacked(source, _WHAT)
    arrow(source.path, _WHAT)
    log = source.path.with_name(f"{source.path.name}.wal")
    if log.is_file() and log.stat().st_size:
        source.open(log)
    else:
        source.lacks(log)
    with _connected(source.path) as database, of_arrow(source.path, _WHAT):
        table, source = chosen_table(_tables(database), source)
        schema = table.schema
        columns = columns_of(schema, source)
        batches = _in_time(table.batches(columns.names), database)
        yield from paced(blocks_of(batches, columns, source), source)


@contextmanager
def _connected(path: Path) -> Iterator[DuckDBPyConnection]:
    """The database at a path. DuckDB's errors are FileProblems meanwhile."""
    duckdb = extra("duckdb", "duckdb", _WHAT, path)
    try:
        with closing(duckdb.connect(str(path.absolute()), read_only=True, config=_SETTINGS)) as database:
            yield database
    except duckdb.Error as error:
        raise _explained(error, path) from None


def _explained(error: Exception, path: Path) -> FileProblem:
    kind, said = type(error).__name__, str(error)
    if "lock" in said and kind in ("IOException", "ConnectionException"):
        return FileProblem("the DuckDB database is locked by a program", where=str(path), hint=_LOCKED)
    if kind == "InterruptException":
        message = f"some rows of a view took more than {_PATIENCE:.0f} seconds"
        return FileProblem(message, where=str(path), hint="name a table instead, or make a table of the view")
    why = shown(said.partition("\n")[0], _LONGEST_REASON)[1:-1]
    if kind == "OutOfMemoryException":
        message = f"a DuckDB database that needs more than {_SETTINGS['memory_limit']} of memory"
        return FileProblem(message, where=str(path), hint="name a table instead of a view")
    if kind in ("PermissionException", "BinderException", "CatalogException", "MissingExtensionException"):
        hint = "name a table instead, or make a table of the view"
        return FileProblem(f"a DuckDB table that can't be read: {why}", where=str(path), hint=hint)
    return FileProblem(f"damaged DuckDB database: {why}", where=str(path), hint=DAMAGED)


def _in_time(batches: Iterator[Any], database: DuckDBPyConnection) -> Iterator[Any]:
    """The same batches, each within a time."""
    while True:
        timer = Timer(_PATIENCE, database.interrupt)
        timer.daemon = True
        timer.start()
        try:
            batch = next(batches, None)
        finally:
            timer.cancel()
        if batch is None:
            return
        yield batch


class DuckTable:
    """A table or view of a database that is open."""

    def __init__(self, database: DuckDBPyConnection, schema: str, name: str, *, is_view: bool) -> None:
        self.name = name if schema == _MAIN else f"{schema}.{name}"
        self._database = database
        self._path = f"{_quoted(schema)}.{_quoted(name)}"
        self.is_view = is_view

    @property
    def _errors(self) -> type[Exception]:
        import duckdb

        return duckdb.Error

    def count(self) -> str:
        """How many rows it has; of a view that is not asked."""
        if self.is_view:
            return "a view"
        return counted(self._selected("count(*)").fetchall()[0][0])

    @cached_property
    def schema(self) -> Any:
        """Its columns, as Arrow has them."""
        return self._head.to_arrow_table().schema

    @cached_property
    def _head(self) -> Any:
        return self._selected("*", " LIMIT 0")

    def columns(self) -> Sequence[str]:
        """Its columns, for people."""
        try:
            head = self._head
        except self._errors:
            return [UNREADABLE]
        return [f"{name} {kind}" for name, kind in zip(head.columns, head.types, strict=True)]

    def has_vectors(self) -> bool:
        """Whether there may be vectors in its columns."""
        if self.is_view:
            return False
        try:
            return may_be_vectors(self.schema)
        except self._errors:
            return True

    def batches(self, names: Sequence[str]) -> Iterator[Any]:
        """Its rows, as record batches of some columns; nothing is computed before the first is asked for."""
        found = self._selected(", ".join(map(_quoted, names)))
        reader = getattr(found, "to_arrow_reader", None) or found.fetch_arrow_reader  # its name before 1.4
        yield from reader(_ROWS)  # which computes the first rows, or all, before there is anything to ask

    def _selected(self, what: str, rest: str = "") -> Any:
        return self._database.sql(f"SELECT {what} FROM {self._path}{rest}")  # noqa: S608 - quoted


def _tables(database: DuckDBPyConnection) -> list[DuckTable]:
    """The tables and views of the file itself, in the order of their making."""
    found: list[DuckTable] = []
    for kind in ("table", "view"):
        what = f"SELECT schema_name, {kind}_name FROM duckdb_{kind}s() "  # noqa: S608 - one of two words
        rows = database.execute(f"{what} WHERE NOT internal ORDER BY {kind}_oid").fetchall()
        found += [DuckTable(database, schema, name, is_view=kind == "view") for schema, name in rows]
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
