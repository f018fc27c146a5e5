"""A map in a terminal: marks with labels that never cover each other, dots where there are too many."""

from __future__ import annotations

from collections.abc import Iterator
from math import atan2, hypot, pi

import numpy as np

from vecalc.arrays import Floats
from vecalc.plots import Look, Role, Scatter
from vecalc.plots.canvas import Canvas
from vecalc.plots.label_places import Box, Room, beside, in_turn
from vecalc.plots.text_colours import Colours
from vecalc.render import Style
from vecalc.render.paint import DIM, paint
from vecalc.render.visible import visible
from vecalc.render.width import columns, wrapped

MARKS: dict[Role, tuple[str, str]] = {"given": ("●", "o"), "result": ("◆", "#"), "context": ("·", ".")}
PAINTS: dict[Role, str] = {"given": "38;5;33", "result": "1;38;5;208", "context": DIM}
LABELS: dict[Role, str] = {"given": "1", "result": "1;38;5;208", "context": ""}
ARROW = "38;5;208"
_HEADS = ("→↗↑↖←↙↓↘", ">/^\\</v\\")
_SINGLE = 150  # points of context, up to which each is a mark of its own
_TRIED = 1_000  # the first of them, for which room is looked for where there are more
_LONGEST = 24  # columns of a label; of a longer one the beginning stands
_LOWEST, _HIGHEST = 8, 32  # rows


def text_map(scatter: Scatter, style: Style, look: Look) -> Iterator[str]:
    """The lines of a map, and below it what its axes are and what its colours stand for."""
    width = max(look.width, 20)
    frame = _Frame(scatter, width)
    canvas = Canvas(width, frame.height + 1, style)
    colours = Colours(scatter.colouring, style)
    _axes(canvas, style)
    room = Room(canvas.width, frame.height)
    room.take(Box(0, 0, 1, frame.height))
    for start, end in scatter.arrows:
        _arrow(canvas, frame.cell(start), frame.cell(end), style)
    for cell in canvas.dotted():
        room.take(Box(*cell, 1, 1), firm=False)
    crowded = sum(role == "context" for role in scatter.roles) > _SINGLE
    if crowded:
        for point, role in enumerate(scatter.roles):
            if role == "context":
                canvas.dot(*frame.place(point), colours.paint(point) or DIM)
    shown = _labels(scatter, frame, room, _Marker(scatter, canvas, colours, style), crowded=crowded)
    yield from canvas.lines()
    right, up = ("->", "^") if style.ascii else ("→", "↑")
    yield from _dim(f"{right} {visible(scatter.axes[0])}   {up} {visible(scatter.axes[1])}", width, style)
    yield from (f"{line}\n" for line in colours.legend(width))
    if shown < len(scatter.labels):
        yield from _dim(
            f"labels: {shown:,} of {len(scatter.labels):,}; there is no room for the others", width, style
        )


class _Frame:
    """Where points are in cells, left of them the axis, below them the other one."""

    def __init__(self, scatter: Scatter, width: int) -> None:
        places = scatter.places
        low, high = places.min(axis=0), places.max(axis=0)
        spans: Floats = np.where(high > low, high - low, 1.0)
        inner = width - 3  # without the axis, a column beside it and one at the end
        most = max(_LOWEST, min(_HIGHEST, width * 2 // 5))
        rows = most
        if scatter.even:
            rows = int(min(most, max(_LOWEST, inner * spans[1] / spans[0] / 2)))
        steps = spans / (inner - 1, 2 * (rows - 1))  # a cell is twice as high as wide
        if scatter.even:
            steps[:] = steps.max()
        rows += 2  # for labels above the highest point and below the lowest
        self.height = rows
        middle = (low + high) / 2
        self._x = 2 + (inner - 1) / 2 + (places[:, 0] - middle[0]) / steps[0]
        self._y = (rows - 1) / 2 - (places[:, 1] - middle[1]) / steps[1] / 2

    def place(self, point: int) -> tuple[float, float]:
        """The place of a point, in cells."""
        return float(self._x[point]) + 0.5, float(self._y[point]) + 0.5

    def cell(self, point: int) -> tuple[int, int]:
        """The cell of a point."""
        x, y = self.place(point)
        return int(x), int(y)


def _axes(canvas: Canvas, style: Style) -> None:
    upright, corner, level = "|+-" if style.ascii else "│└─"
    for y in range(canvas.height - 1):
        canvas.write(0, y, upright, DIM)
    canvas.write(0, canvas.height - 1, corner + level * (canvas.width - 1), DIM)


def _arrow(canvas: Canvas, start: tuple[int, int], end: tuple[int, int], style: Style) -> None:
    (x0, y0), (x1, y1) = start, end
    canvas.line((x0 + 0.5, y0 + 0.5), (x1 + 0.5, y1 + 0.5), ARROW)
    across, up = x1 - x0, 2 * (y0 - y1)
    if hypot(across, up) > 3:  # else there is no room for its head
        head = _HEADS[style.ascii][round(atan2(up, across) / (pi / 4)) % 8]
        long = max(abs(across), abs(y1 - y0))
        canvas.write(x1 - round(across / long * 1.0), y1 - round((y1 - y0) / long), head, ARROW)


class _Marker:
    """Draws the mark and the label of a point."""

    def __init__(self, scatter: Scatter, canvas: Canvas, colours: Colours, style: Style) -> None:
        self._scatter = scatter
        self._canvas = canvas
        self._colours = colours
        self._style = style

    def mark(self, point: int, cell: tuple[int, int]) -> None:
        """The mark of a point's part, or of its colour."""
        role = self._scatter.roles[point]
        mark = self._colours.letter(point) or MARKS[role][self._style.ascii]
        self._canvas.write(*cell, mark, self._colours.paint(point) or PAINTS[role])

    def label(self, point: int, box: Box, text: str) -> None:
        """The label of a point, as it was shortened."""
        how = self._colours.paint(point) or LABELS[self._scatter.roles[point]]
        self._canvas.write(int(box.x), int(box.y), text, how)

    def text(self, point: int) -> str:
        """What is written of a label."""
        most = min(_LONGEST, self._canvas.width // 3)
        return shortened(self._scatter.labels[point], most, self._style)


def _labels(scatter: Scatter, frame: _Frame, room: Room, marker: _Marker, *, crowded: bool) -> int:
    """Draw marks and labels; how many labels there are."""
    turn = in_turn(scatter)
    if crowded:
        turn = turn[: sum(role != "context" for role in scatter.roles) + _TRIED]
    for point in reversed(turn):  # the most important one covers the others
        if not crowded or scatter.roles[point] != "context":
            marker.mark(point, frame.cell(point))
            room.take(Box(*frame.cell(point), 1, 1))
    shown = 0
    for point in turn:
        text, (x, y) = marker.text(point), frame.cell(point)
        wide = columns(text)
        boxes = beside(x + 0.5, y + 0.5, wide, 1, (1.5, 0.5))
        cells = [Box(int(box.x), int(box.y), wide, 1) for box in boxes]
        found = room.first_free(cells, gap=1, firm_only=scatter.roles[point] != "context")
        if not wide or found is None:
            continue
        shown += 1
        marker.label(point, found, text)
        if crowded and scatter.roles[point] == "context":
            marker.mark(point, (x, y))
            room.take(Box(x, y, 1, 1))
    return shown


def shortened(text: str, most: int, style: Style) -> str:
    """The visible text, or its beginning in at most so many columns, with a sign that it is cut."""
    shown = visible(text)
    if style.ascii and not shown.isascii():
        shown = shown.encode("ascii", "backslashreplace").decode("ascii")
    if columns(shown) <= most:
        return shown
    end = "..." if style.ascii else "…"
    while columns(shown) > most - len(end):
        shown = shown[:-1]
    return shown.rstrip() + end


def _dim(text: str, width: int, style: Style) -> Iterator[str]:
    yield from (paint(line, DIM, style) + "\n" for line in wrapped(text, width))
