"""The words of a command line, before the option parser sees them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence

import click

# What an expression with a leading minus looks like, and no option does: a blank after the first word,
# an operator or a bracket. `-king` alone could be `-k ing`; it needs `-e -king` or `-- -king`.
_EXPRESSION = re.compile(r"-[^-\s].*[\s*/+^@(]|-[(\"'0-9.\[]|--?\s|--[^-\s=]+\s", re.DOTALL)


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
