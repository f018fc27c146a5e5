"""The parts of scores: what each term of a sum brings to each neighbour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vecalc.answers import Cell, Column, Neighbour, Sheet
from vecalc.arrays import Floats
from vecalc.calc import algebra
from vecalc.calc.linear_terms import terms
from vecalc.engine.question import Computed
from vecalc.engine.ranker import Ranker, vectors_at

COLUMNS, ROWS = 8, 50  # terms that are told apart, side by side and below each other; the rest is one part
REST = "the rest"


class _Part(NamedTuple):
    """A term with its weight and without, the weight, and what it brings to each neighbour [k]."""

    shown: str
    text: str
    weight: float | None
    brought: Floats


def sheet(
    ranker: Ranker, workings: Computed, query: Floats, shown: Sequence[Neighbour], *, for_people: bool
) -> Sheet:
    """The parts of each neighbour's score, which add up to it; for distances, of its cosine."""
    parts = _parts(ranker, workings, query, shown)
    distances = ranker.options.metric == "l2"
    adds_up = "the parts add up to the cosine" if distances else "the parts of a row add up to its score"
    remarks = [adds_up] if len(parts) > 1 else ["no sum: the score has one part"]
    parts = _largest(parts, COLUMNS if for_people else ROWS)
    sums = np.sum([part.brought for part in parts], axis=0)
    totals = [float(total) for total in sums] if distances else [near.score for near in shown]
    front = [Column("rank", "count"), Column("word"), Column("cosine" if distances else "score", "score")]
    if for_people:
        columns = [*front, *(Column(part.shown, "score", "heat") for part in parts)]
        rows: list[tuple[Cell, ...]] = [
            (near.rank, near.word, totals[i], *(float(part.brought[i]) for part in parts))
            for i, near in enumerate(shown)
        ]
    else:
        columns = [*front, Column("term"), *Column.all("score", "weight", "part")]
        rows = [
            (near.rank, near.word, totals[i], part.text, part.weight, float(part.brought[i]))
            for i, near in enumerate(shown)
            for part in parts
        ]
    keys = 3 if for_people else 0
    return Sheet("parts", tuple(columns), tuple(rows), "Parts of the score", tuple(remarks), keys)


def _parts(ranker: Ranker, workings: Computed, query: Floats, shown: Sequence[Neighbour]) -> list[_Part]:
    """The query is q = Σ wᵢ tᵢ: with unit words x the parts wᵢ tᵢ·x add up to q·x, and divided by |q| to the
    cosine.
    """
    found = terms(workings.resolved.tree, ranker.options.norm, workings.values)
    space, metric = ranker.spaces[workings.space], ranker.options.metric
    rows = [row for near in shown if (row := space.row(near.word)) is not None]
    if metric == "dot":
        words = vectors_at(space, rows, ranker.options.norm)
    else:
        words = vectors_at(space, rows, "unit") / algebra.length(query)
    return [
        _Part(term.shown(), term.text, term.weight, term.weight * (words @ term.vector)) for term in found
    ]


def _largest(parts: list[_Part], most: int) -> list[_Part]:
    """The parts that matter most, in their order, and what all others bring together."""
    if len(parts) <= most:
        return parts
    by_size = sorted(range(len(parts)), key=lambda i: -float(np.abs(parts[i].brought).mean()))
    kept = set(by_size[: most - 1])
    rest = np.sum([part.brought for i, part in enumerate(parts) if i not in kept], axis=0)
    return [*(part for i, part in enumerate(parts) if i in kept), _Part(REST, REST, None, rest)]
