"""Exact search against brute force in float64, on spaces made to mislead it, by each way to search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pytest
from folding import tried
from hypothesis import strategies as st
from numpy.typing import NDArray

from vecalc.answers import METRICS, NORMS
from vecalc.search import Measure, products, quantized
from vecalc.search.exact import search
from vecalc.search.ranks import rank, ranks
from vecalc.search.scoring import needs_direction
from vecalc.space.matrix import MatrixSpace
from vecalc.space.quantization import Codes, encode, rotation, turned

Floats: TypeAlias = NDArray[np.float64]

MEASURES = [Measure(metric, norm) for metric in METRICS for norm in NORMS]

# --- ways to search -------------------------------------------------------------------------

PRODUCTS = "float32 products"
USUAL = "numkong"
# By codes, multiplied by each of them; all but the usual one in the slow run, and in `test_products`.
CODED = [pytest.param(name, marks=pytest.mark.slow if name != USUAL else ()) for name in products.FINDERS]


@pytest.fixture(autouse=True, params=[PRODUCTS, *CODED])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Float32 products; and codes, in small pieces and whatever k is."""
    global with_codes  # noqa: PLW0603 - what every space of the test is made with
    with_codes = request.param in products.FINDERS
    if with_codes:
        monkeypatch.setenv(products.VARIABLE, request.param)
        for name, value in {"WORTH_IT": 1.0, "FIRST": 50, "FEWEST": 64, "CELLS": 64}.items():
            monkeypatch.setattr(quantized, name, value)
    yield request.param
    with_codes = False


with_codes = False
turn_of = cache(rotation)  # of 2,000 components it takes half a second

# Each way with each measure that it treats in its own manner: to cosines the norm is nothing (a test of its
# own says so), and what needs no direction is never sought by codes.
CASES = [
    (way, measure)
    for way in (PRODUCTS, *products.FINDERS)
    for measure in MEASURES
    if (measure.metric != "cos" or measure.norm == "rms") and (way == PRODUCTS or needs_direction(measure))
]
every_case = pytest.mark.parametrize(
    ("way", "measure"),
    [
        pytest.param(
            way,
            measure,
            marks=pytest.mark.slow if way not in (PRODUCTS, USUAL) else (),
            id=f"{way}-{'-'.join(measure)}",
        )
        for way, measure in CASES
    ],
    indirect=["way"],
)


def space_of(matrix: NDArray[Any]) -> MatrixSpace:
    """A space over a matrix, its words the numbers of its rows."""
    codes = None
    if with_codes:
        turn = turn_of(matrix.shape[1])
        with np.errstate(over="ignore", under="ignore"):
            singles = np.ascontiguousarray(matrix, dtype=np.float32)
        values, residuals, _ = encode(singles, turn)
        codes = Codes(values, residuals, turn)
    return MatrixSpace([str(row) for row in range(len(matrix))], matrix, codes=codes)


# --- brute force ----------------------------------------------------------------------------


def brute_scores(matrix: NDArray[Any], query: Floats, measure: Measure) -> Floats:
    """The score of every row; NaN for rows that have no place in the ranking."""
    vectors = matrix.astype(np.float64)
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-300)
    lengths = largest * np.linalg.norm(vectors / largest, axis=1, keepdims=True)
    units = np.divide(vectors, lengths, out=np.full_like(vectors, np.nan), where=lengths > 1e-300)
    if measure.metric == "cos":
        return units @ (query / np.linalg.norm(query))
    if measure.norm != "raw":
        vectors = units * (np.sqrt(len(query)) if measure.norm == "rms" else 1.0)
    return vectors @ query if measure.metric == "dot" else np.linalg.norm(vectors - query, axis=1)


def slack_of(scores: Floats, query: Floats, measure: Measure) -> float:
    """How far two ways to compute a score in float64 may be apart."""
    if measure.metric == "cos":
        return 1e-13
    return 1e-13 * max(float(np.nanmax(np.abs(scores), initial=0.0)), float(np.linalg.norm(query)))


def check(
    matrix: NDArray[Any], queries: Floats, k: int, measure: Measure, rows: Any = None, *, ranked: bool = True
) -> None:
    """The hits are the best candidates, best first, ties by row, k or as many as there are.

    And the rank of a hit is its place, unless that is not asked again (`ranked`): ranks know nothing of k.
    """
    space = space_of(matrix)
    hits = search(space, queries, k, measure, rows)
    for query, found, shown in zip(queries, hits.rows, hits.scores, strict=True):
        scores = brute_scores(matrix, query, measure)
        slack = slack_of(scores, query, measure)
        allowed = np.arange(len(matrix)) if rows is None else rows
        allowed = allowed[~np.isnan(scores[allowed])]
        assert len(found) == len(set(found.tolist())) == min(k, len(allowed))
        assert set(found.tolist()) <= set(allowed.tolist())
        assert np.allclose(shown, scores[found], rtol=0, atol=slack)
        best = np.sort(scores[allowed])[:: 1 if measure.metric == "l2" else -1][: len(found)]
        assert np.allclose(shown, best, rtol=0, atol=slack)
        ordered = np.lexsort((found, shown if measure.metric == "l2" else -shown))
        assert ordered.tolist() == list(range(len(found)))
        if ranked:
            check_ranks(space, query, found, measure, rows)


def check_ranks(space: MatrixSpace, query: Floats, found: Any, measure: Measure, rows: Any) -> None:
    """The rank of a row is its place among the hits; excluded rows are not counted."""
    places = sorted({0, len(found) // 2, len(found) - 1} & set(range(len(found))))
    if places:
        wanted = [int(found[place]) for place in places]
        together = ranks(space, np.stack([query] * len(places)), wanted, measure, rows)
        assert together == [place + 1 for place in places]
    for place in places:
        row = int(found[place])
        assert rank(space, query, row, measure, rows) == place + 1
        assert rank(space, query, row, measure, rows, np.sort(found[:place])) == 1
        assert rank(space, query, row, measure, rows, np.array([row])) == place + 1


# --- spaces ---------------------------------------------------------------------------------


def random(*shape: int, seed: int = 3) -> Floats:
    return np.random.default_rng(seed).normal(size=shape)


def as_float32(build: Callable[[], Floats]) -> Callable[[], NDArray[np.float32]]:
    return lambda: build().astype(np.float32)


def near_ties() -> Floats:
    """Hundreds of rows that differ by 1e-9, far below the steps of float32."""
    return random(1, 12) + 1e-9 * random(400, 12, seed=4)


def duplicates() -> Floats:
    return random(20, 12)[np.random.default_rng(5).integers(0, 20, 500)]


def wild_lengths() -> Floats:
    """Lengths from 1e-30 to 1e30."""
    return (
        random(300, 12)
        * 10.0 ** np.linspace(-30, 30, 300)[np.random.default_rng(6).permutation(300)][:, None]
    )


def some_zero() -> Floats:
    matrix = random(200, 12)
    matrix[::3] = 0
    return matrix


def constant_columns() -> Floats:
    matrix = random(300, 12)
    matrix[:, 2:] = 5.0
    return matrix


def one_line() -> Floats:
    """All rows on one line through the origin: cosines are 1 and -1 only."""
    return np.outer(np.linspace(-2, 2, 101), random(12))


def clusters() -> Floats:
    """Tight bunches, so that the best of a bunch are decided behind the sixth digit."""
    return np.repeat(random(10, 12), 60, axis=0) * (1 + 1e-7 * random(600, 1, seed=7)) + 1e-7 * random(
        600, 12, seed=8
    )


def grid() -> Floats:
    """Whole numbers: exact ties everywhere."""
    return np.stack(np.meshgrid(*[[-1.0, 0.0, 1.0]] * 5), axis=-1).reshape(-1, 5)


SPACES: dict[str, Callable[[], NDArray[Any]]] = {
    "random": as_float32(lambda: random(600, 12)),
    "float64": lambda: random(600, 12),
    "float16": lambda: random(600, 12).astype(np.float16),
    "int8": lambda: np.random.default_rng(9).integers(-127, 128, (600, 12)).astype(np.int8),
    "int8 with ties": lambda: np.random.default_rng(9).integers(-2, 3, (600, 4)).astype(np.int8),
    "near ties": near_ties,
    "near ties in float32": as_float32(near_ties),
    "duplicates": as_float32(duplicates),
    "wild lengths": as_float32(wild_lengths),
    "wild lengths in float64": wild_lengths,
    "some zero": as_float32(some_zero),
    "all zero": lambda: np.zeros((50, 12), np.float32),
    "constant columns": as_float32(constant_columns),
    "one line": one_line,
    "clusters": clusters,
    "clusters in float32": as_float32(clusters),
    "grid": as_float32(grid),
    "one number wide": as_float32(lambda: random(300, 1)),
    "333 wide": as_float32(lambda: random(120, 333)),
    "2,000 wide": as_float32(lambda: random(120, 2000)),
    "one row": as_float32(lambda: random(1, 12)),
    "Fortran order": lambda: np.asfortranarray(random(600, 12)),
    "every second column": lambda: random(600, 24).astype(np.float32)[:, ::2],
}
SLOW = {"2,000 wide"}  # to make its rotation takes seconds, and no other arithmetic than the narrower ones
every_space = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in SPACES]
)
# Every case with every space; with each of either in every run, and in the slow one with each other.
APART = 6
every_case_in_every_space = pytest.mark.parametrize(
    ("name", "way", "measure"),
    [
        pytest.param(
            *(name, way, measure),
            marks=pytest.mark.slow if name in SLOW or way not in (PRODUCTS, USUAL) or (i + j) % APART else (),
            id=f"{name}-{way}-{'-'.join(measure)}",
        )
        for i, (way, measure) in enumerate(CASES)
        for j, name in enumerate(SPACES)
    ],
    indirect=["way"],
)


@cache
def matrix_of(name: str) -> NDArray[Any]:
    return SPACES[name]()


def queries_for(matrix: NDArray[Any]) -> Floats:
    """Directions of all kinds: random ones, rows themselves, and nearly rows."""
    rows = [row for row in matrix.astype(np.float64)[:3] if 1e-9 < np.abs(row).max() < 1e9]
    width = matrix.shape[1]
    return np.stack([*random(3, width, seed=11), *rows, *(row + 1e-9 for row in rows), np.eye(width)[0]])


# --- the tests ------------------------------------------------------------------------------


@every_case_in_every_space
def test_hits_are_those_of_brute_force(name: str, measure: Measure) -> None:
    matrix = matrix_of(name)
    for k in (1, 10):
        check(matrix, queries_for(matrix), k, measure, ranked=k == 10)


@every_space
def test_to_cosines_the_norm_is_nothing(name: str) -> None:
    space, queries = space_of(matrix_of(name)), queries_for(matrix_of(name))
    plain, *others = (search(space, queries, 10, Measure("cos", norm)) for norm in NORMS)
    for other in others:
        assert np.array_equal(plain.rows, other.rows)
        assert np.array_equal(plain.scores, other.scores)


@every_space
@pytest.mark.parametrize("way", CODED, indirect=True)
def test_codes_that_nothing_can_multiply_make_no_difference(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix = matrix_of(name)
    space = space_of(matrix)
    assert space.codes is not None
    monkeypatch.delenv(products.VARIABLE)
    monkeypatch.setattr(products, "_numkong", lambda: None)
    bare = MatrixSpace(list(space.words()), matrix)
    for measure in MEASURES:
        found, plain = (search(one, queries_for(matrix), 10, measure) for one in (space, bare))
        assert np.array_equal(found.rows, plain.rows)
        assert np.array_equal(found.scores, plain.scores)


@every_case_in_every_space
def test_there_are_as_many_hits_as_there_can_be(name: str, measure: Measure) -> None:
    matrix = matrix_of(name)
    for k in (len(matrix) - 1, len(matrix), len(matrix) + 1, 10**9):
        if k:
            check(matrix, queries_for(matrix)[:2], k, measure, ranked=k == len(matrix))


@every_case_in_every_space
def test_only_candidates_are_hit(name: str, measure: Measure) -> None:
    matrix = matrix_of(name)
    chance = np.random.default_rng(12)
    for size in {1, 2, len(matrix) // 3, len(matrix)} - {0}:
        rows = np.sort(chance.choice(len(matrix), min(size, len(matrix)), replace=False))
        check(matrix, queries_for(matrix)[:3], 5, measure, rows)
    nothing = search(space_of(matrix), queries_for(matrix), 5, measure, rows[:0])
    assert nothing.rows.shape == nothing.scores.shape == (len(queries_for(matrix)), 0)


@every_case_in_every_space
def test_company_makes_no_difference(name: str, measure: Measure) -> None:
    """One query alone, in a block of fifty, with another k or fewer candidates: the same bits."""
    matrix = matrix_of(name)
    space = space_of(matrix)
    queries = np.concatenate([queries_for(matrix), random(50, matrix.shape[1], seed=13)])[:50]
    together = search(space, queries, 8, measure)
    backwards = search(space, queries[::-1], 8, measure)
    assert np.array_equal(together.rows, backwards.rows[::-1])
    assert np.array_equal(together.scores, backwards.scores[::-1])
    for i in range(0, 50, 7):
        for k in (1, 3, 8):
            alone = search(space, queries[i : i + 1], k, measure)
            assert np.array_equal(alone.rows[0], together.rows[i, :k])
            assert np.array_equal(alone.scores[0], together.scores[i, :k])
        few = search(space, queries[i : i + 1], 8, measure, np.sort(together.rows[i]))
        assert np.array_equal(few.rows[0], together.rows[i])
        assert np.array_equal(few.scores[0], together.scores[i])


@pytest.mark.parametrize("name", ["duplicates", "grid", "int8 with ties", "one line", "one number wide"])
@every_case
def test_ties_are_in_the_order_of_rows(name: str, measure: Measure) -> None:
    matrix = matrix_of(name)
    space = space_of(matrix)
    for query in queries_for(matrix):
        hits = search(space, query[None], len(matrix), measure)
        for (score, row), (later, below) in pairwise(zip(hits.scores[0], hits.rows[0], strict=True)):
            assert score != later or row < below


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e-155, 1e-100, 1e-20, 1e20, 1e100, 1e155, 1e200, 1e300])
@pytest.mark.parametrize("name", ["random", "wild lengths", "int8", "some zero"])
def test_a_query_may_be_as_long_as_it_likes(name: str, scale: float) -> None:
    matrix = matrix_of(name)
    space = space_of(matrix)
    query = random(12, seed=14)
    plain, scaled = search(space, query[None], 20), search(space, scale * query[None], 20)
    assert np.array_equal(plain.rows, scaled.rows)
    assert np.allclose(plain.scores, scaled.scores, rtol=0, atol=1e-14)
    for place in (0, 7, 19):
        assert rank(space, scale * query, int(plain.rows[0, place])) == place + 1
    if scale > 1e100:  # from so far away every row is equally far
        far = search(space, scale * query[None], 20, Measure("l2", "unit"))
        assert np.allclose(far.scores / scale, np.linalg.norm(query), rtol=1e-12)
        assert far.rows[0].tolist() == sorted(far.rows[0].tolist())
    if scale < 1e200:
        dots = search(space, query[None], 20, Measure("dot", "unit"))
        longer = search(space, scale * query[None], 20, Measure("dot", "unit"))
        assert np.array_equal(dots.rows, longer.rows)
        assert np.allclose(dots.scores, longer.scores / scale, rtol=1e-12)


@pytest.mark.parametrize("rows", [1, 8191, 8192, 8193, 20_000])
@pytest.mark.parametrize("kind", [np.float32, np.int8])
def test_blocks_have_no_seams(rows: int, kind: type) -> None:
    """The best are spread over all blocks, the first and the last row among them."""
    matrix = np.random.default_rng(15).integers(-100, 101, (rows, 6)).astype(kind)
    query = random(6, seed=16)
    best = np.linspace(0, rows - 1, min(rows, 9)).astype(int)
    matrix[best] = np.round(20 * query)
    check(matrix, query[None], 12, Measure())
    check(matrix, query[None], 12, Measure(), np.arange(0, rows, 2))


@pytest.mark.slow
@pytest.mark.parametrize("measure", [Measure(), Measure("dot", "raw"), Measure("l2", "unit")], ids="-".join)
def test_a_large_space_of_near_ties(measure: Measure) -> None:
    """Fifty thousand rows of which float32 can't tell many apart."""
    matrix = (random(1, 20) + 1e-6 * random(50_000, 20, seed=17)).astype(np.float32)
    check(matrix, np.stack([matrix[0].astype(np.float64), random(20, seed=18)]), 25, measure)


@pytest.mark.parametrize("rows", [100, 5_000])
@pytest.mark.parametrize("way", CODED, indirect=True)
def test_codes_leave_few_rows(rows: int) -> None:
    """What is left to score exactly is a small part, and never lacks a neighbour."""
    codes = space_of(random(rows, 100)).codes
    assert codes is not None
    queries = random(40, 100, seed=19)
    truth = queries @ (random(rows, 100) / np.linalg.norm(random(rows, 100), axis=1, keepdims=True)).T
    product = products.chosen(codes.values.shape[1], len(queries), rows)
    assert product is not None
    for near, scores in zip(quantized.candidates(codes, queries, 5, product).rows, truth, strict=True):
        assert set(np.argsort(-scores)[:5].tolist()) - set(codes.loose.tolist()) <= set(near.tolist())
        assert len(near) < rows / 2
        assert near.tolist() == sorted(set(near.tolist()))


@every_space
def test_codes_are_as_near_as_they_say(name: str) -> None:
    """Whatever the query, a code is off by no more than its row's residual."""
    matrix = matrix_of(name).astype(np.float32)
    turn = turn_of(matrix.shape[1])
    values, residuals, lengths = encode(matrix, turn)
    sane = np.isfinite(residuals)
    exact = matrix[sane].astype(np.float64)
    units = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    codes = Codes(values, residuals, turn)
    whole = turned(np.eye(matrix.shape[1]), turn.astype(np.float64))
    assert np.allclose(whole @ whole.T, np.eye(len(whole)), atol=1e-5)
    stands_for = codes.step * values[sane].astype(np.float64) @ whole.T
    assert (np.linalg.norm(units - stands_for, axis=1) <= residuals[sane]).all()
    assert np.allclose(lengths[sane], np.linalg.norm(exact, axis=1), rtol=1e-6)
    assert not np.isfinite(residuals[lengths == 0]).any()


@tried(st.data(), examples=150)
def test_any_small_space(data: st.DataObject) -> None:
    """Whole numbers of wild sizes, few enough that ties and zeros abound."""
    width = data.draw(st.integers(1, 4))
    entry = st.sampled_from([0.0, 1.0, -1.0, 2.0, 1e-9, 1 + 1e-9, 1e-25, 1e15, -3e20])
    table = data.draw(st.lists(st.lists(entry, min_size=width, max_size=width), min_size=1, max_size=30))
    query = data.draw(st.lists(st.floats(-2, 2, width=16), min_size=width, max_size=width).filter(any))
    kind = data.draw(st.sampled_from([np.float32, np.float64]))
    measure = data.draw(st.sampled_from(MEASURES))
    check(np.array(table, dtype=kind), np.array([query]), data.draw(st.integers(1, 40)), measure)
