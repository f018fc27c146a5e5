"""`vecalc config`: where settings come from, and a commented file to begin with."""

from __future__ import annotations

import json
import sys

import click

from vecalc.app.cli.terminal import shown
from vecalc.app.commands import command, one_of
from vecalc.app.places import PROJECT, SETTINGS
from vecalc.app.settings import TEMPLATE
from vecalc.errors import UsageError
from vecalc.render.visible import visible


@command("vecalc config [init|path|show]")
@click.argument(
    "actions", nargs=-1, metavar="[init|path|show]", shell_complete=one_of(("init", "path", "show"))
)
def run(actions: tuple[str, ...]) -> int:
    """Shows every setting and where it comes from, the paths of the files, or writes a commented file."""
    known = {"show": _show, "path": _path, "init": _init}
    action = actions[0] if actions else "show"
    if action not in known or len(actions) > 1:
        raise UsageError(
            f"there is no 'config {' '.join(actions)}'",
            where="vecalc config",
            hint=f"there are {', '.join(known)}",
        )
    return known[action]()


def _show() -> int:
    """Every setting as a line of TOML; the ones that are not set as comments."""
    from vecalc.app.cli.command import settings_in_force

    for name, (value, origin) in sorted(settings_in_force().items()):
        line = (
            f"# {name} is not set" if value is None else f"{name} = {json.dumps(value, ensure_ascii=False)}"
        )
        sys.stdout.write(visible(f"{line:<32}  # {origin}") + "\n")
    return 0


def _path() -> int:
    for kept in (SETTINGS, PROJECT):
        sys.stdout.write(f"{shown(str(kept.path().absolute()), sys.stdout)}\n")
    return 0


def _init() -> int:
    path = SETTINGS.path()

    def begun(there: bytes | None) -> bytes:
        if there is not None:
            hint = "edit it, or remove it first"
            raise UsageError("there is a file already", where=str(path), hint=hint)
        return TEMPLATE.encode()

    SETTINGS.change(begun)
    sys.stdout.write(f"wrote {visible(str(path))}\n")
    return 0
