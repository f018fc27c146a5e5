"""Calls of the functions in the table: arguments are matched, checked, unwrapped; results wrapped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.calc.budget import ONE_SEARCH, PER_ROW, Budget, size
from vecalc.calc.functions import FUNCTIONS, OUT_OF_RANGE, SINGULAR, Function, of_function
from vecalc.calc.matching import check_given, check_widths, match_arguments
from vecalc.calc.values import (
    List,
    Scalar,
    Spaces,
    Value,
    Vector,
    array,
    describe,
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
    budget: Budget
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
        raise of_function(call.name, problem).at(call.span) from None
    except VecalcError as problem:
        raise problem.at(call.span) from None
    if not np.all(np.isfinite(array(value))):
        raise of_function(call.name, NoValue(OUT_OF_RANGE)).at(call.span)
    return value, trace


def _apply(function: Function, given: list[Any], setting: Setting) -> tuple[Value, Trace | None]:
    match function.name:
        case "raw":
            return given[0], None  # its words were taken at norm raw already
        case "nearest":
            return _nearest(given[0], int(given[1].value), setting), None
        case "center":
            mean = mean_of(given[0], setting)
            return _keep_labels(wrap(function.apply(array(given[0]), mean), spaces(given[0])), given[0]), None
        case "map":
            width = array(given[0]).shape[-1]
            setting.budget.work((size(given[0]) + SINGULAR * width * width) * width)
            rotation, target = rotation_of(given[0], setting)
            turned = wrap(function.apply(array(given[0]), rotation), frozenset({target}))
            return _keep_labels(turned, given[0]), None
        case "attend":
            return _attend(function, given)
        case _:
            origin = check_given(function, given)
            plain = [_unwrap(value) for value in given]
            if function.work is not None:
                setting.budget.work(function.work(*plain))
            result = function.apply(*plain)
            return _keep_labels(wrap(result, origin), given[0]), None


def _nearest(vector: Vector, k: int, setting: Setting) -> List:
    around = setting.spaces("nearest")
    found = min(k, around.size(vector.spaces))
    setting.budget.expect(found * (len(vector.components) + PER_ROW), None)
    setting.budget.work(ONE_SEARCH)
    return around.nearest(vector, k, setting.forbidden, setting.norm)


def mean_of(value: Value, setting: Setting) -> Any:
    """The mean [d] of the space that a value belongs to. Raises `TypeMismatch` when it belongs to no one."""
    origin = spaces(value)
    if len(origin) != 1:
        raise TypeMismatch(
            f"center: the value belongs to {_spaces_named(origin)}, so there is no mean to subtract",
            hint="center(king) + center(queen) centres each",
        )
    mean = setting.spaces("center").mean(next(iter(origin)), setting.norm)
    _check_width("center", value, len(mean))
    return mean


def rotation_of(value: Value, setting: Setting) -> tuple[Any, str]:
    """The map [d, d] from a value's space to the named one, and its name."""
    origin, target = spaces(value), setting.named[0]
    if len(origin) != 1:
        raise TypeMismatch(f"map: the value belongs to {_spaces_named(origin)}, so there is nothing to map")
    rotation = setting.spaces("map").rotation(next(iter(origin)), target)
    _check_width("map", value, len(rotation))
    return rotation, target


def _check_width(name: str, value: Value, width: int) -> None:
    """What was made of a space's words may be wider than they are."""
    if array(value).shape[-1] != width:
        raise TypeMismatch(f"{name}: a {describe(value)}, but the words of its space have {width} components")


def _spaces_named(origin: Spaces) -> str:
    return "several spaces" if len(origin) > 1 else "no space"


def _attend(function: Function, given: list[Any]) -> tuple[Value, Trace]:
    check_widths(function, given[:2])
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


def _unwrap(value: Value | list[Value]) -> Any:
    """Plain numbers for the function: a float, an array, or a stack of a variadic's arguments."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, list):
        arrays = [array(item) for item in value]
        same = len({part.shape for part in arrays}) == 1
        return np.stack(arrays) if same else arrays
    return array(value)
