"""What a refused condition means in a person's words: where, what, what was expected, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from vecalc.errors import Span, SyntaxProblem, UnfinishedText
from vecalc.lang.show import shorten

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

_COLUMN = frozenset({"NAME", "QUOTED_NAME"})
_VALUE = frozenset({"TEXT", "NUMBER", "TRUE", "FALSE"})
_ORDER = ("AND", "OR", "NOT", "IN", "IS", "LIKE", "BETWEEN", "NULL")
_TWINS = {
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "‘": "'",
    "’": "'",
    "&": "and",
    "|": "or",
    "!": "not",
}


def explain_condition(problem: UnexpectedInput, text: str) -> SyntaxProblem:
    """The `SyntaxProblem` for a refusal of Lark's parser or lexer."""
    from lark.exceptions import UnexpectedCharacters

    if isinstance(problem, UnexpectedCharacters):
        return _bad_character(problem, text)
    return _bad_token(cast("UnexpectedToken", problem), text)


def _bad_character(problem: UnexpectedCharacters, text: str) -> SyntaxProblem:
    at = cast("int", problem.pos_in_stream)
    char = text[at]
    span = Span(at, at + 1)
    if char in "\"'`[":
        closing = {"[": "]"}.get(char, char)
        hint = f"end it with {closing}; inside, {closing} is written twice"
        return SyntaxProblem("this quote is never closed", span=span, hint=hint)
    if char in _TWINS:
        return SyntaxProblem(f"'{char}' isn't understood here", span=span, hint=f"write {_TWINS[char]}")
    shown = char if char.isprintable() else f"U+{ord(char):04X}"
    hint = "a name with other characters than letters and digits stands in backticks: `release-date`"
    return SyntaxProblem(f"'{shown}' isn't understood here", span=span, hint=hint)


def _bad_token(problem: UnexpectedToken, text: str) -> SyntaxProblem:
    token = problem.token
    state = problem.interactive_parser
    accepted = frozenset(state.accepts()) if state else frozenset(problem.expected)  # type: ignore[no-untyped-call, truthy-bool]
    wanted = _expected(accepted)
    if token.type == "$END":
        end = len(text.rstrip())
        kind = UnfinishedText if "RPAR" in accepted else SyntaxProblem
        return kind(f"the condition ends too early; expected {wanted}", span=Span(end, end + 1))
    start = token.start_pos or 0
    return SyntaxProblem(
        f"unexpected {shorten(token)}; expected {wanted}",
        span=Span(start, start + len(token)),
        hint=_hint(token.type, token, accepted, text[:start].rstrip()),
    )


def _expected(accepted: frozenset[str]) -> str:
    words = ["a column"] if accepted >= _COLUMN else []
    if "TEXT" in accepted:
        words += ["a number", "a text in quotes"] if "NUMBER" in accepted else ["a text in quotes"]
    words += ["a sign such as ="] if "SIGN" in accepted else []
    words += [kind.lower() for kind in _ORDER if kind in accepted]
    words += [
        f"'{sign}'" for kind, sign in (("LPAR", "("), ("COMMA", ","), ("RPAR", ")")) if kind in accepted
    ]
    words += ["the end"] if "$END" in accepted else []
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _hint(kind: str, token: str, accepted: frozenset[str], before: str) -> str:
    wants_column = accepted >= _COLUMN
    if kind == "TEXT" and wants_column:
        return f"a column stands on the left; one with such a name is written `{shorten(token[1:-1])}`"
    if kind == "NUMBER" and wants_column:
        return "a column stands on the left: price < 10, or price between 1 and 10"
    if kind == "NULL" and "TEXT" in accepted:
        return "write is null, or is not null"
    if kind in _COLUMN and "TEXT" in accepted:
        return f'a text stands in quotes: "{shorten(token)}"'
    if "SIGN" in accepted:
        name = before.rsplit(maxsplit=1)[-1].lstrip("(") if before.split() else "price"
        return (
            f"compare the column with something, as in {shorten(name)} = true, or {shorten(name)} is not null"
        )
    if kind == "SIGN" and "AND" in accepted:
        return "one comparison at a time: price between 1 and 10, or price > 1 and price < 10"
    if kind in _ORDER and wants_column:
        return f"a column of this name stands in backticks: `{token}`"
    return ""
