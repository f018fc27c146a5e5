"""A histogram in a terminal: a column for each bin, in eighths of a cell, named numbers below it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vecalc.arrays import Floats
from vecalc.plots import Histogram
from vecalc.plots.canvas import Canvas
from vecalc.plots.label_places import Box, Room
from vecalc.plots.text_map import ARROW, shortened
from vecalc.render import Style
from vecalc.render.cells import count, tidy
from vecalc.render.paint import DIM
from vecalc.render.width import columns

_HEIGHT = 10  # rows
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_MARK_ROWS = 4  # rows of names below the axis
_DIGITS = 3
_LONGEST = 24  # columns of a name
BAR = "38;5;33"


def text_histogram(drawing: Histogram, style: Style) -> Iterator[str]:
    """The lines of a histogram: the columns, the axis with its ends, the marks."""
    top = count(int(drawing.counts.max(initial=0)))
    left = len(top) + 2
    inner = max(style.width - left - 1, 8)
    counts = _merged(drawing.counts, inner)
    wide = max(1, inner // len(counts))
    canvas = Canvas(style.width, _HEIGHT + 2 + _MARK_ROWS, style)
    canvas.write(0, 0, top, DIM)
    canvas.write(len(top) - 1, _HEIGHT - 1, "0", DIM)
    for i, number in enumerate(counts.tolist()):
        _column(canvas, left + i * wide, wide, number / max(counts.max(), 1), style)
    span = wide * len(counts)
    level = "-" if style.ascii else "─"
    canvas.write(left, _HEIGHT, level * span, DIM)
    used = _marks(drawing, canvas, left, span, style)
    yield from list(canvas.lines())[: _HEIGHT + 2 + used]


def _merged(counts: Floats, most: int) -> Floats:
    """The counts of so many bins at most, neighbours taken together."""
    together = -(-len(counts) // most)
    return np.asarray(np.add.reduceat(counts, np.arange(0, len(counts), together)))


def _column(canvas: Canvas, x: int, wide: int, share: float, style: Style) -> None:
    """A column; what is not zero shows."""
    eighths = max(round(share * _HEIGHT * 8), 1 if share > 0 else 0)
    full, rest = divmod(eighths, 8)
    cells = ["█"] * full + ([_EIGHTHS[rest]] if rest else [])
    if style.ascii:
        cells = ["#"] * max(round(share * _HEIGHT), 0) or (["."] if share > 0 else [])
    for up, cell in enumerate(cells):
        canvas.write(x, _HEIGHT - 1 - up, cell * wide, BAR)


def _marks(drawing: Histogram, canvas: Canvas, left: int, span: int, style: Style) -> int:
    """The ends of the axis and the named numbers; how many rows the names take."""
    low, high = float(drawing.edges[0]), float(drawing.edges[-1])
    first, last = tidy(low, _DIGITS), tidy(high, _DIGITS)
    room = Room(canvas.width, canvas.height)
    used = 0
    for name, number in drawing.marks:
        x = left + min(span - 1, int((number - low) / ((high - low) or 1.0) * span))
        canvas.write(x, _HEIGHT + 1, "^" if style.ascii else "▲", ARROW)
        room.take(Box(x, _HEIGHT + 1, 1, 1))
        text = f"{shortened(name, min(_LONGEST, canvas.width // 3), style)} {tidy(number, _DIGITS)}"
        wide = columns(text)
        starts = [x - wide // 2, x, x - wide + 1]
        rows = range(_HEIGHT + 2, _HEIGHT + 2 + _MARK_ROWS)
        found = room.first_free([Box(start, row, wide, 1) for row in rows for start in starts], gap=1)
        if found is not None:
            canvas.write(int(found.x), int(found.y), text, ARROW)
            used = max(used, int(found.y) - _HEIGHT - 1)
    for text, start in ((first, left), (last, left + span - len(last))):
        box = Box(start, _HEIGHT + 1, len(text), 1)
        if room.first_free([box], gap=1) is not None:
            canvas.write(start, _HEIGHT + 1, text, DIM)
    return used
