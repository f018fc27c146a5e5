"""How often numbers occur: those of a table, or the scores of all candidates with the best ones marked."""

from __future__ import annotations

from copy import copy

import numpy as np

from vecalc.answers import NOTHING_LEFT, Scored
from vecalc.arrays import Floats
from vecalc.calc.topk import score_values
from vecalc.calc.values import Score
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Computed, Question
from vecalc.errors import NoValue
from vecalc.plots import Histogram
from vecalc.studies.plot.maps import caption
from vecalc.studies.plot.plan import Around

BINS = 40
MARKED = 3  # best candidates that are named
_AT_ONCE = 65_536  # candidates whose scores are computed before more is told


def of_score(
    calculator: Calculator, text: str, score: Score, computed: Computed, around: Around
) -> Histogram:
    """The scores of all candidates, without the words of the expression."""
    few = copy(calculator)
    few.set(k=MARKED)
    best = few.explained(Question(text))[0].result
    assert isinstance(best, Scored)  # noqa: S101 - that is what a score comes to
    space, rows = calculator.spaces[score.space], calculator.candidates(score.space)
    wanted = np.arange(len(space)) if rows is None else rows
    excluded = calculator.excluded(score.space, calculator.rows_of(score.space, computed.resolved.vectors))
    wanted = wanted[~np.isin(wanted, list(excluded))]
    parts = []
    with around.watch("scores of all candidates", len(wanted)) as add:
        for start in range(0, len(wanted), _AT_ONCE):
            parts.append(score_values(space, score, wanted[start : start + _AT_ONCE]))
            add(len(parts[-1]))
    numbers = np.concatenate([np.empty(0), *parts])
    marks = tuple((near.word, near.score) for near in best.neighbours)
    return _of(text, text, numbers, marks, "candidates", caption(calculator))


def of_table(text: str, numbers: Floats, remark: str) -> Histogram:
    """The numbers of a table."""
    return _of(text, "number", numbers.ravel(), (), "numbers", remark)


def _of(
    title: str, axis: str, numbers: Floats, marks: tuple[tuple[str, float], ...], what: str, remark: str
) -> Histogram:
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        raise NoValue(NOTHING_LEFT)
    counts, edges = np.histogram(finite, bins=BINS)
    left = len(numbers) - len(finite)
    ends = f"from {finite.min():.4g} to {finite.max():.4g}, median {np.median(finite):.4g}"
    told = f"{len(finite):,} {what}, {ends}"
    told += f"; {left:,} without a number" if left else ""
    return Histogram(title, axis, edges, counts.astype(np.float64), marks, (told, remark))
