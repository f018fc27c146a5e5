"""Methods that learn a relation from a whole section: 3CosAvg and LRCos (Drozd, Gladkova & Matsuoka 2016).

The section's pairs are learnt from, but for those that begin with the word that is asked about: each pair
is left out once. So the ranking depends on that word and the section, and not on which pair it was asked
with; the answer does where a word of the question, which can't be it, comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Floats, Mask, Numbers
from vecalc.evaluation import Rules
from vecalc.evaluation.lookup import UNKNOWN
from vecalc.evaluation.marking import Posed
from vecalc.evaluation.methods import SECTIONAL
from vecalc.evaluation.solvers import candidates
from vecalc.search import Measure
from vecalc.search.exact import search
from vecalc.space import VectorSpace

A, B, C = 0, 1, 2  # the places of the columns of a question
SECTION = 3
# Random words that LRCos learns against are drawn so many times for each word that is asked about, and a
# question is answered by one of the draws: so an accuracy is a mean over all of them, and no seed is lucky.
DRAWS = 10
PENALTY = 1.0  # of the squared weights, in the usual parametrisation: C = 1
STEPS = 50  # Newton needs about ten
CLOSE = 1e-10  # the largest change of a coefficient at which it has arrived


class PairedRows(NamedTuple):
    """The pairs of a section: from which row to which [p]."""

    sources: Numbers
    targets: Numbers

    def without(self, source: int) -> PairedRows:
        """The pairs that begin with another word."""
        kept = self.sources != source
        return PairedRows(self.sources[kept], self.targets[kept])


class SectionSolver:
    """A method that makes queries of a section's pairs and the word that is asked about."""

    def __init__(self, label: str, space: VectorSpace, asked: Posed, rules: Rules) -> None:
        self.label = label
        self.text = SECTIONAL[label]
        self._space = space
        self._rules = rules
        self._relations = relations(asked)
        self._solve = _METHODS[label]

    def kinds(self, asked: Numbers) -> Numbers:
        """See `Solver.kinds`: the word that is asked about, its section, and for LRCos the draw."""
        draws = asked[:, A] % DRAWS if self.label == "lrcos" else np.zeros(len(asked), np.int64)
        return np.column_stack([asked[:, C], asked[:, SECTION], draws])

    def best(self, asked: Numbers, k: int) -> Numbers:
        """See `Solver.best`."""
        best = np.full((len(asked), k), UNKNOWN)
        pairs = [self._relations[row[SECTION]].without(row[C]) for row in asked.tolist()]
        able = np.array([i for i, relation in enumerate(pairs) if len(relation.sources)], dtype=np.int64)
        if able.size:
            kinds = self.kinds(asked)[able]
            found = self._solve(self._space, [pairs[i] for i in able], kinds, k, self._rules)
            best[able, : found.shape[1]] = found
        return best


def relations(asked: Posed) -> dict[int, PairedRows]:
    """The known pairs of each section, in the order of the file: as a:b or c:d of its questions."""
    found: dict[int, dict[tuple[int, int], None]] = {}
    for row, answers in zip(asked.rows.tolist(), asked.answers.tolist(), strict=True):
        pairs = found.setdefault(row[SECTION], {})
        answer = next((word for word in answers if word >= 0), UNKNOWN)
        for pair in ((row[A], row[B]), (row[C], answer)):
            if UNKNOWN not in pair:
                pairs[pair] = None
    return {
        section: PairedRows(*np.array(list(pairs), dtype=np.int64).reshape(-1, 2).T)
        for section, pairs in found.items()
    }


def _units(space: VectorSpace, rows: Numbers) -> Floats:
    vectors = space.vectors(rows)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0))


def _three_cos_avg(
    space: VectorSpace, pairs: list[PairedRows], kinds: Numbers, k: int, rules: Rules
) -> Numbers:
    """The words nearest to the word plus the mean offset of the pairs."""
    offsets = [
        (_units(space, relation.targets) - _units(space, relation.sources)).mean(axis=0) for relation in pairs
    ]
    queries = _units(space, kinds[:, 0]) + np.stack(offsets)
    # A query of unit vectors is compared by direction, whatever the norm: the rules' metric is for formulas.
    return search(space, queries, k, Measure("cos", "unit"), candidates(space, rules)).rows


def _lr_cos(space: VectorSpace, pairs: list[PairedRows], kinds: Numbers, k: int, rules: Rules) -> Numbers:
    """The words likeliest to be of the targets' class, times the cosine to the word.

    Targets are learnt against sources and as many random words, drawn for each kind of question by itself.
    """
    first = len(space) if rules.first is None else min(rules.first, len(space))
    seeds = [(rules.seed, *kind) for kind in kinds.tolist()]
    classes = [_target_class(space, *pair, first) for pair in zip(pairs, seeds, strict=True)]
    weights, words = np.stack(classes), _units(space, kinds[:, 0])

    def score(units: Floats) -> Floats:
        logits = weights[:, :-1] @ units.T + weights[:, -1:]
        return np.asarray((words @ units.T) / (1 + np.exp(-np.clip(logits, -500, 500))))

    return _best_rows(space, first, len(pairs), k, score)


def _target_class(space: VectorSpace, relation: PairedRows, seed: tuple[int, ...], first: int) -> Floats:
    random = np.random.default_rng(seed).integers(0, first, len(relation.targets))
    others = np.setdiff1d(random, relation.targets)
    rows = np.concatenate([relation.targets, relation.sources, others])
    return fit(_units(space, rows), np.arange(len(rows)) < len(relation.targets))


def _best_rows(
    space: VectorSpace, first: int, queries: int, k: int, score: Callable[[Floats], Floats]
) -> Numbers:
    """The k best rows [q, k] among the first ones; `score` takes unit vectors [b, d], gives scores [q, b].

    They are taken in blocks, the best so far kept for each query. Zero vectors are no candidates.
    """
    rows, scores = np.full((queries, k), UNKNOWN), np.full((queries, k), -np.inf)
    for start, vectors, lengths in space.blocks():
        if start >= first:
            break
        units = vectors[: first - start] / np.where(lengths > 0, lengths, 1.0)[: first - start, None]
        found = score(units)
        found[:, ~units.any(axis=1)] = -np.inf
        near = np.argpartition(-found, min(k, found.shape[1]) - 1, axis=1)[:, :k]
        all_scores = np.concatenate([scores, np.take_along_axis(found, near, axis=1)], axis=1)
        all_rows = np.concatenate([rows, near + start], axis=1)
        all_rows[all_scores == -np.inf] = UNKNOWN
        order = np.lexsort((all_rows, -all_scores), axis=1)[:, :k]
        scores, rows = (np.take_along_axis(x, order, axis=1) for x in (all_scores, all_rows))
    return rows


def fit(x: Floats, is_positive: Mask) -> Floats:
    """Weights [d + 1] of a logistic regression on unit vectors [n, d], classes weighted to count alike.

    The minimum of the penalised loss is a combination of the examples (Kimeldorf & Wahba 1971), so Newton's
    method runs on their n coefficients and not on d weights. The intercept, the last weight, is of a
    component that is always 1, and penalised like the others: then the problem has one answer whatever the
    examples.
    """
    x = np.hstack([x, np.ones((len(x), 1))])
    share = np.where(is_positive, is_positive.sum(), (~is_positive).sum())
    importance = len(x) / (2.0 * share)
    target = is_positive.astype(np.float64)
    kernel = x @ x.T
    coefficients = np.zeros(len(x))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(kernel @ coefficients, -500, 500)))
        curvature = np.maximum(importance * chance * (1 - chance), np.finfo(float).tiny)
        # (K + λ/C⁻¹) c' = K c + (y - p) / curvature: reweighted least squares in the examples' span.
        working = kernel @ coefficients + importance * (target - chance) / curvature
        updated = np.linalg.solve(kernel + np.diag(PENALTY / curvature), working)
        change = float(np.abs(updated - coefficients).max())
        coefficients = updated
        if change < CLOSE:
            break
    return np.asarray(x.T @ coefficients)


_Method = Callable[[VectorSpace, list[PairedRows], Numbers, int, Rules], "Numbers"]
_METHODS: dict[str, _Method] = {"3cosavg": _three_cos_avg, "lrcos": _lr_cos}
