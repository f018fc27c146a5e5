"""`vecalc explain`: how an expression is read, where its answer comes from, and how far to trust it."""

from __future__ import annotations

from typing import Any

import click

from vecalc.errors import UsageError
from vecalc.shell.options import FORMAT, LET, MODEL, QUIET, RANKING, WORDS, as_utf8, request_of, several
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
    texts = [as_utf8(text) for text in (*request.expression_option, *request.expressions)]
    if len(texts) != 1:
        given = "an expression is missing" if not texts else f"one expression at a time, {len(texts)} given"
        raise UsageError(given, where="vecalc explain", hint="in quotes: vecalc explain 'king - man + woman'")
    text = texts[0].strip()

    def explained(opened: Opened) -> Outcome:
        calculator = opened.calculator
        with about(text):
            answer, sheets = explain(calculator, text, for_people=opened.for_people)
        return Outcome(sheets, answer.notes, 0 if answer.ok else 1)

    return perform(request, explained)
