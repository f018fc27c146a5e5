"""`vecalc compare`: what different formulas make of the same two words, side by side."""

from __future__ import annotations

from typing import Any

import click

from vecalc.answers import NORMS
from vecalc.errors import UsageError
from vecalc.shell.options import FORMAT, LET, MODEL, QUIET, RANKING, WORDS, as_utf8, flag, request_of, several
from vecalc.shell.registry import command

EXAMPLES = """\
  vecalc compare blood color
  vecalc compare blood color --only sum,product,combined --target red
  vecalc compare blood color -e '0.2*A + 0.3*B + 0.5*(A*B)' --all-norms
"""


@command("vecalc compare A B [-e FORMULA]... [OPTIONS]", EXAMPLES)
@click.argument("operands", nargs=-1, metavar="A B")
@several("-e", "formulas", "FORMULA", "A further formula over A and B.")
@click.option("--only", metavar="NAME,...", help="Only these of the built-in formulas.")
@click.option("--target", metavar="WORD", help="Show the rank of this word in each column.")
@flag("--all-norms", "Compare at norm rms, unit and raw.")
@LET
@MODEL
@WORDS
@RANKING
@FORMAT
@QUIET
def run(**options: Any) -> int:
    """Shows the neighbours of sum, product, combination and other ways to make one vector of A and B, how far
    each is from the sum, and which depend on the axes of the space.
    """
    from vecalc.shell.opening import Opened, Outcome, about, perform
    from vecalc.studies.compare.compare_sheets import sheets
    from vecalc.studies.compare.comparison import compare, notes, operand
    from vecalc.studies.compare.formulas import Formula, chosen

    texts = [as_utf8(text).strip() for text in options["operands"]]
    texts[:1] = [text.removesuffix(",") for text in texts[:1]]  # as it is written at the prompt
    if len(texts) != 2:
        what = f"two expressions are compared, {len(texts)} given"
        raise UsageError(
            what, where="vecalc compare", hint="each in quotes: vecalc compare 'king - man' woman"
        )
    more = [Formula(text.strip(), text.strip()) for text in map(as_utf8, options["formulas"])]
    formulas = [*chosen(options["only"]), *more]

    def compared(opened: Opened) -> Outcome:
        calculator, comparisons = opened.calculator, []
        for norm in NORMS if options["all_norms"] else (calculator.options.norm,):
            calculator.set(norm=norm)
            operands = []
            for text in texts:
                with about(text):
                    operands.append(operand(calculator, text))
            with about(""):
                comparisons.append(compare(calculator, operands, formulas, options["target"]))
        failed = any(not column.answer.ok for one in comparisons for column in one.columns)
        return Outcome(sheets(comparisons, for_people=opened.for_people), notes(comparisons), int(failed))

    return perform(request_of(options), compared, "comparing")
