"""An answer in a few words, on one line: what an interpreter shows of it inside of something else."""

from __future__ import annotations

from vecalc.answers import NOTHING_LEFT, Answer, Number, Ranking, Rows, Scored, Tabled
from vecalc.render.cells import count, fixed, named, tidy
from vecalc.render.visible import visible

_FEW = 3  # words that are named
_LONGEST = 60  # characters of an expression, and of what it comes to
_DIGITS = 6
NOTHING = "nothing to show: names were only assigned"


def summary(answer: Answer) -> str:
    """`'king - man + woman': queen 0.79, prince 0.77, …`."""
    return f"'{_short(answer.asked.expr)}': {_short(_outcome(answer))}"


def _outcome(answer: Answer) -> str:
    if answer.error is not None:
        return f"{type(answer.error).__name__}: {answer.error.message}"
    match answer.result:
        case Ranking(neighbours) | Scored(neighbours):
            return _listed([f"{near.word} {fixed(near.score, 2)}" for near in neighbours]) or NOTHING_LEFT
        case Number(value):
            return tidy(value, _DIGITS)
        case Rows(rows):
            labels = named([row.label for row in rows])
            return f"{_counted(len(rows), 'vector')}: {_listed(labels)}" if rows else "an empty list"
        case Tabled(rows, columns, values) if values.ndim > 1:
            return f"a table of {count(len(rows))} × {count(len(columns))} numbers"
        case Tabled(rows, _, values):
            pairs = zip(named(rows), values.tolist(), strict=True)
            return (
                f"{_counted(len(rows), 'number')}: {_listed([f'{name} {tidy(v, 3)}' for name, v in pairs])}"
            )
    return NOTHING


def _counted(number: int, what: str) -> str:
    return f"{count(number)} {what}{'' if number == 1 else 's'}"


def _listed(parts: list[str]) -> str:
    return ", ".join([*parts[:_FEW], *(["…"] if len(parts) > _FEW else [])])


def _short(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
