"""Expressions under random rotations of the space: what becomes of their values and their neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vecalc.calc.evaluate import evaluate
from vecalc.calc.resolve import Key
from vecalc.calc.values import List, Value, Vector, array
from vecalc.evaluation.stability import Stability, overlap, stability
from vecalc.search.exact import search

if TYPE_CHECKING:
    from vecalc.app.ranker import Ranker
    from vecalc.calc.values import Floats
    from vecalc.evaluation.rotation import Rotation
    from vecalc.lang.nodes import Node
    from vecalc.space import Rows


def stability_of(ranker: Ranker, tree: Node, vectors: Mapping[Key, Floats], value: Value) -> Stability | None:
    """What random rotations of all its words do to the value of a resolved tree; see `stability`."""

    def compute(turned: Mapping[Key, Floats], rotation: Rotation) -> Floats:
        def nearest(vector: Vector, k: int, forbidden: frozenset[Key]) -> List:
            """The space itself is not rotated: the vector goes back, what is found is turned."""
            plain = Vector(rotation.back(vector.components), vector.spaces)
            found = ranker.nearest(plain, k, forbidden)
            return List(rotation.turn(found.vectors), found.labels, found.spaces)

        return array(evaluate(tree, turned, ranker.options.norm, nearest).value)

    return stability(compute, vectors, array(value))


class Rotated(NamedTuple):
    """A result [d], what rotations do to it, the space of its neighbours, and the rows that are none."""

    space: str
    result: Floats
    stability: Stability
    excluded: frozenset[int]


def kept_neighbours(ranker: Ranker, rotated: Sequence[Rotated]) -> Iterator[float]:
    """For each result, the share of its first k neighbours that stay under rotation, on average."""
    found: dict[tuple[int, int], Rows] = {}
    for space in dict.fromkeys(one.space for one in rotated):
        found |= _first(ranker, space, [(i, one) for i, one in enumerate(rotated) if one.space == space])
    nothing = np.empty(0, dtype=np.int64)
    for i, one in enumerate(rotated):
        shares = [overlap(found[i, 0], found.get((i, j), nothing)) for j in _numbers(one.stability)]
        yield float(np.mean(shares)) if shares else 0.0


def _numbers(stability: Stability) -> range:
    """The places of the rotated results behind the result itself."""
    return range(1, len(stability.results) + 1)


def _first(ranker: Ranker, space: str, ours: list[tuple[int, Rotated]]) -> dict[tuple[int, int], Rows]:
    """The rows of the first k neighbours of every result and rotated result, all searched for in one go.

    A rotation that leaves the zero vector leaves no neighbours.
    """
    queries = {
        (i, j): query
        for i, one in ours
        for j, query in enumerate([one.result, *one.stability.results])
        if query.any()
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
