"""What is typed, taken apart into what is done one after another: lines, and lines that go on in the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vecalc.engine.as_typed import read
from vecalc.errors import UnfinishedText, VecalcError
from vecalc.shell.repl import prompt_commands

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session


class Typed(NamedTuple):
    """A line with those that it goes on in, and the number of its first, from 1."""

    text: str
    line: int


class Entries(NamedTuple):
    """The entries of a block, in order; `is_open`: the last one's bracket is not closed."""

    entries: tuple[Typed, ...]
    is_open: bool


def entries(session: Session, block: str) -> Entries:
    """A block taken apart; a bracket that is open goes on in the next line, blank lines inside of it too."""
    found: list[Typed] = []
    is_open = False
    for number, line in enumerate(block.split("\n"), start=1):
        if is_open:
            found[-1] = Typed(f"{found[-1].text}\n{line}", found[-1].line)
        else:
            found.append(Typed(line, number))
        is_open = is_unfinished(session, found[-1].text)
    return Entries(tuple(found), is_open)


def is_unfinished(session: Session, text: str) -> bool:
    """Whether a bracket is open in the expression of a line, and nothing else is wrong with it."""
    expression = expression_of(text)
    if not any(bracket in expression for bracket in "([") or session.calculator.options.words:
        return False
    try:
        read(session.calculator, expression, session.calculator.scope.names)
    except UnfinishedText:
        return True
    except VecalcError:
        return False
    return False


def expression_of(text: str) -> str:
    """The expression in a line: all of it, or what a command takes; "" where there is none."""
    if text.lstrip().startswith("#"):
        return ""
    command = prompt_commands.command_of(text)
    if command is None:
        return text
    name, argument = command
    match prompt_commands.COMMANDS[name].takes:
        case "expression":
            return argument
        case "pair":
            return argument.replace(",", ";")  # each of the two is an expression by itself
        case "favourite":
            return argument.partition("=")[2]
    return ""
