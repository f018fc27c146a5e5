"""Exact search: cheap products for all rows, float64 for those that could be neighbours.

Where a space has codes of one byte a number, whole-number products with a bound leave some hundred rows
(`vecalc.search.coded`); otherwise, and for those, float32 products do, which are off by a bounded amount,
too. What could still reach the k best within the bounds is scored again in float64, by a sum whose order
does not depend on how many rows or queries there are. So the result equals brute force in float64, and
is the same to the last bit for one query and for many, with codes and without.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.search import Hits, Measure, coded
from vecalc.search.cores import on_all_cores
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.search import Queries

    Floats: TypeAlias = NDArray[np.float64]
    Rows: TypeAlias = NDArray[np.int64]


EPSILON = float(np.finfo(np.float32).eps)
# Lengths whose float32 products neither overflow nor vanish; rows outside are scored in float64.
SHORTEST, LONGEST = 1e-12, 1e12
GATHER = 8_192  # rows read at once where the candidates are given
AT_ONCE = 512  # rows scored in float64 at once: they and their queries stay in the second-level cache
# Squares of lengths whose numbers lost nothing when they were squared.
LEAST_SQUARE, LARGEST_SQUARE = 1e-250, 1e250
ROUNDING = 1e-12  # of a sum of squares in float64, relative
NO_ROWS: Rows = np.empty(0, dtype=np.int64)
SLACK = 64  # candidates per query beyond 2k before the list is cut down again


class _Asked(NamedTuple):
    """Queries as directions [q, d], and their lengths [q]."""

    units: NDArray[np.float32]
    sizes: Floats


class _Block(NamedTuple):
    """Candidates [b], their vectors [b, d] float32, and their lengths [b]."""

    rows: Rows
    vectors: NDArray[np.float32]
    lengths: Floats


def search(
    space: VectorSpace,
    queries: Queries,
    k: int,
    measure: Measure = Measure(),  # noqa: B008 - immutable
    rows: Rows | None = None,
) -> Hits:
    """See `Searcher.search`."""
    with np.errstate(over="ignore", invalid="ignore"):
        if _has_use_for_codes(space, k, measure, rows):
            hopeful = _by_codes(space, queries, k, measure, rows)
        else:
            hopeful = _by_float32(space, queries, k, measure, rows)
        found = _best(space, queries, hopeful, k, measure)
    return Hits(np.stack([rows for rows, _ in found]), np.stack([scores for _, scores in found]))


def _has_use_for_codes(space: VectorSpace, k: int, measure: Measure, rows: Rows | None) -> bool:
    """Codes know directions: they rank by cosine, and by whatever ranks alike."""
    count = len(space) if rows is None else len(rows)
    if space.codes is None or not measure.needs_direction or not coded.is_worth_it(k, count):
        return False
    return len(space.codes.loose) <= count * coded.WORTH_IT


def _by_codes(
    space: VectorSpace, queries: Queries, k: int, measure: Measure, rows: Rows | None
) -> list[Rows]:
    """The rows that could be among the k best of each query by cosine, as codes tell."""
    codes = space.codes
    assert codes is not None  # noqa: S101 - asked before
    near = coded.candidates(codes, queries, k, rows)
    loose = codes.loose if rows is None else np.intersect1d(codes.loose, rows, assume_unique=True)
    if not loose.size:
        return near.rows
    # The few rows without a usual code: one product tells which of them reach what the others reach.
    hopeful = [[found] for found in near.rows]
    asked = _asked(queries)
    for block in _blocks(space, loose, Measure("cos")):
        keys, bounds = _approximate(block, asked, Measure("cos"))
        for i, at in zip(*np.nonzero(keys + bounds[:, None] >= near.thresholds[:, None]), strict=True):
            hopeful[i].append(block.rows[at : at + 1])
    return [np.concatenate(found) for found in hopeful]


def _by_float32(
    space: VectorSpace, queries: Queries, k: int, measure: Measure, rows: Rows | None
) -> list[Rows]:
    """The rows that could be among the k best of each query, told by float32 products."""
    pools, asked = _Pools(len(queries), k), _asked(queries)
    for block in _blocks(space, rows, measure):
        pools.add(block.rows, *_approximate(block, asked, measure))
    return [pools.rows(i) for i in range(len(queries))]


def rank(
    space: VectorSpace,
    query: Floats,
    row: int,
    measure: Measure = Measure(),  # noqa: B008 - immutable
    rows: Rows | None = None,
    excluded: Rows = NO_ROWS,
) -> int:
    """See `Searcher.rank`."""
    return ranks(space, query[None], [row], measure, rows, [excluded])[0]


def ranks(
    space: VectorSpace,
    queries: Queries,
    wanted: Sequence[int],
    measure: Measure = Measure(),  # noqa: B008 - immutable
    rows: Rows | None = None,
    excluded: Sequence[Rows] | None = None,
) -> list[int]:
    """For each query [q, d] the rank of its own row of the `wanted` [q], as `rank` tells it, in one pass."""
    shut_out = [NO_ROWS] * len(queries) if excluded is None else excluded
    with np.errstate(over="ignore", invalid="ignore"):
        goals = [
            (float(_exact_scores(space, query, np.array([row]), measure)[0]), row)
            for query, row in zip(queries, wanted, strict=True)
        ]
        better = [
            -_count_better(space, query, out if rows is None else np.intersect1d(out, rows), goal, measure)
            for query, out, goal in zip(queries, shut_out, goals, strict=True)
        ]
        own = np.array([score for score, _ in goals])[:, None]
        own = -(own**2) if measure.metric == "l2" else own
        asked = _asked(queries)
        for block in _blocks(space, rows, measure):
            keys, bounds = _approximate(block, asked, measure)
            near = (keys == np.inf) | (np.abs(keys - own) <= bounds[:, None])
            surely = np.count_nonzero(~near & (keys > own), axis=1)
            for i, goal in enumerate(goals):
                better[i] += int(surely[i])
                better[i] += _count_better(space, queries[i], block.rows[near[i]], goal, measure)
    return [count + 1 for count in better]


def _count_better(
    space: VectorSpace, query: Floats, rows: Rows, than: tuple[float, int], measure: Measure
) -> int:
    """How many rows come before a row with a given score."""
    own, row = than
    scores = _exact_scores(space, query, rows, measure)
    better = scores < own if measure.metric == "l2" else scores > own
    return int(np.count_nonzero(better | ((scores == own) & (rows < row))))


# --- candidates -----------------------------------------------------------------------------


class _Pools:
    """The rows that could be among the k best of each query, as the blocks go by."""

    def __init__(self, queries: int, k: int) -> None:
        self.k = k
        self.thresholds = np.full(queries, -np.inf)  # the k-th best key is at least this
        self.parts: list[list[tuple[Rows, Floats, Floats]]] = [[] for _ in range(queries)]
        self.sizes = [0] * queries

    def add(self, rows: Rows, keys: NDArray[np.floating], bounds: Floats) -> None:
        """Take the rows [b] whose keys [q, b], right to within the bounds [q], could still matter."""
        hopeful = keys.max(axis=1) + bounds >= self.thresholds
        for i in np.flatnonzero(hopeful).tolist():
            kept = np.flatnonzero(keys[i] >= self.thresholds[i] - bounds[i])
            near = keys[i][kept].astype(np.float64)
            # A key that float32 could not hold is infinite: at best first, at worst nowhere.
            least = np.where(np.isinf(near), -np.inf, near - bounds[i])
            self.parts[i].append((rows[kept], least, near + bounds[i]))
            self.sizes[i] += kept.size
            if self.sizes[i] > 2 * self.k + SLACK:
                self._cut(i)

    def _cut(self, i: int) -> None:
        rows, least, most = (np.concatenate(arrays) for arrays in zip(*self.parts[i], strict=True))
        if len(rows) > self.k:
            reached = float(np.partition(least, -self.k)[-self.k])
            self.thresholds[i] = max(self.thresholds[i], reached)
        kept = most >= self.thresholds[i]
        self.parts[i] = [(rows[kept], least[kept], most[kept])]
        self.sizes[i] = int(np.count_nonzero(kept))

    def rows(self, i: int) -> Rows:
        """What is left for the query `i`."""
        if not self.parts[i]:
            return NO_ROWS
        self._cut(i)
        return self.parts[i][0][0]


def _blocks(space: VectorSpace, rows: Rows | None, measure: Measure) -> Iterator[_Block]:
    """The candidates, a block at a time; without zero rows where they have no place."""
    for block in _all_blocks(space, rows):
        usable = block.lengths > 0
        if not measure.needs_direction or usable.all():
            yield block
        elif usable.any():
            yield _Block(block.rows[usable], block.vectors[usable], block.lengths[usable])


def _all_blocks(space: VectorSpace, rows: Rows | None) -> Iterator[_Block]:
    if rows is None:
        for first, vectors, lengths in space.blocks():
            yield _Block(np.arange(first, first + len(vectors)), vectors, lengths)
        return
    for start in range(0, len(rows), GATHER):
        part = rows[start : start + GATHER]
        yield _Block(part, space.vectors(part, np.float32), space.lengths(part))


# --- scores ---------------------------------------------------------------------------------
# A key is higher for nearer rows: the similarity, or minus the squared distance. Keys only tell which
# rows to score in float64; ties are decided by those scores, as a user sees them.


def _approximate(block: _Block, asked: _Asked, measure: Measure) -> tuple[NDArray[np.floating], Floats]:
    """Keys [q, b] by float32 products, and how far off those of a query can be [q].

    A row whose length is out of float32's safe range has an infinite key: only float64 can tell.
    """
    dim = asked.units.shape[1]
    keys: NDArray[np.floating] = asked.units @ block.vectors.T
    sane = (block.lengths >= SHORTEST) & (block.lengths <= LONGEST)
    lengths = np.where(sane, block.lengths, 1.0)
    scale = _scale(lengths, dim, measure)
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


def _asked(queries: Queries) -> _Asked:
    """The queries [q, d] with length 1, and their lengths [q]."""
    largest, steps = _steps(queries)
    lengths = np.linalg.norm(steps, axis=1)
    units = (steps / np.where(lengths > 0, lengths, 1.0)[:, None]).astype(np.float32)
    return _Asked(units, lengths * largest)


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


def _scale(lengths: Floats, dim: int, measure: Measure) -> Floats:
    """What candidates are multiplied with to be as long as the measure takes them; 0 for zero rows."""
    if measure.metric != "cos" and measure.norm == "raw":
        return np.ones_like(lengths)
    target = np.sqrt(dim) if measure.metric != "cos" and measure.norm == "rms" else 1.0
    return np.divide(target, lengths, out=np.zeros_like(lengths), where=lengths > 0)


def _exact_scores(space: VectorSpace, query: Floats, rows: Rows, measure: Measure) -> Floats:
    """Scores [r] of some rows with one query in float64."""
    return _scored(space, query[None], [rows], measure)


def _scored(space: VectorSpace, queries: Queries, wanted: Sequence[Rows], measure: Measure) -> Floats:
    """The scores in float64 of the rows that each query wants, one query after another.

    Each row by itself: the same bits whatever the company.
    """
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


def _directions(queries: Queries) -> Floats:
    """The queries [q, d] with length 1 in float64; a zero query stays one."""
    _, steps = _steps(queries)
    lengths = np.sqrt((steps * steps).sum(axis=1))
    return np.asarray(steps / np.where(lengths > 0, lengths, 1.0)[:, None])


def _cosines(vectors: Floats, directions: Floats) -> Floats:
    """The cosine [r] of each vector with its direction [r, d]; 0 for a zero vector."""
    products = vectors * directions
    dots = products.sum(axis=1)
    squares = np.multiply(vectors, vectors, out=products).sum(axis=1)
    extreme = (squares < LEAST_SQUARE) | (squares > LARGEST_SQUARE)
    cosines = np.asarray(dots / np.sqrt(np.where(squares > 0, squares, 1.0)))
    if extreme.any():  # of float64 numbers; squares of float32 numbers fit
        _, steps = _steps(vectors[extreme])
        lengths = np.sqrt((steps * steps).sum(axis=1))
        dots = (steps * directions[extreme]).sum(axis=1)
        cosines[extreme] = dots / np.where(lengths > 0, lengths, 1.0)
    return np.clip(cosines, -1.0, 1.0)


def _scores(vectors: Floats, queries: Floats, measure: Measure) -> Floats:
    """Dot products or distances [r] of each vector with its query [r, d]."""
    largest, steps = _steps(vectors)
    lengths = np.sqrt((steps * steps).sum(axis=1))
    scaled = vectors * _scale(lengths * largest, vectors.shape[1], measure)[:, None]
    if measure.metric == "dot":
        return np.asarray((scaled * queries).sum(axis=1))
    largest, steps = _steps(scaled - queries)
    return np.asarray(largest * np.sqrt((steps * steps).sum(axis=1)))


def _steps(vectors: Floats) -> tuple[Floats, Floats]:
    """The largest component of each vector [r], and the vectors [r, d] in steps of it, safe to be squared."""
    largest: Floats = np.abs(vectors).max(axis=1)
    return largest, vectors / np.where(largest > 0, largest, 1.0)[:, None]


def _best(
    space: VectorSpace, queries: Queries, hopeful: Sequence[Rows], k: int, measure: Measure
) -> list[tuple[Rows, Floats]]:
    """The k best of the rows of each query, with their scores."""
    ends = np.cumsum([len(rows) for rows in hopeful])[:-1]
    found = []
    for rows, scores in zip(hopeful, np.split(_scored(space, queries, hopeful, measure), ends), strict=True):
        order = np.lexsort((rows, scores if measure.metric == "l2" else -scores))[:k]
        found.append((rows[order], scores[order]))
    return found
