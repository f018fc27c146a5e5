"""The best candidates of scores, a block of words at a time, for many scores in one pass.

A quick run over a block (products of matrices, for all scores together) says which words could be among
the best; those are worked out exactly, each by itself. So a score has the same bits whatever its company
and however the words are cut into blocks, and equal words have equal scores.

    found = search_scores(space, scores, k)        # one Best, or the error, for each
    rank_in_score(space, score, row)               # the rank of one word
    score_values(space, score, rows)               # the numbers of some words

A hundred thousand formulas that share their words cost one pass over the space: parse, expand, resolve and
evaluate each, collect the `Score`s, and hand all of them over at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.calc.program import MOST, CandidateRows, Joint
from vecalc.calc.values import Score
from vecalc.errors import VecalcError
from vecalc.space import VectorSpace

# How far off a quick score may be, relative to the threshold or to 1: rounding errors of about 1e-15 may grow
# a hundred million times on their way. Words within it are worked out exactly, so generosity costs little.
OFF = 1e-7
SLACK = 64  # hopeful words beyond 2k before the list is cut down again
NO_ROWS: Numbers = np.empty(0, dtype=np.int64)


class Best(NamedTuple):
    """The best candidates of a score: rows [k] and numbers [k], highest first, ties by row."""

    rows: Numbers
    scores: Floats


def search_scores(
    space: VectorSpace,
    scores: Sequence[Score],
    k: int | Sequence[int],
    rows: Numbers | None = None,
    excluded: Sequence[frozenset[int]] = (),
) -> list[Best | VecalcError]:
    """The k best candidates of each score, or what is wrong with it for one of the candidates.

    Candidates are `rows` (ascending; None: all); those without a value, such as a zero vector under cos, are
    none. `k` is one number, or one for each score. `excluded` are rows of each score that may be found but
    whose problems are no errors: they have no value then. Memory does not depend on the size of the space.
    """
    if not scores:
        return []
    ks = [k] * len(scores) if isinstance(k, int) else list(k)
    forgiven = excluded or [frozenset[int]()] * len(scores)
    tops = [_TopK(*each) for each in zip(scores, ks, forgiven, strict=True)]
    joint = Joint([score.quick for score in scores])
    with np.errstate(all="ignore"):
        for block in _blocks(space, rows, joint.rows_at_once(space.dim)):
            for i, quick in joint.run(block):
                tops[i].add(space, block, quick)
        for top in tops:
            top.finish(space)
    return [top.problem or top.best for top in tops]


def rank_in_score(
    space: VectorSpace, score: Score, row: int, rows: Numbers | None = None, excluded: Numbers = NO_ROWS
) -> int | None:
    """The rank of a row, from 1, among the candidates that are not excluded; None where it has no value.

    Raises what is wrong with the score for one of the candidates.
    """
    own = float(score_values(space, score, np.array([row]))[0])
    if np.isnan(own):
        return None
    better = 0
    joint, exactly = Joint([score.quick]), Joint([score.exact])
    with np.errstate(all="ignore"):
        for block in _blocks(space, rows, joint.rows_at_once(space.dim)):
            quick = joint.only(block)
            shut_out = np.isin(block.numbers, excluded)
            near = ~(np.abs(quick - own) > OFF * max(1.0, abs(own))) | ~np.isfinite(quick)
            better += int(np.count_nonzero(~near & ~shut_out & (quick > own)))
            numbers = block.numbers[near & ~shut_out]
            exact = exactly.only(block.some(near & ~shut_out))
            better += int(np.count_nonzero((exact > own) | ((exact == own) & (numbers < row))))
    return better + 1


def score_values(space: VectorSpace, score: Score, rows: Numbers) -> Floats:
    """The numbers [r] of some words; NaN for a word without a value."""
    with np.errstate(all="ignore"):
        parts = []
        exactly = Joint([score.exact])
        for block in _blocks(space, rows, exactly.rows_at_once(space.dim)):
            block.exact = True
            parts.append(exactly.only(block))
    return np.concatenate(parts) if parts else np.empty(0)


class _TopK:
    """The best of one score so far: some worked out exactly, others known to within `OFF`."""

    def __init__(self, score: Score, k: int, forgiven: frozenset[int]) -> None:
        self.k = k
        self.best = Best(NO_ROWS, np.empty(0))  # exact
        self.problem: VecalcError | None = None
        self._exact = Joint([score.exact])
        self._forgiven = np.array(sorted(forgiven), dtype=np.int64)
        self._hopeful: list[tuple[Numbers, Floats]] = []  # rows and quick scores
        self._size = 0
        self._bar = -np.inf  # what a quick score must reach to matter

    def add(self, space: VectorSpace, block: CandidateRows, quick: Floats) -> None:
        """Take the words of a block that could still be among the best, by their quick scores [b]."""
        hopeful = ~(quick < self._bar)  # NaN is hopeful: only the exact score can tell
        if self.problem is not None or not hopeful.any():
            return
        doubtful = hopeful & ~np.isfinite(quick)
        if doubtful.any():
            self._work_out(block.some(doubtful))
            hopeful &= ~doubtful
        self._hopeful.append((block.numbers[hopeful], quick[hopeful]))
        self._size += len(self._hopeful[-1][0])
        if self._size > 2 * self.k + SLACK:
            self._cut()
        if self._size > 8 * (self.k + SLACK):  # too many are equal, or nearly
            self.finish(space)

    def finish(self, space: VectorSpace) -> None:
        """Work out exactly what is hopeful."""
        self._cut()
        rows = np.sort(self._hopeful[0][0])
        self._hopeful, self._size = [], 0
        for start in range(0, len(rows), MOST):
            part = rows[start : start + MOST]
            self._work_out(CandidateRows(part, space.vectors(part), space.word, exact=True))
        if len(self.best.rows) == self.k:
            self._raise_bar(float(self.best.scores[-1]))

    def _cut(self) -> None:
        """Give up the hopeful words that can't be among the best any more."""
        rows = np.concatenate([NO_ROWS, *(rows for rows, _ in self._hopeful)])
        quick = np.concatenate([np.empty(0), *(scores for _, scores in self._hopeful)])
        known = np.concatenate([quick, self.best.scores])
        if len(known) >= self.k:
            self._raise_bar(float(np.partition(known, -self.k)[-self.k]))
        kept = quick >= self._bar
        self._hopeful, self._size = [(rows[kept], quick[kept])], int(np.count_nonzero(kept))

    def _raise_bar(self, reached: float) -> None:
        self._bar = max(self._bar, reached - OFF * max(1.0, abs(reached)))

    def _work_out(self, near: CandidateRows) -> None:
        if self.problem is not None:
            return
        near.forgiven = np.isin(near.numbers, self._forgiven)
        try:
            exact = self._exact.only(near)
        except VecalcError as problem:
            self.problem = self._first_problem(near) or problem
            return
        worth = np.isfinite(exact)
        rows = np.concatenate([self.best.rows, near.numbers[worth]])
        scores = np.concatenate([self.best.scores, exact[worth]])
        order = np.lexsort((rows, -scores))[: self.k]
        self.best = Best(rows[order], scores[order])

    def _first_problem(self, near: CandidateRows) -> VecalcError | None:
        """What is wrong with the first word that has something wrong, whatever else is in its block."""
        for i in range(len(near)):
            alone = near.some(np.arange(len(near)) == i)
            alone.forgiven = np.isin(alone.numbers, self._forgiven)
            try:
                self._exact.only(alone)
            except VecalcError as problem:
                return problem
        return None


def _blocks(space: VectorSpace, rows: Numbers | None, at_once: int) -> Iterator[CandidateRows]:
    """The candidates, a block at a time, in float64."""
    if rows is not None:
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            yield CandidateRows(part, space.vectors(part), space.word)
        return
    wide = np.empty((at_once, space.dim))  # used again and again: fresh pages cost more than the copying
    for first, vectors, _ in space.blocks():
        for start in range(0, len(vectors), at_once):
            some = vectors[start : start + at_once]
            wide[: len(some)] = some
            yield CandidateRows(
                np.arange(first + start, first + start + len(some)), wide[: len(some)], space.word
            )
