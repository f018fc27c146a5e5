"""What one expression may compute: counted before memory and time are spent, so that a limit can name itself.

A line of text can double a value in each of its names, or ask for the medoid of a whole vocabulary. The
counts depend on the expression alone, neither on the machine nor on what else it does.
"""

from __future__ import annotations

from collections.abc import Sequence

from vecalc.calc.values import List, Scalar, Value, Vector
from vecalc.errors import LimitExceeded, Span
from vecalc.lang.limits import Limits

PER_ROW = 64  # numbers that a vector of a list counts for besides its own: its label, and work for each row
ONE_SEARCH = 100_000_000  # multiplications that a look through a space counts for, whatever its size
PER_NUMBER = 100  # multiplications that take as long as reading, computing and checking one number


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
            return len(vectors) * (vectors.shape[1] + PER_ROW)
        case Scalar():
            return 1


def spread(values: Sequence[Value]) -> int:
    """The numbers of some values, numbers among vectors counted as vectors."""
    sizes = [size(value) for value in values]
    widest = max((len(value.components) for value in values if isinstance(value, Vector)), default=1)
    return sum(max(one, widest) for one in sizes)
