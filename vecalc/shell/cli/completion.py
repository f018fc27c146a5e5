"""What a shell is told when Tab is pressed: commands, actions, options and their values; otherwise files.

click knows the options of one command and speaks with the shells; which command it is, is known here.
Source: click's `shell_completion`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence

import click
from click.shell_completion import CompletionItem, get_completion_class

from vecalc.shell.options import options_with_value
from vecalc.shell.registry import call_of, first_word, wants_value
from vecalc.shell.registry import names as commands

# Letters of any script, digits, what means nothing to a shell. A name with anything else is not offered: bash
# puts what is offered on the line as it is.
_PLAIN = re.compile(r"[\w.%@+:=/-]+")
VARIABLE = "_VECALC_COMPLETE"


def answer(instruction: str, program: click.Command) -> int:
    """Answer a shell: `bash_source` is the script for its settings, `bash_complete` one press of Tab."""
    shell, _, wanted = instruction.partition("_")
    known = get_completion_class(shell)
    if known is None or wanted not in ("source", "complete"):
        return 1
    completion = known(program, {}, "vecalc", VARIABLE)
    if wanted == "source":
        sys.stdout.write(completion.source())
        return 0
    arguments, typed = completion.get_completion_args()
    found = completions(arguments, typed, program)
    sys.stdout.write("".join(f"{completion.format_completion(item)}\n" for item in found))
    return 0


def completions(arguments: Sequence[str], typed: str, program: click.Command) -> list[CompletionItem]:
    """What may stand in place of what is typed, behind some arguments."""
    command, own = program, list(arguments)
    names: Iterable[str] = ()
    if (call := call_of(arguments, program)) is not None:
        command, own = call.command, [*call.before, *call.behind]
        if call.behind and call.behind[0] in call.command.actions:
            command, own = call.command.actions[call.behind[0]], [*call.before, *call.behind[1:]]
        elif not call.behind:
            names = call.command.actions
    elif first_word(arguments, program) is None and "--" not in arguments:
        names = commands()
    if arguments and wants_value(arguments[-1], options_with_value(command)):
        names = ()
    found = [CompletionItem(name) for name in names if name.startswith(typed)]
    bash = get_completion_class("bash")  # the shells differ in how they ask and are told, not in this
    offered = bash(command, {}, "vecalc", VARIABLE).get_completions(own, typed) if bash else []
    found += [item for item in offered if item.type != "plain" or _PLAIN.fullmatch(item.value)]
    return found or ([] if typed.startswith("-") else [CompletionItem(typed, type="file")])
