"""What an expression can be worth, may ask about the loaded spaces, and may cost. All arithmetic is float64.

A line of text can double a value in each of its names, or ask for the medoid of a whole vocabulary. So
numbers and time are counted before they are spent, and a limit can name itself. The counts depend on the
expression alone, neither on the machine nor on what else it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import Floats
from vecalc.errors import NOWHERE, LimitExceeded, Span
from vecalc.lang.limits import Limits

if TYPE_CHECKING:
    from vecalc.calc.program import Program, Step
    from vecalc.calc.resolve import Key

Side: TypeAlias = Literal["", "rows", "columns"]
Spaces: TypeAlias = frozenset[str]  # names of the spaces that a value's words come from
NO_SPACE: Spaces = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A number."""

    value: float

    def __float__(self) -> float:
        return self.value


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """d components [d]; belongs to a space when all its words do.

    Of a word, `filed` is its vector as the file holds it, and `size` the length that it has been brought to:
    its direction and its length before any rounding.
    """

    components: Floats
    spaces: Spaces = NO_SPACE
    filed: Floats | None = None
    size: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class List:
    """n vectors of one width [n, d], each with a label ('' where it did not come from a word).

    A list of lists is kept flat; `sizes` remembers the lengths of its lists. The labels of vectors that were
    `found` in a space are words that the expression doesn't have. `made_of` are the vectors of its items,
    which know how words are filed; none where the list was computed.
    """

    vectors: Floats
    labels: tuple[str, ...]
    spaces: Spaces = NO_SPACE
    sizes: tuple[int, ...] | None = None
    found: bool = False
    made_of: tuple[Vector, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Numbers [n] with a label each, or [n, m] with labels of rows and columns ('' where there is none).

    It is what a function of two vectors makes of lists. The `shares` of a softmax add up to 1 in each row.
    Numbers [n] that were made by=rows or by=columns of a table know that `side` of it.
    """

    numbers: Floats
    rows: tuple[str, ...]
    columns: tuple[str, ...] = ()
    shares: bool = False
    side: Side = ""


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """A number for every candidate word: a formula over `?`, worked out when the candidates are known.

    `quick` is the formula by matrix products, which says who can be among the best; `exact` is the formula
    itself, each word by itself: the same bits whatever the company.
    """

    space: str  # the space whose words `?` stands for
    quick: Program
    exact: Program


# --- what stands for a value that every row has one of: to types and widths it is one like any other --------


@dataclass(frozen=True, slots=True, eq=False)
class EachNumber(Scalar):
    """A number for every row: the result of a step."""

    slot: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class EachVector(Vector):
    """A vector for every row, of a step, or another word's in each; `components` only tell the width."""

    slot: int = -1
    word: EachWord | None = None


class EachWord(NamedTuple):
    """The steps for a word that is another one in every row: what a `Vector` knows of its word."""

    components: Step
    filed: Step
    size: Step | None


@dataclass(frozen=True, slots=True, eq=False)
class EachList(List):
    """A list that is other vectors in every row: nothing but its items, for a function of all of them."""

    items: tuple[Value, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class EachTable(Table):
    """Numbers [n] that are other ones in every row, of a list that is the same; `numbers` tell how many."""

    items: tuple[Value, ...] = ()


_EACH = (EachNumber, EachVector, EachList, EachTable)  # a tuple: a union would be made anew in each call


def is_each(value: Value) -> bool:
    """Whether every row has one."""
    return isinstance(value, _EACH)


def wide(width: int) -> Floats:
    """Components that only tell their number, and take no memory."""
    return np.broadcast_to(np.float64(0), (width,))


Value: TypeAlias = Scalar | Vector | List | Table
Worth: TypeAlias = Value | Score  # what an expression can be worth; a score only as a whole


def array(value: Value) -> Floats:
    """The numbers of a value: [], [d] or [n, d]; of a table [n] or [n, m]."""
    match value:
        case Scalar(number):
            return np.asarray(number)
        case Vector(components):
            return components
        case List(vectors):
            return vectors
        case Table(numbers):
            return numbers


def spaces(value: Value) -> Spaces:
    """Where a value's words come from."""
    return NO_SPACE if isinstance(value, Scalar | Table) else value.spaces


def vectors_of(value: List) -> tuple[Vector, ...]:
    """The vectors of a list, one by one."""
    return value.made_of or tuple(Vector(row, value.spaces) for row in value.vectors)


def describe(value: Value) -> str:
    """Type and width, for messages: `vector (300)`, `number`, `list of 3 (300)`."""
    match value:
        case Scalar():
            return "number"
        case Vector(components):
            return f"vector ({len(components)})"
        case List(vectors):
            return f"list of {vectors.shape[0]} ({vectors.shape[1]})"
        case Table(numbers):
            return f"table ({' × '.join(map(str, numbers.shape))})"


def different_widths(values: Sequence[Value]) -> str:
    """Why some values don't go together; the names of their spaces where there are several."""
    names = list(dict.fromkeys(name for value in values for name in sorted(spaces(value)) if name))
    return f"{' and '.join(names)} have different widths" if len(names) > 1 else "different widths"


def wrap(result: Floats | float, origin: Spaces) -> Value:
    """The value that an array stands for, by its number of axes."""
    numbers = np.asarray(result, dtype=np.float64)
    if numbers.ndim == 0:
        return Scalar(float(numbers))
    if numbers.ndim == 1:
        return Vector(numbers, origin)
    return List(numbers, ("",) * len(numbers), origin)


# --- what it may ask, and cost ----------------------------------------------------------------

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

    def rank(self, word: Key, vector: Vector, forbidden: frozenset[Key]) -> int:
        """The place of a word, from 1, among the neighbours of a vector, without some words."""

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
        case Table(numbers, rows, columns):
            return numbers.size + (len(rows) + len(columns)) * PER_ROW
        case Scalar():
            return 1


def spread(values: Sequence[Value]) -> int:
    """The numbers of some values, numbers among vectors counted as vectors."""
    sizes = [size(value) for value in values]
    widest = max((len(value.components) for value in values if isinstance(value, Vector)), default=1)
    return sum(max(one, widest) for one in sizes)
