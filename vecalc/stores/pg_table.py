"""What a table of Postgres is to us: which column holds words, which one vectors, what orders the rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np

from vecalc.conditions import Kind, MetadataColumn, WordColumn
from vecalc.errors import RemoteProblem
from vecalc.near import did_you_mean
from vecalc.sources.column_names import IDS, WORDS
from vecalc.sources.reference import LIST
from vecalc.stores.keys import RowKeys
from vecalc.stores.pg_session import PgSession, quoted
from vecalc.stores.versions import BEHIND

if TYPE_CHECKING:
    from psycopg.sql import Composed

    from vecalc.stores.addresses import Address

MOST_KEYS = 20_000_000  # that are read and kept, where they aren't 0, 1, 2, ...
COUNTED = 5_000_000  # rows of a published table up to which they are counted at every start
TOLD = 12  # tables or columns that a message lists
MOST_TABLES = 1_000  # that #? lists
MARK = "vecalc"  # in the comment of what was published
KEY, WORD, FOLDED, VECTOR = "row", "word", "folded", "vector"  # its columns
TOLD_COLUMNS = "named"  # what its comment says of those besides: their names in the model, kinds, names here
PUBLISH = "`vecalc publish` makes such a table"

_VECTORS = {"vector": (">f4", 4), "halfvec": (">f2", 2)}  # as they come: the type of a number, its bytes
_WORDS = ("text", "varchar", "bpchar", "uuid", "int2", "int4", "int8")
_TEXTS = ("text", "varchar")  # which an index serves as they are
_KEYS = ("int2", "int4", "int8", "text", "varchar", "uuid")
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("int2", "int4", "int8", "float4", "float8", "numeric"), "number"),
    **dict.fromkeys(("text", "varchar", "bpchar", "uuid", "name"), "text"),
    "bool": "flag",
    **dict.fromkeys(("date", "timestamp", "timestamptz"), "time"),
}


class PgColumn(NamedTuple):
    """A column of a table: its name, its type in the catalogue, the width of a vector (0: any)."""

    name: str
    type: str
    width: int
    told: tuple[str, Kind] | None = None  # its name in the model that was published, and its kind

    @property
    def kind(self) -> Kind:
        """What it is to a condition."""
        return self.told[1] if self.told else _KINDS.get(self.type, "other")

    @property
    def called(self) -> str:
        """What people call it."""
        return self.told[0] if self.told else self.name


class PgTable(NamedTuple):
    """A table whose parts are known."""

    oid: int
    schema: str
    name: str
    word: PgColumn
    vector: PgColumn
    key: PgColumn
    columns: tuple[PgColumn, ...]  # besides
    folded: bool  # whether a column has the words as `fold` has them
    told: Mapping[str, Any]  # what a published table says of itself

    @property
    def place(self) -> Composed:
        """Its name in a query."""

        return quoted(self.schema, self.name)

    def without_key(self) -> PgTable:
        """The same, whose key is no column to be asked about."""
        return self._replace(columns=tuple(one for one in self.columns if one.name != self.key.name))

    @property
    def metadata(self) -> tuple[MetadataColumn, ...]:
        """The columns besides."""
        kinds = [WordColumn if one.name == self.word.name else MetadataColumn for one in self.columns]
        return tuple(kind(one.called, one.kind) for kind, one in zip(kinds, self.columns, strict=True))


# --- which table ----------------------------------------------------------------------------


def table_of(session: PgSession, address: Address) -> PgTable:
    """The table of `#[SCHEMA.]TABLE[.COLUMN]`. Raises `RemoteProblem`."""
    oid, schema, name, column = _found(session, address.table)
    told = _told(session, oid)
    if version := told.get("version"):  # a view, beside which its table lies
        oid, told = _oid(session, schema, str(version)) or oid, {}
        name, told = str(version), _told(session, oid)
    columns = _columns(session, oid)
    vector = _vector(session, columns, column)
    published = "rows" in told
    word = _word(session, columns, WORD if published else address.options.get("word", ""))
    key = _key(session, oid, columns)
    ours = {word.name, vector.name, *((key.name,) if key.type == "uuid" else ())}
    besides = [one for one in columns if one.name not in ours and one.type not in _VECTORS]
    if published:
        here = {one.name: one for one in columns}
        words = [(called, "text", word.name)] if (called := told.get("words")) else []
        besides = [
            here[name]._replace(told=(called, kind))
            for called, kind, name in [*words, *told[TOLD_COLUMNS]]
            if name in here
        ]
    return PgTable(oid, schema, name, word, vector, key, tuple(besides), published, told)


def _found(session: PgSession, named: str) -> tuple[int, str, str, str]:
    """The table that is meant, and the column behind it."""
    if not named:
        raise _problem(session, "a table is missing", f"{session.where}#TABLE; there are {_tables(session)}")
    if named == LIST:
        raise _problem(session, f"it holds {_tables(session, MOST_TABLES)}", "")
    parts = named.split(".")
    for schema, name, column in _readings(parts):
        if oid := _oid(session, schema, name):
            return oid, schema or _schema(session, oid), name, column
    raise _problem(session, f"there is no table '{named}'", _meant(session, parts[0]))


def _readings(parts: list[str]) -> list[tuple[str, str, str]]:
    """What a name with points may be: the table's own first, for names may hold some."""
    readings = [("", ".".join(parts), "")]
    if len(parts) > 1:
        readings += [(parts[0], ".".join(parts[1:]), ""), ("", ".".join(parts[:-1]), parts[-1])]
    if len(parts) > 2:
        readings.append((parts[0], ".".join(parts[1:-1]), parts[-1]))
    return readings


def _oid(session: PgSession, schema: str, name: str) -> int:
    from psycopg.sql import SQL

    query = SQL(
        "SELECT c.oid::int8 FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace "
        "WHERE c.relname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
        "AND CASE WHEN %s = '' THEN s.nspname = ANY(current_schemas(false)) ELSE s.nspname = %s END "
        "ORDER BY array_position(current_schemas(false), s.nspname) LIMIT 1"
    )
    found = session.rows(query, name, schema, schema)
    return int(found[0][0]) if found else 0


def _schema(session: PgSession, oid: int) -> str:
    from psycopg.sql import SQL

    query = SQL(
        "SELECT s.nspname::text FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace "
        "WHERE c.oid = %s"
    )
    return str(session.rows(query, oid)[0][0])


def _tables(session: PgSession, most: int = TOLD) -> str:
    """The tables with vectors, without the versions of published ones."""
    from psycopg.sql import SQL

    query = SQL(
        "SELECT DISTINCT c.relname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace s ON s.oid = c.relnamespace "
        "WHERE t.typname = ANY(%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
        "AND s.nspname = ANY(current_schemas(false)) AND c.relname !~ %s ORDER BY 1 LIMIT %s"
    )
    return _listed([row[0] for row in session.rows(query, list(_VECTORS), f"{BEHIND}$", MOST_TABLES)], most)


def _meant(session: PgSession, name: str) -> str:
    tables = _tables(session)
    return "; ".join(
        filter(None, [did_you_mean(name, tables.split(", ")), f"with vectors there are {tables}"])
    )


def _told(session: PgSession, oid: int) -> Mapping[str, Any]:
    from psycopg.sql import SQL

    return told_of(session.rows(SQL("SELECT obj_description(%s::oid, 'pg_class')"), oid)[0][0], session)


def told_of(comment: str | None, session: PgSession) -> Mapping[str, Any]:
    """What the comment of a published table or view says; nothing for others. Raises `RemoteProblem`."""
    sign, _, rest = (comment or "").partition(" ")
    if sign != MARK or not rest.startswith("{"):
        return {}
    try:
        told = json.loads(rest)
        is_sound = "version" in told or _is_sound(told)
    except (ValueError, RecursionError, TypeError):
        is_sound = False
    if not is_sound:
        raise _problem(session, "what is noted of the published table is damaged", "publish it again")
    return told  # type: ignore[no-any-return]


def _is_sound(told: Any) -> bool:
    numbers = all(type(told.get(name)) is int for name in ("rows", "width"))
    named = told.get(TOLD_COLUMNS)
    return (
        numbers
        and isinstance(told.get("words", ""), str)
        and isinstance(named, list)
        and all(len(one) == 3 and one[1] in get_args(Kind) for one in named)
    )


# --- which columns --------------------------------------------------------------------------


def _columns(session: PgSession, oid: int) -> list[PgColumn]:
    from psycopg.sql import SQL

    query = SQL(
        "SELECT a.attname::text, t.typname::text, a.atttypmod FROM pg_attribute a "
        "JOIN pg_type t ON t.oid = a.atttypid "
        "WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
    )
    return [PgColumn(name, kind, max(width, 0)) for name, kind, width in session.rows(query, oid)]


def _vector(session: PgSession, columns: Sequence[PgColumn], wanted: str) -> PgColumn:
    fitting = {column.name: column for column in columns if column.type in _VECTORS}
    if wanted in fitting:
        return fitting[wanted]
    if wanted:
        raise _problem(session, f"there is no column '{wanted}' of vectors", f"there are {_listed(fitting)}")
    if not fitting:
        raise _problem(
            session, "the table has no column of vectors", "its type has to be vector, of pgvector"
        )
    if len(fitting) > 1:
        raise _problem(
            session, f"it has several columns of vectors: {_listed(fitting)}", "name one: #TABLE.COLUMN"
        )
    return next(iter(fitting.values()))


def _word(session: PgSession, columns: Sequence[PgColumn], wanted: str) -> PgColumn:
    fitting = {column.name: column for column in columns if column.type in _WORDS}
    if wanted and wanted not in fitting:
        raise _problem(session, f"there is no column '{wanted}' for words", f"there are {_listed(fitting)}")
    named = {name.lower(): column for name, column in reversed(fitting.items())}
    texts = [column for column in fitting.values() if column.kind == "text"]
    for name in (wanted.lower(), *WORDS):
        if name in named and (wanted or named[name].kind == "text"):
            return fitting[wanted] if wanted else named[name]
    if len(texts) == 1:
        return texts[0]
    for name in () if texts else IDS:
        if name in named:
            return named[name]
    raise _problem(session, "which column holds the words?", f"?word=COLUMN names one of {_listed(fitting)}")


def _key(session: PgSession, oid: int, columns: Sequence[PgColumn]) -> PgColumn:
    """The column of the primary key, whose order is that of the rows."""
    from psycopg.sql import SQL

    query = SQL(
        "SELECT a.attname::text FROM pg_index i "
        "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) "
        "WHERE i.indrelid = %s AND i.indisprimary"
    )
    names = [row[0] for row in session.rows(query, oid)]
    fitting = [column for column in columns if column.name in names and column.type in _KEYS]
    if len(names) != 1 or not fitting:
        what = (
            "no primary key" if not names else f"a primary key ({', '.join(names)}) that is no number or text"
        )
        raise _problem(session, f"it has {what}", f"rows need one for their order; {PUBLISH}")
    return fitting[0]


# --- rows -----------------------------------------------------------------------------------


def keys_of(session: PgSession, table: PgTable) -> RowKeys:
    """The keys of all rows, in their order. Raises `RemoteProblem` where there are too many to be kept."""
    from psycopg.sql import SQL

    key = key_in(table)
    numbered = table.key.type.startswith("int")
    if "rows" in table.told and numbered:
        return _numbered(session, table)
    ends = SQL("min({key}), max({key})" if numbered else "0::int8, 0::int8").format(key=key)
    asked = SQL("SELECT count(*), {ends} FROM {table} WHERE {vector} IS NOT NULL AND {word} IS NOT NULL")
    count, least, most = session.rows(asked.format(ends=ends, **parts_of(table)))[0]
    if not count:
        raise _problem(session, "the table has no rows", "")
    if numbered and most - least + 1 == count:
        return RowKeys(range(least, most + 1))
    if count > MOST_KEYS:
        raise _problem(session, f"{count:,} keys with gaps; {MOST_KEYS:,} can be kept here", PUBLISH)
    listed = SQL("SELECT {key} FROM {table} WHERE {vector} IS NOT NULL AND {word} IS NOT NULL ORDER BY 1")
    found = [row[0] for row in session.rows(listed.format(key=key, **parts_of(table)))]
    return RowKeys(np.array(found, np.int64) if numbered else [str(one) for one in found])


def _numbered(session: PgSession, table: PgTable) -> RowKeys:
    """The rows of a published table: as many as it says, from 0."""
    from psycopg.sql import SQL

    rows = int(table.told["rows"])
    count = SQL("count(*)") if rows <= COUNTED else SQL("max({key}) + 1").format(key=key_in(table))
    query = SQL("SELECT {count}, min({key}), max({key}) FROM {table}")
    found = session.rows(query.format(count=count, key=key_in(table), **parts_of(table)))[0]
    if tuple(found) != (rows, 0, rows - 1):
        what = f"it was published with {rows:,} rows, and has {found[0] or 0:,} of them"
        raise _problem(session, what, "somebody changed them: publish it again")
    return RowKeys(range(rows))


def key_in(table: PgTable) -> Composed:
    """The key of a row in a query: a number, or a text in the order of its code points."""
    from psycopg.sql import SQL

    cast = SQL("{}::int8") if table.key.type.startswith("int") else SQL('{}::text COLLATE "C"')
    return cast.format(quoted(table.key.name))


def word_in(table: PgTable) -> Composed:
    """The word of a row in a query, as a text; without a cast where an index may know the column."""
    from psycopg.sql import SQL

    return SQL("{}" if table.word.type in _TEXTS else "{}::text").format(quoted(table.word.name))


def parts_of(table: PgTable) -> dict[str, Composed]:
    """The names that a query has for the table, its vectors and its words."""

    vector = quoted(table.vector.name)
    return {"table": table.place, "vector": vector, "word": word_in(table)}


def is_text(column: PgColumn) -> bool:
    """Whether a column is of a type that has an order of texts."""
    return column.type in _TEXTS


def vector_of(data: bytes, column: PgColumn) -> np.ndarray[Any, Any]:
    """A vector as the server sends it: two numbers of two bytes, the first its width, then the components."""
    return np.frombuffer(data, _VECTORS[column.type][0], offset=4)


def _listed(names: Sequence[str] | Mapping[str, object], most: int = TOLD) -> str:
    names = list(names)
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return (", ".join(names[:most]) or "none") + more


def _problem(session: PgSession, what: str, hint: str) -> RemoteProblem:
    return RemoteProblem(what, where=session.where, hint=hint)
