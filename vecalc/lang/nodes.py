"""The tree of an expression.

Nodes are frozen; `span` says where a node stands in its text and takes no part in equality, so tests
compare trees with plain `==`. Sums and products are flat runs (`Chain`), so a sum of 20,000 terms
is one node deep.

Trees may be nested deeper than Python's stack, and share nodes: `fold` computes from the leaves up, each node
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from operator import is_
from typing import Literal, TypeAlias, TypeVar, assert_never

from vecalc.answers import Norm
from vecalc.errors import NOWHERE, Span

T = TypeVar("T")
N = TypeVar("N")


Run: TypeAlias = Literal["sum", "product", "dot product", "power"]


PHRASE = "phrase"  # the function that stands for the expression that its text is read as


class Op(StrEnum):
    """What stands between operands. A `match` over it ends with `assert_never`: mypy names what lacks one."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"
    DOT = "@"
    POWER = "^"

    @property
    def run(self) -> Run:
        """What a chain of operators of its precedence is."""
        match self:
            case Op.PLUS | Op.MINUS:
                return "sum"
            case Op.TIMES | Op.OVER:
                return "product"
            case Op.DOT:
                return "dot product"
            case Op.POWER:
                return "power"
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True)
class Number:
    """A number literal."""

    value: float
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Word:
    """A token of a vocabulary, or a bound name; a quoted word is never a name.

    `norm` is how long its vector is taken, where the expression says so. A cell of a table is never a name
    either, and is read as a bare word is.
    """

    text: str
    quoted: bool = False
    space: str = ""
    span: Span = field(default=NOWHERE, compare=False)
    norm: Norm | None = None
    is_cell: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, of whose tokens a textual model makes a vector, the one named `space`; `norm` as of a word."""

    text: str
    space: str = ""
    span: Span = field(default=NOWHERE, compare=False)
    norm: Norm | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """`?`, every word of the vocabulary at once."""

    span: Span = field(default=NOWHERE, compare=False)
    norm: Norm | None = None


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
    rest: tuple[tuple[Op, Node], ...]
    places: tuple[Span, ...] = field(default=(), compare=False)  # of the operators
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments, keyword=value)`; `norm` is that of the words that it looks for by itself."""

    name: str
    arguments: tuple[Node, ...]
    keywords: tuple[tuple[str, Node], ...] = ()
    span: Span = field(default=NOWHERE, compare=False)
    norm: Norm | None = None


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
    word: Word
    at: int = 1
    span: Span = field(default=NOWHERE, compare=False)


Node: TypeAlias = Number | Word | Text | Candidate | SpaceName | Negate | Chain | Call | ListOf | Where
Statement: TypeAlias = Node | Bind | Define | Expectation


def fold(node: Node, f: Callable[[Node, Sequence[T]], T], known: dict[int, T] | None = None) -> T:
    """What `f` makes of a node and of what it made of the node's `parts`, from the leaves up.

    A node that several parents share is computed once. `known` is what is known before, by the nodes' ids,
    and takes up what is found.
    """
    return fold_by(parts, node, f, known)


def fold_by(
    below: Callable[[N], Sequence[N]],
    node: N,
    f: Callable[[N, Sequence[T]], T],
    known: dict[int, T] | None = None,
) -> T:
    """The same for any kind of tree, of which `below` says what is directly below a node."""
    done: dict[int, T] = {} if known is None else known
    stack = [(node, below(node), False)] if id(node) not in done else []
    while stack:
        current, under, ready = stack.pop()
        if id(current) in done:
            continue
        if ready or not under:
            done[id(current)] = f(current, [done[id(part)] for part in under])
            continue
        stack.append((current, under, True))
        stack += [(part, below(part), False) for part in reversed(under) if id(part) not in done]
    return done[id(node)]


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


def _same(span: Span) -> Span:
    return span


def with_parts(node: Node, below: Sequence[Node], place: Callable[[Span], Span] = _same) -> Node:
    """The same node with others below it, as many as it has `parts`; `place` is where its own spans go.

    It is the node itself where nothing changes, so that what is shared stays so.
    """
    if place is _same and all(map(is_, below, parts(node))):
        return node
    match node:
        case Negate(_, span):
            return Negate(below[0], place(span))
        case Chain(_, rest, places, span):
            operands = zip((op for op, _ in rest), below[1:], strict=True)
            return Chain(below[0], tuple(operands), tuple(map(place, places)), place(span))
        case Call(name, arguments, keywords, span, norm):
            named = zip((key for key, _ in keywords), below[len(arguments) :], strict=True)
            return Call(name, tuple(below[: len(arguments)]), tuple(named), place(span), norm)
        case ListOf(_, span):
            return ListOf(tuple(below), place(span))
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


def has_call(tree: Node, name: str) -> bool:
    """Whether a function is called in an expanded tree."""
    stack, seen = [tree], set()
    while stack:
        node = stack.pop()
        if isinstance(node, Call) and node.name == name:
            return True
        if id(node) not in seen:
            seen.add(id(node))
            stack += [part for part in parts(node) if not isinstance(part, Word | Number)]
    return False


def substituted(tree: Node, given: Mapping[tuple[str, str], Node]) -> Node:
    """The tree with other nodes in place of some words, given by their space and text."""

    def put_in(node: Node, below: Sequence[Node]) -> Node:
        if isinstance(node, Word):
            return given.get((node.space, node.text), node)
        return with_parts(node, below)

    return fold(tree, put_in)


def at_norm(tree: Node, norm: Norm, known: dict[int, Node]) -> Node:
    """The tree with its words as long as a norm takes them, where it does not say so itself.

    What other trees became before is `known`; so what they share stays shared.
    """

    def mark(node: Node, below: Sequence[Node]) -> Node:
        if isinstance(node, Word | Text | Candidate | Call) and node.norm is None:
            node = replace(node, norm=norm)
        made = with_parts(node, below)
        known[id(made)] = made
        return made

    return fold(tree, mark, known)
