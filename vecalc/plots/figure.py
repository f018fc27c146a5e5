"""Drawings as image files, by matplotlib: PNG, SVG and PDF. The same drawing is the same bytes.

Nothing is shown on a screen, and no setting of the user's for matplotlib counts. Labels are text as it
stands: a `$` begins no formula.
"""

from __future__ import annotations

import importlib
import io
import warnings
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from vecalc.errors import UsageError
from vecalc.plots import Bars, Drawing, Heat, Histogram, Look, Scatter
from vecalc.plots.figure_charts import bars, heat, height_of, histogram
from vecalc.plots.figure_map import figure_map
from vecalc.plots.figure_text import FAMILIES, as_text, texts_of
from vecalc.plots.palette import PALETTES, Palette

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")
_WIDTH, _HEIGHT = 9.0, 6.5  # inches
_DPI = 150
_MARGIN = 0.35  # inches at the sides
_LINE = 0.17  # inches that a line of remarks takes
_LONGEST = 115  # characters in a line of remarks
_METADATA: dict[str, dict[str, None]] = {  # the time, and what drew it, are not to be in the file
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_RULES: dict[str, Any] = {
    "svg.hashsalt": "vecalc",
    "svg.fonttype": "none",  # text stays text, which can be searched for
    "pdf.fonttype": 42,
    "text.parse_math": False,
    "axes.unicode_minus": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 10,
}
_SHOWN = 5  # characters that a note names


def draw(drawing: Drawing, look: Look) -> bytes:
    """The image file of the look's suffix. Raises `UsageError` without matplotlib."""
    matplotlib = _matplotlib()
    palette = PALETTES[look.theme]
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # characters without a glyph are told by `notes`
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RULES | {"font.family": _families()} | palette.rules())
        figure = _figure(drawing, palette)
        stream = io.BytesIO()
        suffix = look.suffix or SUFFIXES[0]
        figure.savefig(stream, format=suffix[1:], dpi=_DPI, metadata=_METADATA[suffix])
    return stream.getvalue()


def notes(drawing: Drawing, look: Look) -> tuple[str, ...]:
    """Which characters no font here has."""
    _matplotlib()
    manager = importlib.import_module("matplotlib.font_manager")
    known: set[int] = set()
    for family in _families():
        known.update(manager.get_font(manager.findfont(family)).get_charmap())
    lacking = sorted({char for text in texts_of(drawing) for char in text if ord(char) not in known})
    if not lacking:
        return ()
    named = " ".join(lacking[:_SHOWN]) + (" ..." if len(lacking) > _SHOWN else "")
    return (
        f"{len(lacking):,} characters are in no font that is installed, and show as boxes: {named}; "
        "a font such as Noto Sans CJK has many, and .html takes the browser's",
    )


def _matplotlib() -> Any:
    try:
        return importlib.import_module("matplotlib")
    except ImportError:
        what = "a picture in a file needs the package matplotlib, which is not installed"
        hint = "pip install 'vecalc[plot]'; .html and .txt need nothing more"
        raise UsageError(what, where="-o", hint=hint) from None


def _families() -> list[str]:
    """The fonts that are there, in the order in which they are asked for a glyph."""
    manager = importlib.import_module("matplotlib.font_manager").fontManager
    there = {font.name for font in manager.ttflist}
    return [family for family in FAMILIES if family in there]


def _figure(drawing: Drawing, palette: Palette) -> Figure:
    """The drawing between its title and its remarks."""
    figures = importlib.import_module("matplotlib.figure")
    lines = [line for remark in drawing.remarks for line in wrap(as_text(remark), _LONGEST)]
    below = 0.25 + _LINE * len(lines)
    height = height_of(drawing, _HEIGHT) + _LINE * len(lines)
    figure: Figure = figures.Figure(figsize=(_WIDTH, height), dpi=_DPI)
    title = as_text(drawing.title, 80)
    figure.text(_MARGIN / _WIDTH, 1 - 0.22 / height, title, size=13, weight="bold", va="top")
    for i, line in enumerate(reversed(lines)):
        y = (0.15 + _LINE * i) / height
        figure.text(_MARGIN / _WIDTH, y, line, size=8, color=palette.faint, va="bottom")
    area = (0.75 / _WIDTH, (below + 0.5) / height, (_WIDTH - 1.1) / _WIDTH, (height - below - 1.15) / height)
    match drawing:
        case Scatter():
            figure_map(figure, area, drawing, palette)
        case Heat():
            heat(figure, area, drawing, palette)
        case Bars():
            bars(figure, area, drawing, palette)
        case Histogram():
            histogram(figure, area, drawing, palette)
    return figure
