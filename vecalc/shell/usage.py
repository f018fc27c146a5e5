"""What is wrong with a command line, said in our shape: what, where it was set, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence

import click
from click.core import ParameterSource

from vecalc.errors import UsageError
from vecalc.shell.settings import Setting
from vecalc.shell.shell_words import taken_for_options

ALL_OPTIONS = "`vecalc -h` shows the options"


def usage_error(
    problem: click.UsageError,
    arguments: Sequence[str],
    settings: Mapping[str, Setting],
    takes_value: Collection[str],
) -> UsageError:
    """The `UsageError` for one of click's; `takes_value` are the options whose next argument is theirs."""
    message = " ".join(problem.format_message().split()).rstrip(".")
    message = message[:1].lower() + message[1:]
    if isinstance(problem, click.NoSuchOption):
        message = f"no such option '{problem.option_name}'"
    if origin := _origin(problem, settings):
        return UsageError(message, where=origin)
    path = problem.ctx.command_path if problem.ctx else "vecalc"
    if " " in path:
        return UsageError(message, where=path, hint=f"`{path} --help` shows how")
    if isinstance(problem, click.NoSuchOption):
        told = (
            _nearest(problem)
            or taken_for_options(arguments, takes_value)
            or _as_expression(problem.option_name)
        )
        return UsageError(message, hint=told)
    if meant := taken_for_options(arguments, takes_value):
        return UsageError(message, hint=f"{ALL_OPTIONS}; {meant}")
    # The trap of `-king`, which reads as `-k ing`.
    like_words = (a for a in arguments if a[:1] == "-" and len(a) > 3 and a[1:].isalpha())
    return UsageError(message, hint=_as_expression(next(like_words, "")))


def _nearest(problem: click.NoSuchOption) -> str:
    command = problem.ctx.command if problem.ctx else None
    names = [name for option in (command.params if command else ()) for name in option.opts]
    near = difflib.get_close_matches(problem.option_name.strip("-"), [n.strip("-") for n in names], n=1)
    return f"did you mean --{near[0]}? {ALL_OPTIONS}" if near else ""


def _origin(problem: click.UsageError, settings: Mapping[str, Setting]) -> str:
    """Where a bad value was set, if not on the command line."""
    if not isinstance(problem, click.BadParameter) or problem.param is None or problem.ctx is None:
        return ""
    name = problem.param.name or ""
    # A value that is refused has no source yet; one of the command line has.
    if problem.ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
        return ""
    found = settings.get(name.replace("_", "-"))
    return found.origin if found else ""


def _as_expression(argument: str) -> str:
    return f"{ALL_OPTIONS}; if {argument} is an expression, write -e {argument}" if argument else ALL_OPTIONS
