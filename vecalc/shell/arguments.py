"""The words of a command line, before the option parser sees them: expressions, the command it calls."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Sequence
from itertools import takewhile, zip_longest
from typing import NamedTuple

import click

from vecalc.errors import UsageError
from vecalc.shell import registry

# What an expression with a leading minus looks like, and no option does: a blank after the first word,
# an operator or a bracket. `-king` alone could be `-k ing`; it needs `-e -king` or `-- -king`.
_EXPRESSION = re.compile(r"-[^-\s].*[\s*/+^@(]|-[(\"'0-9.\[]|--?\s|--[^-\s=]+\s", re.DOTALL)
_NAME = re.compile(r"[a-z]+")
_OPERATOR = re.compile(r"(?:[-+*/^@:]|::|=>)(?:\s.*)?", re.DOTALL)
_LONGEST = 60  # characters of an expression that a hint repeats


def mark_expressions(arguments: Sequence[str], takes_value: Collection[str]) -> list[str]:
    """The arguments with a blank before each expression that begins with a minus sign.

    `takes_value` are the options whose next argument is theirs, whatever it looks like.
    """
    marked: list[str] = []
    previous = ""
    for i, argument in enumerate(arguments):
        if previous not in takes_value:
            if argument == "--":
                return [*marked, *arguments[i:]]
            if _EXPRESSION.match(argument):
                argument = f" {argument}"  # noqa: PLW2901
        marked.append(argument)
        previous = argument if previous not in takes_value else ""
    return marked


def options_with_value(command: click.Command) -> set[str]:
    """The options of a command that take a value, by all their names."""
    options = [param for param in command.params if isinstance(param, click.Option)]
    return {name for option in options if not option.is_flag for name in option.opts}


def wants_value(argument: str, valued: Collection[str]) -> bool:
    """Whether the value of an option is the next argument: --top, -k and -qk, but not --top=5 and -k5."""
    if argument[:1] != "-" or argument.startswith("--"):
        return argument in valued
    letters = [i for i, letter in enumerate(argument[1:], start=1) if f"-{letter}" in valued]
    return letters[:1] == [len(argument) - 1]


def as_utf8(argument: str) -> str:
    """An expression as it was typed, also under a locale (C, POSIX) that could not decode it."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return argument


# --- the command of a line -------------------------------------------------------------------


class Call(NamedTuple):
    """A command, and its arguments: those from before its name, and those behind it."""

    name: str
    command: registry.Command
    before: Sequence[str]
    behind: Sequence[str]


def call_of(arguments: Sequence[str], program: click.Command) -> Call | None:
    """The call of a command, or None where there are expressions, or only options of the program.

    The first word that is neither an option nor its value is a command if there is one of that name. Behind
    options it is none when an operator follows, as at the prompt.
    """
    at = first_word(arguments, program)
    if at is None or not _NAME.fullmatch(arguments[at]) or "--version" in arguments[:at]:
        return None
    if at and _goes_on(arguments[at + 1 :]):
        return None
    command = registry.find(arguments[at])
    return Call(arguments[at], command, arguments[:at], arguments[at + 1 :]) if command else None


def with_doubt(problem: UsageError, call: Call) -> UsageError:
    """The problem of a call, with how an expression is written where one may have been meant."""
    doubt = ""
    if _goes_on(call.behind):
        text = " ".join([call.name, *takewhile(lambda a: not re.match(r"-\S", a), call.behind)])
        quoted = f"in quotes: vecalc {shlex.quote(text)}" if len(text) <= _LONGEST else "in quotes"
        doubt = f"an expression is written {quoted}"
    elif call.before:
        doubt = f"as a word, {call.name} is written -e {call.name}"
    problem.hint = "; ".join(filter(None, (problem.hint, doubt)))
    return problem


def _goes_on(arguments: Sequence[str]) -> bool:
    """Whether what follows a name makes it the beginning of an expression.

    A minus sign alone may be standard input, unless a word follows.
    """
    return any(
        _OPERATOR.fullmatch(argument) and (argument != "-" or not following.startswith("-"))
        for argument, following in zip_longest(arguments, arguments[1:], fillvalue="-")
    )


def first_word(arguments: Sequence[str], program: click.Command) -> int | None:
    """Where the first argument stands that is no option of the program, nor the value of one."""
    valued = options_with_value(program)
    awaited = False
    for at, argument in enumerate(mark_expressions(arguments, valued)):
        if awaited:
            awaited = False
        elif argument == "--":
            return None
        elif argument[:1] != "-" or argument == "-":
            return at
        else:
            awaited = wants_value(argument, valued)
    return None
