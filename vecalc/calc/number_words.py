"""Numbers that stand where a word may be meant: a vocabulary may hold `20`, and a number stays a number.

That is a number alone, a term of a sum with a vector, an argument in the place of a vector, an entry of a
list. Nobody means the word by a factor, a divisor, an exponent, or an argument that is to be a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

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
    Where,
    Word,
    children,
    fold_by,
    walk,
)

# What a part is worth, as far as its text says so: a number that is written, one that is computed, a vector.
_Worth: TypeAlias = Literal["written", "number", "vector", "unknown"]


def mistakable(statement: Statement) -> list[list[Span]]:
    """The places of such numbers; those of a list together, which are meant all or none."""
    found: list[list[Span]] = []
    bound = {node.name for node in walk(statement) if isinstance(node, Bind)}

    def worth(node: Statement, below: Sequence[_Worth]) -> _Worth:
        match node:
            case Number():
                return "written"
            case Word() | Candidate():
                is_name = isinstance(node, Word) and node.text in bound and not (node.quoted or node.space)
                return "unknown" if is_name else "vector"
            case Negate() | Where() | Expectation():
                return below[0]
            case Chain():
                return _of_chain(node, below, found)
            case ListOf(items):
                found.extend(_of_list(items, below))
                return "vector"
            case Call():
                return _of_call(node, below, found)
            case _:
                return "unknown"

    whole = fold_by(_below, statement, worth)
    body = statement.body if isinstance(statement, Where | Expectation) else statement
    if whole == "written" and not isinstance(body, Bind | Define):
        found.append([body.span])
    return found


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


def _of_call(node: Call, below: Sequence[_Worth], found: list[list[Span]]) -> _Worth:
    values = (*node.arguments, *(value for _, value in node.keywords))
    function = FUNCTIONS.get(node.name)
    alone = all(part == "written" for part in below)  # no word at all: then the result is a mere number
    if function is None:
        if alone:
            found.extend(_written(values, below))
        return "unknown"
    names = (*(None for _ in node.arguments), *(name for name, _ in node.keywords))
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


def _parameter(function: Function, i: int, name: str | None) -> Parameter | None:
    parameters = function.parameters
    if name is not None:
        return next((one for one in parameters if one.name == name), None)
    if i < len(parameters):
        return parameters[i]
    return parameters[-1] if parameters[-1].variadic else None
