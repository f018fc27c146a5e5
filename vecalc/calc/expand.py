"""Names vanish: bound names, `where` and users' functions are replaced by what they stand for.

The result is a graph, not a copy: a name used twice is one node with two parents, so a chain of
definitions costs as much as its text and each shared part is computed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from vecalc.calc.functions import FUNCTIONS, Function
from vecalc.errors import NOWHERE, LimitExceeded, Span, TypeMismatch, UnknownName
from vecalc.lang.nodes import (
    Bind,
    Call,
    Candidate,
    Chain,
    Define,
    Hyphenated,
    ListOf,
    Negate,
    Node,
    Number,
    SpaceName,
    Steps,
    Where,
    Word,
    deep,
)

MAX_NODES = 250_000  # definitions that use each other can grow without bound; this many take a second


class Definition(NamedTuple):
    """A user's function, with the scope it was written in."""

    function: Define
    scope: Scope


class Scope(NamedTuple):
    """The names in force. Immutable: `with_...` return a new one, so a failed line leaves no trace."""

    names: Mapping[str, Node] = MappingProxyType({})
    functions: Mapping[str, Definition] = MappingProxyType({})

    def with_names(self, names: Mapping[str, Node]) -> Scope:
        """More names, which shadow earlier ones; their trees are already expanded."""
        return self._replace(names={**self.names, **names})

    def with_function(self, function: Define) -> Scope:
        """One more function, which sees what was defined before it, not itself."""
        return self._replace(functions={**self.functions, function.name: Definition(function, self)})


def expand(node: Node, scope: Scope) -> Node:
    """The tree with all names replaced.

    Raises `UnknownName` for a function that does not exist, `TypeMismatch` for arguments that do not
    fit a user's function, `LimitExceeded` when definitions blow up.
    """
    return deep(_Expansion().expand(node, scope, None))


def expand_from_afar(node: Node, scope: Scope) -> Node:
    """The same for a tree that will be used in other texts: its spans are taken off."""
    return deep(_Expansion().expand(node, scope, NOWHERE))


class _Expansion:
    """One run, which counts the nodes of definitions. `at` replaces spans of nodes from another text."""

    def __init__(self) -> None:
        self.nodes = 0

    def expand(self, node: Node, scope: Scope, at: Span | None) -> Steps[Node]:
        self._count(node, at)
        match node:
            case Word(text, quoted, space):
                bound = None if quoted or space else scope.names.get(text)
                return bound if bound is not None else _moved(node, at)
            case Number() | Hyphenated() | Candidate() | SpaceName():
                return _moved(node, at)
            case Negate(operand):
                return Negate((yield self.expand(operand, scope, at)), at or node.span)
            case Chain(first, rest, places):
                operands = yield self._all((first, *(operand for _, operand in rest)), scope, at)
                pairs = zip((op for op, _ in rest), operands[1:], strict=True)
                moved = tuple(at for _ in places) if at else places
                return Chain(operands[0], tuple(pairs), moved, at or node.span)
            case ListOf(items):
                return ListOf((yield self._all(items, scope, at)), at or node.span)
            case Where(body, bindings):
                return (yield self.expand(body, (yield self._bindings(bindings, scope, at)), at))
            case Call():
                return (yield self._call(node, scope, at))

    def _count(self, node: Node, at: Span | None) -> None:
        self.nodes += at is not None  # how much stands in the text itself is limited by its size
        if self.nodes > MAX_NODES:
            raise LimitExceeded(
                f"the definitions used here expand to more than {MAX_NODES:,} operations",
                span=at or node.span,
            )

    def _all(self, nodes: tuple[Node, ...], scope: Scope, at: Span | None) -> Steps[tuple[Node, ...]]:
        expanded = []
        for node in nodes:
            expanded.append((yield self.expand(node, scope, at)))
        return tuple(expanded)

    def _bindings(self, bindings: tuple[Bind | Define, ...], scope: Scope, at: Span | None) -> Steps[Scope]:
        for binding in bindings:
            if isinstance(binding, Define):
                scope = scope.with_function(binding)
            else:
                scope = scope.with_names({binding.name: (yield self.expand(binding.value, scope, at))})
        return scope

    def _call(self, call: Call, scope: Scope, at: Span | None) -> Steps[Node]:
        arguments = yield self._all(call.arguments, scope, at)
        named = yield self._all(tuple(value for _, value in call.keywords), scope, at)
        keywords = dict(zip((name for name, _ in call.keywords), named, strict=True))
        definition = scope.functions.get(call.name)
        if definition is not None:
            return (yield self._apply(definition, call, arguments, keywords, at))
        if call.name not in FUNCTIONS:
            raise unknown_function(call, scope, at)
        function = FUNCTIONS[call.name]
        if any(parameter.kind == "space" for parameter in function.parameters):
            arguments = _with_space_names(function, arguments, keywords, at or call.span)
            keywords = {}
        return Call(call.name, arguments, tuple(keywords.items()), at or call.span)

    def _apply(
        self,
        definition: Definition,
        call: Call,
        arguments: tuple[Node, ...],
        keywords: dict[str, Node],
        at: Span | None,
    ) -> Steps[Node]:
        place = at or call.span
        given = _match_parameters(definition.function, arguments, keywords, place)
        scope = definition.scope
        for name, default in definition.function.parameters:
            if name not in given and default is not None:
                given[name] = yield self.expand(default, scope.with_names(given), place)
        return (yield self.expand(definition.function.body, scope.with_names(given), place))


def _moved(node: Node, at: Span | None) -> Node:
    if at is None:
        return node
    match node:
        case Word(text, quoted, space):
            return Word(text, quoted, space, at)
        case Hyphenated(parts, space):
            return Hyphenated(parts, space, at)
        case Number(value):
            return Number(value, at)
        case SpaceName(text):
            return SpaceName(text, at)
        case _:
            return Candidate(at)


def _with_space_names(
    function: Function, arguments: tuple[Node, ...], keywords: dict[str, Node], place: Span
) -> tuple[Node, ...]:
    """The arguments by position, the words that stand for spaces as names of spaces."""
    names = [parameter.name for parameter in function.parameters]
    given = [*arguments, *(keywords[name] for name in names[len(arguments) :] if name in keywords)]
    if len(given) != len(names) or len(given) != len(arguments) + len(keywords):
        raise TypeMismatch(
            f"{function.name} takes {len(names)} arguments, {len(arguments) + len(keywords)} given",
            span=place,
            hint=f"it is {function.shown()}",
        )
    for i, parameter in enumerate(function.parameters):
        node = given[i]
        if parameter.kind != "space" or isinstance(node, SpaceName):
            continue
        if not isinstance(node, Word) or node.space:
            raise TypeMismatch(
                f"{function.name}: {parameter.name} must be the name of a loaded space",
                span=place if node.span == NOWHERE else node.span,
                hint=f"it is {function.shown()}; -m NAME=FILE names one",
            )
        given[i] = SpaceName(node.text, node.span)
    return tuple(given)


def _match_parameters(
    function: Define, arguments: tuple[Node, ...], keywords: dict[str, Node], place: Span
) -> dict[str, Node]:
    names = [name for name, _ in function.parameters]
    required = [name for name, default in function.parameters if default is None]
    if len(arguments) > len(names):
        raise TypeMismatch(_takes(function.name, names, required, len(arguments)), span=place)
    given = dict(zip(names, arguments, strict=False))
    for name, value in keywords.items():
        if name in given or name not in names:
            problem = "has no parameter" if name not in names else "was given twice the parameter"
            raise TypeMismatch(
                f"{function.name} {problem} '{name}'", span=place, hint=f"it has {', '.join(names)}"
            )
        given[name] = value
    if any(name not in given for name in required):
        raise TypeMismatch(_takes(function.name, names, required, len(given)), span=place)
    return given


def _takes(name: str, names: list[str], required: list[str], given: int) -> str:
    count = f"{len(required)}" if len(required) == len(names) else f"{len(required)} to {len(names)}"
    plural = "" if count == "1" else "s"
    return f"{name} takes {count} argument{plural} ({', '.join(names)}), {given} given"


def unknown_function(call: Call, scope: Scope, at: Span | None = None) -> UnknownName:
    """The error for a call of a function that does not exist, with near spellings."""
    from difflib import get_close_matches

    place = at or Span(call.span.start, call.span.start + len(call.name))
    known = sorted({*FUNCTIONS, *scope.functions})
    close = get_close_matches(call.name, known, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(close)}?" if close else "`vecalc help functions` lists them"
    return UnknownName(f"there is no function '{call.name}'", span=place, hint=hint, suggestions=close)
