"""How well a formula's numbers agree with people's judgements of similarity."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.calc.formula import Formula, evaluate_rows
from vecalc.errors import FileProblem, TypeMismatch
from vecalc.evaluation import Pairs, Rules
from vecalc.evaluation.lookup import Lookup
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Rows: TypeAlias = NDArray[np.int64]
    Mask: TypeAlias = NDArray[np.bool_]

CHUNK = 4_096  # pairs that are computed at once


class Compared(NamedTuple):
    """The judgements of a set and a formula's numbers; NaN for pairs that do not count."""

    judged: Floats  # [n]
    found: Floats  # [n]
    known: int  # pairs whose words are all in the vocabulary
    without_value: int  # known pairs for which the formula has no value

    @property
    def counted(self) -> Mask:
        """The pairs that count."""
        return np.asarray(np.isfinite(self.found))


def compare(space: VectorSpace, formula: Formula, pairs: Pairs, rules: Rules) -> Compared:
    """The formula's number for every pair, unknown words as the rules say.

    Raises `TypeMismatch` when the formula gives no number, `FileProblem` where an unknown word is an error.
    """
    lookup = Lookup(space, {word for pair in pairs.pairs for word in pair.words}, rules)
    rows = np.array([[lookup.row(word) for word in pair.words] for pair in pairs.pairs], dtype=np.int64)
    known = (rows >= 0).all(axis=1)
    if rules.unknown == "error" and not known.all():
        _refuse(pairs, rows)
    asked = np.arange(len(rows)) if rules.unknown == "mean" else np.flatnonzero(known)
    found = np.full(len(rows), np.nan)
    mean = _mean(space) if rules.unknown == "mean" and not known.all() else np.zeros(space.dim)
    for start in range(0, len(asked), CHUNK):
        some = asked[start : start + CHUNK]
        found[some] = _numbers(formula, pairs.columns, _vectors(space, rows[some], mean))
    without_value = int(np.count_nonzero(np.isnan(found[asked])))
    if rules.unknown == "zero":
        found[~known] = 0.0
    judged = np.array([pair.score for pair in pairs.pairs])
    return Compared(judged, found, int(known.sum()), without_value)


def _vectors(space: VectorSpace, rows: Rows, mean: Floats) -> list[Floats]:
    """The vectors [q, d] of each column; the mean of all words where a word is unknown."""
    found = []
    for column in rows.T:
        vectors = space.vectors(np.maximum(column, 0))
        vectors[column < 0] = mean
        found.append(vectors)
    return found


def _numbers(formula: Formula, columns: tuple[str, ...], vectors: list[Floats]) -> Floats:
    numbers, _ = evaluate_rows(formula, dict(zip(columns, vectors, strict=True)))
    if numbers.ndim != 1:
        raise TypeMismatch(
            f"the formula gives a vector ({numbers.shape[1]}), and a similarity is a number",
            span=formula.tree.span,
            hint="compare two values, as in cos(a, b)",
        )
    return numbers


def _mean(space: VectorSpace) -> Floats:
    """The mean of all vectors as the file has them [d]."""
    total = np.zeros(space.dim)
    for _, vectors, _ in space.blocks():
        total += vectors.sum(axis=0, dtype=np.float64)
    return total / len(space)


def _refuse(pairs: Pairs, rows: Rows) -> None:
    i, column = np.argwhere(rows < 0)[0].tolist()
    pair = pairs.pairs[i]
    raise FileProblem(
        f"'{pair.words[column]}' is not in the vocabulary",
        where=f"{pairs.name}:{pair.line}",
        hint="--unknown skip leaves such pairs out; zero and mean count them",
    )
