"""Steps are drafted: each operation on values that every row has one of adds what it takes.

A draft is for the quick program, where vectors s·? + v stay apart (`vecalc.calc.affine`), or for the exact
one, where each word's vector is computed with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

import numpy as np

from vecalc.calc import affine, algebra, program, steps, vector_steps
from vecalc.calc.each import (
    Affine,
    EachNumber,
    EachVector,
    affine_multiple,
    affine_sum,
    is_each,
    scaled,
    taken_apart,
    wide,
)
from vecalc.calc.functions import STEEP
from vecalc.calc.operators import OPERATIONS, check_divisor, check_dot, check_exponent, check_match
from vecalc.calc.program import Program, Slot, Step
from vecalc.calc.values import NO_SPACE, List, Scalar, Value, Vector, spaces
from vecalc.errors import LimitExceeded, Span
from vecalc.lang.nodes import Chain, Operator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.lang.limits import Limits

    Floats: TypeAlias = NDArray[np.float64]


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
        return Program((*self.steps, self.steps[result.slot]))

    def words(self, norm: str) -> Affine:
        """`?`, the words' vectors at a norm."""
        return Affine(wide(self.width), frozenset({self.space}), norm=norm)

    # --- steps --------------------------------------------------------------------------------

    def emit(
        self,
        apply: Callable[..., Floats],
        values: Sequence[Value],
        what: str,
        span: Span,
        width: int | None = None,
        before: tuple[Any, ...] = (),
        effort: int = 1,
    ) -> Value:
        """A step over some values, as wide as they are unless a width is given (0: a number).

        `effort` is how many times as long as a sum it takes for each number.
        """
        some = [value for value in values if isinstance(value, Vector)]
        if width is None:
            width = len(some[0].components) if some else 0
        arguments = (*before, *(self.argument(value, bool(some)) for value in values))
        widest = max((len(value.components) for value in some), default=0)
        step = self._add(Step(apply, arguments, width, what, span), effort * max(width, widest))
        if width:
            return EachVector(wide(width), NO_SPACE.union(*map(spaces, some)), slot=step)
        return EachNumber(np.nan, slot=step)

    def _add(self, step: Step, cost: int) -> int:
        """The place of one more step, which takes as long as so many sums. Raises `LimitExceeded`."""
        self._cost += PER_STEP + cost
        if self._cost > self.limits.score:
            message = f"more than {self.limits.score:,} numbers are computed for each word"
            raise LimitExceeded.of("score", message, step.span)
        self.steps.append(step)
        return len(self.steps) - 1

    def turned(self, value: Value, rotation: Floats, target: str) -> EachVector:
        """Vectors of one space, turned into another."""
        width = rotation.shape[1]
        step = self.step(vector_steps.turn, (self.argument(value, among_vectors=True), rotation), width)
        return EachVector(wide(width), frozenset({target}), slot=step)

    def argument(self, value: Value, among_vectors: bool) -> Any:
        """What a step takes for a value: the slot of a step, or a constant."""
        match value:
            case EachNumber(slot=slot):
                return Slot(slot, among_vectors)
            case EachVector(slot=slot):
                return Slot(slot)
            case Affine():
                return Slot(self.vectors(value))
            case Scalar(number):
                return np.asarray(number)
            case Vector(components):
                return components
            case List():
                raise AssertionError("lists are taken apart before")

    def vectors(self, value: Affine, norm: str = "") -> int:
        """The step of an affine vector's own numbers [b, d]."""
        words = self.step(program.word_vectors, (norm or value.norm,), self.width)
        if value.is_plain:
            return words
        shift = np.zeros(self.width) if value.shift is None else value.shift
        return self.step(affine.rows_of, (Slot(words), value.scale, shift), self.width)

    def step(self, apply: Callable[..., Floats], arguments: tuple[Any, ...], width: int = 0) -> int:
        """A step of given arguments; its place."""
        return self._add(Step(apply, arguments, width), width)

    # --- operators ----------------------------------------------------------------------------

    def chain(self, node: Chain, values: list[Value]) -> Value:
        """A run of operators of one precedence, left to right."""
        ops = [op for op, _ in node.rest]
        if ops[0] in "+-":
            return self._sum(node, ops, values)
        total = values[0]
        for op, value, place in zip(ops, values[1:], node.places, strict=True):
            total = self._operation(op, total, value, place)
        return total

    def _sum(self, node: Chain, ops: Sequence[Operator], values: list[Value]) -> Value:
        kind = values[0]
        for op, value, place in zip(ops, values[1:], node.places, strict=True):
            check_match(kind, op, value, place)
            kind = value if isinstance(kind, Scalar) else kind
        signs = tuple(-1.0 if op == "-" else 1.0 for op in ("+", *ops))
        return self.total(signs, values, ops[-1], node.places[-1])

    def total(self, signs: tuple[float, ...], values: list[Value], what: str, span: Span) -> Value:
        """A sum of values, each with its sign."""
        if self.quick and (found := affine_sum(signs, values)) is not None:
            return found
        return self.emit(steps.total, values, what, span, before=(signs,))

    def negative(self, value: Value, span: Span) -> Value:
        """-x."""
        if self.quick and isinstance(value, Affine):
            return scaled(value, -1.0)
        return self.emit(steps.negative, [value], "-", span)

    def _operation(self, op: Operator, a: Value, b: Value, place: Span) -> Value:
        if not (is_each(a) or is_each(b)):
            return OPERATIONS[op](a, b, place)
        match op:
            case "@":
                check_dot(a, b, place)
                assert isinstance(a, Vector) and isinstance(b, Vector)  # noqa: S101, PT018 - just checked
                return self.dot(a, b, place)
            case "^":
                check_exponent(a, b, place)
                return self.emit(steps.power, [a, b], op, place, effort=STEEP)
            case "*":
                return self._scaled(steps.multiply, op, a, b, place)
            case "/":
                if not is_each(b):
                    check_divisor(b, place)
                return self._scaled(steps.divide, op, a, b, place)
            case "+" | "-":
                return self.total((1.0, -1.0 if op == "-" else 1.0), [a, b], op, place)
            case _:
                assert_never(op)

    def _scaled(self, apply: Callable[..., Floats], op: str, a: Value, b: Value, place: Span) -> Value:
        """A product or quotient, element by element."""
        check_match(a, op, b, place)
        if self.quick and (found := affine_multiple(op, a, b)) is not None:
            return found
        return self.emit(apply, [a, b], op, place)

    # --- products, lengths, cosines -----------------------------------------------------------

    def dot(self, a: Vector, b: Vector, place: Span) -> Value:
        """a·b."""
        norms = {value.norm for value in (a, b) if isinstance(value, Affine)}
        if not self.quick or len(norms) != 1 or isinstance(a, EachVector) or isinstance(b, EachVector):
            return self.emit(steps.dot, [a, b], "@", place, width=0)
        (s, v), (t, w) = taken_apart(a), taken_apart(b)
        lengths = self.step(program.word_lengths, (norms.pop(),))
        along = [Slot(self.step(program.product, (part,))) for part in (v, w)]
        step = self.step(affine.product_of, (Slot(lengths), s, t, *along, np.asarray(v @ w)))
        return EachNumber(np.nan, slot=step)

    def length(self, value: Value, span: Span) -> Value:
        """norm(x)."""
        if isinstance(value, Affine) and value.is_plain and (self.quick or value.norm != "raw"):
            return EachNumber(np.nan, slot=self.step(program.word_lengths, (value.norm,)))
        if not (self.quick and isinstance(value, Affine)):
            return self.emit(steps.norm, [value], "norm", span, width=0)
        s, v = taken_apart(value)
        lengths = Slot(self.step(program.word_lengths, (value.norm,)))
        along = Slot(self.step(program.product, (v,)))
        return EachNumber(np.nan, slot=self.step(affine.length_of, (lengths, s, along, np.asarray(v @ v))))

    def cosine(self, a: Value, b: Value, span: Span) -> Value:
        """cos(a, b)."""
        if isinstance(b, Affine) and not isinstance(a, Affine):
            a, b = b, a
        if isinstance(a, Affine) and a.shift is None and a.scale > 0 and type(b) is Vector:
            return self._cosine_of_words(b, span)
        quick = self.quick and isinstance(a, Affine) and (type(b) is Vector or isinstance(b, Affine))
        if not quick or (isinstance(b, Affine) and isinstance(a, Affine) and a.norm != b.norm):
            return self.emit(steps.cos, [a, b], "cos", span, width=0)
        assert isinstance(a, Vector) and isinstance(b, Vector)  # noqa: S101, PT018 - just seen
        parts = [self.dot(a, b, span), self.length(a, span)]
        parts.append(
            self.length(b, span) if isinstance(b, Affine) else Scalar(float(np.linalg.norm(b.components)))
        )
        return self.emit(affine.cosine_of, parts, "cos", span)

    def _cosine_of_words(self, b: Vector, span: Span) -> Value:
        """cos(?, constant): by the words' vectors as the file has them, as the search does it."""
        if self.quick:
            return EachNumber(np.nan, slot=self.step(program.product, (algebra.direction_of(b.components),)))
        words = self.step(program.word_vectors, ("raw",), self.width)
        step = self._add(Step(steps.cos, (Slot(words), b.components), 0, "cos", span), self.width)
        return EachNumber(np.nan, slot=step)
