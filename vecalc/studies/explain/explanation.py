"""The sheets of an expression, whatever its value is."""

from __future__ import annotations

from copy import copy
from itertools import islice
from typing import NamedTuple

from vecalc.answers import Answer, Column, Rows, Sheet, Tabled
from vecalc.calc.values import List, Scalar, Score, Table, Vector
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Computed, Question
from vecalc.errors import NoValue
from vecalc.studies.axes.rotated import stability_of
from vecalc.studies.explain import measures, number_sheets, ranking_sheets, reading_sheets, score_sheets

NUMBERS = 200  # of a table that are shown: who reads on after those?


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
    sheets = reading_sheets.sheets(calculator, answer, workings)
    match workings.evaluated.value:
        case Vector() as vector:
            if not vector.components.any():
                raise NoValue(
                    "the result is the zero vector, which has no direction to explain",
                    span=workings.resolved.tree.span,
                )
            sheets += ranking_sheets.sheets(calculator, answer, workings, vector, for_people=for_people)
        case List() as vectors:
            sheets += _of_list(calculator, answer, workings, vectors)
        case Score() as score:
            sheets += score_sheets.sheets(calculator, answer, workings, score)
        case Scalar() as number:
            sheets += number_sheets.sheets(calculator, workings, number)
        case Table() as table:
            sheets += _of_table(calculator, answer, workings, table)
    return Explained(answer, [sheet for sheet in sheets if sheet.rows])


def _of_list(calculator: Calculator, answer: Answer, workings: Computed, value: List) -> list[Sheet]:
    """The labelled vectors, and whether they depend on the axes."""
    assert isinstance(answer.result, Rows)  # noqa: S101 - what a list is answered with
    stability = stability_of(calculator, workings.resolved.tree, workings.resolved.vectors, value)
    k = calculator.options.k
    rows = [
        (place, row.label, row.length, ", ".join(near.word for near in row.neighbours[:k]))
        for place, row in enumerate(answer.result.rows, start=1)
    ]
    columns = (Column("place", "count"), Column("vector"), Column("length", "score"), Column("nearest"))
    found = Sheet("rows", columns, tuple(rows), "Vectors")
    return [found, measures.sheet(measures.of_rotation(stability))]


def _of_table(calculator: Calculator, answer: Answer, workings: Computed, value: Table) -> list[Sheet]:
    """The labelled numbers, and whether they depend on the axes."""
    assert isinstance(answer.result, Tabled)  # noqa: S101 - what a table is answered with
    stability = stability_of(calculator, workings.resolved.tree, workings.resolved.vectors, value)
    rows = tuple(islice(answer.result.named(), NUMBERS))
    remarks = (f"the first {NUMBERS} of {value.numbers.size:,}",) if value.numbers.size > NUMBERS else ()
    found = Sheet("numbers", (Column("of"), Column("number", "score")), rows, "Numbers", remarks)
    return [found, measures.sheet(measures.of_rotation(stability))]
