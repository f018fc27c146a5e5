"""Answers as values to compare: what is said, and apart from it the numbers, which may differ a little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vecalc.answers import Answer
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Options, Question
from vecalc.errors import VecalcError
from vecalc.space import VectorSpace

# By what neighbours are ranked, the usual way first.
RANKINGS = (
    Options(),
    Options(metric="dot", norm="raw"),
    Options(metric="l2", norm="raw", exclude="none"),
    Options(metric="l2", norm="unit", k=3),
    Options(metric="dot", exclude="variants", k=40),
)


def told(space: VectorSpace, texts: Sequence[str], options: Options) -> list[tuple[Any, list[float]]]:
    """All there is to say about the answers to some texts, and apart the numbers in it."""
    of_each: list[list[Answer]] = [[] for _ in texts]
    for answer in Calculator(space, options).answers(map(Question, texts, range(len(texts)))):
        of_each[int(answer.asked.id)].append(answer)
    return [apart([answer[1:] for answer in answers], space.name) for answers in of_each]


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
