"""What a word, a candidate for `?` and a cell of a table are worth has the same bits, whatever takes them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

import vecalc
from vecalc.calc.column_formula import evaluate_rows
from vecalc.calc.functions import FUNCTIONS, Function
from vecalc.calc.topk import score_values
from vecalc.calc.values import Score, array
from vecalc.errors import NoValue
from vecalc.lang.nodes import Op
from vecalc.space.matrix import MatrixSpace

WORDS, WIDTH = 60, 50
ROWS = range(3, 6)
SPACE = MatrixSpace(
    [f"w{i}" for i in range(WORDS)], np.random.default_rng(5).normal(size=(WORDS, WIDTH)).astype(np.float32)
)
SPACES = {"here": SPACE, "there": SPACE}
every_norm = pytest.mark.parametrize("norm", ["rms", "raw"])


def calls(function: Function) -> list[str]:
    """Calls with `A` and `B` for the first two vectors; with a list of vectors, and several more of them."""
    names, arguments = iter("AB"), []
    for parameter in function.parameters:
        match parameter.kind:
            case "vector" | "vectors" | "value":
                arguments.append(next(names))
            case "number":
                arguments.append(f"{0.25 + len(arguments) / 4}")
            case "space":
                arguments.append("there")
    if not function.parameters[-1].variadic:
        return [f"{function.name}({', '.join(arguments)})"]
    more = [[*arguments, *names, "w7"], [*arguments, "w7", "w8"], arguments]
    listed = f"{function.name}({', '.join([*arguments[:-1], f'[{arguments[-1]}, w7, w8]'])})"
    return [*(f"{function.name}({', '.join(given)})" for given in more), listed]


def formulas() -> list[str]:
    found = [text for function in FUNCTIONS.values() if function.by_row for text in calls(function)]
    for op in Op:
        found += ["abs(A) ^ norm(B)", "A ^ 3", "2 ^ norm(A)"] if op == Op.POWER else [f"A {op} B"]
    return [*found, "-A", "raw(A) + B", "A + B + w7 - w8", "A * norm(B)", "A / 3 - 1", "cos(A - B, w7)"]


every_formula = pytest.mark.parametrize("text", formulas())


def put(text: str, first: str, second: str) -> str:
    return re.sub(r"\b[AB]\b", lambda found: first if found[0] == "A" else second, text)


def calculator(norm: str) -> vecalc.Calculator:
    return vecalc.Calculator(SPACES, vecalc.Options(norm=norm, rank=False))  # type: ignore[arg-type]


def single(one: vecalc.Calculator, text: str) -> NDArray[np.float64]:
    """The value, NaN where there is none."""
    try:
        value = one.value(text)
    except NoValue:
        return np.asarray(np.nan)
    assert not isinstance(value, Score)
    return array(value)


@every_norm
@every_formula
def test_every_candidate_is_worth_what_the_word_is(text: str, norm: str) -> None:
    one = calculator(norm)
    if np.isnan(single(one, put(text, "w1", "w2"))).all():  # such as a root of what is negative
        text = put(text, "abs(A)", "abs(B)")
    is_wide = single(one, put(text, "w1", "w2")).ndim > 0
    for formula in [f"norm({text})", f"max({text})"] if is_wide else [text]:
        for places in (("?", "w2"), ("w2", "?"), ("?", "?")):
            score = one.value(put(formula, *places))
            if not isinstance(score, Score):
                continue  # it has no B
            assert score_values(SPACE, score, np.array([], np.int64)).shape == (
                0,
            )  # nothing ties with a word
            for row in ROWS:
                word = put(formula, *(place.replace("?", f"w{row}") for place in places))
                assert same(number_of(score, row), single(one, word)), word


def number_of(score: Score, row: int) -> NDArray[np.float64]:
    try:
        return score_values(SPACE, score, np.array([row]))
    except NoValue:
        return np.asarray(np.nan)


@every_norm
@every_formula
def test_every_row_of_a_table_is_worth_what_its_words_are(text: str, norm: str) -> None:
    if text.startswith("map"):
        return  # a column's words are those of the default space, which would be mapped to itself
    one, others = calculator(norm), [row + 10 for row in ROWS]
    columns = {"a": SPACE.vectors(ROWS), "b": SPACE.vectors(others)}
    found = evaluate_rows(one.formula(put(text, "a", "b"), ["a", "b"]), columns).numbers
    for number, i, j in zip(found, ROWS, others, strict=True):
        assert same(number, single(one, put(text, f"w{i}", f"w{j}")))


def same(found: NDArray[np.float64], expected: NDArray[np.float64]) -> bool:
    """The same bits, or no value in both."""
    if np.isnan(expected).all():
        return bool(np.isnan(found).all())
    return np.array_equal(found.ravel(), expected.ravel())
