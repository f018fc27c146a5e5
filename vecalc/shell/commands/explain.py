"""`vecalc explain`: how an expression is read, where its answer comes from, and how far to trust it."""

from __future__ import annotations

from typing import Any

import click

from vecalc.errors import UsageError
from vecalc.shell.options import FORMAT, LET, MODEL, QUIET, RANKING, WORDS, request_of
from vecalc.shell.registry import command

EXAMPLES = """\
  vecalc explain 'king - man + woman'
  vecalc explain '0.5*(A*B + A + B) where A = blood, B = color' -k 5
  vecalc explain 'cos(king, queen)' --json
"""


@command("vecalc explain EXPRESSION [OPTIONS]", EXAMPLES)
@click.argument("expressions", nargs=-1, metavar="EXPRESSION")
@click.option("-e", "expression_option", multiple=True, metavar="EXPR", help="The expression.")
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
    from vecalc.errors import ExpressionError
    from vecalc.shell.arguments import as_utf8
    from vecalc.shell.display import complain, format_name, show_sheets, tell
    from vecalc.shell.opening import open_calculator
    from vecalc.studies.explain.explanation import explain

    request = request_of(options)
    texts = [as_utf8(text) for text in (*request.expression_option, *request.expressions)]
    if len(texts) != 1:
        given = "an expression is missing" if not texts else f"one expression at a time, {len(texts)} given"
        raise UsageError(given, where="vecalc explain", hint="in quotes: vecalc explain 'king - man + woman'")
    text = texts[0].strip()
    calculator, request = open_calculator(request)
    try:
        for_people = format_name(request) in ("table", "markdown")
        answer, sheets = explain(calculator, text, for_people=for_people)
    except ExpressionError as problem:
        complain(text, problem, request)
        return problem.exit_code
    tell(answer.notes, request)
    show_sheets(sheets, request)
    return 0 if answer.ok else 1
