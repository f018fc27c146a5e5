"""One suite for all stores: whatever is asked, they answer as the same model does in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from stores import STORES, expressions
from stores.model import model, sample

import vecalc
from vecalc.answers import Answer
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Options, Question
from vecalc.errors import RemoteProblem, VecalcError
from vecalc.search.scoring import needs_direction
from vecalc.space import Measure, VectorSpace

pytestmark = pytest.mark.filterwarnings("ignore::vecalc.errors.VecalcWarning")
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


class Opened(NamedTuple):
    """The model in a store of some kind."""

    store: Any  # the module of tests/stores
    space: Any  # VectorSpace


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.slow) if hasattr(store, "SERVER") else name
        for name, store in STORES.items()
    ],
)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    store = STORES[request.param]
    server = getattr(store, "SERVER", "")
    place = request.getfixturevalue(server) if server else tmp_path_factory.mktemp(request.param)
    space: Any = vecalc.open(store.filled(model(), place))
    with closing(space) if hasattr(space, "close") else nullcontext():
        yield Opened(store, space)


def test_every_word_and_vector_is_there(opened: Opened) -> None:
    space = opened.space
    assert [*space.words()] == [*WORDS]
    assert [space.row(word) for word in WORDS] == [*range(len(WORDS))]
    rows = [7, 3, len(WORDS) - 1, 0]
    assert space.vectors(rows, np.float32).tobytes() == model().vectors[rows].tobytes()
    assert np.concatenate([block for _, block, _ in space.blocks()]).tobytes() == model().vectors.tobytes()


def test_answers_are_those_of_the_model_in_memory(opened: Opened) -> None:
    """Rows that are at hand are ranked by the same code whatever file they come from: once will do."""
    for number, options in enumerate(SETTINGS if opened.space.seeker else SETTINGS[:1]):
        if not can_rank_by(opened.store, options):
            with pytest.raises(RemoteProblem, match=f"its index ranks by .*, not by {options.metric}"):
                told_of(opened.space, options)
            continue
        found = told_of(opened.space, options)
        for text, here, there in zip(expressions(), in_memory(number), found, strict=True):
            assert here[0] == there[0], (text, options)
            assert np.allclose(here[1], there[1], rtol=NEAR, atol=NEAR, equal_nan=True), (text, options)


def can_rank_by(store: Any, options: Options) -> bool:
    """Whether a server's index ranks by what is asked for; by cos, where only directions count."""
    metric = getattr(store, "METRIC", None)
    directions = needs_direction(Measure(options.metric, options.norm))
    return metric in (None, "cos" if directions else options.metric)


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
