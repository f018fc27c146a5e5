"""One rule for every operator and function of the tables: one value and rows are alike, errors name it."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from blocks import spaces

import vecalc
from vecalc.calc.column_formula import evaluate_rows
from vecalc.calc.evaluate import evaluate
from vecalc.calc.functions import FUNCTIONS
from vecalc.calc.resolve import Key
from vecalc.calc.values import array
from vecalc.errors import NoValue, TypeMismatch
from vecalc.lang.grammar import grammar_text
from vecalc.lang.nodes import Call, Candidate, Chain, Node, Number, Op, Word
from vecalc.lang.parse import parse

OPERATORS = tuple(Op)
ARGUMENTS = {
    "number": "0",
    "integer": "9",
    "vector": "0*king",
    "list": "[0*king]",
    "vectors": "0*king",
    "numbers": "[1]",
}
PAIRS = "[[king, king], [man, man]]"


def calculator() -> vecalc.Calculator:
    return vecalc.Calculator(spaces(), vecalc.Options(rank=False))


@pytest.mark.parametrize("op", OPERATORS)
def test_the_language_reads_every_operator(op: Op) -> None:
    tree = parse(f"a {op} b")[0]
    assert isinstance(tree, Chain)
    assert tree.rest[0][0] == op


@pytest.mark.parametrize("op", OPERATORS)
def test_every_operator_means_the_same_for_one_pair_and_for_rows(op: Op) -> None:
    text = f"a {op} norm(b)" if op == "^" else f"a {op} b"
    one, vectors = calculator(), np.abs(np.random.default_rng(7).normal(size=(2, 5, 8))) + 0.1
    rows = evaluate_rows(one.formula(text, ["a", "b"]), {"a": vectors[0], "b": vectors[1]}).numbers
    for row, a, b in zip(rows, *vectors, strict=True):
        names = "\n".join(
            f"{name} = rms([{', '.join(map(repr, x.tolist()))}])" for name, x in (("a", a), ("b", b))
        )
        value = one.value(f"{names}\n{text}")
        np.testing.assert_allclose(
            row, value.value if hasattr(value, "value") else value.components, rtol=1e-12
        )


@pytest.mark.parametrize("word", [Candidate(), Word("king", space="")])
def test_an_unknown_operator_is_refused(word: Node) -> None:
    one = calculator()
    tree = Chain(Call("norm", (word,)), (("%", Number(4)),), ((0, 1),))  # type: ignore[arg-type]
    king = one.value("raw(king)")
    with pytest.raises(AssertionError, match="%"):
        evaluate(tree, {Key("", "king"): array(king)}, "rms", one)  # type: ignore[arg-type]


def problems() -> dict[str, str]:
    """What each function says of zero vectors, -1 or pairs of equal words, where it has no value for them."""
    said = {}
    for name, function in FUNCTIONS.items():
        kinds = [parameter.kind for parameter in function.parameters if parameter.kind != "space"]
        zeros = ["0*king" if kind == "value" else ARGUMENTS.get(kind, PAIRS) for kind in kinds]
        for arguments in (zeros, ["-1"], ["king - 2*king", "2", "-1"]):
            with suppress(TypeMismatch):
                try:
                    calculator().value(f"{name}({', '.join(arguments)})")
                except NoValue as problem:
                    said[name] = problem.message
    return said


def test_a_function_without_a_value_says_its_name_once() -> None:
    said = problems()
    assert said.keys() >= {
        "cos",
        "angle",
        "unit",
        "sqrt",
        "log",
        "clip",
        "slerp",
        "softmax",
        "pc",
        "direction",
    }
    assert [text for name, text in said.items() if text.count(f"{name}: ") > 1] == []
    assert [text for name, text in said.items() if not text.startswith(f"{name}: ")] == []


def test_help_and_language_agree_on_the_dot() -> None:
    one = calculator()
    assert one.value("king · queen").value == one.value("dot(king, queen)").value
    assert "a · b" in grammar_text()
