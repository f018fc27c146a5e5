"""One question to several models, each with its own words, and what their answers have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from vecalc.answers import Answer, Neighbour, Number, Ranking, Rows, Scored
from vecalc.engine.calculator import CHUNK, Calculator
from vecalc.engine.question import Question

DEPTH = 1000  # ranks that are looked at for a word of another model's ranking, at least


class Ranked(NamedTuple):
    """A ranking of a model: the first k words, and the ranks of as many as were looked at."""

    neighbours: tuple[Neighbour, ...]
    ranks: Mapping[str, int]


class Difference(NamedTuple):
    """A question's answer in each model, by the model's name, in the order they were given.

    An answer is deeper than k where words of the other models are looked for in it.
    """

    text: str
    answers: Mapping[str, Answer]
    k: int

    @property
    def ok(self) -> bool:
        """Whether every model has an answer."""
        return all(answer.error is None for answer in self.answers.values())

    def rankings(self, name: str) -> dict[str, Ranked]:
        """The rankings in a model's answer: one without a label, or that of each vector of a list."""
        result = self.answers[name].result
        match result:
            case Ranking(neighbours) | Scored(neighbours):
                return {"": self._ranked(neighbours)}
            case Rows(rows):
                return {row.label or str(i): self._ranked(row.neighbours) for i, row in enumerate(rows, 1)}
        return {}

    def number(self, name: str) -> float | None:
        """The number that a model's answer is, if it is one."""
        result = self.answers[name].result
        return result.value if isinstance(result, Number) else None

    def _ranked(self, neighbours: tuple[Neighbour, ...]) -> Ranked:
        return Ranked(neighbours[: self.k], {near.word: near.rank for near in neighbours})


def differences(
    calculators: Mapping[str, Calculator], questions: Iterable[Question], *, deep: bool = False
) -> Iterator[Difference]:
    """What each calculator answers to each question; `deep` also ranks the other models' words.

    A question of several expressions makes as many differences; k is that of the first calculator.
    """
    k = next(iter(calculators.values())).options.k
    if deep:
        for calculator in calculators.values():
            calculator.set(k=max(k, DEPTH))
    pending = iter(questions)
    while batch := list(islice(pending, CHUNK)):
        yield from _together(calculators, batch, k)


def _together(
    calculators: Mapping[str, Calculator], batch: Sequence[Question], k: int
) -> Iterator[Difference]:
    """The answers of all calculators, next to each other; the error of one stands for all it can't answer."""
    numbered = [question._replace(id=i) for i, question in enumerate(batch)]
    answers = {name: list(calculator.answers(numbered)) for name, calculator in calculators.items()}
    for i, question in enumerate(batch):
        own = {name: [a for a in found if a.asked.id == i] for name, found in answers.items()}
        for place in range(max(map(len, own.values()))):
            row = {name: found[min(place, len(found) - 1)] for name, found in own.items() if found}
            yield Difference(_text(row, question), row, k)


def _text(row: Mapping[str, Answer], question: Question) -> str:
    return next((answer.parsed for answer in row.values() if answer.parsed), question.text)
