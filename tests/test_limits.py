"""What an expression may compute: a limit says so by its name, before memory or time is spent."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from blocks import spaces
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from running import vecalc as run

import vecalc
from vecalc.calc import algebra, vector_kernels
from vecalc.errors import LimitExceeded
from vecalc.lang.limits import DEFAULT_LIMITS, Limits
from vecalc.space.matrix import MatrixSpace

DOCS = Path(__file__).parents[1] / "docs"
TOO_MUCH = {
    "size": "king + queen + man",
    "nesting": "(((king)))",
    "words": "king + queen",
    "values": "norm(concat(king, king))",
    "work": "medoid(king, queen, man)",
    "score": "cos(?, king) + norm(? * king)",
    "rankings": "[king, queen, man]",
}
LOW = {"size": 10, "nesting": 2, "words": 1, "values": 20, "work": 1000, "score": 20, "rankings": 2}
DOUBLED = ", ".join(f"A{i + 1} = concat(A{i}, A{i})" for i in range(40))


def answer(text: str, limits: Limits) -> object:
    return vecalc.Calculator(spaces(), vecalc.Options(k=1, limits=limits))(text)


def test_every_limit_is_tried_here() -> None:
    assert TOO_MUCH.keys() == LOW.keys() == set(Limits._fields)


@pytest.mark.parametrize("name", Limits._fields)
def test_90_a_limit_names_itself_and_can_be_raised(name: str) -> None:
    with pytest.raises(LimitExceeded) as caught:
        answer(TOO_MUCH[name], DEFAULT_LIMITS._replace(**{name: LOW[name]}))
    assert caught.value.hint == f"--limit {name}=N raises the limit"
    assert f"{LOW[name]:,}" in caught.value.message
    assert caught.value.span is not None or name in ("size", "words")
    answer(TOO_MUCH[name], DEFAULT_LIMITS)


@pytest.mark.parametrize("name", Limits._fields)
def test_limits_are_documented_with_their_size(name: str) -> None:
    assert f"| `{name}` | {getattr(DEFAULT_LIMITS, name):,} |" in (DOCS / "language.md").read_text("utf-8")
    assert name in re.search(r"--limit.*", (DOCS / "reference.md").read_text("utf-8"))[0]  # type: ignore[index]
    assert name in run("--help").out.partition("--limit")[2].partition("--debug")[0]
    assert name in run("--limit", "x=1", "king").err


@pytest.mark.parametrize(
    "text",
    [
        f"A40 where A0 = king, {DOUBLED}",
        f"A40 where A0 = king, {DOUBLED.replace('concat(', '[').replace(')', ']')}",
        f"norm(A40) where A0 = ?, {DOUBLED}",
        f"mean(A20, {', '.join(['1'] * 10_000)}) where A0 = king, {DOUBLED}",
        "f(x) = concat(x, x); g(x) = f(f(f(f(x)))); h(x) = g(g(g(g(x)))); norm(h(h(king)))",
        "abs(concat(A15, A15)) where A0 = king, " + DOUBLED,
    ],
)
def test_90_a_value_that_doubles_ends_before_the_memory_is_taken(text: str) -> None:
    limits = DEFAULT_LIMITS._replace(values=1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded):
            answer(text, limits)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * 8 * limits.values


def test_the_limits_hold_for_the_rows_of_a_table_too() -> None:
    one = vecalc.Calculator(spaces(), vecalc.Options())
    formula = one.formula(f"norm(A40) where A0 = a, {DOUBLED}", ["a"])
    from vecalc.calc.column_formula import evaluate_rows

    with pytest.raises(LimitExceeded):
        evaluate_rows(formula, {"a": np.ones((3, 8))})


def test_a_score_over_a_wide_span_is_found_a_span_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    basis = vector_kernels.basis
    monkeypatch.setattr(vector_kernels, "basis", lambda xs: found.append(len(xs)) or basis(xs))
    rows = np.random.default_rng(1).normal(size=(3000, 6)).astype(np.float32)
    words = [f"w{i}" for i in range(3000)]
    vecalc.Calculator(MatrixSpace(words, rows), vecalc.Options(k=1))("norm(project(?, w1, w2))")
    assert found == [2]


@settings(deadline=None, max_examples=60)
@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 12), st.integers(1, 4)),
        elements=st.sampled_from([-1, 0, 1, 1e-9, 3]),
    ),
    st.sampled_from([1.0, 1e-150, 1e150]),
    st.integers(1, 3),
)
def test_the_medoid_of_many_is_the_one_that_every_distance_tells(
    xs: np.ndarray, scale: float, times: int
) -> None:
    xs = np.vstack([xs] * times) * scale
    direct = xs[int(np.argmin([np.linalg.norm(xs - x, axis=1).sum() for x in xs]))]
    central = xs[algebra._central(xs)]
    assert (central == direct).all(axis=1).any()
    assert len(central) <= len(np.unique(xs, axis=0))
