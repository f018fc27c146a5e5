"""`vecalc plot`: a picture of what expressions come to, on the terminal or as a file."""

from __future__ import annotations

from typing import Any

import click

from vecalc.shell.options import (
    FORMAT,
    LET,
    MODEL,
    QUIET,
    RANKING,
    WORDS,
    as_utf8,
    choice,
    flag,
    request_of,
    several,
)
from vecalc.shell.registry import command

EXAMPLES = """\
  vecalc plot 'king, queen, man, woman'
  vecalc plot 'king - man + woman' -o map.png
  vecalc plot 'nearest(king, 30)' --axes 'woman - man, royal' --colour frequency
  vecalc plot 'cos(?, king)'                    how often which cosine occurs
  vecalc plot --all --first 20000 -o map.html   a map to walk through
"""
KINDS = ("auto", "map", "heat", "bars", "histogram")
PROJECTIONS = ("pca", "tsne")


@command("vecalc plot EXPRESSION [-o FILE] [OPTIONS]", EXAMPLES)
@click.argument("expressions", nargs=-1, metavar="[EXPRESSION]...")
@several("-e", "expression_option", "EXPR", "An expression; may be repeated.")
@choice("--kind", "What is drawn; auto: what suits the value. [auto]", of=KINDS, default="auto")
@choice("--by", "How points get their places. [pca]", of=PROJECTIONS, default="pca")
@click.option(
    "--axes",
    default="",
    metavar="'A, B'",
    help="Or these two: scores with ?, or vectors, which stand for the cosine with them.",
)
@click.option(
    "--context", type=click.IntRange(min=0), metavar="N", help="Draw so many neighbours of every point."
)
@click.option(
    "--colour",
    default="",
    metavar="WHAT",
    help="frequency, FILE#COLUMN of a table, a score with ?, or a vector.",
)
@click.option("--color-by", default="", metavar="COLUMN", help="A column of the model's metadata.")
@flag(
    "--all",
    "everything",
    "Every word of the model, or of --in; --first, --among, --match, --where take fewer.",
)
@LET
@MODEL
@WORDS
@RANKING
@FORMAT
@QUIET
def run(**options: Any) -> int:
    """Draws vectors and lists as a map, a table as a heat map, a score (with ?) as a histogram.

    On the terminal, or with -o as .png, .svg, .pdf, .html or .txt; --format csv or json gives the numbers.
    """
    from vecalc.shell.opening import Opened, Outcome, perform
    from vecalc.shell.pictures import around, of_table, picture, with_picture
    from vecalc.studies.plot import PlotPlan, plot
    from vecalc.studies.plot.plot_sheets import sheet_of

    request, drawer = with_picture(request_of(options, csv=of_table(options["colour"])))
    plan = PlotPlan(
        options["kind"],
        options["by"],
        options["axes"],
        options["context"],
        options["colour"],
        as_utf8(options["color_by"]),
        options["everything"],
        getattr(drawer, "NEAR", 0),
    )

    def drawn(opened: Opened) -> Outcome:
        drawing = plot(opened.calculator, opened.typed(), plan, around(opened))
        if drawer is None and opened.request.format != "table":
            return Outcome([sheet_of(drawing)])
        data, notes = picture(drawing, drawer, opened.request)
        return Outcome(notes=notes, data=data)

    return perform(request, drawn, "drawing")
