"""Calls of the functions in the table: arguments are matched, checked, unwrapped; results wrapped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.calc.functions import FUNCTIONS, Function, Parameter
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
    wrap,
)
from vecalc.errors import NoValue, TypeMismatch, VecalcError
from vecalc.lang.nodes import Call

if TYPE_CHECKING:
    from vecalc.calc.resolve import Key
    from vecalc.calc.surroundings import Surroundings


class Trace(NamedTuple):
    """The weights of one attention over its keys."""

    labels: tuple[str, ...]
    weights: tuple[float, ...]


class Setting(NamedTuple):
    """What a call may look at besides its arguments."""

    around: Surroundings | None
    norm: str = "rms"  # of the words in its arguments
    forbidden: frozenset[Key] = frozenset()  # words that `nearest` may not find
    named: tuple[str, ...] = ()  # the spaces among its arguments

    def spaces(self, name: str) -> Surroundings:
        """The loaded spaces, for a function that needs them."""
        if self.around is None:
            raise TypeMismatch(f"{name} needs a loaded space")
        return self.around


def apply_function(
    call: Call, values: list[Value], keywords: dict[str, Value], setting: Setting
) -> tuple[Value, Trace | None]:
    """The result of a call, and the weights if it was an attention.

    Raises `TypeMismatch` for arguments that do not fit the signature, `NoValue` for a result that does
    not exist, both with the place of the call.
    """
    function = FUNCTIONS[call.name]
    try:
        given = match_arguments(function, values, keywords)
        value, trace = _apply(function, given, setting)
    except NoValue as problem:
        named = problem.message if call.name in problem.message else f"{call.name}: {problem.message}"
        raise NoValue(named, span=problem.span or call.span, hint=problem.hint) from None
    except VecalcError as problem:
        raise problem.at(call.span) from None
    if not np.all(np.isfinite(array(value))):
        raise NoValue(f"{call.name} leaves the range of float64", span=call.span)
    return value, trace


def _apply(function: Function, given: list[Any], setting: Setting) -> tuple[Value, Trace | None]:
    match function.name:
        case "raw":
            return given[0], None  # its words were taken at norm raw already
        case "nearest":
            around = setting.spaces("nearest")
            return around.nearest(given[0], int(given[1].value), setting.forbidden), None
        case "center":
            mean = mean_of(given[0], setting)
            return _keep_labels(wrap(function.apply(array(given[0]), mean), spaces(given[0])), given[0]), None
        case "map":
            rotation, target = rotation_of(given[0], setting)
            turned = wrap(function.apply(array(given[0]), rotation), frozenset({target}))
            return _keep_labels(turned, given[0]), None
        case "attend":
            return _attend(function, given)
        case _:
            origin = check_given(function, given)
            result = function.apply(*(_unwrap(value) for value in given))
            return _keep_labels(wrap(result, origin), given[0]), None


def mean_of(value: Value, setting: Setting) -> Any:
    """The mean [d] of the space that a value belongs to. Raises `TypeMismatch` when it belongs to no one."""
    origin = spaces(value)
    if len(origin) != 1:
        raise TypeMismatch(
            f"center: the value belongs to {_spaces_named(origin)}, so there is no mean to subtract",
            hint="center(king) + center(queen) centres each",
        )
    return setting.spaces("center").mean(next(iter(origin)), setting.norm)


def rotation_of(value: Value, setting: Setting) -> tuple[Any, str]:
    """The map [d, d] from a value's space to the named one, and its name."""
    origin, target = spaces(value), setting.named[0]
    if len(origin) != 1:
        raise TypeMismatch(f"map: the value belongs to {_spaces_named(origin)}, so there is nothing to map")
    return setting.spaces("map").rotation(next(iter(origin)), target), target


def _spaces_named(origin: Spaces) -> str:
    return "several spaces" if len(origin) > 1 else "no space"


def _attend(function: Function, given: list[Any]) -> tuple[Value, Trace]:
    _check_widths(function, given[:2])
    mixed, weights = function.apply(*(None if value is None else _unwrap(value) for value in given))
    source = given[1] if given[2] is None else given[2]
    keys: List = given[1]
    labels = tuple(label or f"key {i}" for i, label in enumerate(keys.labels, start=1))
    return Vector(mixed, source.spaces), Trace(labels, tuple(map(float, weights)))


def _keep_labels(result: Value, first: Value | list[Value]) -> Value:
    """Functions of each row, such as unit, keep a list's labels."""
    if isinstance(result, List) and isinstance(first, List) and len(first.labels) == len(result.labels):
        return List(result.vectors, first.labels, result.spaces, first.sizes)
    return result


def check_given(function: Function, given: list[Any]) -> Spaces:
    """Where matched arguments come from. Raises `TypeMismatch` when they are not equally wide."""
    if function.name != "concat":
        _check_widths(function, _flat(given))
    return _origin(given)


def _origin(given: list[Any]) -> Spaces:
    return NO_SPACE.union(*map(spaces, _flat(given)))


def _flat(given: list[Any]) -> list[Value]:
    """All arguments, those of a variadic parameter one by one."""
    return [item for value in given for item in (value if isinstance(value, list) else [value])]


def _check_widths(function: Function, values: list[Value]) -> None:
    """Vectors that are computed with each other must be equally wide."""
    vectors = [value for value in values if not isinstance(value, Scalar)]
    if len({array(value).shape[-1] for value in vectors}) > 1:
        sides = " and ".join(dict.fromkeys(map(describe, vectors)))
        raise TypeMismatch(f"{function.name} of {sides}: {different_widths(vectors)}")


def _unwrap(value: Value | list[Value]) -> Any:
    """Plain numbers for the function: a float, an array, or a stack of a variadic's arguments."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, list):
        arrays = [array(item) for item in value]
        same = len({part.shape for part in arrays}) == 1
        return np.stack(arrays) if same else arrays
    return array(value)


# --- matching arguments to parameters -------------------------------------------------------


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
    if len(rest) == 1 and not fixed and last.kind == "value" and isinstance(rest[0], Vector):
        return [*heads, [Scalar(float(number)) for number in rest[0].components]]
    checked = [_checked(function, last, value) for value in rest]
    if function.name != "concat":
        checked = _spread(function, checked)
    return [*heads, checked]


def _spread(function: Function, values: list[Value]) -> list[Value]:
    """Numbers among vectors become vectors; vectors must be equally wide."""
    _check_widths(function, values)
    widths = {len(value.components) for value in values if isinstance(value, Vector)}
    if not widths:
        return values
    width = widths.pop()
    # Not those for every candidate (`vecalc.calc.lift`), which spread by themselves.
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
