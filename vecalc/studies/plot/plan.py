"""What is to be drawn, how, and who hears of it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, NamedTuple, TypeAlias, get_args

PlotKind: TypeAlias = Literal["auto", "map", "heat", "bars", "histogram"]
Projection: TypeAlias = Literal["pca", "tsne"]
PLOT_KINDS: tuple[PlotKind, ...] = get_args(PlotKind)
PROJECTIONS: tuple[Projection, ...] = get_args(Projection)
Add: TypeAlias = Callable[[int], None]  # so much more is done


class PlotPlan(NamedTuple):
    """How something is drawn."""

    kind: PlotKind = "auto"  # map: points on a plane; auto: what suits the value
    by: Projection = "pca"  # how a map puts points on a plane, unless it has axes
    axes: str = ""  # two expressions, each a score with `?` or a vector (a cosine with it)
    context: int | None = None  # neighbours drawn around each point; None: those of a computed vector
    colour: str = ""  # frequency, FILE#COLUMN, a score with `?` or a vector
    color_by: str = ""  # a column of the model's metadata, by which points are coloured
    everything: bool = False  # all candidates are points, too
    near: int = 0  # true neighbours that are looked up for each point


USUAL = PlotPlan()


@contextmanager
def _plain(text: str) -> Iterator[None]:
    yield


@contextmanager
def _unseen(what: str, total: int) -> Iterator[Add]:
    yield lambda amount: None


class Around(NamedTuple):
    """Who hears of it: of notes, of the text that is computed, of long work and how much there is of it."""

    tell: Callable[[str], None] = lambda note: None
    about: Callable[[str], AbstractContextManager[None]] = _plain
    watch: Callable[[str, int], AbstractContextManager[Add]] = _unseen


UNHEARD = Around()
