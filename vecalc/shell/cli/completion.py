"""What a shell is told when Tab is pressed: commands, actions, options and their values; otherwise files.

A line of it is `plain,WORD`, or `file,BEFORE`: files whose path stands behind BEFORE in the word. The line up
to the cursor comes in COMP_WORDS. The scripts that ask are in `completion_scripts`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem, split_arg_string

from vecalc.shell.cli.completion_scripts import SCRIPTS
from vecalc.shell.offered import files
from vecalc.shell.registry import call_of, first_word, options_with_value, wants_value
from vecalc.shell.registry import names as commands

# Letters of any script, digits, what means nothing to a shell. A name with anything else is not offered: bash
# puts what is offered on the line as it is.
_PLAIN = re.compile(r"[\w.%@+:=/-]+")


def answer(instruction: str, program: click.Command) -> int:
    """Answer a shell: `bash_source` is the script for its settings, `bash_complete` one press of Tab."""
    shell, _, wanted = instruction.partition("_")
    if shell not in SCRIPTS or wanted not in ("source", "complete"):
        return 1
    if wanted == "source":
        sys.stdout.write(SCRIPTS[shell])
        return 0
    arguments, typed = words_of(os.environ.get("COMP_WORDS", ""))
    # Bash replaces what stands behind the last of these, as = and : are.
    kept = max(typed.rfind(sign) for sign in os.environ.get("COMP_WORDBREAKS") or "\n") + 1
    for item in completions(arguments, typed, program):
        value = item.value if item.type == "file" else item.value[kept:]
        sys.stdout.write(f"{item.type},{value}\n")
    return 0


def words_of(line: str) -> tuple[list[str], str]:
    """The arguments of a line up to the cursor, and the word that is being typed."""
    # A letter more tells whether a new word begins where the line ends, also behind quotes and backslashes.
    *words, typed = split_arg_string(f"{line}x")
    return words[1:], typed[:-1]


class _Place(NamedTuple):
    """Which command's argument is typed, behind which others, and which names may stand there as well."""

    command: click.Command
    arguments: list[str]
    names: tuple[str, ...] = ()


def completions(arguments: Sequence[str], typed: str, program: click.Command) -> list[CompletionItem]:
    """What may stand in place of what is typed, behind some arguments."""
    found = _found(_place(arguments, program), typed)
    return [item for item in found if item.type != "plain" or _PLAIN.fullmatch(item.value)]


def _place(arguments: Sequence[str], program: click.Command) -> _Place:
    call = call_of(arguments, program)
    if call is None:
        is_first = first_word(arguments, program) is None and "--" not in arguments
        return _Place(program, list(arguments), commands() if is_first else ())
    if call.behind and call.behind[0] in call.command.actions:
        return _Place(call.command.actions[call.behind[0]], [*call.before, *call.behind[1:]])
    names = () if call.behind else tuple(call.command.actions)
    return _Place(call.command, [*call.before, *call.behind], names)


def _found(place: _Place, typed: str) -> list[CompletionItem]:
    command, arguments, names = place
    valued = options_with_value(command)
    if (option := _awaiting(arguments, valued)) is not None:
        return _values(place, _option_of(command, option), typed)
    name, equals, value = typed.partition("=")
    if equals and name in valued and "--" not in arguments:
        return _values(place, _option_of(command, name), value, f"{name}=")
    with _context(place) as context:
        if typed.startswith("-") and "--" not in arguments:
            return command.shell_complete(context, typed)
        own = [CompletionItem(name) for name in names if name.startswith(typed)]
        given = (param for param in command.params if isinstance(param, click.Argument))
        open_ = next((p for p in given if p.nargs == -1 or context.params.get(p.name or "") is None), None)
        own += open_.shell_complete(context, typed) if open_ else []
    return own or ([] if typed.startswith("-") else [files()])


def _values(place: _Place, option: click.Option, typed: str, before: str = "") -> list[CompletionItem]:
    """The values of an option; files where its value is one. `before` stands before it in the word."""
    with _context(place) as context:
        found = [
            CompletionItem(before + item.value) if item.type == "plain" else files(before + item.value)
            for item in option.shell_complete(context, typed)
        ]
    if isinstance(option.type, click.Choice) or found:
        return found
    return [files(before)] if "FILE" in (option.metavar or "") else []


def _context(place: _Place) -> click.Context:
    """The command with the arguments there are, whatever is wrong with them."""
    return place.command.make_context("vecalc", list(place.arguments), resilient_parsing=True)


def _awaiting(arguments: Sequence[str], valued: set[str]) -> str | None:
    """The option whose value comes next, if there is one."""
    awaiting = None
    for argument in arguments:
        if awaiting is not None:
            awaiting = None
        elif argument == "--":
            return None
        elif wants_value(argument, valued):
            awaiting = argument if argument.startswith("--") else f"-{argument[-1]}"
    return awaiting


def _option_of(command: click.Command, name: str) -> click.Option:
    options: Iterator[click.Option] = (p for p in command.params if isinstance(p, click.Option))
    return next(option for option in options if name in option.opts)
