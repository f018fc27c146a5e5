"""`vecalc diff`: the same expression in two models or more, and how far they agree."""

from __future__ import annotations

from typing import Any

import click

from vecalc.app.cli.options import FORMAT, LET, MODEL, QUIET, RANKING, WORDS, request_of
from vecalc.app.commands import command

EXAMPLES = """\
  vecalc diff 'king - man + woman' -m old=2019.bin -m new=2024.bin
  vecalc diff 'cos(tea, coffee)' -m news.bin -m wiki.txt
  vecalc diff -f questions.txt -m a=a.bin -m b=b.bin --json     a line for each expression
"""


@command("vecalc diff EXPRESSION... -m A=FILE -m B=FILE [OPTIONS]", EXAMPLES)
@click.argument("expressions", nargs=-1, metavar="[EXPRESSION]...")
@click.option(
    "-e", "expression_option", multiple=True, metavar="EXPR", help="An expression; may be repeated."
)
@click.option(
    "-f", "--file", multiple=True, metavar="FILE", help="Expressions, one a line; - is standard input."
)
@MODEL
@LET
@WORDS
@RANKING
@FORMAT
@QUIET
def run(**options: Any) -> int:
    """Answers expressions in every model, with its own words, and compares the first model with the others.

    Shows neighbours side by side with their ranks in the other model, what the rankings have in common, and
    which neighbours the other vocabulary lacks; of numbers the difference.
    """
    from vecalc.app.cli.differing import diff

    return diff(request_of(options))
