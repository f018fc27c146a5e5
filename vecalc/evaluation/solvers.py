"""Questions as rows of words become the rows that a formula or a method ranks first.

A question is a row of `asked` [n, c + 1]: the rows of its words, and the number of its section. A solver
says which of those its answer depends on; questions that are alike in them are asked once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from vecalc.arrays import Numbers
from vecalc.calc.column_formula import ColumnFormula, Given, evaluate_rows, evaluate_scores
from vecalc.calc.topk import search_scores
from vecalc.errors import NoValue, TypeMismatch, VecalcError
from vecalc.evaluation import Rules
from vecalc.evaluation.lookup import UNKNOWN
from vecalc.search import Measure
from vecalc.search.exact import search
from vecalc.space import VectorSpace

# Questions that are searched for together: enough for products of matrices, few enough that their products
# with a block of 8,192 rows are 32 MB.
CHUNK = 1_024


class Solver(Protocol):
    """A way to answer analogies."""

    @property
    def label(self) -> str:
        """What tables call it."""

    @property
    def text(self) -> str:
        """The formula that errors are about, or what the method does."""

    def kinds(self, asked: Numbers) -> Numbers:
        """What the answer to each question depends on [q, u]: questions alike in it have the same answer."""

    def best(self, asked: Numbers, k: int) -> Numbers:
        """The k best rows [q, k] for each question, nothing excluded; UNKNOWN where there are none."""


def solve(solver: Solver, asked: Numbers, k: int) -> Iterator[tuple[Numbers, Numbers]]:
    """Some questions, and the k best rows [q, k] of each, until all are answered."""
    _, kinds = np.unique(solver.kinds(asked), axis=0, return_inverse=True)
    kinds = kinds.reshape(-1)
    order = np.argsort(kinds, kind="stable")  # alike ones stand together
    starts = np.flatnonzero(np.diff(kinds[order], prepend=-1, append=-1))
    for begin in range(0, len(starts) - 1, CHUNK):
        bounds = starts[begin : begin + CHUNK + 1]
        best = solver.best(asked[order[bounds[:-1]]], k)
        yield order[bounds[0] : bounds[-1]], np.repeat(best, np.diff(bounds), axis=0)


class _OverColumns:
    """A formula over the columns of questions; see `Solver`."""

    def __init__(
        self, label: str, space: VectorSpace, formula: ColumnFormula, columns: Sequence[str], rules: Rules
    ) -> None:
        self.label = label
        self.text = formula.text
        if any(name not in columns for name in formula.columns):
            message = "an analogy is of words, and its columns can't be texts"
            raise TypeMismatch(message, span=formula.tree.span)
        self._uses = [columns.index(name) for name in formula.columns] or [0]
        self._space = space
        self._formula = formula
        self._columns = columns
        self._rules = rules
        self._candidates = candidates(space, rules)

    def kinds(self, asked: Numbers) -> Numbers:
        """See `Solver.kinds`: the words of the columns in the formula."""
        return asked[:, self._uses]

    def _given(self, asked: Numbers) -> dict[str, Given]:
        """The columns in use."""
        return {self._columns[i]: self._column(asked[:, i]) for i in self._uses}

    def _column(self, rows: Numbers) -> Given:
        return Given(self._space.vectors(rows), word=lambda row: self._space.word(int(rows[row])))


class FormulaSolver(_OverColumns):
    """The nearest words to a formula's vector."""

    def best(self, asked: Numbers, k: int) -> Numbers:
        """See `Solver.best`."""
        numbers, _ = evaluate_rows(self._formula, self._given(asked))
        if numbers.ndim != 2 and not np.isnan(numbers).all():
            raise TypeMismatch(
                "the formula gives a number, and a number has no nearest words",
                span=self._formula.tree.span,
                hint="give a vector, such as b - a + c, or a score with ?",
            )
        best = np.full((len(asked), k), UNKNOWN)
        sound = np.flatnonzero(np.isfinite(numbers).all(axis=-1) & numbers.any(axis=-1))
        if sound.size:
            measure = Measure(self._rules.metric, self._rules.norm)
            hits = search(self._space, numbers[sound], k, measure, self._candidates)
            best[sound, : hits.rows.shape[1]] = hits.rows
        return best


class ScoreSolver(_OverColumns):
    """The words with the highest scores, for a formula with `?`."""

    def best(self, asked: Numbers, k: int) -> Numbers:
        """See `Solver.best`. Raises what is wrong with the score of every question."""
        scores = evaluate_scores(self._formula, self._given(asked))
        problems: list[VecalcError] = [score for score in scores if isinstance(score, NoValue)]
        able = [i for i, score in enumerate(scores) if not isinstance(score, NoValue)]
        own = [frozenset(asked[i, :-1].tolist()) for i in able]
        some = [score for score in scores if not isinstance(score, NoValue)]
        best = np.full((len(asked), k), UNKNOWN)
        found = search_scores(self._space, some, k, self._candidates, own)
        for i, outcome in zip(able, found, strict=True):
            if isinstance(outcome, VecalcError):
                problems.append(outcome)
            else:
                best[i, : len(outcome.rows)] = outcome.rows
        if len(problems) == len(asked):
            raise problems[0]
        return best


def solver_of(
    label: str, space: VectorSpace, formula: ColumnFormula, columns: Sequence[str], rules: Rules
) -> Solver:
    """The solver of a formula: by neighbours, or by scores where it has a `?`."""
    kind = ScoreSolver if formula.is_score else FormulaSolver
    return kind(label, space, formula, columns, rules)


def candidates(space: VectorSpace, rules: Rules) -> Numbers | None:
    """The rows that can be answers; None for all."""
    return None if rules.first is None or rules.first >= len(space) else np.arange(rules.first)
