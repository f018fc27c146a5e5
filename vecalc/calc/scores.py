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
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.calc.program import Joint, Rows, run
from vecalc.calc.values import Score
from vecalc.errors import VecalcError
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Numbers: TypeAlias = NDArray[np.int64]

# How far off a quick score may be, relative to the threshold or to 1: rounding errors of about 1e-15 may grow
# a hundred million times on their way. Words within it are worked out exactly, so generosity costs little.
OFF = 1e-7
NOBODY: Numbers = np.empty(0, dtype=np.int64)


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
    ks = [k] * len(scores) if isinstance(k, int) else list(k)
    forgiven = excluded or [frozenset[int]()] * len(scores)
    races = [_Race(*each) for each in zip(scores, ks, forgiven, strict=True)]
    joint = Joint([score.quick for score in scores])
    with np.errstate(all="ignore"):
        for block in _blocks(space, rows, joint.rows_at_once(space.dim)):
            for i, quick in joint.run(block):
                races[i].add(block, quick)
    return [race.problem or Best(race.rows, race.scores) for race in races]


def rank_in_score(
    space: VectorSpace,
    score: Score,
    row: int,
    rows: Numbers | None = None,
    excluded: Numbers = NOBODY,
) -> int | None:
    """The rank of a row, from 1, among the candidates that are not excluded; None where it has no value.

    Raises what is wrong with the score for one of the candidates.
    """
    own = float(score_values(space, score, np.array([row]))[0])
    if np.isnan(own):
        return None
    better = 0
    joint = Joint([score.quick])
    with np.errstate(all="ignore"):
        for block in _blocks(space, rows, joint.rows_at_once(space.dim)):
            _, quick = next(joint.run(block))
            shut_out = np.isin(block.numbers, excluded)
            near = ~(np.abs(quick - own) > OFF * max(1.0, abs(own))) | ~np.isfinite(quick)
            better += int(np.count_nonzero(~near & ~shut_out & (quick > own)))
            numbers = block.numbers[near & ~shut_out]
            exact = run(score.exact, _exactly(block, near & ~shut_out))
            better += int(np.count_nonzero((exact > own) | ((exact == own) & (numbers < row))))
    return better + 1


def score_values(space: VectorSpace, score: Score, rows: Numbers) -> Floats:
    """The numbers [r] of some words; NaN for a word without a value."""
    with np.errstate(all="ignore"):
        parts = []
        for block in _blocks(space, rows, Joint([score.exact]).rows_at_once(space.dim)):
            block.exact = True
            parts.append(np.broadcast_to(run(score.exact, block), len(block)))
    return np.concatenate(parts) if parts else np.empty(0)


class _Race:
    """The best of one score so far."""

    def __init__(self, score: Score, k: int, forgiven: frozenset[int]) -> None:
        self.score = score
        self.k = k
        self.forgiven = np.array(sorted(forgiven), dtype=np.int64)
        self.rows = NOBODY
        self.scores: Floats = np.empty(0)
        self.threshold = -np.inf  # the exact score of the k-th best
        self.problem: VecalcError | None = None

    def add(self, block: Rows, quick: Floats) -> None:
        """Take the words of a block that could still be among the best, by their quick scores [b]."""
        if self.problem is not None:
            return
        least = self.threshold
        if np.isinf(least) and len(quick) > self.k:
            known = np.where(np.isnan(quick), -np.inf, quick)
            least = float(np.partition(known, -self.k)[-self.k])
        slack = OFF * max(1.0, abs(least)) if np.isfinite(least) else 0.0
        hopeful = ~(quick < least - slack)  # NaN is hopeful: only the exact score can tell
        if not hopeful.any():
            return
        near = _exactly(block, hopeful)
        near.forgiven = np.isin(near.numbers, self.forgiven)
        try:
            exact = run(self.score.exact, near)
        except VecalcError as problem:
            self.problem = problem
            return
        self._merge(near.numbers, exact)

    def _merge(self, numbers: Numbers, exact: Floats) -> None:
        worth = np.isfinite(exact)
        rows = np.concatenate([self.rows, numbers[worth]])
        scores = np.concatenate([self.scores, exact[worth]])
        order = np.lexsort((rows, -scores))[: self.k]
        self.rows, self.scores = rows[order], scores[order]
        if len(rows) >= self.k:
            self.threshold = float(self.scores[-1])


def _exactly(block: Rows, which: NDArray[np.bool_]) -> Rows:
    """Some rows of a block, to be worked out exactly."""
    chosen = block.some(which)
    chosen.exact = True
    return chosen


def _blocks(space: VectorSpace, rows: Numbers | None, at_once: int) -> Iterator[Rows]:
    """The candidates, a block at a time, in float64."""
    if rows is not None:
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            yield Rows(part, space.vectors(part), space.word)
        return
    for first, vectors, _ in space.blocks():
        for start in range(0, len(vectors), at_once):
            some = vectors[start : start + at_once].astype(np.float64)
            yield Rows(np.arange(first + start, first + start + len(some)), some, space.word)
