"""The sheets of an expression, whatever its value is."""

from __future__ import annotations

from copy import copy
from typing import NamedTuple

from vecalc.answers import Answer, Sheet
from vecalc.calc.values import List, Scalar, Score, Vector
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Computed, Question
from vecalc.errors import NoValue
from vecalc.studies.explain import list_sheets, number_sheets, ranking_sheets, reading_sheets, score_sheets


class Explained(NamedTuple):
    """An answer, with one neighbour more than is shown, and what there is to say about it."""

    answer: Answer
    sheets: list[Sheet]


def explain(calculator: Calculator, text: str, *, for_people: bool) -> Explained:
    """Explain the last expression of a text. What it binds is forgotten afterwards. Raises `VecalcError`.

    `for_people` sets the terms of a score side by side; otherwise each has a row of its own.
    """
    asking = copy(calculator)
    asking.set(k=calculator.options.k + 1, rank=True)  # how far is the first that is not shown?
    answer, workings = asking.explained(Question(text))
    sheets = [
        *reading_sheets.sheets(calculator, answer, workings),
        *_of_value(calculator, answer, workings, for_people),
    ]
    return Explained(answer, [sheet for sheet in sheets if sheet.rows])


def _of_value(calculator: Calculator, answer: Answer, workings: Computed, for_people: bool) -> list[Sheet]:
    match workings.evaluated.value:
        case Vector() as vector:
            if not vector.components.any():
                raise NoValue(
                    "the result is the zero vector, which has no direction to explain",
                    span=workings.resolved.tree.span,
                )
            return ranking_sheets.sheets(calculator, answer, workings, vector, for_people=for_people)
        case List() as rows:
            return list_sheets.sheets(calculator, answer, workings, rows)
        case Score() as score:
            return score_sheets.sheets(calculator, answer, workings, score)
        case Scalar() as number:
            return number_sheets.sheets(calculator, workings, number)
