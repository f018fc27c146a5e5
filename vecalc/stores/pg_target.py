"""Versions of a model in Postgres: a table each, and a view, the model's name, on the one in force.

One run at a time publishes under a name: it holds an advisory lock, which ends with its connection. What the
comments of tables and views hold beside that is all that is noted.
"""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from vecalc.answers import Cell
from vecalc.conditions import NO_TEXT, Kind
from vecalc.errors import RemoteProblem
from vecalc.stores import Connection, NewRows, Published
from vecalc.stores.pg_session import PgSession, literal, quoted
from vecalc.stores.pg_table import FOLDED, KEY, MARK, TOLD_COLUMNS, VECTOR, WORD, told_of
from vecalc.stores.versions import VERSION, new_version

if TYPE_CHECKING:
    from psycopg.sql import SQL, Composable, Composed

OWN_TYPES = ("bigint", "text", "text", "vector")
LONGEST = 63  # bytes of a name
ADDED = 25  # bytes of what versions and their indexes add to it
LOCK_WAIT = 10.0  # seconds for another run to end, or for a killed one to be noticed
WIDEST = 16_000  # numbers of a vector
WIDEST_INDEXED = 2_000
IN_THE_ROW = 1_800  # numbers up to which vectors stay in the rows, where scans are faster
ROWS_A_SECOND = 20  # at least, by which an index is made; HNSW takes its time
_TYPES: dict[Kind, str] = {"number": "numeric", "flag": "boolean", "time": "timestamp"}  # else text
INDEXES = ("", "hnsw")


class Wish(NamedTuple):
    """What is asked of a target besides: an index of neighbours, and whether a foreign table is replaced."""

    by: str = ""  # one of INDEXES
    force: bool = False


class PgTarget:
    """See `Target`."""

    def __init__(
        self, session: PgSession, schema: str, name: str, wish: Wish, connected: Callable[[str], Connection]
    ) -> None:
        self._session = session
        self._schema = schema or session.rows(_sql("SELECT current_schema()::text"))[0][0] or "public"
        self._name = name
        self._wish = wish
        self._connected = connected
        self._columns: list[tuple[str, str]] = []  # names in the table, and types

    def begin(self, told: Published) -> str:
        """See `Target.begin`. Nothing is made where it can't be, or where another run is at it."""
        self._refuse(told)
        self._lock()
        version = new_version(self._name)
        named = _names_of(told)
        self._columns = [(inner, _TYPES.get(kind, "text")) for _, kind, inner in named]
        more = [_sql(", {} " + kind, name) for name, kind in self._columns]
        columns = _sql(
            "{} bigint PRIMARY KEY, {} text NOT NULL, {} text NOT NULL, {} vector({}) NOT NULL",
            KEY, WORD, FOLDED, VECTOR, told.width,
        )  # fmt: skip
        facts = {**told._asdict(), TOLD_COLUMNS: named}
        del facts["columns"]
        with self._step() as do:
            do(_sql("CREATE TABLE {} ({}", self._at(version), columns) + _joined(more) + _sql(")"))
            if told.width <= IN_THE_ROW:
                do(_sql("ALTER TABLE {} ALTER COLUMN {} SET STORAGE PLAIN", self._at(version), VECTOR))
            do(_sql("COMMENT ON TABLE {} IS {}", self._at(version), _comment(facts)))
        return version

    def put(self, version: str, rows: NewRows) -> None:
        """See `Target.put`: by a table of the session's own, from which rows are inserted or replaced."""
        names = [KEY, WORD, FOLDED, VECTOR, *(name for name, _ in self._columns)]
        types = [*OWN_TYPES, *(kind for _, kind in self._columns)]
        sent = [*OWN_TYPES, *("text" for _ in self._columns)]
        own = [_sql("{} " + kind, name) for name, kind in zip(names, sent, strict=True)]
        listed = _joined([_sql("{}", name) for name in names], ", ")
        cast = _joined([_sql("{}::" + kind, name) for name, kind in zip(names, types, strict=True)], ", ")
        put = _joined([_sql("{0} = excluded.{0}", name) for name in names[1:]], ", ")
        with self._step() as do:
            do(_sql("CREATE TEMP TABLE IF NOT EXISTS vecalc_put (") + _joined(own, ", ") + _sql(")"))
            do(_sql("TRUNCATE vecalc_put"))
            with do.cursor.copy(_sql("COPY vecalc_put FROM STDIN (FORMAT BINARY)")) as copy:
                copy.set_types(["int8", "text", "text", "bytea", *["text"] * len(self._columns)])
                for line in self._lines(rows):
                    copy.write_row(line)
            insert = _sql("INSERT INTO {} ({}) SELECT {} FROM vecalc_put ", self._at(version), listed, cast)
            do(insert + _sql("ON CONFLICT ({}) DO UPDATE SET {}", KEY, put))

    def _lines(self, rows: NewRows) -> Iterator[tuple[Any, ...]]:
        head = struct.pack(">hh", rows.vectors.shape[1], 0)  # as pgvector has it: the width, and nothing
        numbers = rows.vectors.astype(">f4")
        for i, (word, folded) in enumerate(zip(rows.words, rows.folded, strict=True)):
            values = [_text(cell) for cell in rows.records[i]] if self._columns else []
            for text in (word, *values):
                if text and (found := NO_TEXT.search(text)):
                    what = f"no text of Postgres has the character U+{ord(found[0]):04X} in it"
                    raise self._problem(f"row {rows.first + i + 1:,} can't be published: {what}")
            yield rows.first + i, word, folded, head + numbers[i].tobytes(), *values

    def finish(self, version: str) -> None:
        """See `Target.finish`. Words may be longer than a tree of them allows: they are hashed."""
        made = [("w", _sql("hash ({})", WORD)), ("f", _sql("hash ({})", FOLDED))]
        if self._wish.by:
            made.append(("h", _sql("hnsw ({} vector_cosine_ops)", VECTOR)))
        seconds = self._session.patience.answer + self.count(version) / ROWS_A_SECOND
        with self._step(seconds) as do:
            for letter, by in made:
                name, place = f"{version}_{letter}", self._at(version)
                do(_sql("CREATE INDEX IF NOT EXISTS {} ON {} USING {}", name, place, by))
            do(_sql("ANALYZE {}", self._at(version)))

    def count(self, version: str) -> int:
        """See `Target.count`."""
        with self._step() as do:
            return int(do(_sql("SELECT count(*) FROM {}", self._at(version)))[0][0])

    def connection(self, version: str) -> Connection:
        """See `Target.connection`."""
        return self._connected(f"{self._schema}.{version}")

    def switch(self, version: str) -> None:
        """See `Target.switch`. Whoever may read the view before may read the new one, and its table."""
        view = self._at(self._name)
        with self._step() as do:
            readers = do(_sql(_READERS), self._schema, self._name)
            kind = do(_sql(_KIND), self._schema, self._name)
            if kind:
                do(_sql("DROP TABLE {}" if kind[0][0] in "rp" else "DROP VIEW {}", view))
            do(_sql("CREATE VIEW {} AS SELECT * FROM {}", view, self._at(version)))
            do(_sql("COMMENT ON VIEW {} IS {}", view, _comment({"version": version})))
            for (role,) in readers:
                who = _sql("PUBLIC") if role is None else _sql("{}", role)
                do(_sql("GRANT SELECT ON {}, {} TO {}", view, self._at(version), who))

    def drop_others(self, keep: Sequence[str]) -> list[str]:
        """See `Target.drop_others`. Only what vecalc has made is removed."""
        with self._step() as do:
            found = do(_sql(_VERSIONS), self._schema, len(self._name), self._name, f"{MARK} ")
            ours = [name for (name,) in found if VERSION.fullmatch(name[len(self._name) :])]
            others = [name for name in ours if name not in keep]
            for name in others:
                do(_sql("DROP TABLE {}", self._at(name)))
        return others

    def in_force(self) -> str:
        """See `Target.in_force`."""
        with self._step() as do:
            found = do(_sql(_KIND), self._schema, self._name)
        return str(told_of(found[0][1], self._session).get("version", "")) if found else ""

    def close(self) -> None:
        """See `Target.close`."""
        self._session.close()

    # --- on the way -------------------------------------------------------------------------

    def _refuse(self, told: Published) -> None:
        """Raises `RemoteProblem` for a model, a name or a place that can't be."""
        if not self._name:
            raise self._problem("the name is missing that the model is to have there", "...#NAME")
        if len(self._name.encode()) + ADDED > LONGEST or "\0" in self._name:
            raise self._problem(f"a model's name has 1 to {LONGEST - ADDED} bytes there", "...#NAME")
        most = WIDEST_INDEXED if self._wish.by else WIDEST
        if told.width > most:
            raise self._problem(f"vectors of {told.width:,} numbers; there can be {most:,}")
        with self._step() as do:
            found = do(_sql(_KIND), self._schema, self._name)
            has_vectors = do(_sql("SELECT 1 FROM pg_type WHERE typname = 'vector'"))
        if not has_vectors:
            hint = "CREATE EXTENSION vector brings pgvector"
            raise self._problem("the database has no type vector", hint)
        if found and not self._wish.force and "version" not in told_of(found[0][1], self._session):
            what = f"there is a '{self._name}' that vecalc has not published"
            raise self._problem(what, "--force replaces it")

    def _lock(self) -> None:
        """Raises `RemoteProblem` where another run publishes under the name, also after a while."""
        key = f"{MARK} {self._schema}.{self._name}"
        end = time.monotonic() + LOCK_WAIT
        while True:
            with self._step() as do:
                if do(_sql("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"), key)[0][0]:
                    return
            if time.monotonic() > end:
                raise self._problem("another run is publishing it", "wait until it is done")
            time.sleep(0.2)

    @contextmanager
    def _step(self, seconds: float | None = None) -> Iterator[_Step]:
        """Something that happens as a whole, or not at all; nothing of it is tried again."""
        session = self._session
        with session.in_words():
            connection = session.connection(seconds)
            with connection.transaction(), connection.cursor(binary=True) as cursor:
                if seconds is not None:
                    longer = "SELECT set_config('statement_timeout', %s, true)"
                    cursor.execute(longer, (f"{round(seconds)}s",))
                yield _Step(cursor)

    def _at(self, name: str) -> Composed:

        return quoted(self._schema, name)

    def _problem(self, what: str, hint: str = "") -> RemoteProblem:
        return RemoteProblem(what, where=self._session.where, hint=hint)


class _Step(NamedTuple):
    """A transaction: it does what it is called with."""

    cursor: Any

    def __call__(self, query: SQL | Composed, *values: object) -> list[tuple[Any, ...]]:
        self.cursor.execute(query, values)
        return self.cursor.fetchall() if self.cursor.description else []


_KIND = (
    "SELECT c.relkind::text, obj_description(c.oid, 'pg_class') FROM pg_class c "
    "JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = %s AND c.relname = %s"
)
_READERS = (
    "SELECT DISTINCT r.rolname::text FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace "
    "CROSS JOIN aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee "
    "WHERE s.nspname = %s AND c.relname = %s AND a.privilege_type = 'SELECT'"
)
_VERSIONS = (
    "SELECT c.relname::text FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace "
    "WHERE s.nspname = %s AND c.relkind = 'r' AND left(c.relname, %s) = %s "
    "AND starts_with(obj_description(c.oid, 'pg_class'), %s) ORDER BY 1"
)


def _names_of(told: Published) -> list[tuple[str, Kind, str]]:
    """The columns of a model: their names, kinds, and names in the table, which are short and differ."""
    taken = {KEY, WORD, FOLDED, VECTOR, "tableoid", "xmin", "xmax", "cmin", "cmax", "ctid"}
    named: list[tuple[str, Kind, str]] = []
    for number, column in enumerate(told.columns, start=1):
        fits = 0 < len(column.name.encode("utf-8", "replace")) <= LONGEST and not NO_TEXT.search(column.name)
        inner = column.name if fits and column.name not in taken else f"column_{number}"
        while inner in taken:
            inner = f"_{inner}"
        taken.add(inner)
        named.append((column.name, column.kind, inner))
    return named


def _text(cell: Cell) -> str | None:
    return None if cell is None or cell != cell else cell if isinstance(cell, str) else repr(cell)  # noqa: PLR0124


def _comment(told: dict[str, Any]) -> Composable:
    return literal(f"{MARK} {json.dumps(told)}")


def _sql(text: str, *parts: str | int | Composable) -> Composed:
    """A text with names in its {}, quoted; what is quoted already, or a number, as it is."""
    from psycopg.sql import SQL, Composable

    made = [
        SQL(str(p)) if isinstance(p, int) else p if isinstance(p, Composable) else quoted(p) for p in parts
    ]
    return SQL(text).format(*made)


def _joined(parts: Sequence[Composed], sign: str = "") -> Composed:
    from psycopg.sql import SQL

    return SQL(sign).join(parts)
