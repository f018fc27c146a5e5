"""One suite for all stores: whatever is asked, they answer as the same model does in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext
from functools import cache
from typing import Any

import numpy as np
import pytest
from stores import STORES, expressions
from stores.model import model, sample

from vecalc.answers import Answer
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Options, Question
from vecalc.errors import VecalcError
from vecalc.space import VectorSpace

WORDS = model().words
NEAR = 1e-6  # what a score may differ by; the order of neighbours may not
SETTINGS = (
    Options(),
    Options(metric="dot", norm="raw"),
    Options(metric="l2", norm="raw", exclude="none"),
    Options(metric="l2", norm="unit", k=3),
    Options(metric="dot", exclude="variants", k=40),
    Options(exclude="none", k=1, oov="skip"),
    Options(first=100),
    Options(among=tuple(sample(WORDS, 30))),
    Options(match="k*", exclude="none"),
    Options(min_score=0.5, norm="raw"),
)


@pytest.fixture(scope="module", params=STORES)
def space(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VectorSpace]:
    """The model in a store of each kind."""
    store = STORES[request.param]
    server = getattr(store, "SERVER", "")
    place = request.getfixturevalue(server) if server else tmp_path_factory.mktemp(request.param)
    made = store.make(model(), place)
    with closing(made) if hasattr(made, "close") else nullcontext():  # type: ignore[type-var]
        yield made


def test_every_word_and_vector_is_there(space: VectorSpace) -> None:
    assert [*space.words()] == [*WORDS]
    assert [space.row(word) for word in WORDS] == [*range(len(WORDS))]
    rows = [7, 3, len(WORDS) - 1, 0]
    assert space.vectors(rows, np.float32).tobytes() == model().vectors[rows].tobytes()
    assert np.concatenate([block for _, block, _ in space.blocks()]).tobytes() == model().vectors.tobytes()


def test_answers_are_those_of_the_model_in_memory(space: VectorSpace) -> None:
    """Rows that are at hand are ranked by the same code whatever file they come from: once will do."""
    for number, options in enumerate(SETTINGS if space.seeker else SETTINGS[:1]):
        found = told_of(space, options)
        for text, here, there in zip(expressions(), in_memory(number), found, strict=True):
            assert here[0] == there[0], (text, options)
            assert np.allclose(here[1], there[1], rtol=NEAR, atol=NEAR, equal_nan=True), (text, options)


@cache
def in_memory(number: int) -> list[tuple[Any, list[float]]]:
    return told_of(model().space(), SETTINGS[number])


def told_of(space: VectorSpace, options: Options) -> list[tuple[Any, list[float]]]:
    """All there is to say about the answers to all expressions, and apart the numbers in it."""
    questions = [Question(text, number) for number, text in enumerate(expressions())]
    answers = Calculator(space, options).answers(questions)
    told: list[list[Answer]] = [[] for _ in questions]
    for answer in answers:
        told[int(answer.asked.id)].append(answer)
    return [apart([answer[1:] for answer in of_one], space.name) for of_one in told]


def apart(value: Any, name: str) -> tuple[Any, list[float]]:
    """A value without its numbers with a fraction, and these; messages call the space "model"."""
    numbers: list[float] = []

    def without(part: Any) -> Any:
        match part:
            case float():
                numbers.append(part)
                return "number"
            case np.ndarray():
                numbers.extend(part.ravel().tolist())
                return part.shape
            case VecalcError():
                message = part.message.replace(name, "model")
                return type(part), message, part.hint, part.span, part.suggestions
            case list() | tuple():
                return type(part), [without(one) for one in part]
            case dict():
                return [(without(key), without(one)) for key, one in part.items()]
        return part

    return without(value), numbers
