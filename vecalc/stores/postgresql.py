"""Postgres with pgvector: `postgresql://USER@HOST:PORT/DATABASE#TABLE`.

    #TABLE, #SCHEMA.TABLE, #TABLE.COLUMN      the table, and the column of vectors where there are several
    ?word=COLUMN                              the column of words, where its name doesn't tell
    ?index=yes                                ask an index (HNSW, IVFFlat), which may miss some neighbours
    ?sslmode=verify-full, sslrootcert=FILE    and what else of TLS libpq takes

Values are parameters, and names are quoted by the driver. The neighbours are exact unless an index is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from vecalc.answers import Cell, Metric
from vecalc.arrays import Numbers, Singles
from vecalc.conditions import NO_TEXT, Condition, columns_of, instant
from vecalc.errors import RemoteProblem, UsageError
from vecalc.space.spelling import fold
from vecalc.space.sql import POSTGRESQL, clause
from vecalc.stores import FoundRows, Patience, ServedFacts
from vecalc.stores.keys import Key
from vecalc.stores.pg_session import LIBPQ, PgSession, quoted
from vecalc.stores.pg_table import (
    PgColumn,
    is_text,
    key_in,
    keys_of,
    parts_of,
    table_of,
    vector_of,
)
from vecalc.stores.pg_target import INDEXES, PgTarget, Wish

if TYPE_CHECKING:
    from psycopg.sql import Composable, Composed

    from vecalc.stores.addresses import Address

SCHEMES = ("postgresql", "postgres")
OPTIONS = ("word", "index", *LIBPQ)
YES_OR_NO = ("yes", "no")
FOR_TARGETS = ("index", "force")
NEEDED = "psycopg"
MANY = 32  # exact queries take as long as reading all vectors twice: of 100,000 x 128, 16 of them did once
AT_ONCE = 2_000  # rows of an answer, and of a block: some megabytes
REACH = {"hnsw.ef_search": "400", "ivfflat.probes": "20"}  # of what an index looks at: more than by default
_BY: dict[Metric, str] = {"cos": "<=>", "dot": "<#>", "l2": "<->"}


def connect(address: Address, patience: Patience) -> PgConnection:
    """See `Server.connect`."""
    _refuse_unknown(address, OPTIONS, {"index": YES_OR_NO})
    return PgConnection(address, patience)


def target(address: Address, patience: Patience) -> PgTarget:
    """The versions of a model; the view is what stands behind #: `NAME` or `SCHEMA.NAME`."""
    _refuse_unknown(address, (*FOR_TARGETS, *LIBPQ), {"index": INDEXES, "force": YES_OR_NO})
    schema, _, name = address.table.rpartition(".")
    wish = Wish(address.options.get("index", ""), address.options.get("force") == "yes")
    plain = {name: value for name, value in address.options.items() if name in LIBPQ}

    def connected(version: str) -> PgConnection:
        return PgConnection(address._replace(table=version, options=plain), patience)

    return PgTarget(PgSession(address, patience, {}), schema, name, wish, connected)


def _refuse_unknown(address: Address, known: Sequence[str], choices: Mapping[str, Sequence[str]]) -> None:
    """Raises `UsageError` for an option or choice that there is not, or where there is no driver."""
    for name, value in address.options.items():
        if value not in choices.get(name, [value]):
            hint = f"there are {', '.join(f'{name}={choice}' for choice in choices[name] if choice)}"
            raise UsageError(f"there is no {name}={value}", where=address.shown, hint=hint)
        if name not in known:
            hint = f"there are {', '.join(known)}"
            raise UsageError(f"there is no option '{name}' of an address", where=address.shown, hint=hint)
    try:
        __import__(NEEDED)
    except ImportError:
        message = f"a store in Postgres needs the package {NEEDED}, which is not installed"
        raise UsageError(message, where=address.shown, hint="pip install 'vecalc[postgres]'") from None


class PgConnection:
    """See `vecalc.stores.Connection`."""

    def __init__(self, address: Address, patience: Patience) -> None:
        self._by_index = address.options.get("index", "no") == "yes"
        self._session = session = PgSession(
            address,
            patience,
            {"default_transaction_read_only": "on", **(REACH if self._by_index else {})},
        )
        self._table = table_of(session, address)
        self._keys = keys_of(session, self._table)
        if self._keys.are_counted:
            self._table = self._table.without_key()
        self.facts = self._facts()

    def _facts(self) -> ServedFacts:
        table = self._table
        width = table.vector.width or self._width()
        told = table.told
        if told and told.get("width") != width:
            what = f"it was published with vectors of {told.get('width')} numbers, and has such of {width}"
            raise RemoteProblem(what, where=self._session.where, hint="publish it again")
        notes = [] if told else [f"words are {table.word.name}, rows are in the order of {table.key.name}"]
        if self._by_index:
            notes.append("an index is asked, which may miss some neighbours")
        return ServedFacts(
            len(self._keys),
            width,
            table.metadata,
            exact=not self._by_index,
            many=0 if self._by_index else MANY,
            initial=str(told.get("initial", "")),
            fingerprint=str(told.get("fingerprint", "")),
            notes=tuple(notes),
            renamed=tuple(
                f"the column '{one.called}' is called {one.name} there"
                for one in table.columns
                if one.name not in (one.called, table.word.name)
            ),
        )

    def _width(self) -> int:
        """The width of the vectors, where the type of the column leaves it open."""
        query = "SELECT min(vector_dims({vector})), max(vector_dims({vector})) FROM {table}"
        least, most = self._rows(query)[0]
        if least != most:
            raise RemoteProblem(f"its vectors have {least} to {most} numbers", where=self._session.where)
        return int(least)

    # --- words ------------------------------------------------------------------------------

    def find(self, words: Sequence[str]) -> Mapping[str, int]:
        """See `Connection.find`."""
        query = (
            "SELECT DISTINCT ON (1) {word}, {key} FROM {table} WHERE {word} = ANY(%s) "
            "AND {vector} IS NOT NULL ORDER BY 1, 2"
        )
        found = self._rows(query, [word for word in words if not NO_TEXT.search(word)])
        rows = ((word, self._keys.row(key)) for word, key in found)
        return {word: row for word, row in rows if row is not None}

    def variants(self, words: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """See `Connection.variants`; where no column has folded words, the server looks at case alone."""
        from psycopg.sql import SQL

        words = [word for word in words if not NO_TEXT.search(word)]
        wanted = {word: fold(word) for word in words}
        spelled = {*wanted.values(), *(() if self._table.folded else map(str.lower, words))}
        folded = SQL("folded") if self._table.folded else SQL("lower({word})").format(**parts_of(self._table))
        query = "SELECT {word}, {key} FROM {table} WHERE {folded} = ANY(%s) AND {vector} IS NOT NULL"
        found: dict[str, list[int]] = {}
        for word, key in self._rows(query, sorted(spelled), folded=folded):
            if (row := self._keys.row(key)) is not None:
                found.setdefault(fold(word), []).append(row)
        return {word: sorted(found[folded]) for word, folded in wanted.items() if folded in found}

    # --- neighbours -------------------------------------------------------------------------

    def near(self, queries: Singles, k: int, by: Metric, condition: Condition | None) -> Sequence[FoundRows]:
        """See `Connection.near`."""
        found = self._near(queries, k, by, condition, by_index=self._by_index)
        if self._by_index and (short := [i for i, keys in enumerate(found) if len(keys) < k]):
            for i, keys in zip(short, self._near(queries[short], k, by, condition), strict=True):
                found[i] = keys
        return [FoundRows(self._known(keys), len(keys) < k) for keys in found]

    def _near(
        self, queries: Singles, k: int, by: Metric, condition: Condition | None, *, by_index: bool = False
    ) -> list[list[Key]]:
        """The keys nearest to each query. What is added to a distance is what no index can order by."""
        from psycopg.sql import SQL

        source, where, values = self._where(condition)
        distance = SQL("{vector} {by} %s::{type}" if by_index else "({vector} {by} %s::{type}) + 0")
        query = SQL("SELECT {key} FROM {source} WHERE {where} ORDER BY {distance} LIMIT %s").format(
            key=key_in(self._table),
            source=source,
            where=where,
            distance=distance.format(
                by=SQL(_BY[by]), type=SQL(self._table.vector.type), **parts_of(self._table)
            ),
        )
        texts = (f"[{','.join(map(repr, query.tolist()))}]" for query in queries)
        found = self._session.all_rows(query, [(*values, text, k) for text in texts])
        return [[row[0] for row in rows] for rows in found]

    def _known(self, keys: Sequence[Key]) -> Numbers:
        rows = (self._keys.row(key) for key in keys)
        return np.array([row for row in rows if row is not None], np.int64)

    def matching(self, condition: Condition) -> Numbers:
        """See `Connection.matching`."""
        from psycopg.sql import SQL

        source, where, values = self._where(condition)
        query = SQL("SELECT {key} FROM {source} WHERE {where}")
        found = self._session.rows(query.format(key=key_in(self._table), source=source, where=where), *values)
        return np.sort(self._known([row[0] for row in found]))

    def _where(self, condition: Condition | None) -> tuple[Composable, Composable, list[Any]]:
        """What is selected from, the condition on it, and its values.

        The columns of a condition are those of a table within, where texts of other types are plain texts.
        """
        from psycopg.sql import SQL

        table = self._table
        whole = SQL("{vector} IS NOT NULL AND {word} IS NOT NULL").format(**parts_of(table))
        if condition is None:
            return table.place, whole, []
        names = {column.called: column.name for column in table.columns}
        found = clause(condition, self.facts.columns, POSTGRESQL, names)
        own = {table.key.name, table.vector.name, table.word.name}
        named = [
            column
            for column in table.columns
            if column.called in columns_of(condition) and column.name not in own
        ]
        columns = [*map(quoted, sorted(own)), *map(_as_compared, named)]
        within = SQL("(SELECT {} FROM {}) AS compared").format(SQL(", ").join(columns), table.place)
        return within, SQL("{} AND {}").format(whole, SQL(found.text)), found.values

    # --- rows -------------------------------------------------------------------------------

    def fetch(self, rows: Sequence[int]) -> tuple[list[str], Singles]:
        """See `Connection.fetch`."""
        from psycopg.sql import SQL

        words: list[str] = []
        vectors = np.empty((len(rows), self.facts.width), np.float32)
        both = SQL("{word}, {vector}").format(**parts_of(self._table))
        for first in range(0, len(rows), AT_ONCE):
            some = self._of(both, rows[first : first + AT_ONCE])
            for i, (word, vector) in enumerate(some, start=first):
                words.append(word)
                vectors[i] = vector_of(vector, self._table.vector)
        return words, vectors

    def stream(self, *, vectors: bool = True) -> Iterator[tuple[list[str], Singles]]:
        """See `Connection.stream`: by their keys, so that it can be gone on with over a new connection."""
        for first in range(0, len(self._keys), AT_ONCE):
            rows = range(first, min(first + AT_ONCE, len(self._keys)))
            if vectors:
                yield self.fetch(rows)
            else:
                alone = parts_of(self._table)["word"]
                yield [word for (word,) in self._of(alone, rows)], np.empty((len(rows), 0), np.float32)

    def records(self, rows: Sequence[int], names: Sequence[str]) -> list[tuple[Cell, ...]]:
        """See `Connection.records`."""
        from psycopg.sql import SQL

        columns = {column.called: column for column in self._table.columns}
        wanted = [columns[name] for name in names]
        values = SQL(", ").join(map(_as_read, wanted))
        found: list[tuple[Cell, ...]] = []
        for first in range(0, len(rows), AT_ONCE):
            for record in self._of(SQL("true, {}").format(values), rows[first : first + AT_ONCE]):
                found.append(
                    tuple(_cell(value, column) for value, column in zip(record[1:], wanted, strict=True))
                )
        return found

    def _of(self, what: Composed, rows: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Something of some rows, in their order. Raises `RemoteProblem` where rows are missing."""
        if not rows:
            return
        keys = [self._keys.key(row) for row in rows]
        query = "SELECT {key}, {what} FROM {table} WHERE {name} = ANY(%s::{type}[])"
        values: list[object] = [keys]
        if isinstance(rows, range) and isinstance(keys[0], int):
            query = "SELECT {key}, {what} FROM {table} WHERE {name} BETWEEN %s AND %s"
            values = [keys[0], keys[-1]]
        found = self._rows(query, *values, what=what)
        known = {key: rest for key, *rest in found}
        if any(key not in known or known[key][0] is None for key in keys):
            what_is = "rows are missing that were there at the start"
            raise RemoteProblem(
                what_is, where=self._session.where, hint="somebody changes the table: start again"
            )
        yield from (tuple(known[key]) for key in keys)

    def close(self) -> None:
        """See `Connection.close`."""
        self._session.close()

    def _rows(self, query: str, *values: object, **parts: Composable) -> list[tuple[Any, ...]]:
        from psycopg.sql import SQL

        table = self._table
        named: dict[str, Composable] = {
            "name": quoted(table.key.name),
            "type": SQL(table.key.type),
            "key": key_in(table),
            **parts_of(table),
        }
        return self._session.rows(SQL(query).format(**{**named, **parts}), *values)


# --- values ---------------------------------------------------------------------------------


def _as_compared(column: PgColumn) -> Composed:
    """A column for a condition: what is a text to us is one there."""
    from psycopg.sql import SQL

    cast_to = SQL("{0}::text AS {0}") if column.kind == "text" and not is_text(column) else SQL("{0}")
    return cast_to.format(quoted(column.name))


def _as_read(column: PgColumn) -> Composed:
    """A column for its values: what the driver might not know, or not hold, comes as text."""
    from psycopg.sql import SQL

    plain = column.kind == "flag" or column.type in ("int2", "int4", "int8", "float4", "float8")
    return SQL("{}" if plain else "{}::text").format(quoted(column.name))


def _cell(value: Any, column: PgColumn) -> Cell:
    if value is None or column.kind in ("text", "other"):
        return cast(Cell, value)
    if column.kind == "time":
        return instant(value)
    if column.type == "numeric":
        number = float(value)
        value = int(value) if value.lstrip("-").isdigit() and abs(number) < 2**63 else number
    return None if value != value else cast(Cell, value)  # noqa: PLR0124 - NaN
