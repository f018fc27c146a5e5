"""Programs are built step by step: each operation on values that every row has one of adds what it takes.

A draft is for the quick program, where vectors s·? + v stay apart (`vecalc.calc.affine`), or for the exact
one, where each word's vector is computed with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vecalc.answers import Norm
from vecalc.calc import affine, kernels, program
from vecalc.calc.affine import Affine, affine_multiple, affine_sum, scaled, taken_apart
from vecalc.calc.kernels import Kernel, constant
from vecalc.calc.program import Program, Slot, Step
from vecalc.calc.values import (
    EachNumber,
    EachVector,
    EachWord,
    List,
    Score,
    Spaces,
    Table,
    Value,
    Vector,
    describe,
    wide,
)
from vecalc.errors import NOWHERE, LimitExceeded, Span, TypeMismatch
from vecalc.lang.limits import Limits
from vecalc.lang.nodes import Node

if TYPE_CHECKING:
    from vecalc.calc.evaluate import Evaluation

PER_STEP = 32  # numbers that a step for each row counts for, however little it does


class Draft:
    """The steps so far of a formula over the words of a space, or the rows of a table."""

    def __init__(self, space: str, width: int, limits: Limits, *, quick: bool) -> None:
        self.space = space
        self.limits = limits
        self._cost = 0  # numbers that are computed for each row
        self.width = width
        self.quick = quick
        self.steps: list[Step] = []

    def finish(self, result: EachNumber | EachVector) -> Program:
        """The program whose result is a value of the draft: its step comes last, whoever else shares it."""
        slot = self._argument(result, among_vectors=False, filed=False).place
        return (*self.steps, self.steps[slot])

    def words(self, norm: Norm) -> Affine:
        """`?`, the words' vectors at a norm."""
        components, filed = (Step(program.word_vectors, (one,), self.width) for one in (norm, "raw"))
        word = EachWord(components, filed, None if norm == "raw" else Step(program.word_lengths, (norm,)))
        return Affine(wide(self.width), frozenset({self.space}), word=word, norm=norm)

    def add(
        self,
        kernel: Kernel,
        values: Sequence[Value],
        what: str,
        span: Span,
        width: int,
        origin: Spaces,
        before: tuple[Any, ...] = (),
        effort: int = 1,
    ) -> Value:
        """A kernel's result for some values, of which some are other ones in every row: `width` components.

        `effort` is how many times as long as a sum it takes for each number. Raises `LimitExceeded`.
        """
        if self.quick and (found := self._affine(kernel, values, span, before)) is not None:
            return found
        word = values[0].word if isinstance(values[0], EachVector) else None
        if kernel is kernels.norm and word is not None and word.size is not None:
            return EachNumber(np.nan, slot=self._add(word.size, 0))
        some = [value for value in values if isinstance(value, Vector)]
        filed = kernel is kernels.cos  # for which a word's length is nothing
        arguments = (*before, *(self._argument(value, bool(some), filed) for value in values))
        widest = max((len(value.components) for value in some), default=0)
        slot = self._add(Step(kernel, arguments, width, what, span), effort * max(width, widest))
        return EachVector(wide(width), origin, slot=slot) if width else EachNumber(np.nan, slot=slot)

    def _add(self, step: Step, cost: int) -> int:
        """The place of one more step, which takes as long as so many sums. Raises `LimitExceeded`."""
        self._cost += PER_STEP + cost
        if self._cost > self.limits.score:
            message = f"more than {self.limits.score:,} numbers are computed for each word"
            raise LimitExceeded.of("score", message, step.span)
        self.steps.append(step)
        return len(self.steps) - 1

    def step(self, apply: Kernel, arguments: tuple[Any, ...], width: int = 0) -> int:
        """A step of given arguments; its place."""
        return self._add(Step(apply, arguments, width), width)

    def _argument(self, value: Value, among_vectors: bool, filed: bool) -> Any:
        """What a step takes for a value: the slot of a step, or a constant."""
        match value:
            case EachVector(word=EachWord() as word):
                return Slot(self._add(word.filed if filed else word.components, word.filed.width))
            case Affine():
                return Slot(self._vectors(value))
            case EachNumber(slot=slot):
                return Slot(slot, among_vectors)
            case EachVector(slot=slot):
                return Slot(slot)
            case List():
                raise AssertionError("lists are taken apart before")
            case _:
                return constant(value, filed)

    def _vectors(self, value: Affine) -> int:
        """The step of an affine vector's own numbers [b, d]."""
        words = self.step(program.word_vectors, (value.norm,), self.width)
        shift = np.zeros(self.width) if value.shift is None else value.shift
        return self.step(affine.rows_of, (Slot(words), value.scale, shift[None]), self.width)

    # --- sums, products and lengths without the vectors -------------------------------------------

    def _affine(
        self, kernel: Kernel, values: Sequence[Value], span: Span, before: tuple[Any, ...]
    ) -> Value | None:
        """What a kernel makes of vectors s·? + v where it needs only their products; None for all else."""
        if kernel is kernels.total:
            return affine_sum(before[0], values)
        if kernel is kernels.distance:
            between = affine_sum((1.0, -1.0), values)
            return None if between is None else self._length(between)
        if kernel in (kernels.multiply, kernels.divide):
            return affine_multiple(*values, over=kernel is kernels.divide)
        affines = [value for value in values if isinstance(value, Affine)]
        if not affines or not all(isinstance(value, Affine) or type(value) is Vector for value in values):
            return None
        if len({value.norm for value in affines}) > 1:
            return None
        if kernel is kernels.negative:
            return scaled(affines[0], -1.0)
        if kernel is kernels.norm:
            return self._length(affines[0])
        vectors = [value for value in values if isinstance(value, Vector)]
        if kernel is kernels.dot:
            return self._dot(*vectors)
        return self._cosine(vectors[0], vectors[1], span) if kernel is kernels.cos else None

    def _dot(self, a: Vector, b: Vector) -> EachNumber:
        norm = a.norm if isinstance(a, Affine) else b.norm if isinstance(b, Affine) else "raw"
        (s, v), (t, w) = taken_apart(a), taken_apart(b)
        lengths = Slot(self.step(program.word_lengths, (norm,)))
        along = [Slot(self.step(program.product, (part,))) for part in (v, w)]
        return self._number(affine.product_of, lengths, s, t, *along, np.asarray(v @ w))

    def _length(self, value: Affine) -> EachNumber:
        lengths = self._number(program.word_lengths, value.norm)
        if value.is_plain:
            return lengths
        s, v = taken_apart(value)
        along = Slot(self.step(program.product, (v,)))
        return self._number(affine.length_of, Slot(lengths.slot), s, along, np.asarray(v @ v))

    def _cosine(self, a: Vector, b: Vector, span: Span) -> EachNumber:
        if isinstance(b, Affine):
            a, b = b, a
        if isinstance(a, Affine) and a.shift is None and a.scale > 0 and not isinstance(b, Affine):
            return self._number(program.product, kernels.alone(kernels.unit, b.components))
        arguments = [
            Slot(self._length(value).slot)
            if isinstance(value, Affine)
            else np.asarray(np.linalg.norm(value.components))
            for value in (a, b)
        ]
        product = Slot(self._dot(a, b).slot)
        step = Step(affine.cosine_of, (product, *arguments), 0, "cos", span)
        return EachNumber(np.nan, slot=self._add(step, 0))

    def _number(self, apply: Kernel, *arguments: Any) -> EachNumber:
        return EachNumber(np.nan, slot=self.step(apply, arguments))


# --- a `?` ----------------------------------------------------------------------------------


def score_of(tree: Node, run: Evaluation, known: dict[int, Value | None], origin: Spaces) -> Score:
    """The score that a resolved tree with `?` stands for, from what is known and the spaces of that.

    Raises `TypeMismatch` with the place of what can't be computed for every word, and what the constants
    in it raise.
    """
    if run.around is None:
        raise TypeMismatch("'?' needs a space whose words it stands for")
    space = run.around.ranked_in(origin)
    constants = {node: value for node, value in known.items() if value is not None}
    programs = []
    for quick in (True, False):
        run.draft = Draft(space, run.around.width(space), run.budget.limits, quick=quick)
        programs.append(_program(tree, run, run.draft, {**constants}))
    return Score(space, *programs)


def _program(tree: Node, run: Evaluation, draft: Draft, known: dict[int, Value | None]) -> Program:
    """The steps of a score. Raises `TypeMismatch` when the value is not a number for each candidate."""
    value = run.value(tree, known)
    if not isinstance(value, EachNumber):
        raise TypeMismatch(
            f"the result is a {describe(value)} for every word",
            span=None if tree.span == NOWHERE else tree.span,
            hint="a score is one number per word, such as cos(?, king)"
            + (", and max(...) or mean(...) of a table" if isinstance(value, Table) else ""),
        )
    return draft.finish(value)
