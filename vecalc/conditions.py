"""Conditions on the metadata of words: the tree of `price < 10 and lang = "en"`, and what columns there are.

A condition holds for a row where it is known to be true. A comparison says nothing of a row without a value,
so `not (price < 10)` leaves such rows out, as SQL does: `settled` turns negations inwards, until none is left
above a comparison. A store then needs "and", "or", and comparisons that are false where a value is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple, TypeAlias

from vecalc.errors import NOWHERE, ExpressionError, Span, SyntaxProblem, TypeMismatch, UnknownName, UsageError
from vecalc.near import did_you_mean

Kind: TypeAlias = Literal["number", "text", "flag", "time", "other"]
Sign: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]
Value: TypeAlias = str | float | int | bool

WHERE: Final = "--where"
MOST_TOLD = 12  # columns that a message lists
LONGEST_PATTERN = 4_000  # characters of a pattern of `like`; SQLite takes 50,000 bytes of it
NO_TEXT = re.compile("[\0\ud800-\udfff]")  # characters that some store can't have in a text


_BARE = re.compile(r"[^\W\d]\w*")
_RESERVED = ("and", "or", "not", "in", "is", "null", "like", "between", "true", "false")


class MetadataColumn(NamedTuple):
    """A column beside the words: lists, blobs and whatever else is `other` are shown, and never compared."""

    name: str
    kind: Kind


class WordColumn(MetadataColumn):
    """The column that gives the words, which people ask for by its name like any other."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """`price < 10`. `span` is where the column stands, `at` where the value does, here and below."""

    column: str
    sign: Sign
    value: Value
    span: Span = field(default=NOWHERE, compare=False)
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Membership:
    """`lang in ("en", "fr")`. `places` are where the values stand, one by one, as far as that is known."""

    column: str
    values: tuple[Value, ...]
    negated: bool = False
    span: Span = field(default=NOWHERE, compare=False)
    at: Span = field(default=NOWHERE, compare=False)
    places: tuple[Span, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """`price is null`: there is no value, or one that is no number (NaN)."""

    column: str
    negated: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Likeness:
    """`title like "The %"`: `%` is any text, `_` any one character, a backslash makes them plain; case
    counts.
    """

    column: str
    pattern: str
    negated: bool = False
    span: Span = field(default=NOWHERE, compare=False)
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """`not part`; there is none in a settled condition."""

    part: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """`a and b and c`."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`a or b or c`."""

    parts: tuple[Condition, ...]


Leaf: TypeAlias = Relation | Membership | Missing | Likeness
Condition: TypeAlias = Leaf | Negation | AllOf | AnyOf


def leaves(condition: Condition) -> Iterator[Leaf]:
    """What a condition asks of single columns, from left to right."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Negation(part):
            yield from leaves(part)
        case _:
            yield condition


def columns_of(condition: Condition) -> tuple[str, ...]:
    """The names of the columns that a condition asks about, each once, in its order."""
    return tuple(dict.fromkeys(leaf.column for leaf in leaves(condition)))


def settled(
    condition: Condition, columns: Sequence[MetadataColumn], text: str = "", where: str = WHERE
) -> Condition:
    """The condition as a store takes it: every column is there, and compared with values of its kind.

    Negations are turned inwards, times are ISO text in UTC (`instant`), whole numbers integers, and patterns
    have no backslash but where one is needed. `text` is what its places refer to, `where` what errors name
    as the place. Raises `UnknownName`, `TypeMismatch`, `SyntaxProblem` for what can't be a pattern.
    """
    known = {column.name: column for column in columns}
    try:
        return _settled(condition, known, negated=False)
    except ExpressionError as problem:
        problem.text = problem.text or text
        raise problem.at(where=where) from None


def column_named(name: str, columns: Sequence[MetadataColumn]) -> MetadataColumn:
    """The column of this name. Raises `UsageError` with those that there are."""
    for column in columns:
        if column.name == name:
            return column
    names = [column.name for column in columns]
    raise UsageError(f"there is no column '{name}'", hint=_columns_there(name, names))


def column_list(text: str) -> tuple[str, ...]:
    """The names of `--show`, between commas; one with a comma stands in backticks, as in a condition."""
    found = re.finditer(r"`((?:[^`]|``)+)`|([^,`]+)", text)
    names = (one[1].replace("``", "`") if one[1] else one[2].strip() for one in found)
    return tuple(filter(None, names))


def typed_column(name: str) -> str:
    """A column's name as it is typed in a condition."""
    bare = _BARE.fullmatch(name) and name.lower() not in _RESERVED
    return name if bare else "`" + name.replace("`", "``") + "`"


def listed(names: Sequence[str]) -> str:
    """The same names as a text, which `column_list` reads."""
    return ",".join("`" + n.replace("`", "``") + "`" if {",", "`"} & {*n} else n for n in names)


# --- negations ------------------------------------------------------------------------------

_OPPOSITE: dict[Sign, Sign] = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _settled(condition: Condition, known: dict[str, MetadataColumn], *, negated: bool) -> Condition:
    match condition:
        case Negation(part):
            return _settled(part, known, negated=not negated)
        case AllOf(parts) | AnyOf(parts):
            whole = AllOf if isinstance(condition, AllOf) is not negated else AnyOf
            told = _flat(whole, (_settled(part, known, negated=negated) for part in parts))
            return _gathered(whole, list(told))
        case Relation(sign=sign):
            condition = replace(condition, sign=_OPPOSITE[sign] if negated else sign)
        case _:
            condition = replace(condition, negated=condition.negated is not negated)
    return _checked(condition, known)


def _flat(whole: type[AllOf | AnyOf], parts: Iterator[Condition]) -> Iterator[Condition]:
    for part in parts:
        if isinstance(part, whole):
            yield from part.parts
        else:
            yield part


def _gathered(whole: type[AllOf | AnyOf], parts: Sequence[Condition]) -> Condition:
    """The parts as one, `a = 1 or a = 2` as `a in (1, 2)`: SQLite takes seconds for thousands of signs."""
    sign = "=" if whole is AnyOf else "<>"
    same: dict[str, list[Relation]] = {}
    others: list[Condition] = []
    for part in parts:
        if isinstance(part, Relation) and part.sign == sign:
            same.setdefault(part.column, []).append(part)
        else:
            others.append(part)
    for column, equal in same.items():
        values = tuple(relation.value for relation in equal)
        many = Membership(column, values, whole is AllOf, equal[0].span, equal[0].at)
        others.append(many if len(equal) > 1 else equal[0])
    return others[0] if len(others) == 1 else whole(tuple(others))


# --- columns and their kinds ----------------------------------------------------------------

_SAID: dict[Kind, str] = {
    "number": "numbers",
    "text": "texts",
    "flag": "true or false",
    "time": "times",
    "other": "neither numbers nor texts",
}


def _checked(leaf: Leaf, known: dict[str, MetadataColumn]) -> Leaf:
    """The leaf with values as its column has them."""
    column = known.get(leaf.column)
    if column is None:
        message = f"there is no column '{leaf.column}'"
        raise UnknownName(message, span=leaf.span, hint=_columns_there(leaf.column, list(known)))
    if isinstance(leaf, Missing):
        return leaf
    if column.kind == "other":
        hint = f"only {leaf.column} is null, and is not null, can be asked"
        raise TypeMismatch(
            f"{leaf.column} holds {_SAID['other']}, and can't be compared", span=leaf.span, hint=hint
        )
    match leaf:
        case Relation():
            if column.kind == "flag" and leaf.sign not in ("=", "<>"):
                hint = f"write {leaf.column} = true, or {leaf.column} = false"
                raise TypeMismatch(
                    f"{leaf.column} is true or false, which has no order", span=leaf.span, hint=hint
                )
            return replace(leaf, value=_value(leaf.value, column, leaf.at))
        case Membership():
            places = leaf.places or (leaf.at,) * len(leaf.values)
            told = zip(leaf.values, places, strict=True)
            return replace(leaf, values=tuple(_value(value, column, at) for value, at in told))
        case Likeness():
            if column.kind != "text":
                message = f"{leaf.column} holds {_SAID[column.kind]}, 'like' is for texts"
                raise TypeMismatch(message, span=leaf.span)
            return replace(leaf, pattern=_pattern(_as_text(leaf.pattern, leaf.at), leaf.at))


def _value(value: Value, column: MetadataColumn, at: Span) -> Value:
    match column.kind, value:
        case ("flag", bool()):
            return value
        case ("number", int() | float()) if not isinstance(value, bool):
            return _number(value)
        case ("text", str()):
            return _as_text(value, at)
        case ("time", str()):
            if found := instant(value):
                return found
            hint = 'write "2024", "2024-05", "2024-05-01" or "2024-05-01T10:00"'
            raise TypeMismatch(f"{column.name} holds times, '{value[:40]}' is none", span=at, hint=hint)
    raise TypeMismatch(
        f"{column.name} holds {_SAID[column.kind]}, {_told(value)}", span=at, hint=_hint(column, value)
    )


def _told(value: Value) -> str:
    """A value and what it is, for a message."""
    match value:
        case bool():
            return f"{'true' if value else 'false'} is neither"
        case str():
            shown = value if len(value) <= 40 else f"{value[:40]}…"
            return f'"{shown}" is a text'
        case _:
            return f"{value!r} is a number"


def _hint(column: MetadataColumn, value: Value) -> str:
    match column.kind, value:
        case "number", str() if re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", value):
            return f"write it without quotes: {value}"
        case (("text" | "time"), int() | float()):
            return f'write it in quotes: "{str(value).lower()}"'
        case "flag", _:
            return f"write {column.name} = true, or {column.name} = false"
    return ""


def _number(value: float) -> float:
    """A whole number as an integer, as long as it is one of 64 bits; beyond them the nearest float64."""
    within = -(2**63) <= value < 2**63
    return int(value) if within and value == int(value) else float(value)


def _as_text(value: str, at: Span) -> str:
    if found := NO_TEXT.search(value):
        raise TypeMismatch(f"no text of a store has the character U+{ord(found[0]):04X} in it", span=at)
    return value


def _columns_there(name: str, names: Sequence[str]) -> str:
    told = ", ".join(names[:MOST_TOLD]) + (
        f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
    )
    return "; ".join(
        filter(None, [did_you_mean(name, names), f"there are {told}" if told else "there are none"])
    )


# --- patterns -------------------------------------------------------------------------------

_PIECES = re.compile(r"\\(.)|([%_])|([^\\%_]+)", re.DOTALL)


class Wildcard(NamedTuple):
    """`%` or `_` in a pattern, where it is no plain character."""

    sign: str


def pieces_of(pattern: str) -> list[str | Wildcard]:
    """The plain texts and the wildcards of a pattern of `like`, in order."""
    found = _PIECES.finditer(pattern)
    return [Wildcard(one[2]) if one[2] else one[1] or one[3] for one in found]


def _pattern(pattern: str, at: Span) -> str:
    """The same pattern, with a backslash only before `%`, `_` and a backslash: all stores agree on those."""
    if len(pattern) > LONGEST_PATTERN:
        raise SyntaxProblem(
            f"a pattern may have {LONGEST_PATTERN:,} characters, not {len(pattern):,}", span=at
        )
    if len(pattern) % 2 != len(pattern.rstrip("\\")) % 2:
        hint = "double it to mean a backslash"
        raise SyntaxProblem("the pattern ends with a backslash that escapes nothing", span=at, hint=hint)
    pieces = pieces_of(pattern)
    return "".join(p.sign if isinstance(p, Wildcard) else re.sub(r"([\\%_])", r"\\\1", p) for p in pieces)


# --- times ----------------------------------------------------------------------------------

_TIME = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9})[0-9]*)?)?"
    r"(?:(Z)|([-+][0-9]{2}):?([0-9]{2})?)?)?)?)?"
)


def instant(text: str) -> str | None:
    """A time in ISO form as the shortest text of its instant in UTC, such that their order is that of time.

    A year, a month, a day stand for their beginning; a time without a zone is one of UTC. Midnight is
    written as the day. None for what is no time, and for what lies outside of the years 1 to 9999.
    """
    if not (found := _TIME.fullmatch(text.strip())):
        return None
    from datetime import UTC, datetime, timedelta

    *numbers, fraction, _, hours, minutes = found.groups()
    year, month, day, hour, minute, second = (
        int(n) if n else least for n, least in zip(numbers, (1, 1, 1, 0, 0, 0), strict=True)
    )
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if hours:
            moment -= timedelta(hours=int(hours), minutes=int(f"{hours[0]}{minutes or 0}"))
    except (ValueError, OverflowError):
        return None
    fraction = (fraction or "").rstrip("0")
    shown = moment.isoformat()[:19] + (f".{fraction}" if fraction else "")
    return shown.removesuffix("T00:00:00")
