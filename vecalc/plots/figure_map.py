"""A map as a figure: points, arrows, and labels that cover neither each other nor the points."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from vecalc.arrays import Floats
from vecalc.plots import Role, Scatter
from vecalc.plots.figure_text import LONGEST, as_text
from vecalc.plots.label_places import Box, Room, beside, in_turn
from vecalc.plots.palette import APART, SCALE, Palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

_CROWDED = 400  # points of context, from which on they are small, and few have labels
_TRIED = 500  # the first of them, for which room is looked for then
_SIZES: dict[Role, float] = {"given": 42, "result": 58, "context": 22}  # square points
_SHAPES: dict[Role, str] = {"given": "o", "result": "D", "context": "o"}
_AWAY = 6.5  # points between the middle of a mark and its label
_MARK = 6.0  # the same, of a mark's width
_SCALE = 0.06  # of the figure's width, for what is beside the scale of colours
_STEPS = 40  # pieces of an arrow that labels keep away from


def figure_map(
    figure: Figure, area: tuple[float, float, float, float], drawing: Scatter, palette: Palette
) -> None:
    """Draw a map into an area of a figure (shares of its width and height)."""
    scaled = drawing.colouring is not None and not isinstance(drawing.colouring.values, tuple)
    left, bottom, width, height = area
    axes = figure.add_axes((left, bottom, width - _SCALE * scaled, height))
    axes.set_xlabel(as_text(drawing.axes[0], 90))
    axes.set_ylabel(as_text(drawing.axes[1], 60))
    axes.margins(0.08)
    if drawing.even:
        axes.set_aspect("equal", adjustable="datalim")
    axes.grid(visible=True, color=palette.faint, alpha=0.15, linewidth=0.6)
    axes.tick_params(length=0, labelsize=8)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    roles = np.array(drawing.roles)
    crowded = int((roles == "context").sum()) > _CROWDED
    colours = _coloured(figure, axes, drawing, palette)
    for role in ("context", "given", "result"):
        some = np.flatnonzero(roles == role)
        if len(some):
            size = 3.0 if crowded and role == "context" else _SIZES[role]
            axes.scatter(
                drawing.places[some, 0], drawing.places[some, 1], s=size, marker=_SHAPES[role],
                c=[colours[i] for i in some], linewidths=0, zorder=3,
                alpha=0.55 if crowded and role == "context" else 1.0,
            )  # fmt: skip
    for start, end in drawing.arrows:
        _arrow(axes, drawing.places[start], drawing.places[end], palette)
    figure.draw_without_rendering()
    _labels(figure, axes, drawing, palette, crowded=crowded)


def _arrow(axes: Axes, start: Floats, end: Floats, palette: Palette) -> None:
    style = {"arrowstyle": "-|>", "color": palette.points["result"], "linewidth": 1.3, "alpha": 0.8}
    axes.annotate(
        "", xy=tuple(end), xytext=tuple(start), zorder=2,
        arrowprops={**style, "shrinkA": 5, "shrinkB": 6, "mutation_scale": 13},
    )  # fmt: skip


# --- colours --------------------------------------------------------------------------------------


def _coloured(figure: Figure, axes: Axes, drawing: Scatter, palette: Palette) -> list[Any]:
    """The colour of each point, explained in a legend where they stand for something."""
    if drawing.colouring is None:
        return [palette.points[role] for role in drawing.roles]
    name, values = as_text(drawing.colouring.name, 60), drawing.colouring.values
    if isinstance(values, tuple):
        return _by_name(axes, name, values, palette)
    return _by_number(figure, axes, name, np.asarray(values, dtype=np.float64), palette)


def _by_name(axes: Axes, title: str, values: tuple[str, ...], palette: Palette) -> list[str]:
    counts = Counter(filter(None, values)).most_common(len(APART))
    colour = {name: APART[i] for i, (name, _) in enumerate(counts)}
    for name, count in counts:
        label = f"{as_text(name, LONGEST)} ({count:,})"
        axes.scatter([], [], s=30, c=colour[name], linewidths=0, label=label)
    left = sum(1 for value in values if value and value not in colour)
    _legend(axes, title, palette, {"others": left, "none": values.count("")})
    return [colour.get(value, palette.points["context"]) for value in values]


def _legend(axes: Axes, title: str, palette: Palette, grey: dict[str, int]) -> None:
    """The legend, and in it how many points are grey, and why."""
    for name, count in grey.items():
        if count:
            axes.scatter([], [], s=30, c=palette.points["context"], linewidths=0, label=f"{name} ({count:,})")
    box = axes.legend(title=title, loc="upper left", bbox_to_anchor=(0, 1.0), fontsize=8, title_fontsize=8)
    box.get_frame().set(facecolor=palette.back, edgecolor=palette.faint, alpha=0.85)


def _by_number(figure: Figure, axes: Axes, title: str, values: Floats, palette: Palette) -> list[Any]:
    import matplotlib as mpl
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, Normalize

    finite = np.isfinite(values)
    if not finite.any():
        return [palette.points["context"]] * len(values)
    norm = Normalize(float(values[finite].min()), float(values[finite].max()))
    scale = ListedColormap(mpl.colormaps[SCALE](np.linspace(*palette.scale, 256)))
    bar = figure.colorbar(ScalarMappable(norm, scale), ax=axes, fraction=0.03, pad=0.02)
    bar.set_label(title, size=8)
    bar.ax.tick_params(labelsize=8, length=2)
    bar.outline.set_visible(False)
    if missing := int((~finite).sum()):
        _legend(axes, "", palette, {"none": missing})
    return [
        scale(float(norm(value))) if known else palette.points["context"]
        for value, known in zip(values.tolist(), finite.tolist(), strict=True)
    ]


# --- labels ---------------------------------------------------------------------------------------


def _labels(figure: Figure, axes: Axes, drawing: Scatter, palette: Palette, *, crowded: bool) -> None:
    """Write the labels that have room, and how many there are of all."""
    pixels: Floats = np.asarray(axes.transData.transform(drawing.places)) - (axes.bbox.x0, axes.bbox.y0)
    point = figure.dpi / 72  # pixels of a point
    turn = in_turn(drawing)
    important = [i for i in turn if drawing.roles[i] != "context"]
    renderer = _renderer(figure)
    room = Room(axes.bbox.width, axes.bbox.height)
    _keep_free(room, axes, drawing, pixels, important if crowded else turn, renderer, point)
    shown = 0
    for i in turn[: len(important) + _TRIED] if crowded else turn:
        text = _text(axes, drawing, i, palette)
        extent = text.get_window_extent(renderer)
        x, y = pixels[i].tolist()
        boxes = beside(x, y, extent.width, extent.height, (_AWAY * point, 0.7 * _AWAY * point))
        firm_only = drawing.roles[i] != "context"
        shows = bool(text.get_text().strip())
        found = room.first_free(boxes, gap=2 * point, firm_only=firm_only) if shows else None
        if found is None:
            text.remove()
            continue
        shown += 1
        corner = axes.transData.inverted().transform((found.x + axes.bbox.x0, found.y + axes.bbox.y0))
        text.set_transform(axes.transData)
        text.set_position(corner.tolist())
    if shown < len(drawing.labels):
        told = f"labels: {shown:,} of {len(drawing.labels):,}"
        said = axes.text(1, 1.01, told, size=8, color=palette.faint, transform=axes.transAxes)
        said.set(ha="right", va="bottom")


def _text(axes: Axes, drawing: Scatter, point: int, palette: Palette) -> Text:
    """The label of a point, in pixels until it has a place."""
    role = drawing.roles[point]
    strong = role != "context"
    return axes.text(
        0, 0, as_text(drawing.labels[point], LONGEST), transform=None, va="bottom", ha="left", zorder=4,
        size=9.5 if strong else 8, weight="bold" if strong else "normal",
        color=palette.points["result"] if role == "result" else palette.text,
    )  # fmt: skip


def _keep_free(
    room: Room, axes: Axes, drawing: Scatter, pixels: Floats, marked: list[int], renderer: Any, point: float
) -> None:
    """Take what labels must not cover: marks, arrows, the legend."""
    legend = axes.get_legend()
    if legend is not None:
        box = legend.get_window_extent(renderer)
        room.take(Box(box.x0 - axes.bbox.x0, box.y0 - axes.bbox.y0, box.width, box.height))
    for i in marked:
        room.take(_around(pixels[i], _MARK * point))
    for start, end in drawing.arrows:
        for share in np.linspace(0, 1, _STEPS).tolist():
            room.take(_around(pixels[start] * (1 - share) + pixels[end] * share, 3 * point), firm=False)


def _renderer(figure: Figure) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    return FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]


def _around(place: Floats, width: float) -> Box:
    x, y = place.tolist()
    return Box(x - width / 2, y - width / 2, width, width)
