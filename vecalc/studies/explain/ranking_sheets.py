"""A vector explained: its neighbours, the parts of their scores, the words that were left out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vecalc.answers import Answer, Cell, Column, Neighbour, Ranking, Sheet
from vecalc.arrays import Floats, Numbers
from vecalc.calc import algebra, kernels
from vecalc.calc.values import Vector
from vecalc.engine.question import Computed
from vecalc.engine.ranker import Ranker, vectors_at
from vecalc.search.exact import search
from vecalc.search.ranks import ranks
from vecalc.search.scoring import needs_direction
from vecalc.studies.axes.background import NEAREST, Background
from vecalc.studies.axes.rotated import Rotated, kept_neighbours, stability_of
from vecalc.studies.explain import contributions, measures
from vecalc.studies.explain.measures import Figure

RANKED = 10  # words left out whose rank is looked up: each takes a pass over the whole space


class _Found(NamedTuple):
    """The neighbours shown, how far each is before the next, their rows and directions [k, d]."""

    shown: tuple[Neighbour, ...]
    gaps: list[float | None]
    rows: Numbers
    units: Floats


class _Spread(NamedTuple):
    """What random candidates score with the query: mean, standard deviation, and how many they are."""

    mean: float
    deviation: float
    size: int


def sheets(
    ranker: Ranker, answer: Answer, workings: Computed, vector: Vector, *, for_people: bool
) -> list[Sheet]:
    """Neighbours, the parts of their scores, the words left out, and what was measured.

    The answer holds one neighbour more than is shown.
    """
    assert isinstance(answer.result, Ranking)  # noqa: S101 - what a vector is answered with
    name, query, neighbours = workings.space, vector.components, answer.result.neighbours
    shown = neighbours[: ranker.options.k]
    if not shown:
        return []
    space = ranker.spaces[name]
    rows = np.array([space.row(near.word) for near in shown], dtype=np.int64)
    gaps = measures.gaps(neighbours, ranker.options.k)
    found = _Found(shown, gaps, rows, vectors_at(space, rows.tolist(), "unit"))
    background, candidates = Background(space), ranker.candidates(name)
    drawn = background if candidates is None else Background(space, candidates)
    scores = search(space, query[None], len(drawn), ranker.measure, drawn.rows).scores
    spread = _Spread(float(scores.mean()), float(scores.std()), len(drawn))
    return [
        _neighbours(ranker, query, found, background, spread),
        contributions.sheet(ranker, workings, query, shown, for_people=for_people),
        _left_out(ranker, workings, query),
        measures.sheet(_measures(ranker, workings, vector, found, background, spread)),
    ]


# --- neighbours -----------------------------------------------------------------------------


def _neighbours(
    ranker: Ranker, query: Floats, found: _Found, background: Background, spread: _Spread
) -> Sheet:
    is_cosine = ranker.options.metric == "cos"
    cosines = found.units @ kernels.alone(kernels.unit, query)
    counts = background.hubness(found.rows, found.units)
    rows: list[tuple[Cell, ...]] = []
    for near, gap, cosine, count in zip(found.shown, found.gaps, cosines.tolist(), counts, strict=True):
        distance = near.score - spread.mean if ranker.options.metric != "l2" else spread.mean - near.score
        z = distance / spread.deviation if spread.deviation > 0 else None
        front = [*near[:3], *([] if is_cosine else [cosine])]
        rows.append((*front, gap, z, background.percentile(cosine), count))
    columns = [*measures.RANKED]
    columns += [] if is_cosine else [Column("cosine", "score")]
    columns += Column.all("score", "gap", "z")
    columns += [Column("percentile", "percent"), Column("hubness", "count")]
    remarks = (
        measures.of_candidates(spread.size),
        f"percentile: of the cosines of {background.pairs:,} pairs of {len(background):,} random words.",
        f"hubness: how many of them have it among their {NEAREST} nearest; {NEAREST} is usual.",
    )
    return Sheet("neighbours", tuple(columns), tuple(rows), "Neighbours", remarks)


# --- words left out -------------------------------------------------------------------------


def _left_out(ranker: Ranker, workings: Computed, query: Floats) -> Sheet:
    """The words that may not be neighbours, with the rank each would have had if all could be."""
    space, candidates = ranker.spaces[workings.space], ranker.candidates(workings.space)
    inputs = [row for key, row in workings.resolved.rows.items() if key.space == workings.space]
    others = sorted(workings.excluded - set(inputs))
    shown = [*(row for row in dict.fromkeys(inputs) if row in workings.excluded), *others][:RANKED]
    able = [
        row
        for row in shown
        if candidates is None or row in candidates
        if not needs_direction(ranker.measure) or space.lengths([row])[0] > 0
    ]
    places = ranks(space, np.stack([query] * len(able)), able, ranker.measure, candidates) if able else []
    found = dict(zip(able, places, strict=True))
    rows: list[tuple[Cell, ...]] = []
    for row in shown:
        hits = search(space, query[None], 1, ranker.measure, np.array([row])) if row in found else None
        rows.append((space.word(row), found.get(row), float(hits.scores[0, 0]) if hits else None))
    return measures.left_out(rows, len(workings.excluded))


# --- what was measured ----------------------------------------------------------------------


def _measures(
    ranker: Ranker,
    workings: Computed,
    vector: Vector,
    found: _Found,
    background: Background,
    spread: _Spread,
) -> list[Figure]:
    resolved, query = workings.resolved, vector.components
    rotated = stability_of(ranker, resolved.tree, resolved.vectors, vector)
    asked = [Rotated(workings.space, query, rotated, workings.excluded)] if rotated else []
    kept = next(kept_neighbours(ranker, asked), None)
    gaps = found.gaps
    of = f"of {spread.size:,} random candidates"
    found_so_far = [
        Figure("length", algebra.length(query), "of the result"),
        Figure("first gap", gaps[0], _in_deviations(gaps[0], spread, "the first before the second")),
        Figure("last gap", gaps[-1], _in_deviations(gaps[-1], spread, "the last before the next")),
        Figure("candidates mean", spread.mean, f"mean score {of}"),
        Figure("candidates deviation", spread.deviation, f"standard deviation of the scores {of}"),
    ]
    if background.pairs:
        pairs = f"of {background.pairs:,} pairs of random words"
        found_so_far += [
            Figure("pairs mean", float(background.cosines.mean()), f"mean cosine {pairs}"),
            Figure("pairs 99 %", float(np.quantile(background.cosines, 0.99)), f"99 % {pairs} are below"),
        ]
    return found_so_far + measures.of_rotation(rotated, kept)


def _in_deviations(gap: float | None, spread: _Spread, what: str) -> str:
    if gap is None or not spread.deviation:
        return f"{what}: there is none" if gap is None else what
    return f"{what}: {gap / spread.deviation:.2f} standard deviations of the scores"
