"""A tree made of a shape is the tree that the parser makes of the text, places and all."""

from __future__ import annotations

from pathlib import Path

import pytest
from blocks import Block, every_file, read_blocks
from folding import all_hold, tried
from hypothesis import strategies as st

from vecalc.errors import VecalcError
from vecalc.lang.parse import _parse, parse
from vecalc.lang.shapes import _taken_apart

WORD = st.sampled_from(["king", "a", "where", "A", "x_1", "norm", "e5", "_"])
NUMBER = st.sampled_from(["0.5", "2", ".5", "1e3", "2e", "3x"])
FORMULA = st.recursive(
    WORD | NUMBER,
    lambda inner: st.one_of(
        st.builds(
            lambda a, op, b: f"{a} {op} {b}", inner, st.sampled_from(["+", "-", "*", "@", "^", "/"]), inner
        ),
        st.builds(lambda a, b: f"{a}*{b}", inner, inner),
        st.builds(lambda a: f"-({a})", inner),
        st.builds(lambda name, a, b: f"{name}({a}, {b})", WORD, inner, inner),
        st.builds(lambda a, b: f"[{a},{b} ]", inner, inner),
        st.builds(lambda a, name, b: f"({a} where {name} = {b})", inner, WORD, inner),
        st.builds(lambda name, b: f"{name} = {b}", WORD, inner),
    ),
    max_leaves=8,
)


def outcome(way: object, text: str) -> str:
    try:
        return repr(way(text))  # type: ignore[operator]  # a dataclass's repr has its span
    except VecalcError as problem:
        return f"{problem!r} {problem.span}"


def both_ways(text: str) -> tuple[str, str]:
    return outcome(parse, text), outcome(lambda text: _parse(text, 1_000), text)


@every_file
def test_every_case_parses_alike(path: Path) -> None:
    all_hold(read_blocks(path), lambda block: parses_alike(block.text), Block.label)


def parses_alike(text: str) -> None:
    by_shape, directly = both_ways(text)
    assert by_shape == directly


@tried(FORMULA)
def test_any_formula_parses_alike(text: str) -> None:
    parses_alike(text)


@tried(st.text(st.sampled_from("ab1. -+*=()[],:?^"), max_size=16))
def test_any_text_parses_alike(text: str) -> None:
    parses_alike(text)


@pytest.mark.parametrize(
    ("text", "shape", "words"),
    [
        ("cos(king, queen)", "cos(_, _)", ["king", "queen"]),
        ("0.5*(A*B + A) where A = blood, B = red", "0.5*(A*B + A) where A = _, B = _", ["blood", "red"]),
        ("[king, 2] @ x", "[_, 2] @ _", ["king", "x"]),
    ],
)
def test_the_shape_is_the_text_without_its_words(text: str, shape: str, words: list[str]) -> None:
    found = _taken_apart(text)
    assert found is not None
    assert (found[0].replace("\ua66e", "_"), found[1]) == (shape, words)


@pytest.mark.parametrize(
    "text", ["well-known", "'king'", "a:b", "f(k=2)", "king => queen", "a; b", "# no", "é"]
)
def test_what_is_not_simple_has_no_shape(text: str) -> None:
    assert _taken_apart(text) is None
