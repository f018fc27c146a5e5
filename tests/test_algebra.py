"""The algebra against its definitions, over random vectors."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from textual import textual

import vecalc
from vecalc.calc import algebra, kernels, vector_kernels
from vecalc.calc.functions import FUNCTIONS, GROUPS, in_group
from vecalc.calc.values import array
from vecalc.errors import NoValue, TypeMismatch, UnknownName, UnknownWords
from vecalc.space.matrix import MatrixSpace

Floats: TypeAlias = NDArray[np.float64]

components = st.floats(-1e3, 1e3).filter(lambda x: x == 0 or abs(x) > 1e-3)
vectors = arrays(np.float64, 6, elements=components).filter(lambda x: bool(np.any(x)))
lists = arrays(np.float64, st.tuples(st.integers(1, 5), st.just(6)), elements=components)
full_lists = lists.filter(lambda xs: bool(np.all(np.any(xs, axis=1))))
examples = settings(max_examples=100, deadline=None)


def single(kernel: kernels.Kernel) -> Callable[..., Floats]:
    """The function of single vectors, numbers and lists that a kernel is."""
    return partial(kernels.alone, kernel)


unit_of, rms_of, cos_of, angle_of = map(single, (kernels.unit, kernels.rms, kernels.cos, kernels.angle))
sigmoid_of, slerp_of = single(kernels.sigmoid), single(vector_kernels.slerp)
bind_of, unbind_of = single(vector_kernels.bind), single(vector_kernels.unbind)


def total_of(xs: Floats) -> Floats:
    return kernels.alone(vector_kernels.add_up, *xs) if len(xs) > 1 else xs[0]


def mean_of(xs: Floats) -> Floats:
    return kernels.alone(vector_kernels.mean, *xs) if len(xs) > 1 else xs[0]


def project_of(a: Floats, xs: Floats) -> Floats:
    return vector_kernels.inside(kernels.ALONE, vector_kernels.basis(xs), a[None])[0]


def without_of(a: Floats, xs: Floats) -> Floats:
    return vector_kernels.outside(kernels.ALONE, vector_kernels.basis(xs), a[None])[0]


def random(*shape: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(size=shape)


# --- size and angle -------------------------------------------------------------------------


@given(vectors)
@examples
def test_lengths(x: Floats) -> None:
    assert algebra.length(x) == pytest.approx(math.sqrt(math.fsum(x * x)), rel=1e-14)
    assert algebra.length(unit_of(x)) == pytest.approx(1, rel=1e-14)
    assert np.sqrt(np.mean(rms_of(x) ** 2)) == pytest.approx(1, rel=1e-14)
    assert np.allclose(unit_of(x) * algebra.length(x), x, rtol=1e-14)


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e-160, 1.0, 1e160, 1e200, 5e307])
def test_lengths_at_the_ends_of_float64(scale: float) -> None:
    x = np.array([3.0, 0.0, -4.0, 0.0]) * (scale / 4)
    assert algebra.length(x) / (scale / 4) == pytest.approx(5, rel=1e-3 if scale < 1e-300 else 1e-15)
    assert unit_of(x) == pytest.approx([0.6, 0, -0.8, 0], rel=1e-3 if scale < 1e-300 else 1e-15)


@pytest.mark.parametrize("function", [unit_of, rms_of])
def test_lists_are_scaled_row_by_row(function: object) -> None:
    assert callable(function)
    rows = random(4, 6)
    assert np.array_equal(function(rows), np.stack([function(row) for row in rows]))


@given(vectors, vectors)
@examples
def test_cosines_are_symmetric_and_in_range(a: Floats, b: Floats) -> None:
    assert -1 <= cos_of(a, b) <= 1
    assert cos_of(a, b) == pytest.approx(cos_of(b, a), abs=1e-15)
    assert cos_of(a, 3 * b) == pytest.approx(cos_of(a, b), abs=1e-15)
    assert cos_of(a, b) == pytest.approx(math.cos(math.radians(angle_of(a, b))), abs=1e-14)


@pytest.mark.parametrize("exponent", range(-300, 1, 20))
def test_angles_are_exact_however_small(exponent: int) -> None:
    small = 10.0**exponent
    assert angle_of(np.array([1.0, 0.0]), np.array([1.0, small])) == pytest.approx(
        math.degrees(math.atan(small)), rel=1e-14
    )


def test_angles_near_a_half_turn() -> None:
    x = random(50)
    assert angle_of(x, x) == 0
    assert angle_of(x, -x) == 180
    bent = -x + 1e-9 * random(50, seed=2)
    assert 0 < 180 - angle_of(x, bent) < 1e-6


# --- element-wise ---------------------------------------------------------------------------


@given(st.floats(-1e4, 1e4))
@examples
def test_sigmoid_is_the_logistic_function_without_overflow(x: float) -> None:
    with np.errstate(all="raise", under="ignore"):
        found = float(sigmoid_of(np.asarray(x)))
    assert found == pytest.approx(1 / (1 + math.exp(-x)) if x > -700 else math.exp(max(x, -745)), rel=1e-12)
    assert found + float(sigmoid_of(np.asarray(-x))) == pytest.approx(1, abs=1e-15)


# --- many to one ----------------------------------------------------------------------------


@given(lists)
@examples
def test_the_medoid_has_the_least_sum_of_distances(xs: Floats) -> None:
    sums = [math.fsum(math.dist(x, y) for y in xs) for x in xs]
    found = algebra.medoid(xs)
    assert any(np.array_equal(found, x) for x in xs)
    assert math.fsum(math.dist(found, y) for y in xs) == pytest.approx(min(sums), rel=1e-12)


def test_of_equal_medoids_the_first() -> None:
    xs = np.array([[0.0, 5.0], [0.0, 1.0], [0.0, 2.0], [0.0, 1.0]])
    assert algebra.medoid(xs[:0:-1]).tolist() == [0, 1]
    assert algebra.medoid(np.array([[1.0, 0.0], [0.0, 1.0]])).tolist() == [1, 0]


@given(lists)
@examples
def test_sums_and_means(xs: Floats) -> None:
    exact = np.array([math.fsum(column) for column in xs.T])
    assert np.allclose(total_of(xs), exact, rtol=1e-12, atol=1e-8)
    assert np.allclose(mean_of(xs) * len(xs), total_of(xs), rtol=1e-14)


# --- geometry -------------------------------------------------------------------------------


@given(vectors, full_lists)
@examples
def test_what_is_left_without_others_stands_on_all_of_them(a: Floats, xs: Floats) -> None:
    rest, part = without_of(a, xs), project_of(a, xs)
    for x in xs:
        assert abs(rest @ x) <= 1e-12 * algebra.length(a) * algebra.length(x)
    assert np.allclose(rest + part, a, atol=1e-11 * algebra.length(a))
    assert np.allclose(project_of(part, xs), part, atol=1e-11 * algebra.length(a))


def test_others_that_are_nearly_parallel() -> None:
    a, b = random(300), random(300, seed=2)
    for slip in (1e-3, 1e-6, 1e-9):
        c = b + slip * random(300, seed=3)
        rest = without_of(a, np.stack([b, c]))
        assert abs(cos_of(rest, b)) < 1e-12
        assert abs(cos_of(rest, c)) < 1e-12
        assert abs(cos_of(rest, c - b)) < 1e-5


def test_one_after_the_other_is_not_all_together() -> None:
    a, b, c = random(3, 300)
    c = b + c
    stepwise = without_of(without_of(a, b[None]), c[None])
    assert abs(cos_of(stepwise, b)) > 0.01
    assert abs(cos_of(without_of(a, np.stack([b, c])), b)) < 1e-15


def test_nothing_is_left_without_itself() -> None:
    a, b = random(2, 20)
    for xs in (a[None], np.stack([b, a + b]), np.eye(20)):
        assert not without_of(a, xs).any()
    assert not project_of(np.eye(20)[0], np.eye(20)[1:]).any()


@given(vectors, vectors, st.floats(0, 1))
@examples
def test_the_great_circle(a: Floats, b: Floats, t: float) -> None:
    angle = angle_of(a, b)
    assume(angle < 179.999)
    found = slerp_of(a, b, t)
    assert np.allclose(slerp_of(a, b, 0), a, rtol=1e-9, atol=1e-9)
    assert np.allclose(slerp_of(a, b, 1), b, rtol=1e-9, atol=1e-9)
    size = (1 - t) * algebra.length(a) + t * algebra.length(b)
    assert algebra.length(found) == pytest.approx(size, rel=1e-6)
    assert angle_of(a, found) == pytest.approx(t * angle, abs=1e-3)


def test_opposite_vectors_have_no_great_circle() -> None:
    a = random(300)
    for b in (-a, -2 * a, -a / 3):
        with pytest.raises(NoValue, match="opposite"):
            slerp_of(a, b, 0.5)


# --- composition ----------------------------------------------------------------------------


@given(vectors, vectors)
@examples
def test_circular_convolution_by_its_definition(a: Floats, b: Floats) -> None:
    n = len(a)
    bound = [math.fsum(a[j] * b[(i - j) % n] for j in range(n)) for i in range(n)]
    unbound = [math.fsum(a[j] * b[(i + j) % n] for j in range(n)) for i in range(n)]
    size = algebra.length(a) * algebra.length(b)
    assert np.allclose(bind_of(a, b), bound, atol=1e-14 * size)
    assert np.allclose(unbind_of(a, b), unbound, atol=1e-14 * size)


@pytest.mark.parametrize("width", [1, 2, 3, 299, 300])
def test_convolution_of_odd_and_even_widths(width: int) -> None:
    a, first = random(width), np.eye(width)[0]
    assert np.allclose(bind_of(first, a), a)
    assert np.allclose(unbind_of(first, a), a)
    assert bind_of(a, a).shape == (width,)


def test_what_was_bound_is_found_among_a_thousand() -> None:
    words = random(1000, 300)
    units = words / np.linalg.norm(words, axis=1, keepdims=True)
    for i in range(50):
        a, b = i, 999 - i
        noisy = unbind_of(words[a], bind_of(words[a], words[b]))
        assert int(np.argmax(units @ noisy)) == b


def test_a_product_is_as_long_as_its_factors_under_rms() -> None:
    words = rms_of(random(200, 300))
    ratios = [algebra.length(a * b) / algebra.length(a) for a, b in zip(words[::2], words[1::2], strict=True)]
    assert min(ratios) > 0.7
    assert max(ratios) < 1.4
    units = unit_of(words)
    assert max(algebra.length(a * b) for a, b in zip(units[::2], units[1::2], strict=True)) < 0.1


def test_with_unit_vectors_the_formula_is_addition_in_disguise() -> None:
    a, b = unit_of(random(2, 300))
    assert cos_of(0.5 * (a * b + a + b), a + b) > 0.998
    a, b = rms_of(random(2, 300))
    assert cos_of(0.5 * (a * b + a + b), a + b) < 0.9


# --- attention ------------------------------------------------------------------------------


@given(vectors, full_lists, st.floats(1e-300, 1e300))
@examples
def test_attention_is_a_weighted_mean(q: Floats, keys: Floats, temperature: float) -> None:
    mixed, weights = algebra.attend(q, keys, None, temperature)
    assert math.fsum(weights) == pytest.approx(1, abs=1e-12)
    assert np.all(weights >= 0)
    assert np.allclose(mixed, weights @ keys)
    assert np.all(mixed <= keys.max(axis=0) + 1e-9)
    assert np.all(mixed >= keys.min(axis=0) - 1e-9)


def test_attention_by_its_formula() -> None:
    q, keys, values = random(8), random(5, 8, seed=2), random(5, 3, seed=3)
    scores = np.exp(keys @ q / (np.sqrt(8) * 0.7))
    mixed, weights = algebra.attend(q, keys, values, 0.7)
    assert np.allclose(weights, scores / scores.sum())
    assert np.allclose(mixed, scores @ values / scores.sum())


def test_a_cold_attention_takes_the_nearest_key() -> None:
    q, keys, values = random(8), random(5, 8, seed=2), random(5, 3, seed=3)
    nearest = int(np.argmax(keys @ q))
    for temperature in (1e-3, 1e-30, 1e-300):
        assert np.allclose(algebra.attend(q, keys, values, temperature)[0], values[nearest], atol=1e-12)


def test_a_hot_attention_and_equal_keys_take_the_mean() -> None:
    q, keys, values = random(8), random(5, 8, seed=2), random(5, 3, seed=3)
    assert np.allclose(algebra.attend(q, keys, values, 1e12)[0], values.mean(axis=0))
    same = np.tile(keys[0], (5, 1))
    assert np.allclose(algebra.attend(q, same, values, 0.01)[0], values.mean(axis=0))


def test_attention_wants_a_value_for_each_key_and_some_warmth() -> None:
    q, keys = random(8), random(5, 8, seed=2)
    with pytest.raises(TypeMismatch, match="5 keys but 4 values"):
        algebra.attend(q, keys, keys[:4], 1)
    for temperature in (0, -1):
        with pytest.raises(NoValue, match="temperature"):
            algebra.attend(q, keys, None, temperature)


# --- directions -----------------------------------------------------------------------------


@pytest.mark.parametrize("i", [1, 2, 3, 4])
def test_principal_directions_are_those_of_the_covariance(i: int) -> None:
    xs = random(40, 6) * [9, 7, 5, 3, 2, 1] + random(6, seed=2)
    sizes, directions = np.linalg.eigh(np.cov(xs.T))
    expected = directions[:, np.argsort(-sizes)[i - 1]]
    found = algebra.principal(xs, i)
    assert abs(found @ expected) == pytest.approx(1, abs=1e-12)
    assert algebra.length(found) == pytest.approx(1)
    assert found @ xs.mean(axis=0) >= 0


@pytest.mark.parametrize(("xs", "rank"), [(np.ones((3, 4)), 0), (np.eye(3), 2), (np.eye(3)[:2], 1)])
def test_a_list_has_as_many_directions_as_it_spreads_in(xs: Floats, rank: int) -> None:
    for i in range(1, rank + 1):
        assert algebra.length(algebra.principal(xs, i)) == pytest.approx(1)
    for i in (rank + 1, rank + 2, 0, 100):
        with pytest.raises(NoValue, match=f"the list has {rank}"):
            algebra.principal(xs, i)


def test_the_direction_of_pairs_is_that_of_their_differences() -> None:
    way = unit_of(random(300))
    centres, steps = random(8, 300, seed=2), np.linspace(0.5, 2, 8)
    pairs = np.empty((16, 300))
    pairs[0::2] = centres + steps[:, None] * way
    pairs[1::2] = centres - steps[:, None] * way
    assert cos_of(algebra.pair_direction(pairs), way) == pytest.approx(1, abs=1e-12)
    assert cos_of(algebra.pair_direction(pairs[::-1]), -way) == pytest.approx(1, abs=1e-12)


def test_the_direction_of_noisy_pairs_against_numpy() -> None:
    pairs = random(20, 30)
    differences = pairs[0::2] - pairs[1::2]
    around = np.vstack([differences, -differences]) / 2  # each pair about its own centre
    sizes, directions = np.linalg.eigh(around.T @ around)
    found = algebra.pair_direction(pairs)
    assert abs(found @ directions[:, np.argmax(sizes)]) == pytest.approx(1, abs=1e-12)
    assert found @ differences.mean(axis=0) > 0


# --- the same through the language ----------------------------------------------------------


@pytest.fixture(scope="module")
def calculator() -> vecalc.Calculator:
    """Some hundred words w0, w1, ... in 300 dimensions."""
    words = [f"w{i}" for i in range(400)]
    space = MatrixSpace(words, random(400, 300).astype(np.float32), "hundreds")
    return vecalc.Calculator(space, vecalc.Options(rank=False))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("dist(w0, w1)", "norm(w0 - w1)"),
        ("dot(w0, w1)", "w0 @ w1"),
        ("sim01(w0, w1)", "(1 + cos(w0, w1)) / 2"),
        ("cos(w0, w1)", "unit(w0) @ unit(w1)"),
        ("lerp(w0, w1, 0.25)", "0.75*w0 + 0.25*w1"),
        ("reflect(w0, w1)", "w0 - 2 * project(w0, w1)"),
        ("reflect(reflect(w0, w1), w1)", "w0"),
        ("distend(w0, w1, 3)", "without(w0, w1) + 3 * project(w0, w1)"),
        ("combined(w0, w1)", "0.5*(w0*w1 + w0 + w1)"),
        ("combined(w0, w1, γ=0)", "0.5*(w0 + w1)"),
        ("combined(w0, w1, 1, 2, 3)", "w0 + 2*w1 + 3*w0*w1"),
        ("dilate(w0, w1)", "(w0 @ w0)*w1 + (w0 @ w1)*w0"),
        ("dilate(w0, w1, 3) / (w0 @ w0)", "distend(w1, w0, 3)"),
        ("analogy(w0, w1, w2)", "w1 - w0 + w2"),
        ("w0 : w1 :: w2", "w1 - w0 + w2"),
        ("relation([w0, w2], [w1, w3])", "mean(w1 - w0, w3 - w2)"),
        ("absdiff(w0, w1)", "max(w0 - w1, w1 - w0)"),
        ("interact(w0, w1)", "concat(w0, w1, abs(w0 - w1), w0 * w1)"),
        ("project(w0, w1, w2) + without(w0, w1, w2)", "w0"),
        ("without(w0, [w1, w2])", "without(w0, w1, w2)"),
        ("bind(w0, w1)", "bind(w1, w0)"),
        ("slerp(w0, w1, 0.5)", "rms(w0 + w1)"),
        ("exp(log(abs(w0)))", "abs(w0)"),
        ("sigmoid(w0)", "(1 + tanh(w0/2)) / 2"),
        ("w0^2", "w0 * w0"),
        ("sqrt(w0^2)", "w0 * sign(w0)"),
        ("clip(w0, -1, 1)", "min(max(w0, -1), 1)"),
        ("unit(w0) * norm(w0)", "w0"),
        ("raw(rms(w0))", "rms(w0)"),
        ("raw(w0 + w1)", "raw(w0) + raw(w1)"),
        ("attend(w0, [w1, w1], [w2, w3])", "(w2 + w3) / 2"),
        ("attend(w0, [w0, w1, w2], temperature=1e-9)", "w0"),
    ],
)
def test_two_ways_to_say_the_same(calculator: vecalc.Calculator, text: str, same: str) -> None:
    found, expected = array(calculator.value(text)), array(calculator.value(same))
    assert found.shape == expected.shape
    assert np.allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_bound_words_come_back_through_the_language(calculator: vecalc.Calculator) -> None:
    ranked = vecalc.Calculator(calculator.spaces, vecalc.Options(k=1))
    for i in range(20):
        text = f"unbind(w{i}, bind(w{i}, w{i + 30})) => w{i + 30}"
        ranked.set(exclude="none")
        answer = ranked(text)
        assert answer.expected is not None
        assert answer.expected.passed


# --- the table ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_entry_says_what_it_is(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.group in GROUPS
    assert function.formula
    assert function.parameters
    assert function.shown().startswith(f"{name}(")
    assert function in in_group(function.group)


def test_every_group_has_functions() -> None:
    """Analogy's are written in the language itself."""
    assert [group for group in GROUPS if not list(in_group(group))] == ["analogy"]


ARGUMENTS = [
    "", "1", "w0", "[w0]", "[w0, w1]", "[[w0, w1]]", "w0, w1", "w0, [1, 2]", "[1, 2], w0", "w0, w1, w2",
    "w0, 0", "w0, w1, 0.5", "[w0, w1], 1", "[w0], w1", "w0, [w1, w2]", "w0, [w1], [w2, w3]", "1, 2, 3",
    "w0, -1, 1", "[]", "[[1, 2], [3, 4]]", "w0, [[1, 2]]", "x=w0", "a=w0, b=w1", "w0 - w0", "w0 - w0, w1",
    "w0, 1e300", "1e300 * w0", "1e300 * w0, 1e300 * w1", "1e-300 * w0, w1", "[w0 - w0, w1]", "[5], [7], 0.5",
]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_whatever_is_given_has_a_finite_value_or_a_named_error(
    calculator: vecalc.Calculator, name: str
) -> None:
    more = [", hundreds"] if name == "map" else []  # a space, by its name, which `text` takes, too
    unknown: dict[str, set[type]] = {"map": {UnknownName}, "text": {UnknownName}}
    also = (unknown | {"phrase": {UnknownWords}}).get(name, set())  # a number is a word of a phrase
    if name == "text":
        words = calculator.spaces[calculator.default]
        calculator = vecalc.Calculator(textual(words, ("w0", "w1", "w2", "w3")))
    arguments = [
        *ARGUMENTS,
        *(given + rest for given in ARGUMENTS for rest in more if given and "=" not in given),
    ]
    questions = [vecalc.Question(f"{name}({given})") for given in arguments]
    answers = list(calculator.answers(questions))
    assert {type(answer.error) for answer in answers if answer.error} <= {TypeMismatch, NoValue, *also}
    assert all(answer.error.span for answer in answers if answer.error)
    assert any(answer.ok for answer in answers)
    for question in questions[: len(ARGUMENTS)]:
        assert np.isfinite(finite_or_nothing(calculator, question.text)).all()


def finite_or_nothing(calculator: vecalc.Calculator, text: str) -> Floats:
    try:
        return array(calculator.value(text))
    except (TypeMismatch, NoValue, UnknownName, UnknownWords):
        return np.empty(0)
