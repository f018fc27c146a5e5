"""Drawings as tables, so that others can draw them: coordinates, numbers, bins."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from vecalc.answers import Cell, Column, Sheet
from vecalc.arrays import Floats
from vecalc.plots import Bars, Drawing, Heat, Histogram, Scatter


def sheet_of(drawing: Drawing) -> Sheet:
    """The numbers of a drawing, a row for each point, cell, bar or bin."""
    match drawing:
        case Scatter():
            return _points(drawing)
        case Heat(title, table, remarks):
            cells = _pairs(table.rows, table.columns, table.values)
            of_cells = (Column("row"), Column("column"), Column("number", "score"))
            return Sheet("table", of_cells, cells, title, remarks)
        case Bars(title, _, labels, values, remarks):
            of_bars = (Column("label"), Column("number", "score"))
            return Sheet("bars", of_bars, tuple(zip(labels, values.tolist(), strict=True)), title, remarks)
        case Histogram(title, _, edges, counts, _, remarks):
            of_bins = (*Column.all("score", "from", "to"), Column("count", "count"))
            bins = zip(edges[:-1].tolist(), edges[1:].tolist(), map(int, counts.tolist()), strict=True)
            return Sheet("histogram", of_bins, tuple(bins), title, remarks)


def _points(drawing: Scatter) -> Sheet:
    columns = [Column("label"), *Column.all("score", "x", "y"), Column("role"), Column("kept", "percent")]
    x, y = (list(map(_number, drawing.places[:, axis].tolist())) for axis in (0, 1))
    cells: list[Sequence[Cell]] = [
        drawing.labels, x, y, drawing.roles, list(map(_number, drawing.kept.tolist())),
    ]  # fmt: skip
    if drawing.colouring is not None:
        name, values = drawing.colouring
        names = isinstance(values, tuple)
        columns.append(Column(_apart(name), "text" if names else "score"))
        cells.append(values if isinstance(values, tuple) else list(map(_number, values.tolist())))
    return Sheet("points", tuple(columns), tuple(zip(*cells, strict=True)), drawing.title, drawing.remarks)


def _apart(name: str) -> str:
    """The name of a column that no other one has."""
    return f"colour_{name}" if name in ("label", "x", "y", "role", "kept") else name


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def _pairs(rows: tuple[str, ...], columns: tuple[str, ...], values: Floats) -> tuple[tuple[Cell, ...], ...]:
    places = range(1, len(columns) + 1)
    return tuple(
        (row or str(i), column or str(j), number)
        for i, (row, numbers) in enumerate(zip(rows, values.tolist(), strict=True), 1)
        for j, column, number in zip(places, columns, numbers, strict=True)
    )
