"""Arguments and parameters of the functions in the table: which goes with which, and whether it fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from vecalc.calc.functions import Function, Parameter
from vecalc.calc.values import (
    NO_SPACE,
    List,
    Scalar,
    Spaces,
    Table,
    Value,
    Vector,
    array,
    describe,
    different_widths,
    spaces,
)
from vecalc.errors import TypeMismatch

T = TypeVar("T")
MOST_TOLD = 3  # sizes of lists that an error repeats
_OF_ANY_WIDTHS = frozenset(
    {"concat", "effect", "permutation"}
)  # whose vectors are not computed with each other


def match_arguments(function: Function, values: list[Value], keywords: dict[str, Value]) -> list[Any]:
    """An argument for each parameter, the variadic one's as a list; None for what was left out.

    Names of spaces are no values: they are left to `expand`.
    """
    parameters = [parameter for parameter in function.parameters if parameter.kind != "space"]
    fixed = [parameter for parameter in parameters if not parameter.variadic]
    if len(fixed) < len(parameters):
        return _match_variadic(function, fixed, parameters[-1], values, keywords)
    given = match_by_name(function, parameters, values, keywords.items())
    found: list[Value | None] = []
    for parameter in parameters:
        if parameter.name in given:
            found.append(_checked(function, parameter, given[parameter.name]))
        else:
            found.append(None if parameter.default is None else Scalar(parameter.default))
    return found


def match_by_name(
    function: Function, kinds: Sequence[Parameter], values: Sequence[T], keywords: Iterable[tuple[str, T]]
) -> dict[str, T]:
    """Arguments of any kind by the names of some parameters, without those that were left out."""
    return matched(
        {parameter.name: parameter.optional for parameter in kinds},
        values,
        keywords,
        lambda count: _wrong_count(function, count),
        lambda problem: TypeMismatch(f"{function.name} {problem}", hint=f"it is {function.shown()}"),
    )


def matched(
    optional: Mapping[str, bool],
    values: Sequence[T],
    keywords: Iterable[tuple[str, T]],
    wrong_count: Callable[[int], TypeMismatch],
    wrong_name: Callable[[str], TypeMismatch],
) -> dict[str, T]:
    """The arguments of a call by its parameters' names; `optional` says which of them may be left out.

    Raises `wrong_count` for so many arguments, and `wrong_name` for a name that there is not, or twice.
    """
    if len(values) > len(optional):
        raise wrong_count(len(values))
    given = dict(zip(optional, values, strict=False))
    for key, value in keywords:
        if key not in optional or key in given:
            problem = "has no parameter" if key not in optional else "was given twice the parameter"
            raise wrong_name(f"{problem} '{key}'")
        given[key] = value
    if any(key not in given for key in optional if not optional[key]):
        raise wrong_count(len(given))
    return given


def _match_variadic(
    function: Function,
    fixed: list[Parameter],
    last: Parameter,
    values: list[Value],
    keywords: dict[str, Value],
) -> list[Any]:
    if keywords:
        what = f"has no parameter '{next(iter(keywords))}'" if function.folds else "takes no named arguments"
        sides = f"; {function.by_side}" if function.folds else ""
        raise TypeMismatch(f"{function.name} {what}", hint=f"it is {function.shown()}{sides}")
    if len(values) <= len(fixed):
        raise _wrong_count(function, len(values))
    heads = [_checked(function, p, value) for p, value in zip(fixed, values, strict=False)]
    rest = values[len(fixed) :]
    if len(rest) == 1 and isinstance(rest[0], List):
        return [*heads, rest[0]]
    if len(rest) == 1 and function.folds and isinstance(rest[0], Vector | Table):
        return [*heads, rest[0]]  # its components, or all its numbers
    checked = [_checked(function, last, value) for value in rest]
    if function.name not in _OF_ANY_WIDTHS:
        checked = _spread(function, checked)
    return [*heads, checked]


def _spread(function: Function, values: list[Value]) -> list[Value]:
    """Numbers among vectors become vectors; vectors must be equally wide."""
    check_widths(function, values)
    widths = {len(value.components) for value in values if isinstance(value, Vector)}
    if not widths:
        return values
    width = widths.pop()
    # Not those of every row, which spread by themselves.
    return [Vector(np.full(width, v.value)) if type(v) is Scalar else v for v in values]


_KINDS: dict[str, tuple[type, ...]] = {
    "number": (Scalar,),
    "integer": (Scalar,),
    "vector": (Vector,),
    "list": (List,),
    "pairs": (List,),
    "vectors": (Vector, List),
    "value": (Scalar, Vector, List, Table),
    "value...": (Scalar, Vector, Table),
    "rows": (List, Table),
    "numbers": (Vector, Table),
}
_WANTED = {
    "integer": "a whole number from 1",
    "list": "a list, such as [king, queen]",
    "pairs": "a list of pairs, such as [[she, he], [woman, man]]",
    "vectors": "a vector or a list",
    "value...": "a number or a vector",
    "rows": "a list or a table",
    "numbers": "a table, such as king @ [queen, man], or a vector",
}


def _checked(function: Function, parameter: Parameter, value: Value) -> Value:
    kind = parameter.kind
    if parameter.variadic and kind == "value":
        kind = "value..."
    fits = isinstance(value, (*_KINDS[kind], List) if function.tabulates else _KINDS[kind])
    if kind == "integer" and isinstance(value, Scalar):
        fits = value.value.is_integer() and value.value >= 1
    if fits and kind == "pairs" and isinstance(value, List):
        fits = value.sizes is not None and set(value.sizes) == {2}
    if not fits:
        wanted, found = _WANTED.get(kind, f"a {kind}"), f"a {describe(value)}"
        if kind == "integer" and isinstance(value, Scalar):
            found = f"{value.value:g}"
        if kind == "pairs" and isinstance(value, List) and value.sizes is not None:
            counts = [str(count) for count in dict.fromkeys(value.sizes)][:MOST_TOLD]
            found = f"lists of {' and '.join(counts)}"
        listed = function.of_lists if isinstance(value, List) and kind == "vector" else ""
        raise TypeMismatch(
            f"{function.name}: {parameter.name} must be {wanted}, not {found}",
            hint=f"{listed} takes lists, too" if listed else f"it is {function.shown()}",
        )
    return value


def _wrong_count(function: Function, given: int) -> TypeMismatch:
    parameters = function.parameters
    least = sum(not parameter.optional for parameter in parameters)
    count = number_of(least, None if parameters[-1].variadic else len(parameters))
    return TypeMismatch(f"{function.name} takes {count}, {given} given", hint=f"it is {function.shown()}")


def number_of(least: int, most: int | None) -> str:
    """How many arguments a function takes, in words."""
    count = f"at least {least}" if most is None else f"{least}" if least == most else f"{least} to {most}"
    return f"{count} argument{'' if least == 1 and most in (1, None) else 's'}"


def check_given(function: Function, given: list[Any]) -> Spaces:
    """Where matched arguments come from. Raises `TypeMismatch` when they are not equally wide."""
    # All arguments, those of a variadic parameter one by one.
    flat = [item for value in given for item in (value if isinstance(value, list) else [value])]
    if function.name not in _OF_ANY_WIDTHS:
        check_widths(function, flat)
    return NO_SPACE.union(*map(spaces, flat))


def check_widths(function: Function, values: list[Value]) -> None:
    """Vectors that are computed with each other must be equally wide."""
    vectors = [value for value in values if isinstance(value, Vector | List)]
    if len({array(value).shape[-1] for value in vectors}) > 1:
        sides = " and ".join(dict.fromkeys(map(describe, vectors)))
        raise TypeMismatch(f"{function.name} of {sides}: {different_widths(vectors)}")
