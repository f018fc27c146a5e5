"""Calls of the functions in the table: arguments are matched and checked, and go into a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, assert_never

import numpy as np

from vecalc.arrays import Floats
from vecalc.calc import vector_kernels
from vecalc.calc.functions import FUNCTIONS, SIDES, SINGULAR, Function, of_function, out_of_range
from vecalc.calc.kernels import NO_DIRECTION
from vecalc.calc.operators import not_in_a_list, refuse_lists
from vecalc.calc.resolve import words_of
from vecalc.calc.signature import check_given, match_arguments
from vecalc.calc.values import (
    ONE_SEARCH,
    PER_ROW,
    EachList,
    List,
    Scalar,
    Side,
    Spaces,
    Surroundings,
    Table,
    Value,
    Vector,
    array,
    describe,
    is_each,
    size,
    spaces,
    spread,
    wrap,
)
from vecalc.errors import NoValue, TypeMismatch, VecalcError
from vecalc.lang.nodes import Call, Choice, SpaceName, Word

if TYPE_CHECKING:
    from vecalc.calc.evaluate import Evaluation


def call(run: Evaluation, node: Call, values: list[Value]) -> Value:
    """The result of a call, or what stands for it in every row.

    Raises `TypeMismatch` for arguments that do not fit the signature, `NoValue` for a result that does
    not exist, both with the place of the call.
    """
    function = FUNCTIONS[node.name]
    if not any(map(is_each, values)):
        run.budget.expect(spread(values), node.span)
    elif not function.by_row:
        raise TypeMismatch(
            f"{node.name} can't be computed for every word at once",
            span=node.span,
            hint="'?' goes into operators, cos, norm, min, max and other functions of one or two vectors",
        )
    names = [name for name, part in node.keywords if not isinstance(part, Choice)]
    unnamed = len(values) - len(names)
    keywords = dict(zip(names, values[unnamed:], strict=True))
    try:
        return _Call(run, node, function).value(values[:unnamed], keywords)
    except NoValue as problem:
        raise of_function(node.name, problem).at(node.span) from None
    except VecalcError as problem:
        raise problem.at(node.span) from None


class _Call(NamedTuple):
    """A call, and what it may look at besides its arguments."""

    run: Evaluation
    node: Call
    function: Function

    def value(self, values: list[Value], keywords: dict[str, Value]) -> Value:
        """The result for arguments by position and by name."""
        listed = False
        if values and isinstance(values[-1], EachList) and self.function.takes_list(len(values)):
            values, listed = [*values[:-1], *values[-1].items], True
        for value in (*values, *keywords.values()):
            if isinstance(value, EachList):
                raise not_in_a_list(value)
        given = match_arguments(self.function, values, keywords)
        first: Value = given[0]
        match self.node.name:
            case "raw":  # its words are marked
                return first
            case "nearest" | "rank" | "odd":
                return self._named(given)
            case _ if not self.function.by_row:
                return self._whole(given)
            case _:
                result = self._by_row(given, check_given(self.function, given), listed)
                # Functions of each row, such as unit, keep a list's labels.
                if (
                    isinstance(result, List)
                    and isinstance(first, List)
                    and len(first.labels) == len(result.labels)
                ):
                    return List(result.vectors, first.labels, result.spaces, first.sizes, first.found)
                return result

    def _by_row(self, given: list[Any], origin: Spaces, listed: bool) -> Value:
        """A kernel's result: the last parameter's list, or arguments, one by one."""
        function, name, span, apply = self.function, self.node.name, self.node.span, self.run.apply
        values: list[Value] = given
        if function.tabulates and any(isinstance(value, List) for value in values):
            from vecalc.calc import tabulation

            if any(map(is_each, values)):
                return tabulation.for_each_vector(values, lambda one: self._by_row(one, origin, listed=False))
            return tabulation.numbers_of(self.run, function.apply, values, name, span)
        if function.parameters[-1].variadic:
            listed |= isinstance(given[-1], List)
            values = [*given[:-1], *_one_by_one(given[-1])]
        if function.folds and (isinstance(values[0], Table) or self._side):
            return self._folded(values)
        refuse_lists(values, span)
        zeros = (type(value) is Vector and not value.components.any() for value in values)
        if function.directed and any(map(is_each, values)) and any(zeros):
            raise NoValue(NO_DIRECTION)
        match name:
            case "center":
                mean = Vector(self._mean(values[0]))
                return apply(function.apply, [values[0], mean], name, span, before=((1.0, -1.0),))
            case "map":
                rotation, target = self._rotation(values[0])
                home = frozenset({target})
                return apply(function.apply, values, name, span, before=(rotation,), origin=home)
            case "project" | "without" | "debias":
                return self._spanned(values)
            case _ if function.folds and len(values) == 1 and (listed or isinstance(values[0], Scalar)):
                # One value is its own sum or mean, but does not deviate from itself.
                return values[0] if name != "std" else apply(function.apply, values * 2, name, span)
            case _:
                width = 0 if function.folds and len(values) == 1 else _width(function, values)
                return apply(function.apply, values, name, span, width, effort=function.effort, origin=origin)

    @property
    def _side(self) -> Side:
        """The side of a table that it goes by, if it says so."""
        named = {part.text for _, part in self.node.keywords if isinstance(part, Choice)}
        return next((side for side in SIDES if side in named), "")

    def _folded(self, values: list[Value]) -> Value:
        """All numbers of a table become one, or those of each row or column."""
        from vecalc.calc import table_arithmetic

        name, span, side = self.node.name, self.node.span, self._side
        if len(values) == 1 and isinstance(values[0], Table):
            return table_arithmetic.folded(self.run, self.function.apply, values[0], side, name, span)
        last = self.node.arguments[-1]
        if isinstance(last, Word) and last.text in SIDES and isinstance(values[0], Table):
            raise TypeMismatch(f"{name}: '{last.text}' is a word here", hint=self.function.by_side)
        if side:
            given = f"{len(values)} values" if len(values) > 1 else f"a {describe(values[0])}"
            raise TypeMismatch(f"{name}: by={side} goes with one table, not with {given}")
        return self.run.apply(self.function.apply, values, name, span)

    def _spanned(self, values: list[Value]) -> Value:
        """The parts of vectors inside or outside of a span; the basis of a constant one is found once."""
        function, name, span, apply = self.function, self.node.name, self.node.span, self.run.apply
        if any(map(is_each, values[1:])):
            before = (function.apply,)
            return apply(vector_kernels.of_each, values, name, span, before=before, effort=function.effort)
        known, key = self.run.bases, id(self.node)
        if key not in known:
            axes = np.stack([array(value) for value in values[1:]])
            assert function.work is not None  # noqa: S101 - spans are not found for nothing
            self.run.budget.work(function.work(None, axes))
            known[key] = vector_kernels.basis(axes)
        basis = known[key]
        origin = spaces(values[0]).union(*map(spaces, values[1:]))
        effort = 2 * len(basis)
        return apply(function.apply, values[:1], name, span, before=(basis,), effort=effort, origin=origin)

    # --- functions of single values and whole lists ----------------------------------------------

    def _whole(self, given: list[Any]) -> Value:
        origin = check_given(self.function, given)
        plain = [_unwrap(value) for value in given]
        if self.function.work is not None:
            self.run.budget.work(self.function.work(*plain))
        result = self.function.apply(*plain)
        if not np.all(np.isfinite(result)):
            raise NoValue(out_of_range(self.node.name))
        if self.function.remark is not None:
            self.run.notes.append(self.function.remark(*plain))
        if isinstance(given[0], Table) and np.ndim(result):  # softmax, whose table stays one
            return replace(given[0], numbers=result, shares=True)
        return wrap(result, origin)

    # --- functions that look at the spaces -------------------------------------------------------

    def _named(self, given: list[Any]) -> Value:
        """Of functions for which words are more than their vectors."""
        if self.node.name == "nearest":
            return self._nearest(given[0], int(given[1].value))
        from vecalc.calc import named_calls

        if self.node.name == "odd":
            return named_calls.odd(self.function, self.node, given[0])
        return named_calls.rank(self.function, self.node, given[1], self._around(), self.run.budget)

    def _nearest(self, vector: Vector, k: int) -> List:
        around, budget = self._around(), self.run.budget
        found = min(k, around.size(vector.spaces))
        budget.expect(found * (len(vector.components) + PER_ROW), None)
        budget.work(ONE_SEARCH)
        return around.nearest(vector, k, words_of(self.node), self.node.norm or self.run.norm)

    def _mean(self, value: Value) -> Floats:
        """The mean [d] of the space that a value belongs to."""
        origin = spaces(value)
        if len(origin) != 1:
            raise TypeMismatch(
                f"center: the value belongs to {_spaces_named(origin)}, so there is no mean to subtract",
                hint="center(king) + center(queen) centres each",
            )
        mean = self._around().mean(next(iter(origin)), self.node.norm or self.run.norm)
        self._check_width(value, len(mean))
        return mean

    def _rotation(self, value: Value) -> tuple[Floats, str]:
        """The map [d, d] from a value's space to the named one, and its name."""
        origin = spaces(value)
        target = next(part.text for part in self.node.arguments if isinstance(part, SpaceName))
        if not is_each(value):
            width = array(value).shape[-1]
            self.run.budget.work((size(value) + SINGULAR * width * width) * width)
        if len(origin) != 1:
            raise TypeMismatch(
                f"map: the value belongs to {_spaces_named(origin)}, so there is nothing to map"
            )
        rotation = self._around().rotation(next(iter(origin)), target)
        self._check_width(value, len(rotation))
        return rotation, target

    def _around(self) -> Surroundings:
        if self.run.around is None:
            raise TypeMismatch(f"{self.node.name} needs a loaded space")
        return self.run.around

    def _check_width(self, value: Value, width: int) -> None:
        """What was made of a space's words may be wider than they are."""
        if array(value).shape[-1] != width:
            raise TypeMismatch(
                f"{self.node.name}: a {describe(value)}, but the words of its space have {width} components"
            )


def _width(function: Function, given: Sequence[Value]) -> int | None:
    """The width of a result, 0 for a number, None for as wide as the arguments."""
    match function.result:
        case "number":
            return 0
        case "alike":
            return None
        case "joined":
            return sum(len(value.components) for value in given if isinstance(value, Vector))
        case _:
            assert_never(function.result)


def _one_by_one(value: Any) -> list[Value]:
    """The arguments of a variadic parameter, or the vectors of its list."""
    if isinstance(value, List):
        return [Vector(row, value.spaces) for row in value.vectors]
    return value if isinstance(value, list) else [value]


def _spaces_named(origin: Spaces) -> str:
    return "several spaces" if len(origin) > 1 else "no space"


def _unwrap(value: Value | list[Value]) -> Any:
    """Plain numbers for a function of whole lists: a float, an array, a stack of many arguments."""
    if isinstance(value, Scalar):
        return value.value
    return np.stack([array(item) for item in value]) if isinstance(value, list) else array(value)
