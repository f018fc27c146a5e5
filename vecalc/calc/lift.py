"""A tree for many rows becomes the steps of a program: what is the same in each is computed once, here.

What varies is `?`, which stands for every candidate, or some words that are the columns of a table. While
steps are drafted, types are checked as for one row: what each has one of is a scalar or a vector like any
other to the checks of operators and functions (`vecalc.calc.each`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, assert_never

import numpy as np

from vecalc.calc import algebra, vector_steps
from vecalc.calc.apply import mean_of, rotation_of
from vecalc.calc.drafting import Draft
from vecalc.calc.each import EachNumber, is_each
from vecalc.calc.functions import FUNCTIONS, Function, of_function
from vecalc.calc.matching import check_given, match_arguments
from vecalc.calc.program import Program
from vecalc.calc.values import NO_SPACE, List, Scalar, Score, Spaces, Value, Vector, array, describe, spaces
from vecalc.errors import NOWHERE, NoValue, Span, TypeMismatch, VecalcError
from vecalc.lang.nodes import (
    Call,
    Candidate,
    Chain,
    ListOf,
    Negate,
    Node,
    SpaceName,
    Steps,
    Word,
    deep,
    parts,
)

if TYPE_CHECKING:
    from vecalc.calc.evaluate import Evaluation


DIRECTED = frozenset({"cos", "angle", "slerp"})  # functions of directions, which zero vectors have not


def score_of(tree: Node, norm: str, run: Evaluation) -> Score:
    """The score that a resolved tree with `?` stands for.

    Raises `TypeMismatch` with the place of what can't be computed for every word, and what the constants
    in it raise.
    """
    if run.around is None:
        raise TypeMismatch("'?' needs a space whose words it stands for")
    dependent = varying(tree, lambda node: isinstance(node, Candidate))
    space = run.around.ranked_in(deep(_origin(tree, norm, run, dependent)))
    drafts = [
        Draft(space, run.around.width(space), run.budget.limits, quick=quick) for quick in (True, False)
    ]
    made = [_scored(tree, norm, run, dependent, draft) for draft in drafts]
    return Score(space, made[0], made[1])


def _scored(tree: Node, norm: str, run: Evaluation, dependent: dict[int, bool], draft: Draft) -> Program:
    """The steps of a score. Raises `TypeMismatch` when the value is no number for each candidate."""
    value = deep(Lifting(run, dependent, draft, lambda _, norm: draft.words(norm)).lift(tree, norm))
    if not isinstance(value, EachNumber):
        raise TypeMismatch(
            f"the result is a {describe(value)} for every word",
            span=None if tree.span == NOWHERE else tree.span,
            hint="a score is one number per word, such as cos(?, king)",
        )
    return draft.finish(value)


def varying(tree: Node, varies: Callable[[Node], bool]) -> dict[int, bool]:
    """Of every node of a tree, by its id, whether it or one below it is of those that vary."""
    return deep(_varying(tree, varies, {}))


def _varying(node: Node, varies: Callable[[Node], bool], known: dict[int, bool]) -> Steps[dict[int, bool]]:
    if id(node) not in known:
        below = [child for child in parts(node) if not isinstance(child, SpaceName)]
        for child in below:
            yield _varying(child, varies, known)
        known[id(node)] = varies(node) or any(known[id(child)] for child in below)
    return known


def _origin(tree: Node, norm: str, run: Evaluation, dependent: dict[int, bool]) -> Steps[Spaces]:
    """The spaces of the values that do not depend on `?`."""
    found: Spaces = NO_SPACE
    todo, seen = [(tree, norm)], set()
    while todo:
        node, at = todo.pop()
        if (id(node), at) in seen or isinstance(node, SpaceName):
            continue
        seen.add((id(node), at))
        if not dependent[id(node)]:
            found |= spaces((yield run.value(node, at)))
            continue
        inner = "raw" if isinstance(node, Call) and node.name == "raw" else at
        todo += [(child, inner) for child in reversed(parts(node))]
    return found


class Lifting:
    """One run over a tree: `leaf` is what stands for a node that varies by itself, at a norm."""

    def __init__(
        self,
        run: Evaluation,
        dependent: dict[int, bool],
        draft: Draft,
        leaf: Callable[[Any, str], Value],
    ) -> None:
        self.run = run
        self.dependent = dependent
        self.draft = draft
        self.leaf = leaf
        self._known: dict[tuple[int, str], Value] = {}

    def lift(self, node: Node, norm: str) -> Steps[Value]:
        """The value of a node, or what stands for one in every row. Raises `TypeMismatch`, `NoValue`."""
        known = self._known.get((id(node), norm))
        if known is None:
            known = yield self._lift(node, norm) if self.dependent[id(node)] else self.run.value(node, norm)
            self._known[id(node), norm] = known
        return known

    def _lift(self, node: Node, norm: str) -> Steps[Value]:
        match node:
            case Candidate() | Word():
                return self.leaf(node, norm)
            case Negate(operand, span):
                value = yield self.lift(operand, norm)
                return self.draft.negative(value, span)
            case Chain(first, rest):
                values = yield self._all((first, *(operand for _, operand in rest)), norm)
                _refuse_lists(values, node.span)
                return self.draft.chain(node, values)
            case Call():
                return (yield self._call(node, norm))
            case _:
                raise TypeMismatch(
                    "'?' can't stand in a list",
                    span=node.span,
                    hint="but in the list of sum, mean, min, max, project or without",
                )

    def _all(self, nodes: Sequence[Node], norm: str) -> Steps[list[Value]]:
        found = []
        for node in nodes:
            found.append((yield self.lift(node, norm)))
        return found

    # --- functions ----------------------------------------------------------------------------

    def _call(self, node: Call, norm: str) -> Steps[Value]:
        function = FUNCTIONS[node.name]
        if function.each is None and node.name != "raw":
            raise TypeMismatch(
                f"{node.name} can't be computed for every word at once",
                span=node.span,
                hint="'?' goes into operators, cos, norm, min, max and other functions of one or two vectors",
            )
        inner = "raw" if node.name == "raw" else norm
        arguments, listed = _arguments(function, node)
        values = yield self._all(arguments, inner)
        named = yield self._all(tuple(value for _, value in node.keywords), inner)
        keywords = dict(zip((name for name, _ in node.keywords), named, strict=True))
        if function.folds and len(values) == 1 and not keywords:
            return self._alone(function, node, values[0], listed)
        try:
            given = match_arguments(function, values, keywords)
            origin = check_given(function, given)
            *heads, last = given
            _refuse_lists([value for value in heads if value is not None], node.span)
            return self._apply(function, node, [*heads, *_parts(last)], origin, norm)
        except NoValue as problem:
            raise of_function(node.name, problem).at(node.span) from None
        except VecalcError as problem:
            raise problem.at(node.span) from None

    def _alone(self, function: Function, node: Call, value: Value, listed: bool) -> Value:
        """One argument: its components become one number, but one in a list, or a number, is the result."""
        if listed or isinstance(value, Scalar):
            return value
        assert function.each is not None  # noqa: S101 - asked before
        return self.draft.emit(function.each, [value], node.name, node.span, width=0)

    def _apply(self, function: Function, node: Call, given: list[Value], origin: Spaces, norm: str) -> Value:
        _refuse_lists(given, node.span)
        name, span, each = node.name, node.span, function.each
        setting = self.run.setting(node, norm)
        if name in DIRECTED:
            _refuse_zeros(given)
        match name:
            case "raw":
                return given[0]
            case "norm":
                return self.draft.length(given[0], span)
            case "cos":
                return self.draft.cosine(given[0], given[1], span)
            case "center":
                mean = Vector(mean_of(given[0], setting), origin)
                return self.draft.total((1.0, -1.0), [given[0], mean], name, span)
            case "map":
                rotation, target = rotation_of(given[0], setting)
                return self.draft.turned(given[0], rotation, target)
            case "project" | "without" | "debias" if not any(map(is_each, given[1:])):
                return self._spanned(function, node, given, norm)
            case _:
                assert each is not None  # noqa: S101 - asked before
                width = _width(function, given)
                return self.draft.emit(each, given, name, span, width, effort=function.effort)

    def _spanned(self, function: Function, node: Call, given: list[Value], norm: str) -> Value:
        """The parts of vectors inside or outside of one span, whose basis is found once."""
        known, key = self.run.bases, (id(node), norm)
        if key not in known:
            axes = np.stack([array(value) for value in given[1:]])
            assert function.work is not None  # noqa: S101 - spans are not found for nothing
            self.run.budget.work(function.work(None, axes))
            known[key] = algebra.basis(axes)
        basis = known[key]
        step = vector_steps.inside if function.name == "project" else vector_steps.outside
        return self.draft.emit(step, given[:1], node.name, node.span, before=(basis,), effort=2 * len(basis))


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


def _arguments(function: Function, node: Call) -> tuple[tuple[Node, ...], bool]:
    """The arguments that are values, those in the list of a variadic one by one; whether there was a list."""
    given = tuple(argument for argument in node.arguments if not isinstance(argument, SpaceName))
    variadic = bool(function.parameters) and function.parameters[-1].variadic
    if variadic and len(given) == len(function.parameters) and isinstance(given[-1], ListOf):
        return (*given[:-1], *given[-1].items), True
    return given, False


def _parts(value: Any) -> list[Value]:
    """The last argument as values: those of a variadic one by one, the vectors of a list, too."""
    if isinstance(value, List):
        return [Vector(row, value.spaces) for row in value.vectors]
    return value if isinstance(value, list) else [value]


def _refuse_lists(values: Sequence[Value], span: Span) -> None:
    for value in values:
        if isinstance(value, List):
            raise TypeMismatch(
                f"a {describe(value)} and '?' in one operation",
                span=span,
                hint="mean(...) makes a list one vector",
            )


def _refuse_zeros(values: Sequence[Value]) -> None:
    if any(type(value) is Vector and not value.components.any() for value in values):
        raise NoValue("the zero vector has no direction")
