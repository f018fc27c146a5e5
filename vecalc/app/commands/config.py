"""`vecalc config`: where settings come from, and a commented file to begin with."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from vecalc.app.cli.terminal import shown
from vecalc.app.commands import command, one_of
from vecalc.app.places import config_folder
from vecalc.app.settings import PROJECT_FILE, TEMPLATE, USER_FILE
from vecalc.errors import StorageProblem, UsageError
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


def _user_file() -> Path:
    return config_folder() / USER_FILE


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
    for path in (_user_file(), Path(PROJECT_FILE).absolute()):
        sys.stdout.write(f"{shown(str(path), sys.stdout)}\n")
    return 0


def _init() -> int:
    path = _user_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(TEMPLATE)
    except FileExistsError:
        raise UsageError(
            "there is a file already", where=str(path), hint="edit it, or remove it first"
        ) from None
    except OSError as problem:
        raise StorageProblem(f"can't be written: {problem.strerror}", where=str(path)) from None
    sys.stdout.write(f"wrote {visible(str(path))}\n")
    return 0
