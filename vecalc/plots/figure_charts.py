"""Figures that are no maps: a table as shades, a ranking as bars, how often numbers occur."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vecalc.plots import Bars, Drawing, Heat, Histogram
from vecalc.plots.figure_text import LONGEST, as_text, number
from vecalc.plots.palette import DIVERGING, HEAT, Palette
from vecalc.render.cells import named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Area = tuple[float, float, float, float]  # left, bottom, width, height, as shares of a figure's

_NUMBERED = 14  # rows and columns, up to which the numbers stand in the cells
_NAMED = 60  # rows and columns, up to which they have labels
MOST_BARS = 100
_BAR = 0.22  # inches that a bar takes
_TALL = 40  # rows of a table from which on the figure is higher


def height_of(drawing: Drawing, usual: float) -> float:
    """How high a figure is, in inches."""
    if isinstance(drawing, Bars):
        return 1.7 + _BAR * max(min(len(drawing.labels), MOST_BARS), 4)
    if isinstance(drawing, Heat) and len(drawing.table.rows) > _TALL:
        return usual * 1.4
    return usual


def heat(figure: Figure, area: Area, drawing: Heat, palette: Palette) -> None:
    """A table of numbers as shades; below zero in orange, where there are such numbers."""
    values = drawing.table.values
    low, high = float(values.min()), float(values.max())
    largest = max(-low, high)
    axes = figure.add_axes(area)
    if low < 0:
        image = axes.imshow(values, cmap=DIVERGING, vmin=-largest, vmax=largest, aspect="auto")
    else:
        image = axes.imshow(values, cmap=HEAT, vmin=low, vmax=high, aspect="auto")
    columns = [as_text(label, LONGEST) for label in named(drawing.table.columns)]
    rows = [as_text(label, LONGEST) for label in named(drawing.table.rows)]
    slanted = sum(map(len, columns)) > 70
    axes.set_xticks(range(len(columns)) if len(columns) <= _NAMED else [])
    axes.set_yticks(range(len(rows)) if len(rows) <= _NAMED else [])
    if len(columns) <= _NAMED:
        angle: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
        axes.set_xticklabels(columns, size=9, color=palette.text, **(angle if slanted else {}))
    if len(rows) <= _NAMED:
        axes.set_yticklabels(rows, size=9, color=palette.text)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if max(values.shape) <= _NUMBERED:
        for i, j in np.ndindex(values.shape):
            red, green, blue, _ = image.cmap(image.norm(values[i, j]))
            ink = "#111111" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "#f5f5f5"
            axes.text(
                j, i, number(float(values[i, j]), largest), ha="center", va="center", size=8.5, color=ink
            )
    bar = figure.colorbar(image, ax=axes, fraction=0.03, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=8, length=2)
    _fit(figure, axes, area)


def bars(figure: Figure, area: Area, drawing: Bars, palette: Palette) -> None:
    """A bar for each word, the first one at the top, with its number."""
    labels = [as_text(label, LONGEST) for label in drawing.labels[:MOST_BARS]]
    values = drawing.values[:MOST_BARS]
    largest = float(np.abs(values).max(initial=0.0))
    axes = figure.add_axes(area)
    places = np.arange(len(labels))
    colours = [palette.bar if value >= 0 else palette.points["result"] for value in values.tolist()]
    drawn = axes.barh(places, values, height=0.72, color=colours)
    axes.bar_label(drawn, [number(value, largest) for value in values.tolist()], padding=4, size=8.5)
    axes.set_yticks(places)
    axes.set_yticklabels(labels, size=9, color=palette.text)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.margins(x=0.1)
    axes.set_xlabel(as_text(drawing.axis, 90))
    axes.tick_params(length=0, labelsize=8.5)
    axes.spines["left"].set_visible(False)
    if len(drawing.labels) > MOST_BARS:
        told = f"{MOST_BARS} of {len(drawing.labels):,}"
        axes.text(
            1, 1.0, told, size=8, color=palette.faint, transform=axes.transAxes, ha="right", va="bottom"
        )
    _fit(figure, axes, area)


def histogram(figure: Figure, area: Area, drawing: Histogram, palette: Palette) -> None:
    """A column for each bin; numbers with a name have a line, the names below each other."""
    axes = figure.add_axes(area)
    axes.stairs(drawing.counts, drawing.edges, fill=True, color=palette.bar, alpha=0.9)
    axes.set_xlabel(as_text(drawing.axis, 90))
    axes.set_ylabel("count")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(length=0, labelsize=8.5)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="y", color=palette.faint, alpha=0.2, linewidth=0.6)
    axes.set_axisbelow(True)
    low, high = float(drawing.edges[0]), float(drawing.edges[-1])
    for i, (name, value) in enumerate(drawing.marks):
        top = 0.92 - 0.09 * (i % 9)
        axes.plot([value, value], [0, top], transform=axes.get_xaxis_transform(),
                  color=palette.points["result"], linewidth=1)  # fmt: skip
        left = value > (low + high) / 2
        text = f"{as_text(name, LONGEST)}  {number(value, max(-low, high))}"
        axes.annotate(
            text, (value, top), xycoords=axes.get_xaxis_transform(), xytext=(-5 if left else 5, 0),
            textcoords="offset points", ha="right" if left else "left", va="top", size=9,
            color=palette.points["result"],
        )  # fmt: skip
    _fit(figure, axes, area)


def _fit(figure: Figure, axes: Axes, area: Area) -> None:
    """Make the axes smaller until their labels are inside the area, too."""
    figure.draw_without_rendering()
    outer, inner = axes.get_tightbbox(), axes.get_window_extent()
    assert outer is not None  # noqa: S101 - what is visible has a size
    width, height = figure.bbox.width, figure.bbox.height
    left = max(inner.x0 - outer.x0, area[0] * width * 0.5) / width
    below = max(inner.y0 - outer.y0, 0.0) / height
    position = axes.get_position()
    start, bottom = min(0.04 + left, 0.6), min(area[1] - 0.5 / (height / figure.dpi) + below, 0.5)
    top = area[1] + area[3]
    axes.set_position((start, bottom, position.x1 - start, top - bottom))
