"""Pictures: what is to be drawn, as plain values, and one module for each kind of place to draw it.

    terminal   text of any width, in braille, blocks or ASCII
    figure     PNG, SVG and PDF, by matplotlib
    page       one HTML file that needs nothing else

What is drawn is computed elsewhere (`vecalc.studies.plot`); nothing here looks anything up. Labels, titles
and remarks are data: no drawing lets one of them break its syntax.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from vecalc.answers import Tabled
from vecalc.arrays import Floats, Numbers

Role: TypeAlias = Literal["given", "result", "context"]  # typed; computed from it; neighbours of these


class Neighbourhoods(NamedTuple):
    """The true neighbours of each point, in the full space: `words` begins with the points' own labels.

    `rows` [n, k] are places in `words`, -1 where there are fewer; `scores` [n, k] by the metric, best first.
    """

    words: tuple[str, ...]
    rows: Numbers
    scores: Floats


class Colouring(NamedTuple):
    """What colours stand for: a number for each point [n], or one of some names."""

    name: str
    values: Floats | tuple[str, ...]


class Scatter(NamedTuple):
    """Points [n] on a plane, as a projection or two scores put them."""

    title: str
    axes: tuple[str, str]
    labels: tuple[str, ...]
    places: Floats  # [n, 2]
    roles: tuple[Role, ...]
    kept: Floats  # [n], the share of a point's ten nearest that are among its ten nearest in the picture, too
    arrows: tuple[tuple[int, int], ...] = ()
    near: Neighbourhoods | None = None
    colouring: Colouring | None = None
    remarks: tuple[str, ...] = ()


class Heat(NamedTuple):
    """A table of numbers as shades."""

    title: str
    table: Tabled
    remarks: tuple[str, ...] = ()


class Bars(NamedTuple):
    """A number for each of some words, in their order: a ranking."""

    title: str
    axis: str  # what the numbers are
    labels: tuple[str, ...]
    values: Floats  # [n]
    remarks: tuple[str, ...] = ()


class Histogram(NamedTuple):
    """How often a number falls between two edges; `marks` are numbers with a name of their own."""

    title: str
    axis: str
    edges: Floats  # [b + 1]
    counts: Floats  # [b]
    marks: tuple[tuple[str, float], ...] = ()
    remarks: tuple[str, ...] = ()


Drawing: TypeAlias = Scatter | Heat | Bars | Histogram
