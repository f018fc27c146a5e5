"""Numbers and names of points: what an expression gives each of them, their rank, a column of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from vecalc.answers import Cell
from vecalc.arrays import Floats
from vecalc.calc.topk import score_values
from vecalc.calc.values import Score, Vector, describe
from vecalc.conditions import MetadataColumn, column_list, column_named
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Question
from vecalc.engine.records import columns_in, records_of, without_metadata
from vecalc.errors import FileProblem, TypeMismatch, UsageError
from vecalc.plots import Colouring
from vecalc.space import VectorSpace
from vecalc.space.matrix import MatrixSpace
from vecalc.studies.plot.plan import Around, PlotPlan
from vecalc.studies.plot.points import NO_ROW, Points
from vecalc.tables import question_lines, question_rows

FREQUENCY = "frequency"
COLOR_BY = "--color-by"
DAYS_OF_A_YEAR = 365.2425


def colouring(calculator: Calculator, points: Points, plan: PlotPlan, around: Around) -> Colouring | None:
    """What the points are coloured by: their frequency rank, a column FILE#COLUMN, an expression's number, or
    a column of their metadata; None where the plan names nothing.

    Raises `UsageError`, `FileProblem`, and what is wrong with the expression.
    """
    wanted = plan.colour
    if plan.color_by:
        if wanted:
            what = "points have one colour each"
            raise UsageError(what, where=COLOR_BY, hint="leave out --colour, or --color-by")
        return _by_metadata(calculator.spaces[points.space], points, plan.color_by)
    if not wanted:
        return None
    if any(one.name == wanted for one in columns_in(calculator.spaces[points.space])):
        around.tell(f"--colour: '{wanted}' is not the column of metadata here; {COLOR_BY} takes that")
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


def _by_metadata(space: VectorSpace, points: Points, column: str) -> Colouring:
    """The values of a column of metadata: numbers, years of times, or names."""
    name, kind = _column(space, column)
    rows = [row for row in points.rows.tolist() if row != NO_ROW]
    values = dict(zip(rows, (record[0] for record in records_of(space, rows, [name])), strict=True))
    found = [values.get(row) for row in points.rows.tolist()]
    if kind == "number":
        return Colouring(name, np.array([np.nan if v is None else float(v) for v in found]))
    if kind == "time":
        days = np.array([v or "NaT" for v in found], "datetime64[D]")
        years = 1970 + days.astype(float) / DAYS_OF_A_YEAR
        return Colouring(f"year of {name}", np.where(np.isnat(days), np.nan, years))
    return Colouring(name, tuple(map(_shown, found)))


def _column(space: VectorSpace, typed: str) -> MetadataColumn:
    """The column of metadata that is meant, in backticks or without. Raises `UsageError`."""
    columns = columns_in(space)
    if not columns:
        raise without_metadata(space, COLOR_BY)
    named = column_list(typed)
    is_plain = len(named) != 1 or any(one.name == typed for one in columns)
    try:
        return column_named(typed if is_plain else named[0], columns)
    except UsageError as problem:
        raise problem.at(where=COLOR_BY) from None


def _shown(value: Cell) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _numbers_or_names(labels: Sequence[str], found: Mapping[str, str]) -> Floats | tuple[str, ...]:
    names = tuple(found.get(label, "") for label in labels)
    try:
        numbers = np.array([float(name) if name else np.nan for name in names])
    except ValueError:
        return names
    return numbers if np.isfinite(numbers).any() else names
