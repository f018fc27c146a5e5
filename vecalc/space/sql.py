"""A condition as SQL: text with placeholders, and the values that belong into them.

No value ever stands in the text, and no name but those of the columns, quoted. What databases disagree about
is a `Dialect`: whether `like` minds the case, how texts are ordered, what NaN is greater than. The tests hold
them to the same answers: a leaf is true only where its value is known, and of its column's kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from vecalc.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Kind,
    Leaf,
    Likeness,
    Membership,
    MetadataColumn,
    Missing,
    Negation,
    Relation,
    Value,
    Wildcard,
    pieces_of,
)


class Dialect(NamedTuple):
    """How a database writes it; `{}` is the column, or the parameter of a time.

    `known` is what has to hold besides, by kind, where a comparison would be true of a value of another type
    or of NaN; `nan` says that a number is NaN. Connections are set to UTC.
    """

    placeholder: str = "?"
    like: str = "{} LIKE ? ESCAPE '\\'"
    pattern: Callable[[str], str] = str
    ordered: str = "{}"  # a text that is compared by its code points
    time: str = "CAST(? AS TIMESTAMP)"
    known: Mapping[Kind, str] = {}
    nan: str = ""
    percent: str = "%"  # in a name

    def quoted(self, name: str) -> str:
        """A name of the database."""
        return '"' + name.replace('"', '""').replace("%", self.percent) + '"'


def _glob(pattern: str) -> str:
    """A pattern of `like` for GLOB, which minds the case in SQLite while LIKE doesn't."""
    wildcards = {"%": "*", "_": "?"}
    pieces = (wildcards[p.sign] if isinstance(p, Wildcard) else _literally(p) for p in pieces_of(pattern))
    return "".join(pieces)


def _literally(text: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)


# A column of SQLite may hold values of any type: numbers are less than texts, and texts less than blobs.
SQLITE = Dialect(
    like="{} GLOB ?",
    pattern=_glob,
    ordered="{} COLLATE BINARY",
    time="?",
    known={
        "number": "typeof({}) IN ('integer', 'real')",
        "flag": "typeof({}) = 'integer'",
        "text": "typeof({}) = 'text'",
        "time": "typeof({}) = 'text'",
    },
)
# NaN is greater than all numbers to these two, and equal to itself.
DUCKDB = Dialect(known={"number": "NOT isnan({})"}, nan="isnan({})")
POSTGRESQL = Dialect(
    placeholder="%s",
    like="{} LIKE %s ESCAPE '\\'",
    ordered='{} COLLATE "C"',
    time="CAST(%s AS timestamp)",
    known={"number": "CAST({} AS float8) <> 'NaN'"},
    nan="CAST({} AS float8) = 'NaN'",
    percent="%%",
)


class Clause(NamedTuple):
    """What stands behind WHERE, and the values for its placeholders, in order."""

    text: str
    values: list[Value]


def clause(
    condition: Condition,
    columns: Sequence[MetadataColumn],
    dialect: Dialect,
    names: Mapping[str, str] | None = None,
) -> Clause:
    """A settled condition as SQL; `names` are those that columns have in the table, where they are others."""
    kinds = {column.name: column.kind for column in columns}
    writer = _Writer(kinds, names or {}, dialect)
    return Clause(writer.text(condition), writer.values)


class _Writer:
    """Writes a condition from left to right, and notes the values on the way."""

    def __init__(self, kinds: Mapping[str, Kind], names: Mapping[str, str], dialect: Dialect) -> None:
        self.values: list[Value] = []
        self._kinds = kinds
        self._names = names
        self._dialect = dialect

    def text(self, condition: Condition) -> str:
        match condition:
            case AllOf(parts):
                return self._joined(_deepest_first(parts), " AND ")
            case AnyOf(parts):
                return self._joined(_deepest_first(parts), " OR ")
            case Negation():
                raise ValueError("the condition is not settled")
        kind = self._kinds[condition.column]
        column = self._dialect.quoted(self._names.get(condition.column, condition.column))
        if isinstance(condition, Missing):
            return self._missing(condition, kind, column)
        told, known = self._told(condition, kind, column), self._dialect.known.get(kind)
        return f"({told} AND {known.format(column)})" if known else told

    def _joined(self, parts: Sequence[Condition], sign: str) -> str:
        """Brackets around halves: a chain of thousands is a dozen levels deep."""
        if len(parts) == 1:
            return self.text(parts[0])
        half = (len(parts) + 1) // 2
        return f"({self._joined(parts[:half], sign)}{sign}{self._joined(parts[half:], sign)})"

    def _missing(self, leaf: Missing, kind: Kind, column: str) -> str:
        nan = self._dialect.nan.format(column) if kind == "number" else ""
        if leaf.negated:
            return f"({column} IS NOT NULL AND NOT {nan})" if nan else f"{column} IS NOT NULL"
        return f"({column} IS NULL OR {nan})" if nan else f"{column} IS NULL"

    def _told(self, leaf: Leaf, kind: Kind, column: str) -> str:
        dialect = self._dialect
        parameter = dialect.time if kind == "time" else dialect.placeholder
        compared = dialect.ordered.format(column) if kind == "text" else column
        match leaf:
            case Likeness(_, pattern, negated):
                self.values.append(dialect.pattern(pattern))
                return ("NOT " if negated else "") + dialect.like.format(column)
            case Membership(_, values, negated):
                self.values += values
                listed = ", ".join([parameter] * len(values))
                return f"{compared} {'NOT IN' if negated else 'IN'} ({listed})"
            case Relation(_, sign, value):
                self.values.append(value)
                return f"{compared} {sign} {parameter}"
        raise ValueError(f"no comparison: {leaf}")


def _deepest_first(parts: Iterable[Condition]) -> list[Condition]:
    """What is deep stands on the left, where a parser needs one symbol a level in place of three."""
    return sorted(parts, key=_depth, reverse=True)


def _depth(condition: Condition) -> int:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            return 1 + max(map(_depth, parts))
    return 0
