"""`vecalc.Plot`: a drawing that shows itself, on a terminal, in a notebook, and in files."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from vecalc.api.telling import about, warned
from vecalc.errors import UsageError
from vecalc.plots import Drawing, Look
from vecalc.render import THEMES, Theme
from vecalc.shell.display import columns, only_ascii
from vecalc.shell.pictures import drawers
from vecalc.space.atomic import written_whole
from vecalc.studies.features.in_memory import check_choices
from vecalc.studies.plot import Around, PlotPlan, plot
from vecalc.studies.plot.plan import PLOT_KINDS, PROJECTIONS, PlotKind, Projection

if TYPE_CHECKING:
    from vecalc.api.asking import PythonCalculator

_TEXT = ".txt"


class PlotOptions(TypedDict, total=False):
    """What is drawn, and how: the options of `vecalc plot`."""

    kind: PlotKind
    by: Projection
    axes: str | tuple[str, str]
    context: int | None
    colour: str
    color_by: str
    everything: bool


class Plot(NamedTuple):
    """A picture: print it, save it, or let a notebook show it; `drawing` is it as plain values."""

    drawing: Drawing

    def __repr__(self) -> str:
        return f"<Plot {type(self.drawing).__name__.lower()} of {self.drawing.title!r}>"

    def __str__(self) -> str:
        look = Look(width=columns(), ascii=only_ascii(sys.stdout))
        return _text(drawers()[_TEXT].draw(self.drawing, look))

    def _repr_html_(self) -> str:
        from vecalc.plots.page import fragment

        return fragment(self.drawing)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self) if cycle or printer.indentation else str(self))

    def save(self, path: str | os.PathLike[str], *, theme: Theme = "light") -> None:
        """Write it to a file of the kind that its suffix says: .png, .svg, .pdf, .html, .txt.

        `theme` is light or dark, of an image; what an image can't show is a `VecalcWarning`. Raises
        `UsageError` for another suffix or a package that is missing, `StorageProblem`.
        """
        check_choices(theme=(theme, THEMES))
        place = Path(path)
        found = drawers()
        drawer = found.get(place.suffix.lower())
        if drawer is None:
            hint = f"pictures: {', '.join(sorted(found))}"
            raise UsageError("the suffix names no picture", where=str(place), hint=hint)
        look = Look(place.suffix.lower(), theme)
        data = drawer.draw(self.drawing, look)
        with written_whole(place) as stream:
            stream.write(data)
        for note in drawer.notes(self.drawing, look) if hasattr(drawer, "notes") else ():
            warned(note)


def drawn(calculator: PythonCalculator, text: str | Sequence[str], options: PlotOptions) -> Plot:
    """The picture of an expression, or of several. Raises as `vecalc.studies.plot.plot`, and `TypeError`."""
    told: dict[str, Any] = {**options}
    if unknown := told.keys() - PlotOptions.__annotations__.keys():
        known = ", ".join(PlotOptions.__annotations__)
        raise TypeError(f"a plot has no option {sorted(unknown)[0]!r}; there are {known}")
    check_choices(kind=(told.get("kind", "auto"), PLOT_KINDS), by=(told.get("by", "pca"), PROJECTIONS))
    for name in ("colour", "color_by"):
        if not isinstance(told.get(name, ""), str):
            raise UsageError(f"{name} can't be {told[name]!r}", hint="it is a text")
    if isinstance(told.get("axes", ""), tuple):
        told["axes"] = ", ".join(told["axes"])
    near = max(getattr(drawer, "NEAR", 0) for drawer in drawers().values())

    def tell(note: str) -> None:
        calculator.notes(note)

    return Plot(plot(calculator, text, PlotPlan(**told, near=near), Around(tell, about)))


def _text(data: bytes) -> str:
    return data.decode("utf-8").rstrip("\n")
