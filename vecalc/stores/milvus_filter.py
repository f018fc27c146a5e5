"""A condition, and what words are looked for by, as Milvus' boolean expressions (server 2.3).

A server of that age knows no missing values and takes no parameters. So a text stands in double quotes, with
what would end or change it escaped; and a leaf is written such that it is true only where the value is known.
What its grammar has no number for (-2⁶³, infinity) is reckoned from two that there are.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from vecalc.conditions import (
    WHERE,
    AllOf,
    AnyOf,
    Condition,
    Kind,
    Leaf,
    Likeness,
    Membership,
    Missing,
    Negation,
    Relation,
    Sign,
    Value,
    Wildcard,
    pieces_of,
)
from vecalc.errors import SyntaxProblem
from vecalc.stores.keys import Key

Numeric: TypeAlias = Literal["float", "whole", "any"]

LEAST, MOST = -(2**63), 2**63 - 1  # of whole numbers
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})
_LAST = chr(sys.maxunicode)
_SURROGATES = range(0xD800, 0xE000)


class MilvusField(NamedTuple):
    """A column as expressions name it."""

    told: str  # c0, or $meta["price"]
    kind: Kind
    known: str = ""  # says that there is a value of this kind; "": there always is
    numeric: Numeric = "float"  # of a number: how it is kept; JSON keeps both


def quoted(text: str) -> str:
    """A text as an expression has it."""
    return f'"{text.translate(_ESCAPED)}"'


def literal(key: Key) -> str:
    """A key as an expression has it."""
    return quoted(key) if isinstance(key, str) else str(key)


def within(told: str, keys: Iterable[Key]) -> str:
    """That a field has one of these values."""
    return f"{told} in [{', '.join(map(literal, keys))}]"


def expression(condition: Condition, fields: Mapping[str, MilvusField], key: str) -> str:
    """A settled condition; `key` is the field of the key. Raises `SyntaxProblem` for what can't be said."""
    match condition:
        case AllOf(parts):
            return joined([expression(part, fields, key) for part in parts], "and")
        case AnyOf(parts):
            return joined([expression(part, fields, key) for part in parts], "or")
        case Negation():
            raise ValueError("the condition is not settled")
    field = fields[condition.column]
    if isinstance(condition, Missing):
        known = field.known or _always(key)
        return known if condition.negated else f"(not {known})"
    told = _positive(condition, field) or _never(key)
    told = f"(not {told})" if _is_negated(condition) else told
    return f"({field.known} and {told})" if field.known else told


def joined(parts: Sequence[str], sign: str) -> str:
    """Brackets around halves: the server takes seconds for a chain of a thousand, and a tenth for this."""
    if len(parts) == 1:
        return parts[0]
    half = (len(parts) + 1) // 2
    return f"({joined(parts[:half], sign)} {sign} {joined(parts[half:], sign)})"


def _never(key: str) -> str:
    return f"({key} in [])"


def _always(key: str) -> str:
    return f"({key} not in [])"


def _is_negated(leaf: Leaf) -> bool:
    return leaf.sign == "<>" if isinstance(leaf, Relation) else leaf.negated


def _positive(leaf: Leaf, field: MilvusField) -> str:
    """A leaf without its negation, in brackets; "" where it is true of nothing."""
    match leaf:
        case Likeness(pattern=pattern, at=at):
            pieces = pieces_of(pattern)
            wild = [piece for piece in pieces if isinstance(piece, Wildcard)]
            if pieces[len(pieces) - len(wild) :] != wild or any(piece.sign != "%" for piece in wild):
                message = "Milvus finds texts by how they begin, not by what is within or behind a wildcard"
                raise SyntaxProblem(message, span=at, where=WHERE, hint='like "The %" can be asked')
            text = "".join(piece for piece in pieces if isinstance(piece, str))
            return _beginning(field.told, text) if wild else f"({field.told} == {quoted(text)})"
        case Membership(values=values):
            return _one_of(values, field)
        case Relation(sign=sign, value=value):
            return _related("=" if sign == "<>" else sign, value, field)
    raise ValueError(f"no comparison: {leaf}")


def _beginning(told: str, start: str) -> str:
    """Texts are in the order of their code points: those that begin so are a range."""
    kept = start.rstrip(_LAST)
    from_there = f"{told} >= {quoted(start)}"
    if not kept:
        return f"({from_there})"
    following = ord(kept[-1]) + 1
    following = _SURROGATES.stop if following in _SURROGATES else following
    return f"({from_there} and {told} < {quoted(kept[:-1] + chr(following))})"


def _one_of(values: Sequence[Value], field: MilvusField) -> str:
    """One list where the values can be in one: a list that JSON is compared with has numbers of one type."""
    fit = [value for value in values if _neighbour(value, field) is None]
    if field.kind == "number" and field.numeric == "any":
        equal = [_related("=", value, field) for value in fit]
        return joined(equal, "or") if equal else ""
    return f"({field.told} in [{', '.join(_written(value, field) for value in fit)}])"


def _related(sign: Sign, value: Value, field: MilvusField) -> str:
    near = _neighbour(value, field)
    if near is None:
        return f"({field.told} {'==' if sign == '=' else sign} {_written(value, field)})"
    if sign == "=":
        return ""
    is_below = near < float(value) if isinstance(value, float) else near < int(value)
    least = ("<=" if is_below else "<") if sign.startswith("<") else (">" if is_below else ">=")
    return f"({field.told} {least} {_written(near, field)})"


def _neighbour(value: Value, field: MilvusField) -> float | None:
    """For a number that a field can't have, one that it can, with no other of them in between."""
    match value, field.numeric:
        case (bool(), _) | (str(), _):
            return None
        case int(), "float":
            return float(value) if float(value) != value else None
        case float(), "whole":  # a fraction, or beyond 64 bits: others are integers once settled
            return MOST if value > MOST else LEAST if value < LEAST else math.floor(value)
    return None


def _written(value: Value, field: MilvusField) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case int() if field.numeric != "float":
            return _whole(value)
        case _:
            number = float(value)
            return repr(number) if math.isfinite(number) else f"({'-' if number < 0 else ''}1e308 * 10)"


def _whole(number: int) -> str:
    return str(number) if number > LEAST else f"({LEAST + 1} - 1)"
