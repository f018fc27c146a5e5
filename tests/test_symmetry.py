"""What doesn't depend on the order of arguments doesn't in its last bit either, however it is computed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from blocks import spaces
from folding import tried
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import vecalc
from vecalc.calc.column_formula import ColumnFormula, evaluate_rows
from vecalc.calc.functions import FUNCTIONS
from vecalc.calc.topk import score_values
from vecalc.calc.values import array
from vecalc.engine.prelude import functions as prelude

# Of two vectors; a function that is not here is looked at by the test that finds them.
SYMMETRIC = [
    *("cos", "angle", "dist", "dot", "sim01", "absdiff", "add", "multiply", "combined"),
    *("min", "max", "sum", "std", "bind"),
]
WORDS = ["king", "queen", "man", "blood", "king - man", "3*red"]
numbers = st.floats(-1e3, 1e3, allow_nan=False, width=32).filter(lambda x: x == 0 or abs(x) > 1e-3)
vectors = arrays(np.float64, (6, 8), elements=numbers).filter(lambda xs: (np.abs(xs).sum(axis=1) > 0).all())


def calculator(norm: str = "rms") -> vecalc.Calculator:
    return vecalc.Calculator(spaces(), vecalc.Options(norm=norm, rank=False))


def swapped(name: str, a: str, b: str) -> tuple[str, str]:
    return f"{name}({a}, {b})", f"{name}({b}, {a})"


@pytest.mark.parametrize("norm", ["rms", "unit", "raw"])
@pytest.mark.parametrize("name", SYMMETRIC)
def test_for_one_pair(name: str, norm: str) -> None:
    one = calculator(norm)
    for a in WORDS:
        for b in WORDS:
            first, second = (array(one.value(text)) for text in swapped(name, a, b))
            assert np.array_equal(first, second), (a, b)


@tried(a=vectors, b=vectors, examples=200)
def test_for_the_rows_of_a_table(a: np.ndarray, b: np.ndarray) -> None:
    for name, formulas in both_ways().items():
        first, second = (evaluate_rows(formula, {"a": a, "b": b}).numbers for formula in formulas)
        assert np.array_equal(first, second, equal_nan=True), name


@cache
def both_ways() -> dict[str, list[ColumnFormula]]:
    one = calculator()
    return {name: [one.formula(text, ["a", "b"]) for text in swapped(name, "a", "b")] for name in SYMMETRIC}


@pytest.mark.parametrize("other", ["queen", "? * queen", "king - man + ?"])
@pytest.mark.parametrize("name", ["cos", "angle", "dist", "dot", "sim01"])
def test_for_all_candidates(name: str, other: str) -> None:
    one, space = calculator(), spaces()[""] if "" in spaces() else next(iter(spaces().values()))
    scores = [one.value(text) for text in swapped(name, "?", other)]
    first, second = (score_values(space, score, np.arange(len(space))) for score in scores)  # type: ignore[arg-type]
    assert np.array_equal(first, second, equal_nan=True)


def test_every_symmetric_function_is_among_them() -> None:
    """Of all functions that take two vectors, by what they make of a pair both ways round."""
    one, found = calculator(), set()
    for name in {*FUNCTIONS, *prelude()}:
        try:
            first, second = (array(one.value(text)) for text in swapped(name, "king", "queen"))
        except vecalc.VecalcError:
            continue
        if first.shape == second.shape and np.allclose(first, second, rtol=1e-9):
            found.add(name)
    assert found - {"mean", "avg", "medoid"} == set(SYMMETRIC)
