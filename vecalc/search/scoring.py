"""Scores in float64, each row by itself: the same bits whatever the company."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.search import Measure
from vecalc.space import VectorSpace
from vecalc.space.threads import on_all_cores

AT_ONCE = 512  # rows scored in float64 at once: they and their queries stay in the second-level cache
# Squares of lengths whose numbers lost nothing when they were squared.
LEAST_SQUARE, LARGEST_SQUARE = 1e-250, 1e250


def scores_of(space: VectorSpace, queries: Floats, wanted: Sequence[Numbers], measure: Measure) -> Floats:
    """The scores of the rows that each query [q, d] wants, one query after another."""
    rows = np.concatenate(wanted)
    owners = np.repeat(np.arange(len(queries)), [len(some) for some in wanted])
    directions = _directions(queries) if measure.metric == "cos" else queries
    scores = np.empty(len(rows))

    def score(start: int) -> None:
        some = slice(start, start + AT_ONCE)
        vectors, asked = space.vectors(rows[some]), directions[owners[some]]
        scores[some] = (
            _cosines(vectors, asked) if measure.metric == "cos" else _scores(vectors, asked, measure)
        )

    on_all_cores(score, range(0, len(rows), AT_ONCE))
    return scores


def _directions(vectors: Floats) -> Floats:
    """The vectors [r, d] with length 1 in float64; a zero vector stays one."""
    squares = (vectors * vectors).sum(axis=1)
    directions = vectors / np.sqrt(np.where(squares > 0, squares, 1.0))[:, None]
    extreme = ~((squares >= LEAST_SQUARE) & (squares <= LARGEST_SQUARE))
    if extreme.any():  # of float64 numbers; squares of float32 numbers fit
        _, steps = steps_of(vectors[extreme])
        lengths = np.sqrt((steps * steps).sum(axis=1))
        directions[extreme] = steps / np.where(lengths > 0, lengths, 1.0)[:, None]
    return np.asarray(directions)


def _cosines(vectors: Floats, directions: Floats) -> Floats:
    """The cosine [r] of each vector with its direction [r, d], the same either way; 0 for a zero vector."""
    return np.asarray(np.clip((_directions(vectors) * directions).sum(axis=1), -1.0, 1.0))


def _scores(vectors: Floats, queries: Floats, measure: Measure) -> Floats:
    """Dot products or distances [r] of each vector with its query [r, d]."""
    largest, steps = steps_of(vectors)
    lengths = np.sqrt((steps * steps).sum(axis=1))
    scaled = vectors * scale_of(lengths * largest, vectors.shape[1], measure)[:, None]
    if measure.metric == "dot":
        return np.asarray((scaled * queries).sum(axis=1))
    largest, steps = steps_of(scaled - queries)
    return np.asarray(largest * np.sqrt((steps * steps).sum(axis=1)))


def steps_of(vectors: Floats) -> tuple[Floats, Floats]:
    """The largest component of each vector [r], and the vectors [r, d] in steps of it, safe to be squared."""
    largest: Floats = np.abs(vectors).max(axis=1)
    return largest, vectors / np.where(largest > 0, largest, 1.0)[:, None]


def scale_of(lengths: Floats, dim: int, measure: Measure) -> Floats:
    """What candidates are multiplied with to be as long as the measure takes them; 0 for zero rows."""
    if measure.metric != "cos" and measure.norm == "raw":
        return np.ones_like(lengths)
    target = np.sqrt(dim) if measure.metric != "cos" and measure.norm == "rms" else 1.0
    return np.divide(target, lengths, out=np.zeros_like(lengths), where=lengths > 0)
