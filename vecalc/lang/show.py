"""Tree to text: the canonical form, which parses back to the same tree."""

from __future__ import annotations

from typing import assert_never

from vecalc.lang.nodes import (
    POWER,
    PRODUCT,
    SUM,
    Bind,
    Call,
    Candidate,
    Chain,
    Define,
    Expectation,
    Hyphenated,
    ListOf,
    Negate,
    Node,
    Number,
    SpaceName,
    Statement,
    Steps,
    Where,
    Word,
    deep,
)

# Binding strength, as in the grammar: a node is bracketed where a stronger one is needed.
_SCOPED, _SUM, _PRODUCT, _DOT, _SIGNED, _POWER, _ATOM = range(7)

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def show(node: Statement) -> str:
    """The canonical text of a tree; `parse(show(t)) == (t,)`."""
    return deep(_show(node))


def show_program(statements: tuple[Statement, ...]) -> str:
    """The canonical text of several statements."""
    return "; ".join(map(show, statements))


def quote(word: str) -> str:
    """A word in double quotes, such that it parses to exactly this token.

    Control characters, bidi controls and lone surrogates become escapes.
    """
    return '"' + "".join(map(_escape, word)) + '"'


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
            op = rest[0][0]
            return _SUM if op in SUM else _PRODUCT if op in PRODUCT else _POWER if op in POWER else _DOT
        case Negate():
            return _SIGNED
        case Where():
            return _SCOPED
        case _:
            return _ATOM


def _operand(node: Node, needed: int) -> Steps[str]:
    text = yield _show(node)
    return f"({text})" if _strength(node) < needed else text


def _show(node: Statement) -> Steps[str]:  # noqa: C901 - one short case a node
    match node:
        case Number(value):
            return show_number(value)
        case Word(text, quoted, space):
            return _in_space(space, quote(text) if quoted else text)
        case Hyphenated(parts, space):
            return _in_space(space, "-".join(parts))
        case Candidate():
            return "?"
        case SpaceName(text):
            return text if text.isidentifier() else quote(text)
        case Negate(operand):
            return "-" + (yield _operand(operand, _SIGNED))
        case Chain():
            return (yield _show_chain(node))
        case Call(name, arguments, keywords):
            values = yield _show_all(arguments)
            named = yield _show_all(tuple(value for _, value in keywords))
            pairs = [f"{key}={value}" for (key, _), value in zip(keywords, named, strict=True)]
            return f"{name}({', '.join([*values, *pairs])})"
        case ListOf(items):
            return f"[{', '.join((yield _show_all(items)))}]"
        case Bind() | Define():
            return (yield _show_binding(node, _SCOPED))
        case Where(body, bindings):
            shown = []
            for binding in bindings:
                shown.append((yield _show_binding(binding, _SUM)))
            return f"{(yield _operand(body, _SUM))} where {', '.join(shown)}"
        case Expectation(body, word, at):
            return f"{(yield _show(body))} => {(yield _show(word))} @{at}"
        case _:
            assert_never(node)


def _in_space(space: str, word: str) -> str:
    return f"{space}:{word}" if space else word


def _show_all(nodes: tuple[Node, ...]) -> Steps[list[str]]:
    texts = []
    for node in nodes:
        texts.append((yield _operand(node, _SUM)))
    return texts


def _show_chain(chain: Chain) -> Steps[str]:
    strength = _strength(chain)
    pieces = [(yield _operand(chain.first, strength + 1))]
    # An exponent may itself be signed or a power; other operands bind tighter than their operator.
    needed = _SIGNED if strength == _POWER else strength + 1
    for op, operand in chain.rest:
        pieces += [f" {op} " if strength != _POWER else op, (yield _operand(operand, needed))]
    return "".join(pieces)


def _show_binding(node: Bind | Define, needed: int) -> Steps[str]:
    """A binding; a `where` in its value is bracketed when it stands behind another `where`."""
    if isinstance(node, Bind):
        return f"{node.name} = {(yield _operand(node.value, needed))}"
    parameters = []
    for name, default in node.parameters:
        parameters.append(name if default is None else f"{name}={(yield _operand(default, _SUM))}")
    return f"{node.name}({', '.join(parameters)}) = {(yield _operand(node.body, needed))}"
