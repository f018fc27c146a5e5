"""Text of figures: nothing that hides or acts, nothing that an image file can't hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vecalc.plots import Bars, Drawing, Heat, Histogram, Scatter
from vecalc.render.cells import fixed, tidy
from vecalc.render.visible import visible

# The first one is matplotlib's own; the others, where they are installed, have what it lacks.
FAMILIES = (
    "DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Hiragino Sans",
    "PingFang SC", "Apple SD Gothic Neo", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic",
    "WenQuanYi Zen Hei", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Thai", "Noto Emoji",
    "Arial Unicode MS",
)  # fmt: skip
_DIGITS = 3
_USUAL = (0.01, 1000)
LONGEST = 32  # characters of a label; of a longer one the beginning stands
_NO_TEXT = re.compile("[\ud800-\udfff\ufffe\uffff]")  # what neither UTF-8 nor XML can hold


def as_text(text: str, most: int = 0) -> str:
    """The visible text; of one that is longer than `most` the beginning."""
    shown = _NO_TEXT.sub(lambda found: f"\\u{ord(found[0]):04x}", visible(text))
    return f"{shown[: most - 1].rstrip()}…" if most and len(shown) > most else shown


def number(value: float, largest: float) -> str:
    """A number of a picture, with as many decimals as its neighbours where these are of the usual size."""
    return fixed(value, _DIGITS) if _USUAL[0] <= largest < _USUAL[1] else tidy(value, _DIGITS)


def texts_of(drawing: Drawing) -> Iterator[str]:
    """Every text of a drawing, as it is shown."""
    yield as_text(drawing.title)
    yield from map(as_text, drawing.remarks)
    match drawing:
        case Scatter():
            yield from (as_text(label, LONGEST) for label in drawing.labels)
        case Heat(_, table):
            yield from (as_text(label, LONGEST) for label in (*table.rows, *table.columns))
        case Bars(_, _, labels):
            yield from (as_text(label, LONGEST) for label in labels)
        case Histogram():
            yield from (as_text(name, LONGEST) for name, _ in drawing.marks)
