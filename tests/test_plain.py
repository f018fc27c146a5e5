"""The short way for plain sums answers as the long way does, to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import FAMILY

import vecalc
from vecalc.answers import Answer, Ranking
from vecalc.engine import word_sums
from vecalc.engine.question import Question

WORDS = [
    "king",
    "queen",
    "man",
    "woman",
    "boy",
    "girl",
    "apple",
    "nosuch",
    "King",
    "where",
    "l'eau",
    "_",
    "x1",
]
TERM = st.sampled_from(WORDS)
SUM = st.builds(
    lambda first, rest: first + "".join(f" {sign} {word}" for sign, word in rest),
    TERM,
    st.lists(st.tuples(st.sampled_from("+-"), TERM), max_size=5),
)
OTHER = st.sampled_from(
    ["A = king", "king = queen", "king-man", "2 * king", "cos(king, man)", "", "king +", "-king"]
)


def told(answers: Sequence[Answer]) -> list[Any]:
    """All there is to an answer, arrays as their bytes."""
    shown = []
    for answer in answers:
        result = answer.result
        if isinstance(result, Ranking):
            shown.append(
                (answer._replace(result=None), result._replace(vector=None), result.vector.tobytes())
            )
        else:
            shown.append((answer._replace(error=None), str(answer.error), answer.result))
    return shown


def answered(texts: Sequence[str], short: bool, **options: Any) -> list[Any]:
    calculate = vecalc.Calculator(vecalc.load(FAMILY).space)
    calculate.set(**options)
    with mock.patch.object(word_sums, "compute", word_sums.compute if short else lambda *_: {}):
        return told(
            list(calculate.answers([Question(text, i) for i, text in enumerate(["king", *texts], 1)]))
        )


@given(st.lists(SUM | OTHER, max_size=8), st.sampled_from(["rms", "unit", "raw"]))
def test_both_ways_answer_alike(texts: list[str], norm: str) -> None:
    assert answered(texts, short=True, norm=norm) == answered(texts, short=False, norm=norm)


@pytest.mark.parametrize(
    "options", [{"exclude": "variants"}, {"exclude": "none"}, {"metric": "dot"}, {"oov": "skip"}]
)
def test_whatever_the_options(options: dict[str, str]) -> None:
    texts = ["king - man + woman", "queen + nosuch", "king - king", "man"]
    assert answered(texts, short=True, **options) == answered(texts, short=False, **options)


@given(SUM)
def test_a_plain_sum_is_what_the_parser_reads(text: str) -> None:
    found = word_sums.read(text)
    if "where" in text.split():
        assert found is None
    else:
        assert found is not None
        (tree,) = vecalc.parse(text)
        assert found.parsed == vecalc.show(tree)


@pytest.mark.parametrize(
    "text",
    [
        *("king-man", "-king", "king +", "+ king", "king -- man", "king man", "2 + king", "'king'", "a:b"),
        *(
            "f(x)",
            "?",
            "king # man",
            "king; man",
            "é",
            "king +\tman",
            "king => man",
            "(king)",
            "king * man",
            "",
        ),
    ],
)
def test_anything_else_is_left_to_the_parser(text: str) -> None:
    assert word_sums.read(text) is None


def test_most_of_a_batch_goes_the_short_way() -> None:
    calculate = vecalc.Calculator(vecalc.load(FAMILY).space)
    questions = [Question("king - man + woman"), Question("king + nosuch"), Question("queen")]
    assert list(word_sums.compute(calculate, questions)) == [0, 2]


def test_a_name_bound_in_the_same_chunk_is_the_name() -> None:
    calculate = vecalc.Calculator(vecalc.load(FAMILY).space)
    texts = ["king", "king = apple", "king + queen"]
    _, last = calculate.answers([Question(text) for text in texts], chunk=8)
    assert isinstance(last.result, Ranking)
    fruit = vecalc.Calculator(vecalc.load(FAMILY).space).value("apple + queen")
    assert np.array_equal(last.result.vector, fruit.components)  # type: ignore[union-attr]
