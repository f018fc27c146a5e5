"""Pictures of what an expression comes to: a calculator in, drawings out.

    plot(calculator, text, plan, around) -> Drawing      what is drawn, and how, is in its `PlotPlan`

`vecalc.plots` draws them to a terminal, an image file or a page; `plot_sheets` makes tables of them.
"""

from __future__ import annotations

from vecalc.studies.plot.drawings import plot
from vecalc.studies.plot.plan import Around, PlotPlan

__all__ = ["Around", "PlotPlan", "plot"]
