"""Numbers that stand where a word may be meant: a vocabulary may hold `20`, and a number stays a number.

That is a number alone, a term of a sum with a vector, an argument in the place of a vector, an entry of a
list. Nobody means the word by a factor, a divisor, an exponent, or an argument that is to be a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from vecalc.calc.functions import FUNCTIONS, Function, Parameter
from vecalc.errors import Span
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
    Statement,
    Text,
    Where,
    Word,
    children,
    fold_by,
    walk,
)

# What a part is worth, as far as its text says so: a number that is written, one that is computed, a vector.
_Worth: TypeAlias = Literal["written", "number", "vector", "unknown"]

# Of the shipped definitions: parameters that are numbers though they have no default, and a product, where a
# number is a factor.
_NUMBERS = ("t", "m")
_PRODUCT = "multiply"


def mistakable(
    statement: Statement, names: Mapping[str, Node], shipped: Mapping[str, Define]
) -> list[list[Span]]:
    """The places of such numbers; those of a list together, which are meant all or none.

    `names` are bound before the statement, `shipped` are definitions whose parameters are known.
    """
    seen = _Reading({}, shipped, [])
    binds = [node for node in walk(statement) if isinstance(node, Bind)]
    seen.known.update({bind.name: "unknown" for bind in binds})
    for text in {node.text for node in walk(statement) if isinstance(node, Word)} & {*names} - {*seen.known}:
        seen.known[text] = _of_name(seen.whole(names[text]))
    for bind in binds:
        seen.known[bind.name] = _of_name(seen.whole(bind.value))
    body = statement.body if isinstance(statement, Where | Expectation) else statement
    if seen.whole(statement) == "written" and not isinstance(body, Bind | Define):
        seen.found.append([body.span])
    return seen.found


class _Reading(NamedTuple):
    """What names are worth, what definitions are shipped, and the places that were found."""

    known: dict[str, _Worth]
    shipped: Mapping[str, Define]
    found: list[list[Span]]

    def whole(self, tree: Statement) -> _Worth:
        """What a tree is worth."""
        return fold_by(_below, tree, self.worth)

    def worth(self, node: Statement, below: Sequence[_Worth]) -> _Worth:
        """What a node is worth, by what is below it."""
        match node:
            case Number():
                return "written"
            case Word(text, quoted, space):
                return "vector" if quoted or space else self.known.get(text, "vector")
            case Candidate() | Text():
                return "vector"
            case Negate() | Where() | Expectation():
                return below[0]
            case Chain():
                return _of_chain(node, below, self.found)
            case ListOf(items):
                self.found.extend(_of_list(items, below))
                return "vector"
            case Call():
                return _of_call(node, below, self.found, self.shipped)
            case _:
                return "unknown"


def _of_name(worth: _Worth) -> _Worth:
    return "number" if worth == "written" else worth  # it is written elsewhere


def _below(node: Statement) -> Sequence[Statement]:
    return () if isinstance(node, Define) else children(node)  # what its names are is seen where it is used


def _of_list(items: Sequence[Node], below: Sequence[_Worth]) -> list[list[Span]]:
    if below and all(part == "written" for part in below):
        return [[item.span for item in items]]
    return list(_written(items, below))


def _written(nodes: Sequence[Node], worths: Sequence[_Worth]) -> Iterator[list[Span]]:
    return ([node.span] for node, worth in zip(nodes, worths, strict=True) if worth == "written")


def _of_chain(node: Chain, below: Sequence[_Worth], found: list[list[Span]]) -> _Worth:
    operands = (node.first, *(operand for _, operand in node.rest))
    run = node.rest[0][0].run
    if all(part == "written" for part in below):
        return "written"
    if run == "sum" and "vector" in below:
        found.extend(_written(operands, below))
    if run == "dot product":
        found.extend(_written(operands, below))
        return "number"
    return "vector" if "vector" in below else "unknown" if "unknown" in below else "number"


def _of_call(
    node: Call, below: Sequence[_Worth], found: list[list[Span]], shipped: Mapping[str, Define]
) -> _Worth:
    values = (*node.arguments, *(value for _, value in node.keywords))
    function = FUNCTIONS.get(node.name)
    names = (*(None for _ in node.arguments), *(name for name, _ in node.keywords))
    alone = all(part == "written" for part in below)  # no word at all: then the result is a mere number
    if function is None:
        places = _vector_places(shipped.get(node.name))
        pairs = zip(names, values, below, strict=True)
        meant = [
            (value, worth) for i, (name, value, worth) in enumerate(pairs) if alone or (name or i) in places
        ]
        if alone or "vector" in below:
            found.extend(_written([value for value, _ in meant], [worth for _, worth in meant]))
        return "unknown"
    for i, (value, worth, name) in enumerate(zip(values, below, names, strict=True)):
        parameter = _parameter(function, i, name)
        if worth != "written" or parameter is None or parameter.kind in ("number", "integer", "space"):
            continue
        of_many = parameter.variadic and (alone or "vector" in below)
        if parameter.kind != "value" or of_many:
            found.append([value.span])
    if function.result == "number":
        return "number"
    return "vector" if "vector" in below else "unknown" if "unknown" in below else "number"


def _vector_places(definition: Define | None) -> set[str | int]:
    """The parameters of a shipped definition that are to be vectors, by name and by place."""
    if definition is None or definition.name == _PRODUCT:
        return set()
    vectors = [
        (i, name)
        for i, (name, default) in enumerate(definition.parameters)
        if default is None and name not in _NUMBERS
    ]
    return {one for pair in vectors for one in pair}


def _parameter(function: Function, i: int, name: str | None) -> Parameter | None:
    parameters = function.parameters
    if name is not None:
        return next((one for one in parameters if one.name == name), None)
    if i < len(parameters):
        return parameters[i]
    return parameters[-1] if parameters[-1].variadic else None
