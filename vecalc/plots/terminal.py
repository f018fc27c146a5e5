"""Drawings as text: for a terminal of any width, with colours or without, in Unicode or in ASCII."""

from __future__ import annotations

from collections.abc import Iterator

from vecalc.answers import Tabled
from vecalc.plots import Bars, Drawing, Heat, Histogram, Look, Scatter
from vecalc.plots.text_histogram import text_histogram
from vecalc.plots.text_map import text_map
from vecalc.render import Style
from vecalc.render.paint import BOLD, DIM, paint
from vecalc.render.table import drawn
from vecalc.render.visible import visible
from vecalc.render.width import wrapped

SUFFIXES = (".txt",)
_PLAIN = str.maketrans({"×": "x", "·": "-", "→": "->", "↑": "^"})


def draw(drawing: Drawing, look: Look) -> bytes:
    """The drawing as UTF-8: its title, itself, and the remarks."""
    style = Style(look.color, look.width, ascii=look.ascii, terminal=True)
    lines = [*_title(drawing.title, style), *_body(drawing, style, look)]
    for remark in drawing.remarks:
        text = visible(remark.translate(_PLAIN) if look.ascii else remark)
        lines += [paint(line, DIM, style) + "\n" for line in wrapped(text, look.width)]
    text = "".join(lines)
    return (
        text.encode("ascii", "backslashreplace") if look.ascii else text.encode("utf-8", "backslashreplace")
    )


def _title(title: str, style: Style) -> Iterator[str]:
    yield from (paint(line, BOLD, style) + "\n" for line in wrapped(visible(title), style.width))


def _body(drawing: Drawing, style: Style, look: Look) -> Iterator[str]:
    match drawing:
        case Scatter():
            yield from text_map(drawing, style, look)
        case Heat(_, table):
            yield drawn(table, style)
        case Bars(_, _, labels, values):
            yield drawn(Tabled(labels, (), values), style)
        case Histogram():
            yield from text_histogram(drawing, style)
