"""`vecalc models`: the models that have a name, how they are, where they are, and what can be had.

Each action is a command of its own, with its own options and help: `vecalc models check --help`.
"""

from __future__ import annotations

import click

from vecalc.errors import UsageError
from vecalc.near import did_you_mean
from vecalc.shell.models import edit, report
from vecalc.shell.registry import Command, command, read
from vecalc.shell.settings import load_settings

ACTIONS: dict[str, Command] = {
    "list": report.list_,
    "add": edit.add,
    "info": report.info,
    "default": edit.make_default,
    "set": edit.set_,
    "remove": edit.remove,
    "path": edit.path,
    "check": report.check,
    "pull": report.pull,
    "prune": report.prune,
}

CALLED = {  # what actions are called elsewhere
    **dict.fromkeys(("ls", "show"), "list"),
    **dict.fromkeys(("rm", "delete", "del", "uninstall"), "remove"),
    **dict.fromkeys(("get", "fetch", "download", "install"), "pull"),
    **dict.fromkeys(("clean", "gc"), "prune"),
    **dict.fromkeys(("where", "which"), "path"),
    **dict.fromkeys(("use", "select"), "default"),
    **dict.fromkeys(("verify", "test", "doctor"), "check"),
    **dict.fromkeys(("alias", "name", "new"), "add"),
}

# The usage of each action, and the first line of its help.
SUMMARIES = (f"  {a.usage}\n      {(a.help or '').splitlines()[0]}\n" for a in ACTIONS.values())


@command(f"vecalc models [{'|'.join(ACTIONS)}]", "".join(SUMMARIES))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ACTION]")
def run(arguments: tuple[str, ...]) -> int:
    """Models by name; without an action, lists them. `vecalc models ACTION --help` shows its options."""
    words = [i for i, argument in enumerate(arguments) if not argument.startswith("-")]
    named = words[0] if words else None
    if named is None or (named and arguments[named] not in ACTIONS):  # `models -o FILE`
        name, rest = "list", list(arguments)
    else:
        name, rest = arguments[named], [*arguments[:named], *arguments[named + 1 :]]
    if name not in ACTIONS:
        meant = did_you_mean(name, ACTIONS, CALLED)
        hint = f"{meant} there are {', '.join(ACTIONS)}".lstrip()
        raise UsageError(f"there is no 'models {name}'", where="vecalc models", hint=hint)
    return int(read(ACTIONS[name], f"vecalc models {name}", rest, load_settings()) or 0)


run.actions = ACTIONS
# What follows the action is the action's own.
run.context_settings.update(ignore_unknown_options=True, allow_interspersed_args=False)
