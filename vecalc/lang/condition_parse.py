"""Text of `--where` to the tree of a condition; the syntax is `grammar/where.lark`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from vecalc.conditions import (
    WHERE,
    AllOf,
    AnyOf,
    Condition,
    Likeness,
    Membership,
    Missing,
    Negation,
    Relation,
    Sign,
    Value,
    leaves,
)
from vecalc.errors import LimitExceeded, Span, SyntaxProblem
from vecalc.lang.grammar import build_parser
from vecalc.lang.show import shorten

if TYPE_CHECKING:
    from lark import Token

FILE, START = "where.lark", "condition"
LARGEST = 1 << 20  # bytes of a condition
DEEPEST = 30  # brackets, or "not", inside each other: SQLite's parser has room for a hundred symbols
MOST_VALUES = 30_000  # SQLite binds 32,766 in one statement, Postgres 65,535


def parse_condition(text: str, where: str = WHERE) -> Condition:
    """The tree of a condition. Raises `SyntaxProblem` and `LimitExceeded`; `where` is what they name."""
    try:
        return _parsed(text)
    except (SyntaxProblem, LimitExceeded) as problem:
        problem.text = text
        raise problem.at(where=where) from None


def _parsed(text: str) -> Condition:
    if len(text) * 4 > LARGEST and len(text.encode("utf-8", "replace")) > LARGEST:
        raise LimitExceeded(f"the condition is longer than {LARGEST:,} bytes")
    if not text.strip():
        raise SyntaxProblem("the condition is empty", hint="write one such as price < 10")
    parser = build_parser(_Conditions, DEEPEST, FILE, START)
    from lark.exceptions import UnexpectedInput

    try:
        condition: Condition = parser.parse(text)  # type: ignore[assignment]  # which makes nodes of trees
    except UnexpectedInput as problem:
        from vecalc.lang.condition_mistakes import explain_condition

        raise explain_condition(problem, text) from None
    except LimitExceeded as problem:
        problem.hint = ""  # there is no option for it
        raise
    values = sum(len(leaf.values) if isinstance(leaf, Membership) else 1 for leaf in leaves(condition))
    if values > MOST_VALUES:
        raise LimitExceeded(f"the condition has {values:,} values, more than {MOST_VALUES:,}")
    return condition


# --- tokens ---------------------------------------------------------------------------------

_SIGNS: dict[str, Sign] = {"==": "=", "!=": "<>", "≠": "<>", "≤": "<=", "≥": ">="}
_CLOSING = {"[": "]"}


class _Named(NamedTuple):
    """A column where it stands."""

    name: str
    span: Span


def _span(token: Token) -> Span:
    start = token.start_pos
    assert start is not None  # noqa: S101 - every token of a lexer has one
    return Span(start, start + len(token))


def _unquoted(token: str) -> str:
    """What stands between quotes, where the closing one is doubled."""
    closing = _CLOSING.get(token[0], token[0])
    return token[1:-1].replace(closing * 2, closing)


def _value(token: Token) -> Value:
    match token.type:
        case "TEXT":
            return _unquoted(token)
        case "TRUE" | "FALSE":
            return token.type == "TRUE"
    number = float(token)
    if math.isinf(number):
        hint = "the largest is about 1.8e308"
        raise SyntaxProblem(f"{shorten(token)} is too large for a number", span=_span(token), hint=hint)
    whole = token.lstrip("+-").isdecimal() and -(2**63) <= number < 2**63
    return int(token) if whole and -(2**63) <= int(token) < 2**63 else number


class _Conditions:
    """One method a grammar rule: children in, node out. Lark calls them while it parses."""

    def condition(self, children: list[Condition]) -> Condition:
        return children[0]

    def any_of(self, children: list[Any]) -> AnyOf:
        return AnyOf(tuple(children[::2]))

    def all_of(self, children: list[Any]) -> AllOf:
        return AllOf(tuple(children[::2]))

    def negation(self, children: list[Any]) -> Negation:
        return Negation(children[1])

    def group(self, children: list[Any]) -> Condition:
        inside: Condition = children[1]
        return inside

    def column(self, children: list[Token]) -> _Named:
        token = children[0]
        return _Named(_unquoted(token) if token.type == "QUOTED_NAME" else str(token), _span(token))

    def relation(self, children: list[Any]) -> Relation:
        column, sign, value = children
        return Relation(column.name, _SIGNS.get(sign) or sign.value, _value(value), column.span, _span(value))

    def membership(self, children: list[Any]) -> Membership:
        column, *signs = children
        tokens = [one for one in signs if one.type in ("TEXT", "NUMBER", "TRUE", "FALSE")]
        at = _span(tokens[0]).to(_span(tokens[-1]))
        values = tuple(map(_value, tokens))
        places = tuple(map(_span, tokens))
        return Membership(column.name, values, _is_negated(signs), column.span, at, places)

    def missing(self, children: list[Any]) -> Missing:
        column, *signs = children
        return Missing(column.name, _is_negated(signs), column.span)

    def likeness(self, children: list[Any]) -> Likeness:
        column, *signs = children
        pattern = _unquoted(signs[-1])
        return Likeness(column.name, pattern, _is_negated(signs), column.span, _span(signs[-1]))

    def between(self, children: list[Any]) -> Condition:
        """Both ends count; not between is what lies outside of them."""
        column, *signs = children
        least, most = signs[-3], signs[-1]
        within = AllOf(
            (
                Relation(column.name, ">=", _value(least), column.span, _span(least)),
                Relation(column.name, "<=", _value(most), column.span, _span(most)),
            )
        )
        return Negation(within) if _is_negated(signs) else within


def _is_negated(signs: list[Token]) -> bool:
    return any(sign.type == "NOT" for sign in signs[:2])
