"""The tree of an expression.

Nodes are frozen; `span` says where a node stands in its text and takes no part in equality, so tests
compare trees with plain `==`. Sums and products are flat runs (`Chain`), so a sum of 20,000 terms
is one node deep.

Trees may be nested deeper than Python's stack: a function over them is written as a generator that
yields the generators of its children, and `deep` runs it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar

from vecalc.errors import NOWHERE, Span

T = TypeVar("T")
Steps: TypeAlias = Generator[Any, Any, T]

# What stands between operands. A `match` over it ends with `assert_never`: mypy names what lacks a new one.
Operator: TypeAlias = Literal["+", "-", "*", "/", "@", "^"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number literal."""

    value: float
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Word:
    """A token of a vocabulary, or a bound name; a quoted word is never a name."""

    text: str
    quoted: bool = False
    space: str = ""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Hyphenated:
    """`well-known`, written without blanks: joined tokens or a subtraction, as the vocabulary decides."""

    parts: tuple[str, ...]
    space: str = ""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`?`, every word of the vocabulary at once."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SpaceName:
    """The name of a loaded space as an argument, as in `map(king, fr)`; a word to the parser."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Negate:
    """`-operand`."""

    operand: Node
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Chain:
    """A flat run of one precedence: `first op operand op operand ...`; `^` groups to the right."""

    first: Node
    rest: tuple[tuple[Operator, Node], ...]
    places: tuple[Span, ...] = field(default=(), compare=False)  # of the operators
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments, keyword=value)`."""

    name: str
    arguments: tuple[Node, ...]
    keywords: tuple[tuple[str, Node], ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[item, item, ...]`."""

    items: tuple[Node, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Bind:
    """`name = value`."""

    name: str
    value: Node
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Define:
    """`name(parameter, parameter=default) = body`."""

    name: str
    parameters: tuple[tuple[str, Node | None], ...]
    body: Node
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Where:
    """`body where name = value, ...`; later bindings see earlier ones."""

    body: Node
    bindings: tuple[Bind | Define, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Expectation:
    """`body => word @at`: the word is expected among the first `at` neighbours."""

    body: Node
    word: Word | Hyphenated
    at: int = 1
    span: Span = field(default=NOWHERE, compare=False)


Node: TypeAlias = Number | Word | Hyphenated | Candidate | SpaceName | Negate | Chain | Call | ListOf | Where
Statement: TypeAlias = Node | Bind | Define | Expectation

SUM, PRODUCT, DOT, POWER = ("+", "-"), ("*", "/"), ("@",), ("^",)


def deep(steps: Steps[T]) -> T:
    """Run a generator that yields generators for its children, without using Python's stack."""
    stack: list[Steps[Any]] = [steps]
    result: Any = None
    while stack:
        try:
            child = stack[-1].send(result)
        except StopIteration as done:
            stack.pop()
            result = done.value
        else:
            stack.append(child)
            result = None
    return result


def children(node: Statement) -> tuple[Node | Bind | Define, ...]:
    """The nodes directly below this one, in the order of the text."""
    match node:
        case Where(body, bindings):
            return (body, *bindings)
        case Bind(_, value):
            return (value,)
        case Define(_, parameters, body):
            return (*(default for _, default in parameters if default is not None), body)
        case Expectation(body):
            return (body,)
        case _:
            return parts(node)


def parts(node: Node) -> tuple[Node, ...]:
    """The nodes directly below one of an expanded tree, which has no `where`, in the order of the text."""
    match node:
        case Negate(operand):
            return (operand,)
        case Chain(first, rest):
            return (first, *(operand for _, operand in rest))
        case Call(_, arguments, keywords):
            return (*arguments, *(value for _, value in keywords))
        case ListOf(items):
            return items
        case _:
            return ()


def with_parts(node: Node, below: Sequence[Node]) -> Node:
    """The same node with others below it, as many as it has `parts`."""
    match node:
        case Negate(_, span):
            return Negate(below[0], span)
        case Chain(_, rest, places, span):
            return Chain(below[0], tuple(zip((op for op, _ in rest), below[1:], strict=True)), places, span)
        case Call(name, arguments, keywords, span):
            named = zip((key for key, _ in keywords), below[len(arguments) :], strict=True)
            return Call(name, tuple(below[: len(arguments)]), tuple(named), span)
        case ListOf(_, span):
            return ListOf(tuple(below), span)
        case _:
            return node


def walk(node: Statement) -> Iterator[Statement]:
    """Every node of a tree once, in the order of the text; shared subtrees are visited once."""
    stack: list[Statement] = [node]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        stack.extend(reversed(children(current)))
