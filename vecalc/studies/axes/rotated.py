"""Expressions under random rotations of the space: what becomes of their values and their neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import Floats, Numbers
from vecalc.calc.evaluate import evaluate
from vecalc.calc.resolve import Key
from vecalc.calc.values import List, Score, Table, Vector, Worth, array
from vecalc.engine.ranker import Ranker
from vecalc.lang.nodes import Node
from vecalc.search.exact import search
from vecalc.space.matrix import MatrixSpace
from vecalc.studies.axes.background import Background
from vecalc.studies.axes.stability import Rotation, Stability, overlap, stability


class _Turned:
    """The loaded spaces, all rotated: what a `Surroundings` says of them, without rotating every word."""

    def __init__(self, ranker: Ranker, turn: Rotation) -> None:
        self.ranker = ranker
        self.turn = turn
        # What rotations leave as it was.
        self.limits, self.size = ranker.limits, ranker.size
        self.ranked_in, self.width = ranker.ranked_in, ranker.width

    def nearest(self, vector: Vector, k: int, forbidden: frozenset[Key], norm: Norm) -> List:
        """The vector goes back to where the words are, and what is found is turned."""
        plain = Vector(self.turn.back(vector.components), vector.spaces)
        found = self.ranker.nearest(plain, k, forbidden, norm)
        return List(self.turn.turn(found.vectors), found.labels, found.spaces)

    def rank(self, word: Key, vector: Vector, forbidden: frozenset[Key]) -> int:
        """The vector goes back to where the words are."""
        return self.ranker.rank(word, Vector(self.turn.back(vector.components), vector.spaces), forbidden)

    def mean(self, space: str, norm: Norm) -> Floats:
        """The mean of rotated vectors is the rotated mean."""
        return self.turn.turn(self.ranker.mean(space, norm))

    def rotation(self, source: str, target: str) -> Floats:
        """The map from one rotated space to another: back, over, and forth again."""
        between = self.ranker.rotation(source, target)
        return self.turn.turn(self.turn.turn(between.T).T)


def stability_of(ranker: Ranker, tree: Node, vectors: Mapping[Key, Floats], value: Worth) -> Stability | None:
    """What random rotations of all words do to the value of a resolved tree; see `stability`.

    Of a score, it is what they do to the numbers of a sample of words.
    """
    if isinstance(value, Score):
        return _stability_of_score(ranker, tree, vectors, value)

    def compute(turned: Mapping[Key, Floats], rotation: Rotation) -> Floats:
        found = evaluate(tree, turned, ranker.options.norm, _Turned(ranker, rotation)).value
        assert not isinstance(found, Score)  # noqa: S101 - what it is does not depend on the numbers
        return array(found)

    is_table = isinstance(value, Table)
    return stability(compute, vectors, array(value), of_numbers=is_table) if vectors or not is_table else None


def _stability_of_score(
    ranker: Ranker, tree: Node, vectors: Mapping[Key, Floats], score: Score
) -> Stability | None:
    from vecalc.calc.topk import score_values

    space = ranker.spaces[score.space]
    sample = Background(space, ranker.candidates(score.space))
    words, plain = [space.word(int(row)) for row in sample.rows], space.vectors(sample.rows)

    def compute(turned: Mapping[Key, Floats], rotation: Rotation) -> Floats:
        found = evaluate(tree, turned, ranker.options.norm, _Turned(ranker, rotation)).value
        assert isinstance(found, Score)  # noqa: S101 - what it is does not depend on the numbers
        values = score_values(MatrixSpace(words, rotation.turn(plain)), found, np.arange(len(words)))
        return np.nan_to_num(values)

    own = np.nan_to_num(score_values(space, score, sample.rows))
    return stability(compute, vectors, own, of_numbers=True)


class Rotated(NamedTuple):
    """A result [d], what rotations do to it, the space of its neighbours, and the rows that are none."""

    space: str
    result: Floats
    stability: Stability
    excluded: frozenset[int]


def kept_neighbours(ranker: Ranker, rotated: Sequence[Rotated]) -> Iterator[float]:
    """For each result, the share of its first k neighbours that stay under rotation, on average."""
    found: dict[tuple[int, int], Numbers] = {}
    for space in dict.fromkeys(one.space for one in rotated):
        found |= _first(ranker, space, [(i, one) for i, one in enumerate(rotated) if one.space == space])
    nothing = np.empty(0, dtype=np.int64)
    for i, one in enumerate(rotated):
        places = range(1, len(one.stability.results) + 1)  # behind the result itself
        shares = [overlap(found[i, 0], found.get((i, j), nothing)) for j in places]
        yield float(np.mean(shares)) if shares else 0.0


def _first(ranker: Ranker, space: str, ours: list[tuple[int, Rotated]]) -> dict[tuple[int, int], Numbers]:
    """The rows of the first k neighbours of every result and rotated result, all searched for in one go.

    A rotation that leaves the zero vector leaves no neighbours where they are told by direction.
    """
    queries = {
        (i, j): query
        for i, one in ours
        for j, query in enumerate([one.result, *one.stability.results])
        if ranker.has_neighbours(query)
    }
    k = ranker.options.k + max(len(one.excluded) for _, one in ours)
    hits = search(
        ranker.spaces[space], np.stack(list(queries.values())), k, ranker.measure, ranker.candidates(space)
    )
    excluded = {i: np.array(sorted(one.excluded), dtype=np.int64) for i, one in ours}
    return {
        (i, j): rows[~np.isin(rows, excluded[i])][: ranker.options.k]
        for (i, j), rows in zip(queries, hits.rows, strict=True)
    }
