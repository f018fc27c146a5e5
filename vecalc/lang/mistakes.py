"""What a parser's refusal means in a person's words: where, what, what was expected, what to do."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, cast

from vecalc.errors import Span, SyntaxProblem, UnfinishedText
from vecalc.lang.nodes import Op
from vecalc.lang.show import shorten

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

WIDEST_ANALOGY = 80  # characters of words that a message repeats
_OPERANDS = frozenset(
    {"NAME", "JOINED", "QUOTED", "IN_SPACE", "SPACE", "NUMBER", "FUNCTION", "LPAR", "LSQB", "CANDIDATE"}
)
_WORDS = frozenset({"NAME", "JOINED", "QUOTED", "IN_SPACE", "SPACE"})
_OPERATORS = frozenset({*Op.__members__, "AT"})
_SIGNS = {
    "RPAR": "')'",
    "RSQB": "']'",
    "LPAR": "'('",
    "COMMA": "','",
    "BECOMES": "'='",
    "COLON": "':'",
    "TWICE": "'::'",
    "WHERE": "'where'",
    "NAME": "a name",
    "NUMBER": "a number",
    "CANDIDATE": "'?'",
}
_ASCII_TWINS = str.maketrans("＋－＊／（）［］＝＠，；：？＾“”‘«»—", '+-*/()[]=@,;:?^""\'""-')


def explain(problem: UnexpectedInput, text: str) -> SyntaxProblem:
    """The `SyntaxProblem` for a refusal of Lark's parser or lexer."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    if isinstance(problem, UnexpectedCharacters):
        return _bad_character(problem, text)
    assert isinstance(problem, UnexpectedToken)  # noqa: S101 - LALR raises no other kind
    return _bad_token(problem, text)


# --- characters that begin no token ---------------------------------------------------------


def _bad_character(problem: UnexpectedCharacters, text: str) -> SyntaxProblem:
    at = cast("int", problem.pos_in_stream)
    char = text[at]
    span = Span(at, at + 1)
    if char in "\"'":  # no word has a line end in it, so the next line would not help
        return SyntaxProblem(
            "this quote is never closed",
            span=span,
            hint=f"end the word with {char}, or escape it as \\{char}",
        )
    begun = _BEGUN_NUMBER.search(text, max(at - MOST_DIGITS, 0), at)  # of 0.5king the lexer has taken the 0
    if run := re.compile(r"[0-9][\w.'’]*").match(text, begun.start() if begun else at):
        times = _TIMES.fullmatch(run[0])
        product = f", for a product write {times[1]}*{shorten(times[2])}" if times else ""
        return SyntaxProblem(
            f"'{shorten(run[0])}' is neither a number nor a word",
            span=Span(*run.span()),
            hint=f'quote a word that begins with a digit: "{shorten(run[0])}"{product}',
        )
    twin = char.translate(_ASCII_TWINS)
    if twin != char:
        return SyntaxProblem(f"'{char}' isn't understood here", span=span, hint=f"write {twin}")
    return SyntaxProblem(
        f"{_describe(char)} can't be part of a bare word", span=span, hint='put the word in quotes: "..."'
    )


_BEGUN_NUMBER = re.compile(r"(?<![\w.'’])[0-9][0-9.]*$")
MOST_DIGITS = 40  # of a number that is looked for before the place of an error
_TIMES = re.compile(r"([0-9]+(?:\.[0-9]+)?)((?!x[0-9])[^\W\d_]\w*)")  # 2king, not 0x10


def _describe(char: str) -> str:
    """A character a person can see: `'&'`, or the name of one that does not print."""
    if char.isprintable() and not unicodedata.combining(char):
        return f"'{char}'"
    return f"the character U+{ord(char):04X} ({unicodedata.name(char, 'control character').lower()})"


# --- tokens in the wrong place --------------------------------------------------------------


def _bad_token(problem: UnexpectedToken, text: str) -> SyntaxProblem:
    token = problem.token
    if token.type in ("$END", "NEWLINE", "SEMICOLON"):
        return _ends_early(problem, text)
    start = token.start_pos or 0
    span = Span(start, start + len(token))
    written = text[start : span.end]  # the token may be a mask
    wanted = _expected(problem)
    return SyntaxProblem(
        f"unexpected {_name_of(written)}" + (f"; expected {wanted}" if wanted else ""),
        span=span,
        hint=_hint(token.type, written, text[:start], problem) + _analogy(text),
    )


def _ends_early(problem: UnexpectedToken, text: str) -> SyntaxProblem:
    opened = _open_bracket(problem)
    if opened is not None and not _accepted(problem) >= _OPERANDS:
        start, char = opened
        return UnfinishedText(
            f"'{char}' is never closed",
            span=Span(start, start + 1),
            hint=f"expected {_expected(problem)}",
        )
    token = problem.token
    # The end's token has no position of its own: point behind the last character that says something.
    limit = len(text) if token.type == "$END" else token.start_pos or 0
    end = len(text[:limit].rstrip())
    wanted = _expected(problem)
    if text[:end].endswith("where") and wanted:
        return SyntaxProblem(
            "'where' is not followed by a name",
            span=Span(end - len("where"), end),
            hint='write A*B where A = blood, B = color, or quote the word: "where"',
        )
    kind = UnfinishedText if opened is not None else SyntaxProblem
    return kind(f"the expression ends too early; expected {wanted}", span=Span(end, end + 1))


def _open_bracket(problem: UnexpectedToken) -> tuple[int, str] | None:
    state = problem.interactive_parser
    if state is None:
        return None
    for value in reversed(state.parser_state.value_stack):
        if getattr(value, "type", "") in ("LPAR", "LSQB"):
            return value.start_pos, str(value)
    return None


def _accepted(problem: UnexpectedToken) -> frozenset[str]:
    """Terminals that could have come instead; `expected` also lists some that a reduction refuses."""
    state = problem.interactive_parser
    return frozenset(state.accepts()) if state else frozenset(problem.expected)  # type: ignore[no-untyped-call, truthy-bool]


def _expected(problem: UnexpectedToken) -> str:
    accepted = _accepted(problem)
    words = []
    if accepted >= _OPERANDS:
        words = ["a word", "a number", "'('"]
        accepted -= _OPERANDS | {"MINUS", "POSITIVE"}
    elif accepted >= _WORDS:
        words = ["a word"]
        accepted -= _WORDS
    if accepted >= _OPERATORS:
        words.append("an operator")
        accepted -= _OPERATORS
        accepted -= {"COLON", "TWICE"} if "COLON" in accepted and "RPAR" in accepted else frozenset()
    words += [
        sign
        for kind, sign in _SIGNS.items()
        if kind in accepted and kind not in ("COLON", "WHERE", "BECOMES")
    ]
    if not words:
        words = [sign for kind, sign in _SIGNS.items() if kind in accepted]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _name_of(token: str) -> str:
    return f"'{shorten(token)}'"


def _hint(kind: str, token: str, before: str, problem: UnexpectedToken) -> str:
    if kind == "WHERE":
        return _where_hint(problem)
    if kind in ("RPAR", "RSQB"):
        return "" if _open_bracket(problem) else f"no bracket is open for this '{token}'"
    if kind in ("BECOMES", "COLON"):
        return {
            "BECOMES": "only a name, or f(a, b), can stand before '='",
            "COLON": "an analogy is written a : b :: c, a word of a space name:word",
        }[kind]
    if kind in _OPERANDS and _accepted(problem) >= _OPERATORS:
        return _between(kind, token, before)
    return ""


def _where_hint(problem: UnexpectedToken) -> str:
    accepted = _accepted(problem)
    if _open_bracket(problem) and accepted >= _OPERATORS:
        return "put brackets around all of it: (A*B where A = blood)"
    if "COMMA" in accepted:
        return "separate the names by commas: where A = blood, B = color"
    if "AT" in accepted and "PLUS" not in accepted:  # behind an expectation
        return "names come before it: A*B where A = blood => red"
    return 'where is reserved; quote it to mean the word: "where"'


_LAST_WORD = re.compile(r"(?<![^\s(\[,;=+\-−–*/@^])[^\W\d][^\s()\[\],;:=+−–*/@^]*$")


_THREE_WORDS = re.compile(r"\s*" + r"\s+".join([r"([^\W\d][\w'’]*)"] * 3) + r"\s*")


def _analogy(text: str) -> str:
    """How three words side by side are written, which other tools take for an analogy."""
    three = _THREE_WORDS.fullmatch(text)
    if not three or "where" in three.groups() or len(text) > WIDEST_ANALOGY:
        return ""
    a, b, c = three.groups()
    return f"; an analogy is {a} - {b} + {c}, or {a} : {b} :: {c} for {b} - {a} + {c}"


def _between(kind: str, token: str, before: str) -> str:
    """What to do about two operands side by side."""
    previous = _LAST_WORD.search(before.rstrip())
    if previous and kind == "LPAR":
        return f"for a call write {previous[0]}( without a blank, for a product {previous[0]} * ("
    if previous and kind in ("NAME", "NUMBER", "JOINED"):
        return f'put an operator between the two, or quote a term of several words: "{previous[0]} {token}"'
    return "put an operator between the two"
