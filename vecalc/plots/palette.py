"""The colours of figures, on white and on black, that differ for every kind of sight (Okabe and Ito 2008)."""

from __future__ import annotations

from typing import Any, NamedTuple

from vecalc.plots import Role
from vecalc.render import Theme

APART = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800")
SCALE = "viridis"  # of numbers (van der Walt and Smith 2015)
DIVERGING = "PuOr"  # of numbers on both sides of zero, orange below (Brewer 2003), as the page has it
HEAT = "cividis"  # of a table (Nuñez, Anderton and Renslow 2018)


class Palette(NamedTuple):
    """The colours of a theme."""

    back: str
    text: str
    faint: str  # remarks, axes, points of context
    points: dict[Role, str]
    bar: str
    scale: tuple[float, float]  # the part of a scale of colours that is not lost on the background

    def rules(self) -> dict[str, Any]:
        """The same as matplotlib's settings."""
        faint = dict.fromkeys(("axes.labelcolor", "xtick.color", "ytick.color", "axes.edgecolor"), self.faint)
        back = dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), self.back)
        return {"text.color": self.text, **faint, **back}


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        "#ffffff", "#1f2328", "#6b7280", {"given": "#0072b2", "result": "#d55e00", "context": "#9aa0a6"},
        "#0072b2", (0.0, 0.92),
    ),
    "dark": Palette(
        "#14171c", "#e6e8eb", "#9aa3ad", {"given": "#56b4e9", "result": "#ff9d4d", "context": "#747d88"},
        "#56b4e9", (0.22, 1.0),
    ),
}  # fmt: skip
