"""What an evaluation may ask about the loaded spaces, besides the vectors of its words, and what it may cost.

A line of text can double a value in each of its names, or ask for the medoid of a whole vocabulary. So
numbers and time are counted before they are spent, and a limit can name itself. The counts depend on the
expression alone, neither on the machine nor on what else it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from vecalc.calc.values import List, Scalar, Spaces, Value, Vector
from vecalc.errors import LimitExceeded, Span
from vecalc.lang.limits import Limits

if TYPE_CHECKING:
    from vecalc.answers import Norm
    from vecalc.arrays import Floats
    from vecalc.calc.resolve import Key


PER_ROW = 64  # numbers that a vector of a list counts for besides its own: its label, and work for each row
ONE_SEARCH = 100_000_000  # multiplications that a look through a space counts for, whatever its size
PER_NUMBER = 100  # multiplications that take as long as reading, computing and checking one number


class Surroundings(Protocol):
    """The loaded spaces, as far as functions need them. Each method raises `VecalcError`s without a place."""

    @property
    def limits(self) -> Limits:
        """What an expression may compute."""

    def nearest(self, vector: Vector, k: int, forbidden: frozenset[Key], norm: Norm) -> List:
        """The k nearest words of a vector, without some, their vectors at a norm."""

    def size(self, origin: Spaces) -> int:
        """How many words `nearest` looks through for a vector of some spaces."""

    def ranked_in(self, origin: Spaces) -> str:
        """The space that a value whose words come from `origin` is ranked in, and that `?` stands for."""

    def width(self, space: str) -> int:
        """Components of a vector of a space."""

    def mean(self, space: str, norm: Norm) -> Floats:
        """The mean [d] of all vectors of a space at a norm."""

    def rotation(self, source: str, target: str) -> Floats:
        """The orthogonal map [d, d] from one space to another: a row `x` becomes `x @ rotation`."""


class Budget:
    """What is left of the limits of an expression."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._numbers = 0
        self._work = 0

    def expect(self, numbers: int, span: Span | None, times: int = 1) -> None:
        """A step will make up to so many numbers, and do so a few times. Raises `LimitExceeded`."""
        if self._numbers + numbers > self.limits.values:
            raise LimitExceeded.of(
                "values", f"the values come to more than {self.limits.values:,} numbers", span
            )
        self.work(PER_NUMBER * numbers * times, span)

    def hold(self, value: Value) -> None:
        """A value is kept until the expression is done with."""
        self._numbers += size(value)

    def work(self, multiplications: int, span: Span | None = None) -> None:
        """A step will take so many. Raises `LimitExceeded`."""
        self._work += multiplications
        if self._work > self.limits.work:
            raise LimitExceeded.of("work", f"this takes more than {self.limits.work:,} multiplications", span)


def size(value: Value) -> int:
    """How many numbers a value counts for."""
    match value:
        case Vector(components):
            return len(components)
        case List(vectors):
            return vectors.size + len(vectors) * PER_ROW
        case Scalar():
            return 1


def spread(values: Sequence[Value]) -> int:
    """The numbers of some values, numbers among vectors counted as vectors."""
    sizes = [size(value) for value in values]
    widest = max((len(value.components) for value in values if isinstance(value, Vector)), default=1)
    return sum(max(one, widest) for one in sizes)
