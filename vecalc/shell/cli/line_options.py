"""Options before an expression, where a whole line is at hand and no shell has taken it apart: `%vecalc`.

-m family=vectors.txt -k 3 king - man + woman        options of the command line, then the expression as it is
"""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import NamedTuple

import click

from vecalc.errors import UsageError
from vecalc.shell.cli.command import vecalc as whole
from vecalc.shell.options import request_of
from vecalc.shell.registry import SECTIONS, read
from vecalc.shell.request import Request

# Those that say how to compute; where answers come from and go to is not for a line to say.
KEPT = (*SECTIONS["The model"], *SECTIONS["Words"], *SECTIONS["Ranking"], "let", "limit")
_TOKEN = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[^\s"'])+)""")
_OPTION = re.compile(r"--[a-z][\w-]*(?:=.*)?", re.DOTALL)
_COUNT = re.compile(r"-k\d+")


class OptionLine(NamedTuple):
    """A line that is read: its options (in `request.unset` are those it lacks), and the text behind them."""

    request: Request
    text: str


def read_options(line: str, path: str) -> OptionLine:
    """The options of a line, up to the first word that is none, or to `--`. Raises `UsageError`.

    `path` is what stands before the line: "%vecalc". A minus sign before a word is part of the expression,
    unless both together are an option.
    """
    command = _command(path)
    arguments, at = [], 0
    takes_value = False
    while token := _TOKEN.match(line, at):
        text = token[1]
        if text == "--" and not takes_value:
            at = token.end()
            break
        if not takes_value and not _is_option(text):
            break
        arguments.append(_unquoted(text))
        takes_value = not takes_value and _needs_value(text, command)
        at = token.end()
    try:
        return OptionLine(read(command, path, arguments, {}), line[at:].strip())
    except UsageError as problem:
        where = f"{path} {problem.where}" if problem.where.startswith("-") else path
        hint = f"{problem.hint}; " * bool(problem.hint and where != path) + f"{path}? shows its options"
        raise UsageError(problem.message, where=where, hint=hint) from None


def options_help(path: str) -> str:
    """The options that a line may have, as the help of the command line has them."""
    command = _command(path)
    context = click.Context(command, info_name=path, max_content_width=100)
    formatter = context.make_formatter()
    records = [param.get_help_record(context) for param in command.params]
    formatter.write_dl([record for record in records if record])
    return formatter.getvalue()


@cache
def _command(path: str) -> click.Command:
    params = [param for param in whole.params if param.name in KEPT]
    return click.Command(
        path, params=params, callback=lambda **options: request_of(options), add_help_option=False
    )


@cache
def _short() -> frozenset[str]:
    """The options of one letter that the command line has, whether a line may have them or not."""
    names = (name for param in whole.params if isinstance(param, click.Option) for name in param.opts)
    return frozenset(name for name in names if not name.startswith("--"))


def _is_option(text: str) -> bool:
    return text in _short() or bool(_OPTION.fullmatch(text) or _COUNT.fullmatch(text))


def _needs_value(text: str, command: click.Command) -> bool:
    """Whether the next word belongs to an option."""
    for param in command.params:
        if isinstance(param, click.Option) and text in (*param.opts, *param.secondary_opts):
            return not param.is_flag
    return False


def _unquoted(text: str) -> str:
    try:
        return "".join(shlex.split(text)) if text[:1] + text[-1:] in ('""', "''") or "=" in text else text
    except ValueError:  # a quote that is never closed
        return text
