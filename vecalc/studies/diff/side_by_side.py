"""One question to several models, each with its own words, and what their answers have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from vecalc.answers import Answer, Neighbour, Number, Ranking, Rows, Scored, Tabled
from vecalc.engine.calculator import CHUNK, Calculator
from vecalc.engine.question import Question

DEPTH = 1000  # ranks that are looked at for a word of another model's ranking, at least

# How much a rank counts compared with the one before it, in rank-biased overlap: with 0.9 the first ten ranks
# make up 86 % of the measure (Webber, Moffat & Zobel 2010).
PERSISTENCE = 0.9


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

    def numbers(self, name: str) -> dict[str, float]:
        """The number that a model's answer is, without a name, or those of a table."""
        match self.answers[name].result if name in self.answers else None:
            case Number(value):
                return {"": value}
            case Tabled() as table:
                return dict(table.named())
        return {}

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
            text = next((answer.parsed for answer in row.values() if answer.parsed), question.text)
            yield Difference(text, row, k)


# --- how much two rankings agree: what they have in common, and how early -------------------


class Agreement(NamedTuple):
    """Two rankings compared: words in both, their share of the words in either, rank-biased overlap."""

    common: int
    jaccard: float
    rbo: float


def agreement(first: Sequence[str], second: Sequence[str]) -> Agreement | None:
    """How much two rankings agree; None where one of them is empty."""
    if not first or not second:
        return None
    common = len({*first} & {*second})
    return Agreement(common, common / len({*first, *second}), rank_biased_overlap(first, second))


def rank_biased_overlap(
    first: Sequence[str], second: Sequence[str], persistence: float = PERSISTENCE
) -> float:
    """RBO of two rankings, extrapolated from the depth that both have (Webber, Moffat & Zobel 2010, eq. 30).

    From 0, nothing in common, to 1, the same words in the same order.
    """
    depth = min(len(first), len(second))
    seen: tuple[set[str], set[str]] = (set(), set())
    total = overlap = 0.0
    for d in range(1, depth + 1):
        seen[0].add(first[d - 1])
        seen[1].add(second[d - 1])
        overlap = len(seen[0] & seen[1]) / d
        total += overlap * persistence**d
    return overlap * persistence**depth + (1 - persistence) / persistence * total
