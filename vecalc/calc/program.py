"""A formula as a list of steps, and how steps are run over some rows: candidates for `?`, or a table's.

A step's result is [b] (a number a row) or [b, d] (a vector each); later steps name it by its place
in the list, so a formula may be as deep as it likes, and results are given up after their last use.
Several formulas become one list, in which equal steps are done once: cos(?, king) in a thousand
formulas is one row of one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import Floats, Mask, Numbers
from vecalc.calc.functions import of_function, out_of_range
from vecalc.calc.kernels import RowContext, at_norm, length_at
from vecalc.errors import NOWHERE, NoValue, Span, VecalcError
from vecalc.space.threads import products_alone

# Bytes of results that are held at the same time: as many rows are taken at once as this allows.
BUDGET = 32 << 20
# Bytes of vectors [b, d] that stay in the second-level cache while the steps of a few formulas are done.
CACHED = 2 << 20
FEW = 16  # formulas or products: for more of them all at once is faster than each while it is in the cache
# Multiplications, some 3 ms of them, from which on a product is worth sharing out: on a busy machine one
# thread waits for the other, and smaller ones take thirty times as long.
SHARED = 1 << 25
FEWEST, MOST = 256, 8192  # rows at once
CROWDED = 256 << 20  # bytes that the fewest rows may take


class Slot(NamedTuple):
    """The result of an earlier step, as an argument of a later one."""

    place: int
    among_vectors: bool = False  # a number a row that goes with vectors: [b, 1]


class Step(NamedTuple):
    """One operation: a function of the rows and of arguments, which are results or constants."""

    apply: Callable[..., Floats]
    arguments: tuple[Any, ...]
    width: int = 0  # components of the result's vectors; 0 for a number each
    what: str = ""  # what a problem is said to be of: '/', sqrt
    span: Span = NOWHERE


Program: TypeAlias = tuple[Step, ...]  # in order; the last one's result is the formula's


class CandidateRows(RowContext):
    """Some candidates for `?`: the vectors [b, d] and lengths [b] of their words."""

    def __init__(
        self, numbers: Numbers, vectors: Floats, word: Callable[[int], str], *, exact: bool = False
    ) -> None:
        super().__init__()
        self.numbers = numbers
        self.vectors = vectors
        self.exact = exact
        self.forgiven: Mask | None = None  # [b] words whose problems are no error
        self._word = word
        self._lengths: Floats | None = None

    @property
    def lengths(self) -> Floats:
        """Euclidean lengths [b] of the words' vectors as the file has them."""
        if self._lengths is None:
            self._lengths = np.sqrt(np.einsum("rd,rd->r", self.vectors, self.vectors))
        return self._lengths

    def some(self, which: Mask) -> CandidateRows:
        """Some of these rows, to be worked out exactly."""
        return CandidateRows(self.numbers[which], self.vectors[which], self._word, exact=True)

    def refuse(self, which: Mask, problem: str, hint: str = "") -> None:
        """See `RowContext.refuse`; a quick run is certain of nothing."""
        if not self.exact or not which.any():
            return
        rows = np.broadcast_to(which.reshape(len(which), -1).any(axis=1) if which.ndim else which, len(self))
        if self.forgiven is not None:
            rows = rows & ~self.forgiven
            if not rows.any():
                return
        word = self._word(int(self.numbers[np.argmax(rows)]))
        raise NoValue(f"{problem}, for the candidate '{word}'", hint=hint)

    def __len__(self) -> int:
        return len(self.numbers)


def word_vectors(rows: CandidateRows, norm: Norm) -> Floats:
    """`?`: the words' vectors at a norm; a zero vector has no direction to be brought to rms or unit."""
    return at_norm(rows, rows.vectors, norm)


def word_lengths(rows: CandidateRows, norm: Norm = "raw") -> Floats:
    """The lengths [b] of the words' vectors at a norm; none for a zero vector."""
    target = rows.lengths if norm == "raw" else length_at(norm, rows.vectors.shape[1])
    return np.where(rows.lengths > 0, target, np.nan)


def product(rows: CandidateRows, direction: Floats) -> Floats:
    """The words' directions times a constant [d]: a cosine when that has length 1. Done for all at once."""
    return rows.vectors @ direction / word_lengths(rows)


class Joint:
    """Several programs as one: equal steps are done once, and all products with constants together."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.steps: list[Step] = []
        self.directions: list[Floats] = []
        self._place: dict[Any, int] = {}
        self._ends: list[tuple[int, int]] = []  # steps to be done by a program's end, its result's place
        for program in programs:
            places: list[int] = []
            for step in program:
                places.append(self._add(step, places))
            self._ends.append((len(self.steps), places[-1]))
        self._last_use = self._last_uses()
        self._leaving: dict[int, list[int]] = {}  # results that are done with after a step
        for i, last in enumerate(self._last_use):
            self._leaving.setdefault(last, []).append(i)

    def _add(self, step: Step, places: list[int]) -> int:
        arguments = tuple(
            argument._replace(place=places[argument.place]) if isinstance(argument, Slot) else argument
            for argument in step.arguments
        )
        key = (step.apply, tuple(map(_key, arguments)))
        if key not in self._place:
            self._place[key] = len(self.steps)
            if step.apply is product:
                arguments = (len(self.directions), *arguments)
                self.directions.append(step.arguments[0])
            self.steps.append(step._replace(arguments=arguments))
        return self._place[key]

    def _last_uses(self) -> list[int]:
        """Of each result, the last step (or the end of a program) that wants it."""
        last = list(range(len(self.steps)))
        for i, step in enumerate(self.steps):
            for slot in step.arguments:
                if isinstance(slot, Slot):
                    last[slot.place] = max(last[slot.place], i)
        for done, result in self._ends:
            last[result] = max(last[result], done)
        return last

    def rows_at_once(self, dim: int) -> int:
        """How many rows fit: the most results that are alive at the same time decide."""
        alive = most = 0
        ends = [0] * (len(self.steps) + 2)
        for i, step in enumerate(self.steps):
            alive += (step.width or 1) - ends[i]
            ends[self._last_use[i] + 1] += step.width or 1
            most = max(most, alive)
        held = most + len(self.directions) + dim
        fitting = BUDGET // (8 * held)
        if len(self._ends) <= FEW:
            fitting = min(fitting, CACHED // (8 * dim))
        fewest = min(FEWEST, max(1, CROWDED // (8 * held)))
        return max(fewest, min(MOST, fitting))

    def only(self, rows: RowContext) -> Floats:
        """The result [b] of the first program, which is the only one."""
        return next(self.run(rows))[1]

    def run(self, rows: RowContext) -> Iterator[tuple[int, Floats]]:
        """Each program's number and result [b], in order."""
        if self.directions and isinstance(rows, CandidateRows) and not rows.exact:
            rows.products = _products(self.directions, rows.vectors) / word_lengths(rows)
        results: dict[int, Floats] = {}
        at = 0
        for number, (done, result) in enumerate(self._ends):
            for i in range(at, done):
                results[i] = _do(self.steps[i], rows, results)
                for old in self._leaving.get(i, ()):
                    if old not in (i, result):
                        results.pop(old, None)
            at = max(at, done)
            yield number, results[result]


def _products(directions: Sequence[Floats], vectors: Floats) -> Floats:
    """Each direction with each vector [m, b]; a few one by one, as BLAS shares small products out badly."""
    if len(directions) < FEW:
        return np.stack([vectors @ direction for direction in directions])
    with products_alone() if len(directions) * vectors.size < SHARED else nullcontext():
        return np.stack(directions) @ vectors.T


def _do(step: Step, rows: RowContext, results: dict[int, Floats]) -> Floats:
    if step.apply is product and not rows.exact:
        return np.asarray(rows.products[step.arguments[0]])
    try:
        found = step.apply(rows, *(_given(argument, results) for argument in step.arguments))
        if rows.exact and np.isinf(found).any():
            rows.refuse(np.isinf(found), out_of_range(step.what))
    except NoValue as problem:
        raise of_function(step.what, problem).at(step.span) from None
    except VecalcError as problem:
        raise problem.at(step.span) from None
    return found


def _given(argument: Any, results: dict[int, Floats]) -> Any:
    if not isinstance(argument, Slot):
        return argument
    found = results[argument.place]
    return found[:, None] if argument.among_vectors and found.ndim == 1 else found


def _key(argument: Any) -> Any:
    """What equal arguments have in common."""
    return (argument.shape, argument.tobytes()) if isinstance(argument, np.ndarray) else argument
