"""Pictures: what is to be drawn, as plain values, and one module for each kind of place to draw it.

    terminal   text of any width, in braille, blocks or ASCII
    figure     PNG, SVG and PDF, by matplotlib
    page       one HTML file that needs nothing else

Each is a `Drawer`, found by itself:

    SUFFIXES: tuple[str, ...]        the names of files that are drawn so, with their dot
    draw(drawing, look) -> bytes     the whole file
    notes(drawing, look)             what is to be told beside it, if there may be anything
    NEAR: int                        true neighbours of each point that it wants to know, if any

A module without `SUFFIXES` is a helper of these. What is drawn is computed elsewhere (`vecalc.studies.plot`);
nothing here looks anything up. Labels, titles and remarks are data: no drawing lets one of them break its
syntax.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol, TypeAlias, get_args

from vecalc.answers import Tabled
from vecalc.arrays import Floats, Numbers

Role: TypeAlias = Literal["given", "result", "context"]  # typed; computed from it; neighbours of these


Theme: TypeAlias = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)


class Neighbourhoods(NamedTuple):
    """The true neighbours of each point, in the full space: `words` begins with the points' own labels.

    `rows` [n, k] are places in `words`, -1 where there are fewer; `scores` [n, k] by the metric, best first.
    """

    words: tuple[str, ...]
    rows: Numbers
    scores: Floats


class Colouring(NamedTuple):
    """What colours stand for: a number for each point [n], or one of some names; NaN or "" for none."""

    name: str
    values: Floats | tuple[str, ...]


class Scatter(NamedTuple):
    """Points [n] on a plane, as a projection or two scores put them.

    `kept` is the share of a point's nearest, among the points and in the full space, that are among its
    nearest in the picture, too; NaN where it was not counted. A remark says how many of them count.
    """

    title: str
    axes: tuple[str, str]
    labels: tuple[str, ...]
    places: Floats  # [n, 2]
    roles: tuple[Role, ...]
    kept: Floats  # [n]
    arrows: tuple[tuple[int, int], ...] = ()  # from one point to another
    near: Neighbourhoods | None = None
    colouring: Colouring | None = None
    remarks: tuple[str, ...] = ()
    even: bool = True  # a step is as long along either axis, so that distances can be seen


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


class Look(NamedTuple):
    """How a drawing is to look: the kind of file by its suffix, and what the place can show."""

    suffix: str = ""
    theme: Theme = "light"
    width: int = 80  # columns of a terminal
    color: bool = False  # of a terminal
    ascii: bool = False  # it shows no more


class Drawer(Protocol):
    """What a module has that draws."""

    SUFFIXES: tuple[str, ...]

    def draw(self, drawing: Drawing, look: Look) -> bytes:
        """The whole file. Raises `UsageError` where a package is missing."""
