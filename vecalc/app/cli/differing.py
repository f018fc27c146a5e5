"""What `vecalc diff` asks for, done: a calculator for each model, the questions, the tables."""

from __future__ import annotations

from itertools import chain

from vecalc.app.cli import questions
from vecalc.app.cli.arguments import as_utf8
from vecalc.app.cli.opening import open_calculator
from vecalc.app.cli.request import Request
from vecalc.app.cli.run import FAILED
from vecalc.app.cli.showing import format_name, show_problem, show_sheets, tell
from vecalc.app.differing.differ import Difference, differences
from vecalc.app.differing.sheets import sheets
from vecalc.app.pipeline import Calculator
from vecalc.app.spaces import named
from vecalc.errors import UsageError


def diff(request: Request) -> int:
    """Answer the questions of a request in each of its models, and show the differences; the exit code."""
    typed = [as_utf8(text) for text in (*request.expression_option, *request.expressions)]
    if not typed and not request.file:
        raise UsageError("an expression is missing", where="vecalc diff", hint="vecalc diff king -m a -m b")
    if len(request.model) < 2:
        raise UsageError("two models are needed", where="vecalc diff", hint="-m old=FILE -m new=FILE")
    opened, request = open_calculator(request._replace(model=named(request.model)))
    calculators = _calculators(opened)
    deep = not request.file
    asked = chain(questions.typed(typed), questions.from_files(request.file))
    found = list(differences(calculators, asked, deep=deep))
    for one in found:
        _tell_of(one, request)

    def knows(name: str, word: str) -> bool:
        calculator = calculators[name]
        return calculator.spaces[calculator.default].row(word) is not None

    people = format_name(request) in ("table", "markdown")
    show_sheets(sheets(found, tuple(calculators), knows, deep=deep, for_people=people), request)
    if all(one.ok for one in found):
        return 0
    errors = [answer.error for one in found for answer in one.answers.values() if answer.error is not None]
    return errors[0].exit_code if len(found) == 1 else FAILED


def _calculators(opened: Calculator) -> dict[str, Calculator]:
    """A calculator for each model, which is its default space; it knows the others by their names."""
    found: dict[str, Calculator] = {}
    for name in opened.spaces:
        calculator = Calculator(opened.spaces, opened.options)
        calculator.scope, calculator.shipped = opened.scope, opened.shipped
        calculator.use(name)
        found[name] = calculator
    return found


def _tell_of(one: Difference, request: Request) -> None:
    """Print what there is to say of each model's answer, with the name of the model."""
    for name, answer in one.answers.items():
        tell([f"{name}: {note}" for note in answer.notes], request)
        if answer.error is not None:
            where = answer.asked.where or name
            show_problem(answer._replace(asked=answer.asked._replace(where=where)), answer.error, request)
