"""An answer in a few words, for a line that has room for no more: what comes first of it."""

from __future__ import annotations

from collections.abc import Sequence

from vecalc.answers import Answer, Neighbour, Number, Ranking, Rows, Scored, Tabled
from vecalc.render.cells import by_row, fixed, named, result, verdict
from vecalc.render.visible import visible

FIRST = 3  # neighbours, or numbers of a row
_DECIMALS = 4  # as a table shows them to people
_LONGEST = 24  # characters of a word; a title of a film has more


def brief(answer: Answer, precision: int | None = None, top: int | None = None) -> list[str]:
    """The first neighbours (three, or `top` where that is less), the number, or the first row of a list or
    table: pieces, the first the most important. Control characters are escapes.
    """
    met = [verdict(answer.expected)] if answer.expected else []
    decimals = _DECIMALS if precision is None else precision
    match answer.result:
        case Number(value):
            return [f"= {result(value, precision)}", *met]
        case Ranking(neighbours) | Scored(neighbours):
            return [*met, *_near(neighbours[:top], decimals)]
        case Rows(rows) if rows:
            first = _near(rows[0].neighbours[:top], decimals)
            label = _word(rows[0].label or "1")
            return (
                [f"{label}: {first[0]}", *first[1:]]
                if first
                else [f"{label}: length {result(rows[0].length, precision)}"]
            )
        case Tabled(rows, columns, values) if values.size:
            return _row(rows, columns, by_row(values), precision)
    return met


def _near(neighbours: Sequence[Neighbour], decimals: int) -> list[str]:
    return [f"{_word(near.word)} {fixed(near.score, decimals)}" for near in neighbours[:FIRST]]


def _row(
    rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[float]], precision: int | None
) -> list[str]:
    if not columns:  # numbers with a label each
        pairs = zip(named(rows)[:FIRST], values[:FIRST], strict=True)
        return [f"{_word(label)} {result(row[0], precision)}" for label, row in pairs]
    across = zip(named(columns)[:FIRST], values[0][:FIRST], strict=True)
    pieces = [f"{_word(label)} {result(value, precision)}" for label, value in across]
    return [f"{_word(named(rows)[0])}: {pieces[0]}", *pieces[1:]]


def _word(word: str) -> str:
    shown = visible(word)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
