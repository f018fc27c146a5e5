"""An answer as rows of one fixed width, for the formats that are nothing but rows.

    ranking   a row per neighbour:           rank, word, score (of a score, too)
    list      a row per vector of the list:  its place from 1, its label, its length
    number    one row:                       -, -, the number
    error     one row, in `table` only:      -, -, -, its message
    nothing   one row, in `table` only:      -, -, -, -      (no candidate is left)

The neighbours of a list's vectors, its weights and the excluded words are in `json` and `jsonl`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from vecalc.answers import Number, Ranking, Rows, Scored
from vecalc.render.figures import fixed, result
from vecalc.render.sheets import as_text

if TYPE_CHECKING:
    from vecalc.answers import Answer
    from vecalc.render import Style

_DECIMALS = 6  # float32 scores carry about seven
_COLUMNS = ("id", "expr", "rank", "word", "score", "error")


class Line(NamedTuple):
    """One row, as text: `rank` and `word` are empty where there is only a number."""

    rank: str
    word: str
    score: str


def lines(answer: Answer, style: Style) -> Iterator[Line]:
    """The rows of an answer; none for an error or a ranking in which no candidate is left."""
    digits = _DECIMALS if style.precision is None else style.precision
    match answer.result:
        case Ranking(neighbours) | Scored(neighbours):
            yield from (Line(str(n.rank), n.word, fixed(n.score, digits)) for n in neighbours)
        case Rows(rows):
            yield from (Line(str(i), row.label, fixed(row.length, digits)) for i, row in enumerate(rows, 1))
        case Number(value):
            yield Line("", "", result(value, style.precision))


def header(answer: Answer) -> list[str]:
    """The names of the columns: those of the input row first, then ours.

    A name that the input uses already is written `vecalc_NAME`, so that a reader by names gets both.
    """
    given = list(answer.row or ())
    return given + [f"vecalc_{name}" if name in given else name for name in _COLUMNS]


def table(answer: Answer, style: Style) -> Iterator[list[str]]:
    """The rows as cells under `header`, at least one: no expression gets lost on the way."""
    text = as_text if style.csv_safe else str
    given = (answer.row or {}).values()
    front = [text(cell) for cell in (*given, str(answer.asked.id), answer.asked.expr)]
    rows = ([line.rank, text(line.word), line.score, ""] for line in lines(answer, style))
    message = "" if answer.error is None else text(answer.error.message)
    first = next(rows, ["", "", "", message])
    yield from ([*front, *row] for row in chain([first], rows))
