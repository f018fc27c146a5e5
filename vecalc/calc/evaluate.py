"""A tree and its words' vectors become a value; a pure function.

There is one walk, from the leaves up. What is the same in every row is computed at once; what is another for
each candidate for `?`, or in each row of a table, becomes a step of a program, by the same kernel. Every
operation checks what it made: infinities and NaN are errors that name the operation and its place, never
numbers that travel on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import Floats
from vecalc.calc import kernels
from vecalc.calc.calls import Trace, call
from vecalc.calc.functions import out_of_range
from vecalc.calc.kernels import ALONE, Kernel, brought_to, constant, length_at, lengths
from vecalc.calc.operators import chain, list_of, not_in_a_list, refuse_lists
from vecalc.calc.resolve import Key, key_of
from vecalc.calc.values import (
    NO_SPACE,
    PER_ROW,
    Budget,
    EachList,
    List,
    Scalar,
    Spaces,
    Surroundings,
    Value,
    Vector,
    Worth,
    is_each,
    size,
    spaces,
)
from vecalc.errors import NoValue, Span, TypeMismatch
from vecalc.lang.limits import DEFAULT_LIMITS
from vecalc.lang.nodes import (
    Call,
    Candidate,
    Chain,
    ListOf,
    Negate,
    Node,
    Number,
    SpaceName,
    Text,
    Where,
    Word,
    fold,
    parts,
)

if TYPE_CHECKING:
    from vecalc.calc.builder import Draft


# What each node (by id) without a `?` is worth.
Values: TypeAlias = dict[int, Value]


class Evaluated(NamedTuple):
    """What an expression is worth, and the attention weights that arose on the way."""

    value: Worth
    traces: tuple[Trace, ...] = ()


def evaluate(
    tree: Node,
    vectors: Mapping[Key, Floats],
    norm: Norm = "rms",
    around: Surroundings | None = None,
    values: Values | None = None,
) -> Evaluated:
    """The value of a resolved tree; a `Score` when there is a `?` in it.

    `vectors` holds each word's vector [d] as its file has it; `norm` says how long they are taken;
    `around` are the loaded spaces, for what needs more of them than its words; `values` takes up what the
    nodes were worth. Raises `TypeMismatch` and `NoValue` with the place of the operation, and `LimitExceeded`
    before memory or time is spent that the limits don't allow.
    """
    run = Evaluation(vectors, norm, around)
    known: dict[int, Value | None] = {}
    with np.errstate(all="ignore"):  # every result is checked, with a better message
        origin = _constants(tree, run, known)
        value: Worth | None = known[id(tree)]
        if value is None:
            from vecalc.calc.builder import score_of  # of no use to a plain answer

            value = score_of(tree, run, known, origin)
    if values is not None:
        values.update((node, part) for node, part in known.items() if part is not None)
    return Evaluated(value, tuple(run.traces))


class Evaluation:
    """One run over a tree, whose shared nodes are computed once."""

    def __init__(self, vectors: Mapping[Key, Floats], norm: Norm, around: Surroundings | None) -> None:
        self.vectors = vectors
        self.norm = norm
        self.around = around
        self.budget = Budget(around.limits if around is not None else DEFAULT_LIMITS)
        self.traces: list[Trace] = []
        self.bases: dict[int, Floats] = {}  # of the spans of calls, by node
        self.draft: Draft | None = None  # of the program, where values are other ones in every row
        # What stands for a word that is another one in every row, at a norm.
        self.column: Callable[[Word, Norm], Value | None] = lambda word, norm: None

    def value(self, tree: Node, known: dict[int, Value | None]) -> Value:
        """The value of a tree, or what stands for one in every row."""
        value = fold(tree, self.node, known)
        if value is None:
            raise TypeMismatch("the name of a space is not a value", span=tree.span)
        if isinstance(value, EachList):
            raise not_in_a_list(value)
        return value

    def node(self, node: Node, below: Sequence[Value | None]) -> Value | None:
        """The value of a node, from those of its parts; none for the name of a space."""
        values = [value for value in below if value is not None]
        match node:
            case Number(number):
                value: Value = Scalar(number)
            case Word() | Text():
                value = self._word(node)
            case Candidate():
                assert self.draft is not None  # noqa: S101 - nothing else computes with them
                return self.draft.words(node.norm or self.norm)
            case Call():
                value = call(self, node, values)
            case ListOf() if any(map(is_each, values)):
                return EachList(np.empty((0, 0)), (), items=tuple(values), span=node.span)
            case Negate() | Chain() | ListOf():
                value = self._operation(node, values)
            case SpaceName():
                return None
            case Where():
                raise AssertionError("expand leaves none")
        if not is_each(value):
            self.budget.hold(value)
        return value

    def _word(self, node: Word | Text) -> Value:
        if isinstance(node, Word) and (value := self.column(node, node.norm or self.norm)):
            return value
        raw, norm = self.vectors[key_of(node)], node.norm or self.norm
        origin = frozenset({node.space})
        if norm == "raw":
            return Vector(raw, origin, raw)
        sizes = lengths(raw[None])
        if not sizes[0]:
            raise NoValue(
                f"the vector of '{node.text}' is zero and has no direction",
                span=node.span,
                hint="--norm raw computes with it all the same",
            )
        return Vector(brought_to(raw[None], sizes, norm)[0], origin, raw, length_at(norm, len(raw)))

    def _operation(self, node: Negate | Chain | ListOf, values: list[Value]) -> Value:
        for value in values:
            if isinstance(value, EachList):
                raise not_in_a_list(value)
        match node:
            case Negate():
                self._expect(size(values[0]), node, 1, values)
                return self.apply(kernels.negative, values, "-", node.span)
            case Chain(_, rest):
                refuse_lists(values, node.span)
                self._expect(max(map(size, values)), node, len(rest), values)
                return chain(self, node, values)
            case ListOf():
                self._expect(sum(map(size, values)) + PER_ROW * len(values), node, 1, values)
                return list_of(node, values)

    def _expect(self, numbers: int, node: Node, times: int, values: list[Value]) -> None:
        if not any(map(is_each, values)):  # the draft counts its steps by itself
            self.budget.expect(numbers, node.span, times)

    def apply(
        self,
        kernel: Kernel,
        values: Sequence[Value],
        what: str,
        span: Span,
        width: int | None = None,
        before: tuple[Any, ...] = (),
        effort: int = 1,
        origin: Spaces | None = None,
    ) -> Value:
        """A kernel's result for some values, as wide as they are unless a width is given (0: a number).

        `before` are its arguments before them, `effort` is how many times as long as a sum it takes for each
        number. Raises `NoValue` with the place.
        """
        origin = NO_SPACE.union(*map(spaces, values)) if origin is None else origin
        if not any(map(is_each, values)):
            return _at_once(kernel, values, what, span, width, before, origin)
        assert self.draft is not None  # noqa: S101 - what varies has one
        if width is None:
            width = max((len(value.components) for value in values if isinstance(value, Vector)), default=0)
        return self.draft.add(kernel, values, what, span, width, origin, before, effort)


def _at_once(
    kernel: Kernel,
    values: Sequence[Value],
    what: str,
    span: Span,
    width: int | None,
    before: tuple[Any, ...],
    origin: Spaces,
) -> Value:
    if kernel is kernels.norm and isinstance(values[0], Vector) and values[0].size is not None:
        return Scalar(values[0].size)
    filed = kernel is kernels.cos  # for which a word's length is nothing
    try:
        found = kernel(ALONE, *before, *(constant(value, filed) for value in values))
    except NoValue as problem:
        raise problem.at(span) from None
    if not np.isfinite(found).all():
        raise NoValue(out_of_range(what), span=span)
    if width == 0 or not found.ndim:
        return Scalar(float(found.item()))
    if any(isinstance(value, List) for value in values):
        return List(found, ("",) * len(found), origin)
    return Vector(found[0], origin)


def _constants(tree: Node, run: Evaluation, known: dict[int, Value | None]) -> Spaces:
    """Compute all that does not depend on a `?`; the spaces of what stands beside one.

    None is known of what depends on one, and of names of spaces.
    """
    origin: set[str] = set()

    def constant_part(node: Node, below: Sequence[Value | None]) -> Value | None:
        if not isinstance(node, Candidate) and (None not in below or not _depends(node, below)):
            return run.node(node, below)
        for value in below:
            origin.update(NO_SPACE if value is None else spaces(value))
        return None

    fold(tree, constant_part, known)
    return frozenset(origin)


def _depends(node: Node, below: Sequence[Value | None]) -> bool:
    pairs = zip(below, parts(node), strict=True)
    return any(value is None and not isinstance(part, SpaceName) for value, part in pairs)
