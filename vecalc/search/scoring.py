"""Keys and scores: how near rows are, at first roughly for all of them, then in float64 for a few.

A key is higher for nearer rows: the similarity, or minus the squared distance. Keys are made by float32
products, with how far off they can be, and only tell which rows to score; ties are decided by the scores,
as a user sees them. A score is made of each row by itself: the same bits whatever else is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vecalc.arrays import AnyArray, Floats, Numbers, Singles
from vecalc.search import Measure
from vecalc.space import VectorSpace
from vecalc.space.matrix import directions_of, steps_of
from vecalc.space.threads import on_all_cores

EPSILON = float(np.finfo(np.float32).eps)
# Lengths whose float32 products neither overflow nor vanish; rows outside are scored in float64.
SHORTEST, LONGEST = 1e-12, 1e12
GATHER = 8_192  # rows read at once where the candidates are given
ROUNDING = 1e-12  # of a sum of squares in float64, relative
AT_ONCE = 512  # rows scored in float64 at once: they and their queries stay in the second-level cache


def needs_direction(measure: Measure) -> bool:
    """Whether zero vectors have no place in the ranking."""
    return measure.metric == "cos" or measure.norm != "raw"


# --- keys -------------------------------------------------------------------------------------


class Queries(NamedTuple):
    """Queries as directions [q, d], and their lengths [q]."""

    units: Singles
    sizes: Floats


class CandidateBlock(NamedTuple):
    """Candidates [b], their vectors [b, d] float32, and their lengths [b]."""

    rows: Numbers
    vectors: Singles
    lengths: Floats


def asked_of(queries: Floats) -> Queries:
    """The queries [q, d] with length 1, and their lengths [q]."""
    return Queries(directions_of(queries).astype(np.float32), _lengths_of(queries))


def blocks(space: VectorSpace, rows: Numbers | None, measure: Measure) -> Iterator[CandidateBlock]:
    """The candidates, a block at a time; without zero rows where they have no place."""
    for block in _all_blocks(space, rows):
        usable = block.lengths > 0
        if not needs_direction(measure) or usable.all():
            yield block
        elif usable.any():
            yield CandidateBlock(block.rows[usable], block.vectors[usable], block.lengths[usable])


def _all_blocks(space: VectorSpace, rows: Numbers | None) -> Iterator[CandidateBlock]:
    if rows is None:
        for first, vectors, lengths in space.blocks():
            yield CandidateBlock(np.arange(first, first + len(vectors)), vectors, lengths)
        return
    for start in range(0, len(rows), GATHER):
        part = rows[start : start + GATHER]
        yield CandidateBlock(part, space.vectors(part, np.float32), space.lengths(part))


def approximate(block: CandidateBlock, asked: Queries, measure: Measure) -> tuple[AnyArray, Floats]:
    """Keys [q, b] by float32 products, and how far off those of a query can be [q].

    A row whose length is out of float32's safe range has an infinite key: only float64 can tell.
    """
    dim = asked.units.shape[1]
    keys: AnyArray = asked.units @ block.vectors.T
    sane = (block.lengths >= SHORTEST) & (block.lengths <= LONGEST)
    lengths = np.where(sane, block.lengths, 1.0)
    scale = scale_of(lengths, dim, measure)
    # A product of d terms, its operands, its scale and its result rounded: (d + 6) half-units in the
    # last place of |q||x|, for any order of summation (Higham 2002, section 3.1); doubled, to be generous.
    error = (dim + 6) * EPSILON * float((lengths * scale).max())
    bounds = np.full(len(asked.sizes), error)
    if measure.metric == "cos":
        keys *= scale.astype(np.float32)
    else:
        cosines = keys.astype(np.float64) * scale
        keys, bounds = _with_lengths(cosines, bounds, asked.sizes, lengths * scale, measure)
    if not sane.all():
        keys[:, ~sane] = np.inf
    return keys, bounds


def _with_lengths(
    cosines: Floats, bounds: Floats, sizes: Floats, lengths: Floats, measure: Measure
) -> tuple[Floats, Floats]:
    """Keys and bounds of dot and l2, from products with unit queries."""
    keys, bounds = cosines * sizes[:, None], bounds * sizes
    if measure.metric == "l2":
        squares = lengths**2 + sizes[:, None] ** 2
        keys, bounds = 2 * keys - squares, 2 * bounds + ROUNDING * squares.max(axis=1)
    vague = ~np.isfinite(bounds)  # the squares of a query beyond 1e154 overflow
    keys[vague], bounds[vague] = np.inf, 0.0
    return keys, bounds


# --- scores -----------------------------------------------------------------------------------


def scores_of(space: VectorSpace, queries: Floats, wanted: Sequence[Numbers], measure: Measure) -> Floats:
    """The scores of the rows that each query [q, d] wants, one query after another."""
    rows = np.concatenate(wanted)
    owners = np.repeat(np.arange(len(queries)), [len(some) for some in wanted])
    directions = directions_of(queries) if measure.metric == "cos" else queries
    scores = np.empty(len(rows))

    def score(start: int) -> None:
        some = slice(start, start + AT_ONCE)
        vectors, asked = space.vectors(rows[some]), directions[owners[some]]
        scores[some] = (
            _cosines(vectors, asked) if measure.metric == "cos" else _scores(vectors, asked, measure)
        )

    if len(rows) > AT_ONCE:
        on_all_cores(score, range(0, len(rows), AT_ONCE))
    else:
        score(0)
    return scores


def _cosines(vectors: Floats, directions: Floats) -> Floats:
    """The cosine [r] of each vector with its direction [r, d], the same either way; 0 for a zero vector."""
    return np.asarray(np.clip((directions_of(vectors) * directions).sum(axis=1), -1.0, 1.0))


def _scores(vectors: Floats, queries: Floats, measure: Measure) -> Floats:
    """Dot products or distances [r] of each vector with its query [r, d]."""
    scaled = vectors * scale_of(_lengths_of(vectors), vectors.shape[1], measure)[:, None]
    return (
        np.asarray((scaled * queries).sum(axis=1))
        if measure.metric == "dot"
        else _lengths_of(scaled - queries)
    )


# --- lengths ----------------------------------------------------------------------------------


def scale_of(lengths: Floats, dim: int, measure: Measure) -> Floats:
    """What candidates are multiplied with to be as long as the measure takes them; 0 for zero rows."""
    if measure.metric != "cos" and measure.norm == "raw":
        return np.ones_like(lengths)
    target = np.sqrt(dim) if measure.metric != "cos" and measure.norm == "rms" else 1.0
    return np.divide(target, lengths, out=np.zeros_like(lengths), where=lengths > 0)


def _lengths_of(vectors: Floats) -> Floats:
    """The length of each vector [r]."""
    largest, steps = steps_of(vectors)
    return np.asarray(largest * np.sqrt((steps * steps).sum(axis=1)))
