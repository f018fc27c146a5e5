"""`vecalc models`: the models that have a name, how they are, where they are, and what can be had.

Each action is a command of its own, with its own options and help: `vecalc models check --help`.
"""

from __future__ import annotations

import click

from vecalc.app.cli.options import read
from vecalc.app.commands import Command, command
from vecalc.app.models import naming, reporting
from vecalc.errors import UsageError

ACTIONS: dict[str, Command] = {
    "list": reporting.list_,
    "add": naming.add,
    "info": reporting.info,
    "default": naming.make_default,
    "set": naming.set_,
    "remove": naming.remove,
    "path": naming.path,
    "check": reporting.check,
    "pull": reporting.pull,
    "prune": reporting.prune,
}


def _summary(action: Command) -> str:
    """The usage of an action, and the first part of its help."""
    return f"  {action.usage}\n      {(action.help or '').splitlines()[0]}\n"


@command(f"vecalc models [{'|'.join(ACTIONS)}]", "".join(map(_summary, ACTIONS.values())))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ACTION]")
def run(arguments: tuple[str, ...]) -> int:
    """Models by name; without an action, lists them. `vecalc models ACTION --help` shows its options."""
    from vecalc.app.settings import load_settings

    named = next((i for i, argument in enumerate(arguments) if not argument.startswith("-")), None)
    if named is None or (named and arguments[named] not in ACTIONS):  # `models -o FILE`
        name, rest = "list", list(arguments)
    else:
        name, rest = arguments[named], [*arguments[:named], *arguments[named + 1 :]]
    if name not in ACTIONS:
        hint = f"there are {', '.join(ACTIONS)}"
        raise UsageError(f"there is no 'models {name}'", where="vecalc models", hint=hint)
    return int(read(ACTIONS[name], f"vecalc models {name}", rest, load_settings()) or 0)


run.actions = ACTIONS
# What follows the action is the action's own.
run.context_settings.update(ignore_unknown_options=True, allow_interspersed_args=False)
