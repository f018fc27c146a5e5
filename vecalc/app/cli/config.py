"""`vecalc config`: where settings come from, and a commented file to begin with."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from vecalc.app.places import config_folder
from vecalc.app.settings import PROJECT_FILE, TEMPLATE, USER_FILE, Setting
from vecalc.errors import StorageProblem, UsageError
from vecalc.render.visible import visible


def run(arguments: Sequence[str], in_force: Callable[[], dict[str, Setting]]) -> int:
    """Run `vecalc config [init|path|show]`; the exit code. `in_force` tells every setting."""
    actions = {"show": lambda: _show(in_force()), "path": _path, "init": _init}
    action = arguments[0] if arguments else "show"
    if action not in actions or len(arguments) > 1:
        raise UsageError(
            f"there is no 'config {' '.join(arguments)}'",
            where="vecalc config",
            hint=f"there are {', '.join(actions)}",
        )
    return actions[action]()


def _user_file() -> Path:
    return config_folder() / USER_FILE


def _show(settings: dict[str, Setting]) -> int:
    """Every setting as a line of TOML; the ones that are not set as comments."""
    for name, (value, origin) in sorted(settings.items()):
        line = (
            f"# {name} is not set" if value is None else f"{name} = {json.dumps(value, ensure_ascii=False)}"
        )
        sys.stdout.write(visible(f"{line:<32}  # {origin}") + "\n")
    return 0


def _path() -> int:
    sys.stdout.write(f"{_user_file()}\n{Path(PROJECT_FILE).absolute()}\n")
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
    sys.stdout.write(f"wrote {path}\n")
    return 0
