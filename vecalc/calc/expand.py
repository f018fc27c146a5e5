"""Names vanish: bound names, `where` and users' functions are replaced by what they stand for.

The result is a graph, not a copy: a name used twice is one node with two parents, so a chain of
definitions costs as much as its text and each shared part is computed once.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from vecalc.calc.functions import FUNCTIONS, SIDES, Function
from vecalc.calc.signature import match_by_name, matched, number_of
from vecalc.errors import NOWHERE, LimitExceeded, Span, TypeMismatch, UnknownName
from vecalc.lang.nodes import (
    Call,
    Candidate,
    Choice,
    Define,
    Node,
    Number,
    SpaceName,
    Text,
    Where,
    Word,
    at_norm,
    parts,
    with_parts,
)

MAX_NODES = 250_000  # definitions that use each other can grow without bound; this many take a second

# An expansion asks for those it needs by yielding them: scopes are known from above, nodes from below, and
# both may be deeper than Python's stack.
_Steps: TypeAlias = "Generator[_Steps, Node, Node]"


class Definition(NamedTuple):
    """A user's function, with the scope it was written in."""

    function: Define
    scope: Scope
    lists: frozenset[str] = frozenset()  # parameters that must be lists


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


def expand_from_afar(node: Node, scope: Scope) -> Node:
    """`expand` for a tree that will be used in other texts: its spans are taken off."""
    return expand(node, scope, NOWHERE)


def expand(node: Node, scope: Scope, at: Span | None = None) -> Node:
    """The tree with all names replaced; `at` replaces the spans of a tree from another text.

    Raises `UnknownName` for a function that does not exist, `TypeMismatch` for arguments that do not
    fit a user's function, `LimitExceeded` when definitions blow up.
    """
    stack = [_Expansion().expand(node, scope, at)]
    found: Node | None = None
    while True:
        try:
            # A generator that begins takes None, whatever its type says.
            child = stack[-1].send(found)  # type: ignore[arg-type]
        except StopIteration as done:
            stack.pop()
            if not stack:
                tree: Node = done.value
                return tree
            found = done.value
        else:
            stack.append(child)
            found = None


class _Expansion:
    """One run, which counts the nodes of definitions. `at` replaces spans of nodes from another text."""

    def __init__(self) -> None:
        self.nodes = 0
        self._raw: dict[int, Node] = {}  # what trees became by `raw`, by their ids
        self._kept: list[Node] = []  # those trees, so that their ids stay theirs

    def expand(self, node: Node, scope: Scope, at: Span | None) -> _Steps:
        self._count(node, at)
        match node:
            case Word(text, quoted, space):
                bound = None if quoted or space else scope.names.get(text)
                return bound if bound is not None else _moved(node, at)
            case Where(body, bindings):
                for binding in bindings:
                    if isinstance(binding, Define):
                        scope = scope.with_function(binding)
                    else:
                        scope = scope.with_names(
                            {binding.name: (yield self.expand(binding.value, scope, at))}
                        )
                return (yield self.expand(body, scope, at))
            case Number() | Candidate() | SpaceName() | Choice() | Text():
                return _moved(node, at)
            case _:
                node = _with_typed_sides(node, scope)
                below = []
                for part in parts(node):
                    below.append((yield self.expand(part, scope, at)))
                made = with_parts(node, below, partial(_place, at))
                return (yield self._called(made, scope, at)) if isinstance(made, Call) else made

    def _count(self, node: Node, at: Span | None) -> None:
        self.nodes += at is not None  # how much stands in the text itself is limited by its size
        if self.nodes > MAX_NODES:
            raise LimitExceeded(
                f"the definitions used here expand to more than {MAX_NODES:,} operations",
                span=at or node.span,
            )

    def _called(self, call: Call, scope: Scope, at: Span | None) -> _Steps:
        """What a call of expanded arguments stands for."""
        definition = scope.functions.get(call.name)
        if definition is not None:
            return (yield self._apply(definition, call))
        if call.name not in FUNCTIONS:
            raise unknown_function(call, scope, at)
        if call.name == "raw":
            self._kept.append(call)
            return with_parts(call, [at_norm(part, "raw", self._raw) for part in parts(call)])
        function = FUNCTIONS[call.name]
        kinds = {parameter.kind for parameter in function.parameters}
        if call.name == "text":
            return _text_of(function, call)
        if "space" in kinds:
            return _with_space_names(function, call)
        if "way" in kinds:
            return _with_ways(function, call)
        return _with_sides(call) if function.folds and call.keywords else call

    def _apply(self, definition: Definition, call: Call) -> _Steps:
        try:
            given = _match_parameters(definition.function, call)
            _check_lists(definition, given)
        except TypeMismatch as problem:
            raise problem.at(call.span) from None
        scope = definition.scope
        for name, default in definition.function.parameters:
            if name not in given and default is not None:
                given[name] = yield self.expand(default, scope.with_names(given), call.span)
        return (yield self.expand(definition.function.body, scope.with_names(given), call.span))


def _place(at: Span | None, span: Span) -> Span:
    return span if at is None else at


def _moved(node: Node, at: Span | None) -> Node:
    return node if at is None else replace(node, span=at)


def _with_space_names(function: Function, call: Call) -> Call:
    """The call's arguments by position, the words that stand for spaces as names of spaces."""
    try:
        given = match_by_name(function, function.parameters, call.arguments, call.keywords)
    except TypeMismatch as problem:
        raise problem.at(call.span) from None
    for parameter in function.parameters:
        node = given[parameter.name]
        if parameter.kind != "space" or isinstance(node, SpaceName):
            continue
        if not isinstance(node, Word) or node.space:
            raise TypeMismatch(
                f"{function.name}: {parameter.name} must be the name of a loaded space",
                span=call.span if node.span == NOWHERE else node.span,
                hint=f"it is {function.shown()}; -m NAME=FILE names one",
            )
        given[parameter.name] = SpaceName(node.text, node.span)
    return Call(call.name, tuple(given[parameter.name] for parameter in function.parameters), (), call.span)


def _text_of(function: Function, call: Call) -> Text:
    """What `text` is of: a word, in quotes or not, or one that a name stands for; and in which space."""
    try:
        given = match_by_name(function, function.parameters, call.arguments, call.keywords)
    except TypeMismatch as problem:
        raise problem.at(call.span) from None
    of, model = given["x"], given.get("model")
    if isinstance(of, Text) and model is None:
        return of
    if not isinstance(of, Word):
        message = "text: x must be a text in quotes, or a name that stands for one"
        raise TypeMismatch(message, span=call.span, hint='such as text("I want to eat")')
    if model is None:
        return Text(of.text, of.space, call.span, of.norm)
    if of.space:
        message = "text: x is of a space already, and another model is named"
        raise TypeMismatch(message, span=call.span, hint="leave one of them out")
    if not isinstance(model, Word) or model.space:
        message = "text: model must be the name of a loaded space"
        raise TypeMismatch(message, span=call.span, hint="-m NAME=FILE names one")
    return Text(of.text, model.text, call.span, of.norm)


def _with_typed_sides(node: Node, scope: Scope) -> Node:
    """A call with the sides of a table that are typed in it, whatever names there are; or another node."""
    if not isinstance(node, Call) or not node.keywords or node.name in scope.functions:
        return node
    if node.name not in FUNCTIONS or not FUNCTIONS[node.name].folds:
        return node

    def side(name: str, value: Node) -> Node:
        if name != "by" or not isinstance(value, Word) or value.text not in SIDES:
            return value
        return Choice(value.text, value.span)

    return replace(node, keywords=tuple((name, side(name, value)) for name, value in node.keywords))


def _with_sides(call: Call) -> Call:
    """The call with the sides of a table, `by=rows` or `by=columns`, as what they are."""

    def side(name: str, node: Node) -> Node:
        if name != "by" or isinstance(node, Choice):
            return node
        if not isinstance(node, Word) or node.text not in SIDES:
            place = call.span if node.span == NOWHERE else node.span
            raise TypeMismatch(f"{call.name}: by must be {' or '.join(SIDES)}", span=place)
        return Choice(node.text, node.span)

    return replace(call, keywords=tuple((name, side(name, node)) for name, node in call.keywords))


def _with_ways(function: Function, call: Call) -> Call:
    """The call with the names that the function knows in quotes: they are neither words nor columns."""
    ways = {parameter.name for parameter in function.parameters if parameter.kind == "way"}

    def known(name: str, node: Node) -> Node:
        return replace(node, quoted=True) if name in ways and isinstance(node, Word) else node

    names = [parameter.name for parameter in function.parameters]
    arguments = tuple(map(known, [*names, *("" for _ in call.arguments)], call.arguments))
    keywords = tuple((name, known(name, node)) for name, node in call.keywords)
    return replace(call, arguments=arguments, keywords=keywords)


def _check_lists(definition: Definition, given: Mapping[str, Node]) -> None:
    """Raises `TypeMismatch` for one word, or anything else that is seen to be no list, where one must be."""
    for name in given:
        if name in definition.lists and isinstance(given[name], Word | Text | Number | Candidate):
            what = f"{definition.function.name}: {name} must be a list, such as [king, queen]"
            one = given[name]
            hint = f"[{one.text}] is a list of one" if isinstance(one, Word) and not one.quoted else ""
            raise TypeMismatch(what, hint=hint)


def _match_parameters(function: Define, call: Call) -> dict[str, Node]:
    optional = {name: default is not None for name, default in function.parameters}
    names, count = ", ".join(optional), number_of(len(optional) - sum(optional.values()), len(optional))
    return matched(
        optional,
        call.arguments,
        call.keywords,
        lambda given: TypeMismatch(f"{function.name} takes {count} ({names}), {given} given"),
        lambda problem: TypeMismatch(f"{function.name} {problem}", hint=f"it has {names}"),
    )


def unknown_function(call: Call, scope: Scope, at: Span | None = None) -> UnknownName:
    """The error for a call of a function that does not exist: what it is called here, or near spellings."""
    from difflib import get_close_matches

    from vecalc.calc.other_names import here

    place = at or Span(call.span.start, call.span.start + len(call.name))
    if found := here(call.name):
        return UnknownName(f"there is no function '{call.name}'", span=place, hint=str(found))
    known = sorted({*FUNCTIONS, *scope.functions})
    close = get_close_matches(call.name, known, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(close)}?" if close else "`vecalc help functions` lists them"
    return UnknownName(f"there is no function '{call.name}'", span=place, hint=hint, suggestions=close)
