"""Tables have the bits of single expressions; attention and associations are what their papers say."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from folding import tried
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import vecalc
from vecalc.answers import Tabled, Weights
from vecalc.arrays import Floats
from vecalc.calc import algebra
from vecalc.calc.topk import score_values
from vecalc.calc.values import List, Score, Table, Vector, array
from vecalc.engine.question import Options
from vecalc.errors import LimitExceeded, NoValue, TypeMismatch
from vecalc.lang.limits import Limits
from vecalc.space.matrix import MatrixSpace

WORDS, WIDTH = 400, 30
SPACE = MatrixSpace(
    [f"w{i}" for i in range(WORDS)], np.random.default_rng(3).normal(size=(WORDS, WIDTH)).astype(np.float32)
)
OF_TWO = ["cos({}, {})", "dist({}, {})", "dot({}, {})", "angle({}, {})", "sim01({}, {})", "{} @ {}"]
every_norm = pytest.mark.parametrize("norm", ["rms", "unit", "raw"])
of_two = pytest.mark.parametrize("text", OF_TWO)


def calculator(norm: str = "rms", **limits: int) -> vecalc.Calculator:
    return vecalc.Calculator(SPACE, Options(norm=norm, rank=False, limits=Limits(**limits)))  # type: ignore[arg-type]


def listed(rows: range, each: str = "w{}") -> str:
    return f"[{', '.join(each.format(row) for row in rows)}]"


def numbers(one: vecalc.Calculator, text: str) -> Floats:
    value = one.value(text)
    assert not isinstance(value, Score)
    return array(value)


def table(one: vecalc.Calculator, text: str) -> Table:
    value = one.value(text)
    assert isinstance(value, Table), text
    return value


# --- one kernel -----------------------------------------------------------------------------


@every_norm
@of_two
def test_a_pair_in_a_table_has_the_bits_of_the_pair_alone(text: str, norm: str) -> None:
    one = calculator(norm)
    for each in ("w{0}", "(w{0} - w7)", "raw(w{0})"):
        for n, m in ((3, 4), (5, 2), (1, 3)):
            rows, columns = range(n), range(2, 2 + m)
            found = table(one, text.format(listed(rows, each), listed(columns)))
            for i, row in enumerate(rows):
                along = table(one, text.format(each.format(row), listed(columns)))
                down = table(one, text.format(listed(rows, each), f"w{columns[0]}"))
                assert np.array_equal(found.numbers[i], along.numbers)
                assert found.numbers[i, 0] == down.numbers[i]
                for j, column in enumerate(columns):
                    alone = numbers(one, text.format(each.format(row), f"w{column}"))
                    assert found.numbers[i, j] == alone, (row, column)


@of_two
def test_a_table_of_a_list_with_itself_is_symmetric_in_every_bit(text: str) -> None:
    some = listed(range(150))
    found = table(calculator("raw"), text.format(some, some))
    assert np.array_equal(found.numbers, found.numbers.T)
    assert found.rows == found.columns
    other = table(calculator("raw"), text.format(listed(range(3)), some))
    assert np.array_equal(found.numbers[:3], other.numbers)


@every_norm
def test_the_norm_of_each_is_the_norm_of_one(norm: str) -> None:
    one = calculator(norm)
    found = table(one, "norm([w1, 2 * w2, w3 - w4, raw(w5)])")
    assert found.numbers.tolist() == [
        numbers(one, f"norm({text})") for text in ("w1", "2 * w2", "w3 - w4", "raw(w5)")
    ]


@every_norm
@pytest.mark.parametrize("reduced", ["max", "min", "mean", "sum", "std"])
@of_two
def test_a_candidate_beside_a_list_is_worth_what_the_word_is(text: str, reduced: str, norm: str) -> None:
    one = calculator(norm)
    for count in (1, 2, 12):
        formula = f"{reduced}({text.format('?', listed(range(9, 9 + count)))} * 2 - 1)"
        score = one.value(formula)
        assert isinstance(score, Score)
        rows = np.array([3, 50, 399])
        alone = [numbers(one, formula.replace("?", f"w{row}")) for row in rows]
        assert score_values(SPACE, score, rows).tolist() == alone
        best = vecalc.Calculator(SPACE, Options(norm=norm, k=3, exclude="none"))(formula)  # type: ignore[arg-type]
        all_of_them = np.sort(score_values(SPACE, score, np.arange(WORDS)))[::-1]
        assert [near.score for near in best.result.neighbours] == all_of_them[:3].tolist()  # type: ignore[union-attr]


def test_the_two_ways_to_write_the_nearest_of_several_agree() -> None:
    one = vecalc.Calculator(SPACE, Options(k=5))
    assert one("max(cos(?, [w1, w2]))").result == one("max(cos(?, w1), cos(?, w2))").result


# --- numpy ----------------------------------------------------------------------------------


def some_vectors(least: int = 1) -> st.SearchStrategy[tuple[Floats, Floats]]:
    """Two lists [n, d] and [m, d]."""
    width = st.integers(1, 9)
    finite = st.floats(-100, 100, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-3)

    def pair(d: int) -> st.SearchStrategy[tuple[Floats, Floats]]:
        size = st.integers(least, 6)
        one = size.flatmap(lambda n: arrays(np.float64, (n, d), elements=finite))
        return st.tuples(one, one)

    return width.flatmap(pair)


def as_text(vectors: Floats) -> str:
    rows = (f"[{', '.join(map(repr, row))}]" for row in vectors.tolist())
    return f"[{', '.join(rows)}]"


@tried(some_vectors(), examples=150)
def test_products_and_distances_are_those_of_numpy(pair: tuple[Floats, Floats]) -> None:
    one, (a, b) = calculator(), pair
    texts = as_text(a), as_text(b)
    np.testing.assert_allclose(numbers(one, "{} @ {}".format(*texts)), a @ b.T, rtol=1e-12, atol=1e-9)
    between = np.linalg.norm(a[:, None] - b[None], axis=-1)
    np.testing.assert_allclose(numbers(one, "dist({}, {})".format(*texts)), between, rtol=1e-12, atol=1e-9)


@tried(some_vectors(), examples=150)
def test_attention_is_that_of_numpy(pair: tuple[Floats, Floats]) -> None:
    one, (queries, keys) = calculator(), pair
    values = np.random.default_rng(len(keys)).normal(size=(len(keys), 4))
    q, k, v = map(as_text, (queries, keys, values))
    scores = queries @ keys.T / np.sqrt(queries.shape[1])
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    found = numbers(one, f"attend({q}, {k}, {v})")
    np.testing.assert_allclose(found, weights @ values, rtol=1e-10, atol=1e-12)
    written = f"Q = {q}; K = {k}; V = {v}; softmax(Q @ K / sqrt(dim(K))) @ V"
    assert np.array_equal(numbers(one, written), found)
    for query, row in zip(queries, found, strict=True):
        q = as_text(query[None])[1:-1]
        assert np.array_equal(numbers(one, f"attend({q}, {k}, {v})"), row)
        assert np.array_equal(numbers(one, f"K = {k}; V = {v}; softmax({q} @ K / sqrt(dim(K))) @ V"), row)


@tried(arrays(np.float64, (4, 5), elements=st.floats(-1e300, 1e300)), st.floats(1e-300, 1e300), examples=200)
def test_weights_add_up_to_one(scores: Floats, temperature: float) -> None:
    with np.errstate(all="ignore"):
        weights = algebra.softmax(scores, temperature)
        assert np.array_equal(algebra.softmax(scores[2], temperature), weights[2])
    assert np.all(weights >= 0)
    for row in weights:
        assert math.fsum(row) == pytest.approx(1, abs=1e-12)


@tried(arrays(np.float64, (3, 4), elements=st.floats(-1e3, 1e3)), examples=100)
def test_many_become_one_as_in_numpy(xs: Floats) -> None:
    """By way of dot products, which have any numbers: rows of xs with the axes."""
    one = calculator()
    t = f"({as_text(xs)} @ {as_text(np.eye(4))})"
    for name, of in (("sum", np.sum), ("mean", np.mean), ("min", np.min), ("max", np.max), ("std", np.std)):
        for by, axis in (("", None), (", by=rows", 1), (", by=columns", 0)):
            found = numbers(one, f"{name}({t}{by})")
            np.testing.assert_allclose(found, of(xs, axis=axis), rtol=1e-9, atol=1e-9)  # type: ignore[operator]


# --- laws -----------------------------------------------------------------------------------


def test_what_is_summed_by_rows_is_summed_by_columns_of_the_transposed_table() -> None:
    one, a, b = calculator(), listed(range(4)), listed(range(9, 12))
    for name in ("sum", "mean", "min", "max", "std"):
        by_rows = table(one, f"{name}(cos({a}, {b}), by=rows)")
        assert np.array_equal(by_rows.numbers, numbers(one, f"{name}(cos({b}, {a}), by=columns)"))
        assert by_rows.rows == tuple(f"w{i}" for i in range(4))
    total = numbers(one, f"sum(cos({a}, {b}))")
    assert numbers(one, f"sum(cos({a}, {b}), by=rows)").sum() == pytest.approx(total)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("{} + 0.2 - 0.3", "{} + 0.2 - 0.3"),
        ("2 * {} / 3", "2 * {} / 3"),
        ("1 - {} ^ 2", "1 - {} ^ 2"),
        ("sqrt(abs(-{}))", "sqrt(abs(-{}))"),
        ("exp(clip({}, -0.1, 0.1))", "exp(clip({}, -0.1, 0.1))"),
        ("sigmoid(log({0} * {0} + 1) - tanh(sign({0})))", "sigmoid(log({0} * {0} + 1) - tanh(sign({0})))"),
        ("max({}, 0)", "max({}, 0)"),
    ],
)
def test_arithmetic_is_that_of_each_number(text: str, alone: str) -> None:
    one = calculator()
    found = table(one, text.format("cos([w0, w1], [w2, w3])"))
    assert (found.rows, found.columns) == (("w0", "w1"), ("w2", "w3"))
    for i, row in enumerate(("w0", "w1")):
        for j, column in enumerate(("w2", "w3")):
            assert found.numbers[i, j] == numbers(one, alone.format(f"cos({row}, {column})"))


def test_a_number_for_each_row_or_column_spreads() -> None:
    one = calculator()
    t, u = "cos([w0, w1], [w2, w3])", numbers(calculator(), "cos([w0, w1], [w2, w3])")
    by_rows, by_columns = u.mean(axis=1, keepdims=True), u.mean(axis=0)
    np.testing.assert_allclose(numbers(one, f"{t} - mean({t}, by=rows)"), u - by_rows, atol=1e-15)
    np.testing.assert_allclose(numbers(one, f"mean({t}, by=columns) * {t}"), u * by_columns, atol=1e-15)
    both = numbers(one, f"{t} - mean({t}, by=rows) - mean({t}, by=columns) + mean({t})")
    np.testing.assert_allclose(both, u - by_rows - by_columns + u.mean(), atol=1e-15)
    with pytest.raises(TypeMismatch, match="for each row, or for each column"):
        one.value("cos([w0, w1], [w0, w1]) - norm([w0, w1])")  # both sides have these labels


def test_a_weighted_sum_that_cancels_is_zero() -> None:
    found = calculator().value("([0.1, 0.2] @ [[1, 1], [-1, -1]]) @ [w1, w1]")
    assert isinstance(found, Vector)
    assert not found.components.any()


# --- attention ------------------------------------------------------------------------------


@pytest.mark.parametrize("q", ["w0", "[w0, w1, w2]"])
@every_norm
def test_attention_as_it_is_written_is_attend(q: str, norm: str) -> None:
    one = vecalc.Calculator(SPACE, Options(norm=norm, rank=False))  # type: ignore[arg-type]
    written = one(
        f"Q = {q}; K = [w3, w4 + w5, 2 * w6]; V = [w7, w8, w9]; softmax(Q @ K / sqrt(dim(K)), 0.7) @ V"
    )
    called = one(f"attend({q}, [w3, w4 + w5, 2 * w6], [w7, w8, w9], 0.7)")
    assert written.attention == called.attention != ()


def test_a_cold_attention_takes_the_nearest_key_and_a_hot_one_the_mean() -> None:
    one = calculator()
    nearest = int(np.argmax(numbers(one, "w0 @ [w1, w2, w3]")))
    for temperature in ("1e-3", "1e-30", "1e-300"):
        found = numbers(one, f"attend(w0, [w1, w2, w3], temperature={temperature})")
        np.testing.assert_allclose(found, numbers(one, f"w{nearest + 1}"), atol=1e-12)
    mean = numbers(one, "mean(w4, w5)")
    np.testing.assert_allclose(numbers(one, "attend(w0, [w1, w2], [w4, w5], 1e12)"), mean, atol=1e-9)
    np.testing.assert_allclose(numbers(one, "attend(w0, [w1, w1], [w4, w5], 0.01)"), mean, atol=1e-12)


def test_attention_wants_a_value_for_each_key_and_some_warmth() -> None:
    one = calculator()
    with pytest.raises(TypeMismatch, match="3 weights for 2 vectors"):
        one.value("attend(w0, [w1, w2, w3], [w1, w2])")
    for temperature in (0, -1):
        with pytest.raises(NoValue, match="temperature"):
            one.value(f"attend(w0, [w1], temperature={temperature})")


def test_the_weights_of_the_first_queries_are_shown() -> None:
    one = vecalc.Calculator(SPACE, Options(rank=False))
    answer = one(f"attend({listed(range(40))}, [w3, w1 * w2, 0 * w1 + 1])")
    assert len(answer.attention) == 16
    assert answer.attention[1].query == "w1"
    assert answer.attention[1].labels == ("w3", "w1 * w2", "0 * w1 + 1")
    assert one("attend(w0, [w1, w2] * 2)").attention[0].labels == ("key 1", "key 2")
    assert isinstance(one("attend(w0, [w1])").attention[0], Weights)
    assert one("(softmax(w0 @ [w1, w2]) * 2) @ [w1, w2]").attention == ()  # no weights of an attention


# --- associations ---------------------------------------------------------------------------


def test_weat_is_its_formula() -> None:
    one = calculator()
    groups = [listed(range(start, start + size)) for start, size in ((0, 4), (4, 4), (8, 5), (13, 6))]
    vectors = SPACE.vectors(range(WORDS)).astype(np.float64)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    own = (units[:8] @ units[8:13].T).mean(axis=1) - (units[:8] @ units[13:19].T).mean(axis=1)
    x, y, a, b = groups
    np.testing.assert_allclose(numbers(one, f"association([{x}, {y}], {a}, {b})"), own, atol=1e-12)
    effect = (own[:4].mean() - own[4:].mean()) / own.std(ddof=1)
    assert numbers(one, f"weat({x}, {y}, {a}, {b})") == pytest.approx(effect)
    sums = [own[list(part)].sum() for part in combinations(range(8), 4)]
    share = np.mean(np.array(sums) >= own[:4].sum() - 1e-12)
    answer = one(f"weat_p({x}, {y}, {a}, {b})")
    assert answer.result.value == pytest.approx(share)  # type: ignore[union-attr]
    assert answer.notes == ("permutation: exact, all 70 divisions",)


def test_drawn_divisions_come_near_the_exact_share() -> None:
    random = np.random.default_rng(1)
    t, u = random.normal(size=7) + 0.5, random.normal(size=8)
    exact = algebra.permutation(t, u, 10_000, 1)
    drawn = algebra.permutation(t, u, 6_000, 1)
    assert drawn == algebra.permutation(t, u, 6_000, 1)
    assert drawn != algebra.permutation(t, u, 6_000, 2)
    assert drawn == pytest.approx(exact, abs=0.02)
    assert algebra.permutation(t + 100, u, 100, 1) == 1 / 101


def test_relative_norm_distance_is_its_formula() -> None:
    for norm in ("rms", "raw"):
        found = numbers(calculator(norm), "rnd([w0, w1], [w2, w3, w4], [w5, w6])")
        vectors = SPACE.vectors(range(7)).astype(np.float64)
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        to_a, to_b = (
            np.linalg.norm(units[5:] - units[some].mean(axis=0), axis=1) for some in ([0, 1], [2, 3, 4])
        )
        assert found == pytest.approx(to_a.sum() - to_b.sum())


# --- limits ---------------------------------------------------------------------------------


def test_tables_are_counted_before_they_are_made() -> None:
    some = listed(range(300))
    assert table(calculator(), f"cos({some}, {some})").numbers.shape == (300, 300)
    for text in ("cos({0}, {0})", "dist({0}, {0})", "{0} @ {0}"):
        with pytest.raises(LimitExceeded, match="the values come to more than 100,000 numbers"):
            calculator(values=100_000).value(f"L = {some}; {text.format('L')}")
        with pytest.raises(LimitExceeded, match="multiplications"):
            calculator(work=12_000_000).value(f"L = {some}; {text.format('L')}")
    with pytest.raises(LimitExceeded, match="multiplications"):
        calculator(work=1_000_000).value("permutation([1, 2, 3], [4, 5, 6], draws=1000000)")
    with pytest.raises(LimitExceeded, match="numbers are computed for each word"):
        calculator(score=1_000).value(f"max(cos(?, {some}))")


def test_the_limit_on_rankings_does_not_count_tables() -> None:
    one = vecalc.Calculator(SPACE, Options(limits=Limits(rankings=2)))
    assert isinstance(one("norm([w1, w2, w3])").result, Tabled)
    with pytest.raises(LimitExceeded):
        one("[w1, w2, w3]")


def test_the_last_answer_may_be_a_table() -> None:
    one = vecalc.Calculator(SPACE)
    one.remember = True
    assert isinstance(one("cos([w1, w2], w3)").result, Tabled)
    assert one("max(_)").result == one("max(cos([w1, w2], w3))").result


def test_lists_know_what_they_are_made_of() -> None:
    found = calculator().value("[[w1, w2], [w3, w4 - w5]]")
    assert isinstance(found, List)
    assert [vector.filed is None for vector in found.made_of] == [False, False, False, True]
    for vector, row in zip(found.made_of, found.vectors, strict=True):
        assert np.array_equal(vector.components, row)
