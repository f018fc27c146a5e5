"""Components, blank-separated, a vector a line, with every digit that tells a float64 from the next.

Line k answers expression k: a ranking is its vector, a number itself, an error an empty line. Only a list
takes a line per vector, and a table one per row. A score (an expression with `?`) has no vector and leaves
its line empty.
"""

from __future__ import annotations

from collections.abc import Iterable

from vecalc.answers import Answer, Number, Ranking, Rows, Tabled
from vecalc.render import Style
from vecalc.render.cells import by_row, nothing

begin = end = nothing


def answer(answer: Answer, style: Style, index: int) -> str:
    """The vectors of one answer."""
    match answer.result:
        case Ranking(vector=vector):
            return _line(vector.tolist())
        case Rows(vectors=vectors):
            return "".join(_line(vector) for vector in vectors.tolist())
        case Tabled(values=values):
            return "".join(map(_line, by_row(values)))
        case Number(value):
            return _line([float(value)])
    return "\n"


def _line(components: Iterable[float]) -> str:
    return " ".join(map(repr, components)) + "\n"
