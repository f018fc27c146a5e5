"""Answers over the rows of a table, written as one table."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import chain
from typing import NamedTuple

from vecalc.answers import Answer, Asked, Cell, Part, Sheet
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Question
from vecalc.engine.row_formulas import RowFormula
from vecalc.render.row_table import Form, RowColumn, RowTable, form_of
from vecalc.shell.display import FOR_PEOPLE, TextSink
from vecalc.shell.request import Request

FORMATS = ("table", "plain", "markdown", "csv", "tsv")  # the others have records or vectors
PROBED = 100  # rows that are asked what a formula comes to; one of which no row has a value is a number
AHEAD = 1_000  # rows by which the columns of a table are made as wide as they need,
PATIENCE = 1.0  # and seconds after which a person sees those that there are


class Planned(NamedTuple):
    """Questions, and the table that their answers make."""

    questions: Iterator[Question]
    table: RowTable
    formulas: int


def planned(
    questions: Iterator[Question], formulas: Sequence[RowFormula], calculator: Calculator, form: str
) -> Planned:
    """The table of some questions; `formulas` are known when the first question is.

    What they come to is found out by the first rows: later ones, and a run that goes on, need to know it.
    """
    asked: list[Question] = []
    forms: list[Form | None] = []
    trial = copy(calculator)
    trial.remember = False
    for question in questions:
        forms = forms or [None] * len(formulas)
        place = len(asked) % len(formulas)
        asked.append(question)
        forms[place] = forms[place] or form_of(next(iter(trial.answers([question], 1))).result)
        rows, rest = divmod(len(asked), len(formulas))
        if not rest and (None not in forms or rows >= PROBED):
            break
    columns = [
        RowColumn(one.name, form or "number", one.tested) for one, form in zip(formulas, forms, strict=True)
    ]
    own = list((asked[0].row or {}) if asked else {})
    table = RowTable(own, columns, calculator.options.k, for_people=form in FOR_PEOPLE)
    return Planned(chain(asked, questions), table, len(columns))


class RowSink:
    """Takes the answers of each row, one formula's after another's; `index` answers are in the document."""

    def __init__(self, inner: TextSink, plan: Planned, request: Request, *, terminal: bool) -> None:
        self._inner, self._table, self._count = inner, plan.table, plan.formulas
        self._ahead = AHEAD if request.format == "table" and not request.line_buffered else 1
        self._patience = PATIENCE if terminal else float("inf")
        self._answers: list[Answer] = []  # of the row that is not complete yet
        self._waiting: list[tuple[Cell, ...]] = []
        self._lead: tuple[tuple[Cell, ...], ...] = ()
        self._done = inner.index  # answers whose rows are complete
        self._for_people = request.format in FOR_PEOPLE
        self._last: Asked | None = None
        self._shown_at = time.monotonic()

    def write(self, answer: Answer) -> None:
        """Take an answer."""
        self._answers.append(answer)
        if len(self._answers) < self._count:
            return
        self._waiting += self._table.lines(answer.row or {}, self._answers)
        self._done += self._count
        if len(self._waiting) >= self._ahead or time.monotonic() - self._shown_at >= self._patience:
            self._show()
        self._last = answer.asked
        self._answers = []

    def _show(self, remarks: tuple[str, ...] = ()) -> None:
        """Hand on what waits, as a piece of the table."""
        part: Part = "next" if self._inner.index else "first"
        rows = tuple(self._waiting)
        self._inner.write(Sheet("rows", self._table.columns, rows, "", remarks, part=part, lead=self._lead))
        if self._ahead > 1:
            self._lead = (*self._lead, *rows)[:AHEAD]
        self._waiting = []
        self._inner.index = self._done
        self._shown_at = time.monotonic()

    def finish(self) -> None:
        """Hand on the rest, and under which conditions it was computed."""
        last = self._last
        if self._for_people and last:
            self._show((f"{last.model}, norm {last.norm}, {last.metric}",))
        elif self._waiting:
            self._show()
