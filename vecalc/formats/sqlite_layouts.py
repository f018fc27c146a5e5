"""What an SQLite database holds: plain tables and views, sqlite-vec's virtual tables, collections of llm's.

Each is a name, columns, and rows of plain values. Virtual tables are never asked: that would run the code of
an extension on data that may be anybody's. Those of sqlite-vec are read by the plain tables behind them
(`vec0_rows`).
Source: sqlite.org/schematab.html; llm's `embeddings.db`, as its documentation has it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from vecalc.formats import Block, table_held
from vecalc.formats.database_tables import UNREADABLE, counted
from vecalc.formats.sqlite_reading import quoted, select, values
from vecalc.formats.table_held import LOOKED_AT, PlainColumn, Row
from vecalc.formats.table_rows import blocks_of_rows, pieces
from vecalc.formats.vec0_rows import Vec0
from vecalc.sources import Source
from vecalc.sources.column_names import WORDS
from vecalc.sources.word_text import shown

if TYPE_CHECKING:
    from sqlite3 import Connection

MOST_TABLES = 1_000  # that are looked into
MOST_KEYS = 100  # of the metadata of a collection that become columns
_OF_ROWS = "rowid"  # what counts the rows of nearly every table
_COLLECTIONS = {"collections": {"id", "name"}, "embeddings": {"collection_id", "id", "embedding"}}
_WORD = "id"
_ALL_BUT = {"collection_id", "embedding", "content_hash", "content_blob", "metadata"}
_GENERATED = (0, 2, 3)  # kinds of columns of `table_xinfo` that a query gives; 1 is hidden


class SqliteTable:
    """A table or view of a database that is open."""

    def __init__(self, database: Connection, name: str, *, is_view: bool = False) -> None:
        self.name = name
        self._database = database
        self.is_view = is_view

    def count(self) -> str:
        """How many rows it has; of a view that is not asked."""
        if self.is_view:
            return "a view"
        return counted(values(self._database, select("count(*)", self.name))[0])

    @property
    def _errors(self) -> type[Exception]:
        import sqlite3

        return sqlite3.Error

    def columns(self) -> Sequence[str]:
        """Its columns, for people."""
        try:
            if self.is_view:
                return [column.name for column in self._columns]
            return table_held.told_columns(self._columns, self._first)
        except self._errors:
            return [UNREADABLE]

    def has_vectors(self) -> bool:
        """Whether one of its columns may hold vectors, by its first rows."""
        if self.is_view:
            return False
        try:
            return table_held.has_vectors(self._columns, self._first)
        except self._errors:
            return True

    def blocks(self, source: Source) -> Iterator[Block]:
        """Its rows, in the order in which the database keeps them."""
        if not source.reading.part and (key := self._key_of_text):
            source.tally.remarks[f"the words are the primary key, the column {shown(key)}"] = None
            source = source._replace(reading=source.reading._replace(part=key))
        return blocks_of_rows(self._columns, self._selected(self._columns), source)

    @property
    def _key_of_text(self) -> str:
        """The only column of the primary key, where it holds text and no column is called as words are."""
        keys = [name for _, name, *_, place, _ in self._told if place]
        texts = table_held.names_of_text(self._columns, self._first)
        usual = any(name.lower() in WORDS for name in texts)
        return keys[0] if len(keys) == 1 and keys[0] in texts and len(texts) > 1 and not usual else ""

    @cached_property
    def _told(self) -> list[Any]:
        return list(self._database.execute(f"PRAGMA table_xinfo({quoted(self.name)})"))

    @cached_property
    def _columns(self) -> list[PlainColumn]:
        found = [PlainColumn(name, kind) for _, name, kind, *_, hidden in self._told if hidden in _GENERATED]
        if self.is_view or not table_held.without_words(found, self._sample(found)):
            return found
        keyed = any(key for *_, key, _ in self._told)
        return found if keyed or self._is_clustered else [PlainColumn(_OF_ROWS, "INTEGER"), *found]

    @property
    def _is_clustered(self) -> bool:
        """Whether the table has no row numbers of its own."""
        sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
        return "WITHOUT ROWID" in str(values(self._database, sql, self.name)[0]).upper()

    @cached_property
    def _first(self) -> list[Row]:
        return self._sample(self._columns)

    def _sample(self, columns: Sequence[PlainColumn]) -> list[Row]:
        rows = islice(self._selected(columns), LOOKED_AT)
        first = next(pieces(rows, len(columns)), None)
        return first.rows if first else []

    def _selected(self, columns: Sequence[PlainColumn]) -> Iterator[Row]:
        names = ", ".join(quoted(column.name) for column in columns)
        # No index may give them in its own order.
        return iter(self._database.execute(select(names, self.name, "" if self.is_view else "NOT INDEXED")))


class LlmCollection(SqliteTable):
    """A collection of llm's: words are the ids, metadata the content and the keys of its JSON."""

    def __init__(self, database: Connection, name: str, key: int) -> None:
        super().__init__(database, name)
        self._key = key

    def count(self) -> str:
        """How many embeddings are in it."""
        sql = "SELECT count(*) FROM embeddings WHERE collection_id = ?"
        return counted(values(self._database, sql, self._key)[0])

    def blocks(self, source: Source) -> Iterator[Block]:
        """Its rows, the ids as words unless another column is named."""
        part = source.reading.part or _WORD
        return super().blocks(source._replace(reading=source.reading._replace(part=part)))

    @cached_property
    def _columns(self) -> list[PlainColumn]:
        told = [row[1:3] for row in self._database.execute("PRAGMA table_xinfo(embeddings)")]
        plain = [PlainColumn(name, kind) for name, kind in told if name not in _ALL_BUT]
        return [*plain, PlainColumn("embedding"), *(PlainColumn(f"metadata.{key}") for key in self._keys)]

    @cached_property
    def _keys(self) -> list[str]:
        """The keys of the metadata, as they come up."""
        keys: dict[str, None] = {}
        if not self._has_metadata:
            return []
        sql = "SELECT metadata FROM embeddings WHERE collection_id = ? AND metadata IS NOT NULL"
        for (text,) in self._database.execute(sql, (self._key,)):
            keys.update(dict.fromkeys(_object(text)))
            if len(keys) >= MOST_KEYS:
                break
        return list(keys)[:MOST_KEYS]

    @property
    def _has_metadata(self) -> bool:
        return "metadata" in [row[1] for row in self._database.execute("PRAGMA table_xinfo(embeddings)")]

    def _selected(self, columns: Sequence[PlainColumn]) -> Iterator[Row]:
        plain = [column.name for column in columns if not column.name.startswith("metadata.")]
        last = "metadata" if self._keys else "NULL"
        what = ", ".join([*map(quoted, plain), last])
        sql = select(what, "embeddings", "WHERE collection_id = ? ORDER BY rowid")
        for *cells, text in self._database.execute(sql, (self._key,)):
            found = _object(text) if text else {}
            yield (*cells, *(_plain(found.get(key)) for key in self._keys))


class Vec0Table(SqliteTable):
    """A virtual table of sqlite-vec's."""

    def __init__(self, database: Connection, name: str, definition: str) -> None:
        super().__init__(database, name)
        self._vec0 = Vec0(database, name, definition)

    def blocks(self, source: Source) -> Iterator[Block]:
        """Its rows, a key of text as words unless another column is named."""
        key = self._columns[0]
        part = source.reading.part or (key.name if key.declared == "text" else "")
        return super().blocks(source._replace(reading=source.reading._replace(part=part)))

    def count(self) -> str:
        """How many vectors it has."""
        sql = select("count(*)", f"{self.name}_rowids")
        return counted(values(self._database, sql)[0])

    @cached_property
    def _columns(self) -> list[PlainColumn]:
        return self._vec0.columns

    def _selected(self, columns: Sequence[PlainColumn]) -> Iterator[Row]:
        return self._vec0.rows()


def tables_of(database: Connection) -> list[SqliteTable]:
    """The tables and views of a database, but for those that belong to a virtual table."""
    sql = "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view')"
    sql += " AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    told = list(islice(database.execute(sql), MOST_TABLES))
    virtual = {name: text for name, _, text in told if str(text).upper().startswith("CREATE VIRTUAL")}
    plain = [(name, kind) for name, kind, _ in told if name not in virtual and not _is_behind(name, virtual)]
    found: list[SqliteTable] = []
    if _is_of_llm(database, [name for name, _ in plain]):
        rows = database.execute("SELECT name, id FROM collections ORDER BY id")
        found += [LlmCollection(database, str(name), key) for name, key in islice(rows, MOST_TABLES)]
        plain = [(name, kind) for name, kind in plain if name not in _COLLECTIONS]
    found += [Vec0Table(database, name, text) for name, text in virtual.items() if Vec0.is_one(text)]
    return [*found, *(SqliteTable(database, name, is_view=kind == "view") for name, kind in plain)]


def _is_behind(name: str, virtual: dict[str, Any]) -> bool:
    return any(name.startswith(f"{other}_") for other in virtual)


def _is_of_llm(database: Connection, names: Sequence[str]) -> bool:
    """Whether these are the tables of llm's collections."""
    return all(
        table in names and columns <= {row[1] for row in database.execute(f"PRAGMA table_xinfo({table})")}
        for table, columns in _COLLECTIONS.items()
    )


def _object(text: Any) -> dict[str, Any]:
    """An object of JSON; empty where it is none."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain(value: Any) -> Any:
    """A value of JSON as SQLite would give it."""
    if value is None or isinstance(value, str | float | bool):
        return value
    return value if isinstance(value, int) and abs(value) < 1 << 63 else json.dumps(value, ensure_ascii=False)
