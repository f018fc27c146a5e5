"""`vecalc explain`: how an expression is read, where its answer comes from, and how far to trust it."""

from __future__ import annotations

from typing import Any

import click

from vecalc.errors import UsageError
from vecalc.shell.options import FORMAT, LET, MODEL, QUIET, RANKING, WORDS, request_of, several
from vecalc.shell.registry import command

EXAMPLES = """\
  vecalc explain 'king - man + woman'
  vecalc explain '0.5*(A*B + A + B) where A = blood, B = color' -k 5
  vecalc explain 'cos(king, queen)' --json
"""


@command("vecalc explain EXPRESSION [OPTIONS]", EXAMPLES)
@click.argument("expressions", nargs=-1, metavar="EXPRESSION")
@several("-e", "expression_option", "EXPR", "The expression.")
@LET
@MODEL
@WORDS
@RANKING
@FORMAT
@QUIET
def run(**options: Any) -> int:
    """Shows how an expression is read, what each term brings to each neighbour, how unusual the scores
    are, and whether the answer depends on the axes of the space.
    """
    from vecalc.shell.opening import Opened, Outcome, about, perform
    from vecalc.studies.explain.explanation import explain

    request = request_of(options)
    count = len(request.expression_option) + len(request.expressions)
    if count != 1:
        given = f"one expression at a time, {count} given" if count else "an expression is missing"
        raise UsageError(given, where="vecalc explain", hint="in quotes: vecalc explain 'king - man + woman'")

    def explained(opened: Opened) -> Outcome:
        calculator, text = opened.calculator, opened.typed()[0].strip()
        with about(text):
            answer, sheets = explain(calculator, text, for_people=opened.for_people)
        return Outcome(sheets, answer.notes, 0 if answer.ok else 1)

    return perform(request, explained, "explaining")
