"""What a refused condition means in a person's words: where, what, what was expected, what to do."""

from __future__ import annotations

import re
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
_NO_ARITHMETIC = (
    "there is no arithmetic here, and no functions: a column, a sign and a value, as in price > 5"
)
_NO_COLUMNS = "columns aren't compared with each other"
_BACKTICKS = "a name with other characters than letters and digits stands in backticks: `release-date`"
_MISSING = frozenset({"none", "nan", "nil", "na", "undefined"})
_SWITCHES = {"yes": "true", "on": "true", "no": "false", "off": "false"}
# What stands for "like" elsewhere, and the pattern that it would be.
_LIKE = {
    **dict.fromkeys(("startswith", "starts", "starts_with", "begins"), "e%"),
    **dict.fromkeys(("endswith", "ends", "ends_with"), "%e"),
    **dict.fromkeys(
        ("ilike", "contains", "includes", "has", "matches", "match", "glob", "regexp", "rlike"), "%e%"
    ),
}
_DATE = re.compile(r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}|[0-9]{4}-[0-9]{2}(?![0-9])")
_METHOD = re.compile(r"\.(?:str\b|\w+\()")


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
    return SyntaxProblem(f"'{shown}' isn't understood here", span=span, hint=_character_hint(text, at))


def _character_hint(text: str, at: int) -> str:
    """What to write instead of a character that begins nothing."""
    char, before, after = text[at], text[:at].rstrip(), text[at + 1 :]
    if date := _date_at(text, at):
        return date
    if char in "$€£¥":
        return "a number stands alone: price < 5"
    if char in "{[":
        return _list_hint(before)
    if char == "~" and (not before or before.endswith(("(", "and", "or", "not"))):
        return "write not"
    if char == "~":
        return f"{_like(before.removesuffix('='), '%e%')}; % is any text"
    if _METHOD.match(text, at):
        return f"there are no methods here: {_like(before, 'e%')}, or {_name_before(before)} is null"
    inside = text[at - 1 : at].isalnum() and (after[:1].isalpha() or after[:1] == "_")
    if char in "+*/%^" or (char == "-" and not inside):
        return _NO_ARITHMETIC
    return _BACKTICKS if inside else ""


def _date_at(text: str, at: int) -> str:
    """How a date or time without quotes that reaches over a place is written; "" where there is none."""
    found = next((one for one in _DATE.finditer(text) if one.start() <= at <= one.end()), None)
    return 'a date stands in quotes, the year first: "2024-05-01"' if found else ""


def _name_before(before: str) -> str:
    """The column that a part of a condition ends with; one for an example where there is none."""
    found = re.search(r"(`[^`]+`|\[[^\]]+\]|[^\W\d]\w*)$", before)
    return shorten(found[1]) if found else "price"


def _like(before: str, pattern: str) -> str:
    return f'write {_name_before(before.rstrip())} like "{pattern}"'


def _list_hint(before: str) -> str:
    """What a list looks like, behind `in`."""
    name = re.sub(r"\s+(?:not\s+)?in$", "", before, flags=re.IGNORECASE)
    return f'the values stand in round brackets: {_name_before(name)} in ("en", "de")'


def _bad_token(problem: UnexpectedToken, text: str) -> SyntaxProblem:
    token = problem.token
    state = problem.interactive_parser
    accepted = frozenset(state.accepts()) if state else frozenset(problem.expected)  # type: ignore[no-untyped-call, truthy-bool]
    wanted = _expected(accepted)
    if token.type == "$END":
        end = len(text.rstrip())
        kind = UnfinishedText if "RPAR" in accepted else SyntaxProblem
        hint = _compared(text.rstrip()) if "SIGN" in accepted else ""
        what = f"the condition ends too early; expected {wanted}"
        return kind(what, span=Span(end, end + 1), hint=hint)
    start = token.start_pos or 0
    return SyntaxProblem(
        f"unexpected {shorten(token)}; expected {wanted}",
        span=Span(start, start + len(token)),
        hint=_hint(token.type, token, accepted, text, start),
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


def _hint(kind: str, token: str, accepted: frozenset[str], text: str, start: int) -> str:
    before = text[:start].rstrip()
    if kind == "NUMBER" and (date := _date_at(text, start)):
        return date
    if accepted >= _COLUMN:
        return _for_a_column(kind, token)
    if "TEXT" in accepted:
        is_call = text[start + len(token) :].lstrip().startswith("(")
        return _NO_ARITHMETIC if kind == "NAME" and is_call else _for_a_value(kind, token, before)
    if accepted == {"LPAR"}:
        return _list_hint(before)
    if "SIGN" in accepted:
        return _for_a_sign(kind, token, before)
    return _behind_a_comparison(kind, token, before) if "AND" in accepted else ""


def _for_a_column(kind: str, token: str) -> str:
    if kind == "TEXT":
        return f"a column stands on the left; one with such a name is written `{shorten(token[1:-1])}`"
    if kind == "NUMBER":
        return "a column stands on the left: price < 10, or price between 1 and 10"
    return f"a column of this name stands in backticks: `{token}`" if kind in _ORDER else ""


def _for_a_value(kind: str, token: str, before: str) -> str:
    if kind == "NULL" or token.lower() in _MISSING:
        return "write is null, or is not null"
    if kind == "NAME" and (switch := _SWITCHES.get(token.lower())):
        return f'write {switch}; a text stands in quotes: "{token}"'
    if kind in _COLUMN:
        return f'a text stands in quotes: "{shorten(token.strip("`[]"))}"; {_NO_COLUMNS}'
    if kind == "SIGN" and token in ("<", ">") and before.endswith("="):
        return f"write {token}="
    return ""


def _for_a_sign(kind: str, token: str, before: str) -> str:
    if kind == "NAME" and (pattern := _LIKE.get(token.lower())):
        return f"{_like(before, pattern)}; % is any text"
    if kind == "LPAR" or (kind == "NUMBER" and token[:1] in "+-"):
        return _NO_ARITHMETIC
    return _compared(before)


def _compared(before: str) -> str:
    name = _name_before(before)
    return f"compare the column with something, as in {name} = true, or {name} is not null"


def _behind_a_comparison(kind: str, token: str, before: str) -> str:
    if kind == "SIGN":
        return "one comparison at a time: price between 1 and 10, or price > 1 and price < 10"
    if kind == "COMMA" and before[-1:].isdigit():
        return "decimals have a point: 5.50"
    if kind == "NUMBER" and token[:1] in "+-":
        return _NO_ARITHMETIC
    return "join two comparisons with and, or with or" if kind in _COLUMN else ""
