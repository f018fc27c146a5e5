"""`vecalc diff`: the same expression in two models or more, and how far they agree."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import click

from vecalc.errors import UsageError
from vecalc.shell.options import (
    EXPRESSIONS,
    FILES,
    FORMAT,
    LET,
    MODEL,
    QUIET,
    RANKING,
    WORDS,
    request_of,
)
from vecalc.shell.registry import command
from vecalc.shell.request import FAILED

if TYPE_CHECKING:
    from vecalc.engine.calculator import Calculator
    from vecalc.shell.opening import Opened, Outcome
    from vecalc.shell.request import Request
    from vecalc.studies.diff.side_by_side import Difference

EXAMPLES = """\
  vecalc diff 'king - man + woman' -m old=2019.bin -m new=2024.bin
  vecalc diff 'cos(tea, coffee)' -m news.bin -m wiki.txt
  vecalc diff -f questions.txt -m a=a.bin -m b=b.bin --json     a line for each expression
"""


@command("vecalc diff EXPRESSION... -m A=FILE -m B=FILE [OPTIONS]", EXAMPLES)
@click.argument("expressions", nargs=-1, metavar="[EXPRESSION]...")
@EXPRESSIONS
@FILES
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
    from vecalc.library.catalogue import named
    from vecalc.shell.opening import perform

    request = request_of(options)
    if not (request.expression_option or request.expressions or request.file):
        raise UsageError("an expression is missing", where="vecalc diff", hint="vecalc diff king -m a -m b")
    if len(request.model) < 2:
        raise UsageError("two models are needed", where="vecalc diff", hint="-m old=FILE -m new=FILE")
    return perform(request._replace(model=named(request.model)), _diff, "comparing")


def _diff(opened: Opened) -> Outcome:
    """Answer the questions of a request in each of its models, and show the differences."""
    from vecalc.shell.opening import Outcome
    from vecalc.studies.diff.diff_sheets import sheets
    from vecalc.studies.diff.side_by_side import differences

    request, calculators = opened.request, _calculators(opened.calculator)
    deep = not request.file
    found = list(differences(calculators, opened.questions(opened.typed(*opened.spaces)), deep=deep))
    for one in found:
        _tell_of(one, request)

    def knows(name: str, word: str) -> bool:
        calculator = calculators[name]
        return calculator.spaces[calculator.default].row(word) is not None

    tables = sheets(found, tuple(calculators), knows, deep=deep, for_people=opened.for_people)
    errors = [answer.error for one in found for answer in one.answers.values() if answer.error is not None]
    failed = errors[0].exit_code if errors and len(found) == 1 else FAILED
    return Outcome(tables, code=0 if all(one.ok for one in found) else failed)


def _calculators(opened: Calculator) -> dict[str, Calculator]:
    """A calculator for each model, which is its default space; it knows the others by their names."""
    found = {name: copy(opened) for name in opened.spaces}
    for name, calculator in found.items():
        calculator.use(name)
    return found


def _tell_of(one: Difference, request: Request) -> None:
    """Print what there is to say of each model's answer, with the name of the model."""
    from vecalc.shell.display import report

    for name, answer in one.answers.items():
        notes = tuple(f"{name}: {note}" for note in answer.notes)
        report(answer._replace(notes=notes), request, answer.asked.where or name)
