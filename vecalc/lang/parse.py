"""Text to tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from itertools import dropwhile
from typing import TYPE_CHECKING, Any

from vecalc.errors import LimitExceeded, Span, SyntaxProblem
from vecalc.lang.grammar import build_parser
from vecalc.lang.limits import DEFAULT_LIMITS, Limits
from vecalc.lang.nodes import (
    Bind,
    Call,
    Candidate,
    Chain,
    Define,
    Expectation,
    ListOf,
    Negate,
    Node,
    Number,
    Op,
    Statement,
    Where,
    Word,
)
from vecalc.lang.shapes import by_shape
from vecalc.lang.show import is_bare, shorten

if TYPE_CHECKING:
    from lark import Token as LarkToken

    from vecalc.lang.tokens import Token


def parse(text: str, limits: Limits = DEFAULT_LIMITS, tokens: Sequence[Token] = ()) -> tuple[Statement, ...]:
    """The statements of a text, in order; none for a text of blanks and comments.

    `tokens` are what a vocabulary has read as words, whatever is in them (`tokens.settle`).
    Raises `SyntaxProblem` where the grammar does not accept the text, `LimitExceeded` for one larger than
    the limits.
    """
    # Four bytes is the longest a character gets, so short texts are never encoded just to be measured.
    if len(text) * 4 > limits.size and len(text.encode("utf-8", "replace")) > limits.size:
        raise LimitExceeded.of("size", f"the expression is longer than {limits.size:,} bytes")
    if not tokens:
        return by_shape(text, _parse, limits.nesting)
    with _joining(tokens):
        return _parse(text, limits.nesting, tokens)


def _parse(text: str, nesting: int, tokens: Sequence[Token] = ()) -> tuple[Statement, ...]:
    parser = build_parser(_Nodes, nesting)
    from lark.exceptions import UnexpectedInput

    try:
        statements = parser.parse(masked(text, tokens))
    except UnexpectedInput as problem:
        from vecalc.lang.mistakes import explain

        raise explain(problem, text) from None
    return statements  # type: ignore[return-value]  # the transformer makes nodes instead of trees


@cache
def terminals(nesting: int = DEFAULT_LIMITS.nesting) -> Mapping[str, str]:
    """The regular expressions of the grammar's terminals."""
    return {one.name: one.pattern.to_regexp() for one in build_parser(_Nodes, nesting).terminals}


ATOM = r"(?:[^\W\d][\w'’]*+|[0-9]++(?:\.[0-9]++)?+)"  # a word or a number, as most are
_APART = re.compile(rf"\s*+{ATOM}(?!\S)\s*+(?:(?:{ATOM}|[-+*/@^?=])(?!\S)\s*+)*+")


def stands_apart(text: str) -> bool:
    """Whether a text has only words, numbers and signs with blanks between them: no other token fits in."""
    return _APART.fullmatch(text) is not None


# --- tokens without quotes ------------------------------------------------------------------

MASK = "\ufdd0"  # what the grammar knows as JOINED: a character that Unicode keeps free for such a use

# The tokens of the text that is being parsed, by where they begin: the parser hands on masks.
_joined: ContextVar[Mapping[int, Token]] = ContextVar("_joined")


@contextmanager
def _joining(tokens: Sequence[Token]) -> Iterator[None]:
    before = _joined.set({token.span.start: token for token in tokens})
    try:
        yield
    finally:
        _joined.reset(before)


def masked(text: str, tokens: Sequence[Token]) -> str:
    """The text with a mask, as long as the token, in place of each: every place stays what it is."""
    parts, at = [], 0
    for token in tokens:
        start, end = token.span
        parts += [text[at:start], MASK * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _span(token: LarkToken) -> Span:
    start = token.start_pos
    assert start is not None  # noqa: S101 - every token of a lexer has one
    return Span(start, start + len(token))


_OPERATORS = {
    **Op.__members__,
    "AT": Op.DOT,
    "POSITIVE": Op.PLUS,
}  # the terminals of the grammar are called like them


class _Nodes:
    """One method a grammar rule: children in, node out. Lark calls them while it parses."""

    def program(self, children: list[Any]) -> tuple[Statement, ...]:
        return tuple(child for child in children if not hasattr(child, "type"))

    def number(self, children: list[LarkToken]) -> Number:
        token = children[0]
        value = float(token)
        if value == float("inf"):
            raise SyntaxProblem(
                f"{shorten(token)} is too large for a number",
                span=_span(token),
                hint="the largest is about 1.8e308",
            )
        return Number(value, _span(token))

    def name(self, children: list[LarkToken]) -> Word:
        return Word(str(children[0]), span=_span(children[0]))

    def quoted(self, children: list[LarkToken]) -> Word:
        return Word(unquote(children[0]), quoted=True, span=_span(children[0]))

    def joined(self, children: list[LarkToken]) -> Word:
        span = _span(children[0])
        token = _joined.get({}).get(span.start)
        if token is None:  # somebody typed the mask
            return Word(str(children[0]), quoted=True, span=span)
        return Word(token.text, not is_bare(token.text), token.space, span)

    def in_space(self, children: list[LarkToken]) -> Word:
        space, _, word = children[0].partition(":")
        return Word(word, space=space, span=_span(children[0]))

    def quoted_in_space(self, children: list[LarkToken]) -> Word:
        space, word = children
        return Word(unquote(word), quoted=True, space=space[:-1], span=_span(space).to(_span(word)))

    def candidate(self, children: list[LarkToken]) -> Candidate:
        return Candidate(_span(children[0]))

    def group(self, children: list[Any]) -> Node:
        node: Node = children[1]
        return node

    def list_of(self, children: list[Any]) -> ListOf:
        items = tuple(child for child in children[1:-1] if not hasattr(child, "type"))
        return ListOf(items, _span(children[0]).to(_span(children[-1])))

    def negate(self, children: list[Any]) -> Negate:
        return Negate(children[1], _span(children[0]).to(children[1].span))

    def positive(self, children: list[Any]) -> Node:
        node: Node = children[1]
        # A number is written with its sign: where it is told, it is told so.
        return replace(node, span=_span(children[0]).to(node.span)) if isinstance(node, Number) else node

    def chain(self, children: list[Any]) -> Chain:
        first, signs, operands = children[0], children[1::2], children[2::2]
        return Chain(
            first,
            tuple((_OPERATORS[sign.type], operand) for sign, operand in zip(signs, operands, strict=True)),
            tuple(map(_span, signs)),
            first.span.to(operands[-1].span),
        )

    def proportion(self, children: list[Any]) -> Chain:
        """`a : b :: c` is b - a + c."""
        a, colon, b, twice, c = children[:5]
        return Chain(b, ((Op.MINUS, a), (Op.PLUS, c)), (_span(colon), _span(twice)), a.span.to(c.span))

    def keyword(self, children: list[Any]) -> tuple[str, Node]:
        return (str(children[0]), children[2])

    def call(self, children: list[Any]) -> Call:
        name, *rest = children
        given = [child for child in rest if not hasattr(child, "type")]
        arguments = tuple(child for child in given if not isinstance(child, tuple))
        keywords = tuple(child for child in given if isinstance(child, tuple))
        behind = dropwhile(lambda child: not isinstance(child, tuple), given)
        nameless = next((child for child in behind if not isinstance(child, tuple)), None)
        if nameless is not None:
            raise SyntaxProblem(
                f"an argument without a name after {keywords[0][0]}=",
                span=nameless.span,
                hint="put named arguments last",
            )
        node = Call(str(name), arguments, keywords, _span(name).to(_span(rest[-1])))
        _no_repetition([key for key, _ in keywords], node, "is given twice the parameter")
        return node

    def bind(self, children: list[Any]) -> Bind:
        name, _, value = children
        return Bind(str(name), value, _span(name).to(value.span))

    def define(self, children: list[Any]) -> Define:
        call, _, body = children
        for argument in call.arguments:
            if not isinstance(argument, Word) or argument.quoted or argument.space:
                raise SyntaxProblem(
                    f"the parameters of {call.name} must be names",
                    span=argument.span,
                    hint=f"for example {call.name}(a, b) = a + b",
                )
        parameters = (*((word.text, None) for word in call.arguments), *call.keywords)
        _no_repetition([name for name, _ in parameters], call, "has two parameters named")
        return Define(call.name, parameters, body, call.span.to(body.span))

    def where(self, children: list[Any]) -> Where:
        body, bindings = children[0], tuple(children[2::2])
        return Where(body, bindings, body.span.to(bindings[-1].span))

    def expectation(self, children: list[Any]) -> Expectation:
        body, _, word, *rank = children
        at = _rank(rank[1]) if rank else 1
        end = _span(rank[1]) if rank else word.span
        return Expectation(body, word, at, body.span.to(end))


def _no_repetition(names: list[str], call: Call, what: str) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise SyntaxProblem(f"{call.name} {what} {name}", span=call.span)


RANK_DIGITS = 18  # more than any vocabulary has words, and less than int() refuses


def _rank(token: LarkToken) -> int:
    if not token.isdecimal() or len(token) > RANK_DIGITS or int(token) < 1:
        raise SyntaxProblem(
            f"@{shorten(token)} is not a rank",
            span=_span(token),
            hint="write a whole number from 1, as in => queen @3",
        )
    return int(token)


_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r"}


def unquote(literal: str) -> str:
    """The token that a quoted literal stands for; an unknown escape stands for its character."""
    body = literal[1:-1]
    return _ESCAPE.sub(_unescape, body) if "\\" in body else body


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return _SHORT.get(match[4], match[4])
    point = int(code, 16)
    return chr(point) if point <= 0x10FFFF else match[0]
