"""An answer as rows of one fixed width, for the formats that are nothing but rows.

    ranking   a row per neighbour:                 rank, word, score (of a score, too)
    list      a row per neighbour of each vector:  the same, and which vector: place from 1, label, length
    number    one row:                             only the score: the number
    error     one row, in `table` only:            only its message
    nothing   one row, in `table` only:            nothing      (no candidate is left)

A vector of a list that has no neighbours takes a row without a word. Weights and excluded words are in
`json` and `jsonl`, whose names the columns have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from vecalc.answers import Number, Ranking, Rows, Scored
from vecalc.render.numbers import fixed, result
from vecalc.render.sheet_cells import as_text

if TYPE_CHECKING:
    from vecalc.answers import Answer, Neighbour
    from vecalc.render import Style

_DECIMALS = 6  # float32 scores carry about seven
# Those of lists come last, so that readers by number find the others where they are without a list.
_COLUMNS = ("id", "expr", "rank", "word", "score", "error", "place", "label", "length")


class Line(NamedTuple):
    """One row, as text: what there is nothing to say about is empty.

    `place`, `label` and `length` are those of the vector of a list that the word is near.
    """

    rank: str = ""
    word: str = ""
    score: str = ""
    place: str = ""
    label: str = ""
    length: str = ""


def lines(answer: Answer, style: Style) -> Iterator[Line]:
    """The rows of an answer; none for an error or a ranking in which no candidate is left."""
    digits = _DECIMALS if style.precision is None else style.precision
    match answer.result:
        case Ranking(neighbours) | Scored(neighbours):
            yield from (_neighbour(near, digits) for near in neighbours)
        case Rows(rows):
            for place, row in enumerate(rows, 1):
                vector = {"place": str(place), "label": row.label, "length": fixed(row.length, digits)}
                near = [_neighbour(near, digits) for near in row.neighbours] or [Line()]
                yield from (one._replace(**vector) for one in near)
        case Number(value):
            yield Line(score=result(value, style.precision))


def header(answer: Answer, style: Style) -> list[str]:
    """The names of the columns: those of the input row first, then ours.

    A name that the input uses already is written `vecalc_NAME`, so that a reader by names gets both.
    """
    given = list(answer.row or ())
    own = [f"vecalc_{name}" if name in given else name for name in _COLUMNS]
    return [*(map(as_text, given) if style.csv_safe else given), *own]


def table(answer: Answer, style: Style) -> Iterator[list[str]]:
    """The rows as cells under `header`, at least one: no expression gets lost on the way."""
    text = as_text if style.csv_safe else str
    given = (answer.row or {}).values()
    front = [text(cell) for cell in (*given, str(answer.asked.id), answer.asked.expr)]
    message = "" if answer.error is None else text(answer.error.message)
    for line in list(lines(answer, style)) or [Line()]:
        vector = [line.place, text(line.label), line.length]
        yield [*front, line.rank, text(line.word), line.score, message, *vector]


def _neighbour(near: Neighbour, digits: int) -> Line:
    return Line(str(near.rank), near.word, fixed(near.score, digits))
