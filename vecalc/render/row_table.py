"""Answers over the rows of a table as that table with more columns: its own first, then each formula's.

    number      NAME: the number
    ranking     NAME: the neighbour's word; NAME score: its score; with several neighbours `rank`, and the row
                stands once for each of them
    list, table NAME: all of it in one cell, between semicolons
    after =>    NAME passed: true or false

An error stands in the formula's cell for people; programs get it in a last column `error`, and empty cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Literal, NamedTuple, TypeAlias

from vecalc.answers import Answer, Cell, Column, Neighbour, Number, Ranking, Result, Rows, Scored, Tabled
from vecalc.render.cells import tidy

Form: TypeAlias = Literal["number", "ranking", "several"]
_DIGITS = 6
_SHORT = 30  # characters of an error in a cell; all of it is told on stderr
_BETWEEN = "; "


class RowColumn(NamedTuple):
    """What a formula becomes: its name, what it comes to, whether it expects something."""

    name: str
    form: Form = "number"
    tested: bool = False


def form_of(result: Result | None) -> Form | None:
    """What a result is, None for none."""
    match result:
        case Number():
            return "number"
        case Ranking() | Scored():
            return "ranking"
        case Rows() | Tabled():
            return "several"
    return None


class RowTable:
    """The columns and rows of a table with its answers; `own` are its own columns."""

    def __init__(
        self, own: Sequence[str], formulas: Sequence[RowColumn], k: int, *, for_people: bool
    ) -> None:
        self.formulas = [
            one._replace(name=f"vecalc_{one.name}") if one.name in own else one for one in formulas
        ]
        self._ranks = k > 1 and any(one.form == "ranking" for one in formulas)
        self._for_people = for_people
        columns = [Column(name) for name in own]
        columns += [Column("rank", "count")] if self._ranks else []
        columns += [column for one in self.formulas for column in _columns(one)]
        self.columns = tuple(columns if for_people else [*columns, Column("error")])

    def lines(self, row: Mapping[str, str], answers: Sequence[Answer]) -> Iterator[tuple[Cell, ...]]:
        """The lines of a row, at least one."""
        found = [list(self._cells(one, answer)) for one, answer in zip(self.formulas, answers, strict=True)]
        error = _BETWEEN.join(dict.fromkeys(answer.error.message for answer in answers if answer.error))
        for place, cells in enumerate(zip_longest(*found)):
            again = place > 0 and self._for_people
            own: list[Cell] = [None if again else cell for cell in row.values()]
            rank: list[Cell] = [place + 1] if self._ranks else []
            parts = (
                [None] * len(_columns(one)) if again else ours[0] if one.form != "ranking" else [None, None]
                for one, ours in zip(self.formulas, found, strict=True)
            )
            taken = [cell if cell is not None else part for cell, part in zip(cells, parts, strict=True)]
            last: list[Cell] = [] if self._for_people else [error or None]
            yield (*own, *rank, *(cell for part in taken for cell in part), *last)

    def _cells(self, one: RowColumn, answer: Answer) -> Iterator[list[Cell]]:
        """The cells of a formula in each line of a row."""
        passed: list[Cell] = []
        if one.tested:
            passed = [None if answer.expected is None else str(answer.expected.passed).lower()]
        blank: list[Cell] = [None, None] if one.form == "ranking" else [None]
        if answer.error is not None:
            short = answer.error.message
            short = short if len(short) <= _SHORT else f"{short[: _SHORT - 3]}..."
            yield [*([short, *blank[1:]] if self._for_people else blank), *passed]
            return
        for cells in _of_result(one, answer.result) or [blank]:
            yield [*cells, *passed]


def _columns(one: RowColumn) -> list[Column]:
    passed = [Column(f"{one.name} passed", tone="verdict")] if one.tested else []
    if one.form == "ranking":
        return [Column(one.name), Column(f"{one.name} score", "score"), *passed]
    return [Column(one.name, "score" if one.form == "number" else "text"), *passed]


def _of_result(one: RowColumn, result: Result | None) -> list[list[Cell]]:
    match result:
        case Ranking(neighbours) | Scored(neighbours):
            return [[near.word, near.score] if one.form == "ranking" else [near.word] for near in neighbours]
        case Number(value):
            return [[None, value] if one.form == "ranking" else [value]]
        case Rows(rows):
            text = _BETWEEN.join(_first(row.neighbours) or row.label for row in rows)
        case Tabled(_, _, values):
            text = _BETWEEN.join(tidy(value, _DIGITS) for value in values.ravel().tolist())
        case _:
            return []
    return [[text, None] if one.form == "ranking" else [text]]


def _first(neighbours: Sequence[Neighbour]) -> str:
    return neighbours[0].word if neighbours else ""
