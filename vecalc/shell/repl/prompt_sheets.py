"""The commands of the prompt that answer with tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vecalc.errors import ExpressionError, SyntaxProblem, UnfinishedText, UsageError

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

FOR_PEOPLE = ("table", "markdown")


def explain(session: Session, argument: str) -> None:
    """Explain an expression. Raises `UnfinishedText` while a bracket or quote is open."""
    from vecalc.studies.explain.explanation import explain as explained

    if not argument:
        raise UsageError("an expression is missing", where="explain", hint="explain king - man + woman")
    try:
        answer, sheets = explained(session.calculator, argument, for_people=session.format in FOR_PEOPLE)
    except UnfinishedText:
        raise
    except ExpressionError as problem:
        session.complain(problem, argument)
        return
    session.tell(answer.notes)
    session.show_sheets(sheets)


def compare(session: Session, argument: str) -> None:
    """Compare formulas over two expressions, which a comma separates."""
    from vecalc.studies.compare.compare_sheets import sheets
    from vecalc.studies.compare.comparison import compare as compared
    from vecalc.studies.compare.comparison import notes, operand
    from vecalc.studies.compare.formulas import FORMULAS

    operands = [operand(session.calculator, text) for text in _two(argument)]
    comparison = compared(session.calculator, operands, FORMULAS)
    session.tell(notes([comparison]))
    session.show_sheets(sheets([comparison], for_people=session.format in FOR_PEOPLE))


def _two(argument: str) -> tuple[str, str]:
    """The two expressions before and behind a comma. Raises `UsageError`, or what is wrong with one."""
    from vecalc.lang.nodes import ListOf
    from vecalc.lang.parse import parse
    from vecalc.lang.show import show

    try:
        (found,) = parse(f"[{argument}]")
    except SyntaxProblem:
        found = None
    if isinstance(found, ListOf) and len(found.items) == 2:
        first, second = map(show, found.items)
        return first, second
    parse(argument.replace(",", ";"))  # a bracket may be open, or an expression wrong
    raise UsageError("two expressions are compared", where="compare", hint="compare blood, color")
