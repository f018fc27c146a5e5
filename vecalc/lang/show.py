"""Tree to text: the canonical form, which parses back to the same tree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import assert_never

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
    Run,
    SpaceName,
    Statement,
    Text,
    Where,
    Word,
    children,
    fold_by,
)

# Binding strength, as in the grammar: a node is bracketed where a stronger one is needed.
_SCOPED, _SUM, _PRODUCT, _DOT, _SIGNED, _POWER, _ATOM = range(7)
_STRENGTHS: dict[Run, int] = {"sum": _SUM, "product": _PRODUCT, "dot product": _DOT, "power": _POWER}

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def show(node: Statement) -> str:
    """The canonical text of a tree; `parse(show(t)) == (t,)`."""
    return fold_by(_below, node, _show)


def show_program(statements: tuple[Statement, ...]) -> str:
    """The canonical text of several statements."""
    return "; ".join(map(show, statements))


def quote(word: str) -> str:
    """A word in double quotes, such that it parses to exactly this token.

    Control characters, bidi controls and lone surrogates become escapes.
    """
    return '"' + "".join(map(_escape, word)) + '"'


_BARE = re.compile(r"[\w'’]+(?:-[\w'’]+)+")


def is_bare(token: str) -> bool:
    """Whether a token that is no name is shown as it is typed, without quotes: one with hyphens."""
    return _BARE.fullmatch(token) is not None and token[0] not in "'’"


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable() or char == "\u200d":  # the joiner inside emoji
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def show_number(value: float) -> str:
    """The shortest text that reads back to the same float64, without a trailing `.0`."""
    text = repr(float(value))
    return text.removesuffix(".0")


def _strength(node: Statement) -> int:
    match node:
        case Chain(_, rest):
            return _STRENGTHS[rest[0][0].run]
        case Negate():
            return _SIGNED
        case Where():
            return _SCOPED
        case _:
            return _ATOM


def _below(node: Statement) -> Sequence[Statement]:
    """What a node is shown with; the bindings of a `where` are shown with it."""
    match node:
        case Where(body, bindings):
            return (body, *(part for binding in bindings for part in children(binding)))
        case Expectation(body, word):
            return (body, word)
        case _:
            return children(node)


def _show(node: Statement, texts: Sequence[str]) -> str:  # noqa: C901 - one short case a node
    match node:
        case Number(value):
            return show_number(value)
        case Word(text, quoted, space):
            return _in_space(space, quote(text) if quoted else text)
        case Text(text, space):
            return f"text({quote(text)}{f', {space}' if space else ''})"
        case Candidate():
            return "?"
        case SpaceName(text):
            return text if text.isidentifier() else quote(text)
        case Negate(operand):
            return "-" + _operand(operand, texts[0], _SIGNED)
        case Chain():
            return _show_chain(node, texts)
        case Call(name, arguments, keywords):
            shown = list(map(_argument, (*arguments, *(value for _, value in keywords)), texts))
            pairs = zip(keywords, shown[len(arguments) :], strict=True)
            named = [f"{key}={text}" for (key, _), text in pairs]
            return f"{name}({', '.join([*shown[: len(arguments)], *named])})"
        case ListOf(items):
            return f"[{', '.join(map(_argument, items, texts))}]"
        case Bind() | Define():
            return _show_binding(node, texts, _SCOPED)
        case Where(body, bindings):
            found, rest = [], iter(texts[1:])
            for binding in bindings:
                found.append(_show_binding(binding, [next(rest) for _ in children(binding)], _SUM))
            return f"{_operand(body, texts[0], _SUM)} where {', '.join(found)}"
        case Expectation(_, _, at):
            return f"{texts[0]} => {texts[1]} @{at}"
        case _:
            assert_never(node)


def _in_space(space: str, word: str) -> str:
    return f"{space}:{word}" if space else word


def _operand(node: Node, text: str, needed: int) -> str:
    return f"({text})" if _strength(node) < needed else text


def _argument(node: Node, text: str) -> str:
    return _operand(node, text, _SUM)


def _show_chain(chain: Chain, texts: Sequence[str]) -> str:
    strength = _strength(chain)
    pieces = [_operand(chain.first, texts[0], strength + 1)]
    # An exponent may itself be signed or a power; other operands bind tighter than their operator.
    needed = _SIGNED if strength == _POWER else strength + 1
    for (op, operand), text in zip(chain.rest, texts[1:], strict=True):
        pieces += [f" {op} " if strength != _POWER else op, _operand(operand, text, needed)]
    return "".join(pieces)


def _show_binding(node: Bind | Define, texts: Sequence[str], needed: int) -> str:
    """A binding; a `where` in its value is bracketed when it stands behind another `where`."""
    if isinstance(node, Bind):
        return f"{node.name} = {_operand(node.value, texts[0], needed)}"
    defaults = iter(texts)
    parameters = [
        name if default is None else f"{name}={_argument(default, next(defaults))}"
        for name, default in node.parameters
    ]
    return f"{node.name}({', '.join(parameters)}) = {_operand(node.body, texts[-1], needed)}"


def shorten(text: str, width: int = 40) -> str:
    """A text that fits into a message."""
    return text if len(text) <= width else text[: width - 1] + "…"
