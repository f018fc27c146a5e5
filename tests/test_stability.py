"""Which operations depend on the axes of a space: told by rotating it, not by a list of operators."""

from __future__ import annotations

import numpy as np
import pytest

import vecalc
from vecalc.calc.values import Vector
from vecalc.engine.question import Question
from vecalc.space.matrix import MatrixSpace
from vecalc.studies.axes.rotated import Rotated, kept_neighbours, stability_of
from vecalc.studies.axes.stability import PART, Rotation, Stability, overlap

WORDS = ["a", "b", "c", "d", *(f"w{i}" for i in range(200))]


@pytest.fixture(scope="module")
def calculator() -> vecalc.Calculator:
    rows = np.random.default_rng(3).standard_normal((len(WORDS), 24))
    return vecalc.Calculator(MatrixSpace(WORDS, rows.astype(np.float32)))


def measured(calculator: vecalc.Calculator, text: str) -> Stability:
    workings = calculator.workings(Question(text))
    found = stability_of(
        calculator, workings.resolved.tree, workings.resolved.vectors, workings.evaluated.value
    )
    assert found is not None
    return found


def kept(calculator: vecalc.Calculator, text: str) -> float:
    workings, stability = calculator.workings(Question(text)), measured(calculator, text)
    assert isinstance(workings.evaluated.value, Vector)
    vector = workings.evaluated.value.components
    (share,) = kept_neighbours(calculator, [Rotated("", vector, stability, workings.excluded)])
    return share


DEPEND = [
    "a * b", "a / b", "a^2", "a^3 + b", "abs(a) + b", "min(a, b)", "max(a, b)", "bind(a, b)", "unbind(a, b)",
    "tanh(a)", "exp(a)", "sign(a)", "clip(a, -1, 1)", "0.5*(a*b + a + b)", "a + 1", "sum(abs(a))",
    "cos(a * b, c)", "[a, b * c]", "0.001 * (a * b) + a",
    "cos(? * a, b)", "sum(abs(?))", "cos(max(?, a), b)",
]  # fmt: skip
FREE = [
    "a", "a + b", "a - b + c", "-a", "2*a/3 - b", "(a @ b) * c", "a / norm(b)", "project(a, b, c)",
    "without(a, b, c)", "slerp(a, b, 0.3)", "mean(a, b, c)", "unit(a) + b", "raw(a) + b", "dilate(a, b)",
    "attend(a, [b, c, d])", "nearest(a, 3)", "mean(nearest(a + b, 4))", "medoid(a, b, c)", "pc([a, b, c, d])",
    "cos(a, b)", "cos(without(a, b), b)", "norm(a - b)", "a @ b", "[a, b + c]", "clip(a, -1000, 1000)",
    "sum(a * b)",  # the dot product: no list of operators would know
    "distend(a, b, 3)", "reflect(a, b)", "analogy(a, b, c)", "relation([a, b], [c, d])",
    "center(a) + b", "debias(a, b)", "cos(?, a) * cos(?, b)", "cos(? - a, b - c)", "norm(? + a)",
]  # fmt: skip


@pytest.mark.parametrize("text", DEPEND)
def test_what_looks_at_single_components_depends_on_the_axes(
    calculator: vecalc.Calculator, text: str
) -> None:
    assert measured(calculator, text).depends


@pytest.mark.parametrize("text", FREE)
def test_what_looks_at_lengths_and_angles_does_not(calculator: vecalc.Calculator, text: str) -> None:
    found = measured(calculator, text)
    assert not found.depends
    assert found.deviation < 1e-9


def test_neighbours_stay_where_the_axes_do_not_matter(calculator: vecalc.Calculator) -> None:
    assert kept(calculator, "a - b + c") == 1
    assert kept(calculator, "a * b") < 0.5


def test_results_that_some_rotation_takes_away_depend_on_the_axes() -> None:
    """Positive vectors have logarithms, their rotations have not."""
    rows = np.random.default_rng(3).random((len(WORDS), 8)) + 0.1
    found = measured(vecalc.Calculator(MatrixSpace(WORDS, rows.astype(np.float32))), "log(a)")
    assert found.depends
    assert found.deviation == np.inf


def test_what_can_not_be_turned_back_is_not_measured(calculator: vecalc.Calculator) -> None:
    for text in ("concat(a, b)", "[1, 2, 3]", "1 + 1"):
        workings = vecalc.Calculator(calculator.spaces, vecalc.Options(rank=False)).workings(Question(text))
        resolved, value = workings.resolved, workings.evaluated.value
        assert stability_of(calculator, resolved.tree, resolved.vectors, value) is None


def test_changes_below_a_millionth_count_as_rounding(calculator: vecalc.Calculator) -> None:
    assert measured(calculator, "1e-9 * norm(a * b) + 1").depends is False
    assert measured(calculator, "1e-3 * norm(a * b)").depends


@pytest.mark.parametrize("width", [1, 2, 7, PART, PART + 1, 3 * PART + 5])
def test_rotations_keep_lengths_and_angles(width: int) -> None:
    rotation, rows = Rotation(4), np.random.default_rng(0).standard_normal((3, width))
    turned = rotation.turn(rows)
    assert turned @ turned.T == pytest.approx(rows @ rows.T, rel=1e-9, abs=1e-9)
    assert rotation.back(turned) == pytest.approx(rows)
    assert rotation.turn(rows[1]) == pytest.approx(turned[1])


def test_rotations_are_the_same_for_the_same_seed_only() -> None:
    x = np.arange(8.0)
    assert (Rotation(1).turn(x) == Rotation(1).turn(x)).all()
    assert not np.allclose(Rotation(1).turn(x), Rotation(2).turn(x))


def test_rotations_mix_all_components() -> None:
    """Of one axis of a wide space, nothing much is left after a rotation, and other axes have a share."""
    axis = np.zeros(64)
    axis[5] = 1
    shares = np.array([Rotation(seed).turn(axis) ** 2 for seed in range(50)])
    assert shares.mean(axis=0) == pytest.approx(np.full(64, 1 / 64), abs=0.015)


def test_overlap() -> None:
    assert overlap(np.array([1, 2, 3, 4]), np.array([4, 9, 1, 7])) == 0.5
    assert overlap(np.array([1, 2]), np.array([], dtype=np.int64)) == 0
