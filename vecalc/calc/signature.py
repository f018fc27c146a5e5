"""Arguments and parameters of the functions in the table: which goes with which, and whether it fits."""

from __future__ import annotations

from typing import Any

import numpy as np

from vecalc.calc.functions import Function, Parameter
from vecalc.calc.values import (
    NO_SPACE,
    List,
    Scalar,
    Spaces,
    Value,
    Vector,
    array,
    describe,
    different_widths,
    spaces,
)
from vecalc.errors import TypeMismatch


def match_arguments(function: Function, values: list[Value], keywords: dict[str, Value]) -> list[Any]:
    """An argument for each parameter, the variadic one's as a list; None for what was left out.

    Names of spaces are no values: they are left to `expand`.
    """
    parameters = [parameter for parameter in function.parameters if parameter.kind != "space"]
    fixed = [parameter for parameter in parameters if not parameter.variadic]
    if len(fixed) < len(parameters):
        return _match_variadic(function, fixed, parameters[-1], values, keywords)
    names = [parameter.name for parameter in parameters]
    if len(values) > len(names):
        raise _wrong_count(function, len(values))
    given: dict[str, Value] = dict(zip(names, values, strict=False))
    for name, value in keywords.items():
        if name not in names or name in given:
            problem = "has no parameter" if name not in names else "was given twice the parameter"
            raise TypeMismatch(f"{function.name} {problem} '{name}'", hint=f"it is {function.shown()}")
        given[name] = value
    return [_argument(function, parameter, given) for parameter in parameters]


def _match_variadic(
    function: Function,
    fixed: list[Parameter],
    last: Parameter,
    values: list[Value],
    keywords: dict[str, Value],
) -> list[Any]:
    if keywords:
        raise TypeMismatch(f"{function.name} takes no named arguments", hint=f"it is {function.shown()}")
    if len(values) <= len(fixed):
        raise _wrong_count(function, len(values))
    heads = [_checked(function, p, value) for p, value in zip(fixed, values, strict=False)]
    rest = values[len(fixed) :]
    if len(rest) == 1 and isinstance(rest[0], List):
        return [*heads, rest[0]]
    if len(rest) == 1 and function.folds and isinstance(rest[0], Vector):
        return [*heads, rest[0]]  # its components, as numbers
    checked = [_checked(function, last, value) for value in rest]
    if function.name != "concat":
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


def _argument(function: Function, parameter: Parameter, given: dict[str, Value]) -> Any:
    value = given.get(parameter.name)
    if value is not None:
        return _checked(function, parameter, value)
    if not parameter.optional:
        raise _wrong_count(function, len(given))
    return None if parameter.default is None else Scalar(parameter.default)


_KINDS: dict[str, tuple[type, ...]] = {
    "number": (Scalar,),
    "integer": (Scalar,),
    "vector": (Vector,),
    "list": (List,),
    "pairs": (List,),
    "vectors": (Vector, List),
    "value": (Scalar, Vector, List),
}
_WANTED = {
    "integer": "a whole number from 1",
    "list": "a list, such as [king, queen]",
    "pairs": "a list of pairs, such as [[she, he], [woman, man]]",
    "vectors": "a vector or a list",
}


def _checked(function: Function, parameter: Parameter, value: Value) -> Value:
    fits = isinstance(value, _KINDS[parameter.kind])
    if fits and parameter.kind == "integer" and isinstance(value, Scalar):
        fits = value.value.is_integer() and value.value >= 1
    if fits and parameter.kind == "pairs" and isinstance(value, List):
        fits = value.sizes is not None and set(value.sizes) == {2}
    if parameter.variadic and parameter.kind == "value":
        fits = not isinstance(value, List)
    if not fits:
        wanted = _WANTED.get(parameter.kind, f"a {parameter.kind}")
        if parameter.variadic and parameter.kind == "value":
            wanted = "a number or a vector"
        found = f"a {describe(value)}"
        if parameter.kind == "integer" and isinstance(value, Scalar):
            found = f"{value.value:g}"
        raise TypeMismatch(
            f"{function.name}: {parameter.name} must be {wanted}, not {found}",
            hint=f"it is {function.shown()}",
        )
    return value


def _wrong_count(function: Function, given: int) -> TypeMismatch:
    parameters = function.parameters
    least = sum(not parameter.optional for parameter in parameters)
    most = len(parameters)
    if any(parameter.variadic for parameter in parameters):
        count = f"at least {least}"
    else:
        count = f"{least}" if least == most else f"{least} to {most}"
    plural = "" if count.endswith(" 1") or count == "1" else "s"
    return TypeMismatch(
        f"{function.name} takes {count} argument{plural}, {given} given", hint=f"it is {function.shown()}"
    )


def check_given(function: Function, given: list[Any]) -> Spaces:
    """Where matched arguments come from. Raises `TypeMismatch` when they are not equally wide."""
    if function.name != "concat":
        check_widths(function, _flat(given))
    return _origin(given)


def _origin(given: list[Any]) -> Spaces:
    return NO_SPACE.union(*map(spaces, _flat(given)))


def _flat(given: list[Any]) -> list[Value]:
    """All arguments, those of a variadic parameter one by one."""
    return [item for value in given for item in (value if isinstance(value, list) else [value])]


def check_widths(function: Function, values: list[Value]) -> None:
    """Vectors that are computed with each other must be equally wide."""
    vectors = [value for value in values if not isinstance(value, Scalar)]
    if len({array(value).shape[-1] for value in vectors}) > 1:
        sides = " and ".join(dict.fromkeys(map(describe, vectors)))
        raise TypeMismatch(f"{function.name} of {sides}: {different_widths(vectors)}")
