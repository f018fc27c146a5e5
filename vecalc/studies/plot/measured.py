"""Numbers and names of points: what an expression gives each of them, their rank, a column of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from vecalc.arrays import Floats
from vecalc.calc.topk import score_values
from vecalc.calc.values import Score, Vector, describe
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Question
from vecalc.errors import FileProblem, TypeMismatch, UsageError
from vecalc.plots import Colouring
from vecalc.space.matrix import MatrixSpace
from vecalc.studies.plot.plan import Around
from vecalc.studies.plot.points import NO_ROW, Points
from vecalc.tables import question_lines, question_rows

FREQUENCY = "frequency"


def colouring(calculator: Calculator, points: Points, wanted: str, around: Around) -> Colouring:
    """What the points are coloured by: their frequency rank, a column FILE#COLUMN, or an expression's number.

    Raises `UsageError`, `FileProblem`, and what is wrong with the expression.
    """
    if wanted == FREQUENCY:
        ranks = np.where(points.rows == NO_ROW, np.nan, points.rows + 1.0)
        return Colouring("log10 of the frequency rank", np.log10(ranks))
    path, hash_, column = wanted.rpartition("#")
    if hash_ and Path(path).is_file():
        return _by_column(points, path, column, around)
    with around.about(wanted):
        return Colouring(wanted, numbers_of(calculator, points, wanted))


def numbers_of(calculator: Calculator, points: Points, text: str) -> Floats:
    """The number [n] of each point: of a score with the point for `?`, or the cosine with a vector.

    Words are taken as they are filed, other points as they are; NaN where there is no number. Raises
    `TypeMismatch` for another value, and for vectors of another width.
    """
    found = calculator.workings(Question(text))
    value = found.evaluated.value
    if isinstance(value, Vector):
        if len(value.components) != points.vectors.shape[1]:
            what = f"{describe(value)}, and points of {points.vectors.shape[1]} components"
            raise TypeMismatch(what)
        return _cosines(points.vectors, calculator.query(value))
    if not isinstance(value, Score):
        what = f"a number for each point is a score with ? or a vector; this is a {describe(value)}"
        raise TypeMismatch(what, hint=f"cos(?, {text}) is a score")
    space = calculator.spaces[value.space]
    if space.dim != points.vectors.shape[1]:
        what = f"? stands for vectors of {space.dim} components, points have {points.vectors.shape[1]}"
        raise TypeMismatch(what)
    numbers = np.empty(len(points))
    words = (points.rows != NO_ROW) & (value.space == points.space)
    numbers[words] = score_values(space, value, points.rows[words])
    others = np.flatnonzero(~words)
    if len(others):
        own = MatrixSpace([points.labels[i] for i in others.tolist()], points.vectors[others])
        numbers[others] = score_values(own, value, np.arange(len(others)))
    return numbers


def _cosines(vectors: Floats, other: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(other)
    cosines = np.divide(vectors @ other, lengths, out=np.full(len(vectors), np.nan), where=lengths > 0)
    return np.asarray(np.clip(cosines, -1.0, 1.0))


def _by_column(points: Points, path: str, column: str, around: Around) -> Colouring:
    """The cells of a column, beside the column that has the most points for cells; numbers if all are."""
    cells: dict[str, dict[str, str]] = {}  # by the column of labels: label to cell
    wanted = set(points.labels)
    with question_lines.opened(path) as stream:
        for row in question_rows.rows(path, stream, around.tell):
            if column not in row.cells:
                hint = f"there are {', '.join(row.cells)}"
                raise UsageError(f"{path} has no column '{column}'", where="--colour", hint=hint)
            if row.problem is not None:
                raise row.problem.at(where=f"{path}:{row.number}")
            for name in row.cells.keys() - {column}:
                if row.cells[name] in wanted:
                    cells.setdefault(name, {}).setdefault(row.cells[name], row.cells[column])
    named = max(sorted(cells), key=lambda name: len(cells[name]), default="")
    if not named:
        raise FileProblem("none of its cells is a point of the map", where=path)
    found = cells[named]
    if missing := len([label for label in points.labels if label not in found]):
        around.tell(f"{path}: {missing:,} of {len(points):,} points are not in its column {named}")
    return Colouring(column, _numbers_or_names(points.labels, found))


def _numbers_or_names(labels: Sequence[str], found: Mapping[str, str]) -> Floats | tuple[str, ...]:
    names = tuple(found.get(label, "") for label in labels)
    try:
        numbers = np.array([float(name) if name else np.nan for name in names])
    except ValueError:
        return names
    return numbers if np.isfinite(numbers).any() else names
