"""What the actions of `vecalc models` share: a line said, a question asked, the default model's name."""

from __future__ import annotations

import sys
from typing import IO

import click

from vecalc.errors import UsageError

YES = click.option("-y", "--yes", is_flag=True, help="Don't ask.")


def default_model() -> str:
    """What -m would be."""
    from vecalc.shell.settings import load_settings

    models = load_settings().get("model")
    return str(models.value[0]) if models and models.value else "starter"


def confirm(question: str, yes: bool, where: str) -> None:
    """Ask a person; where there is none, say how to do without. Raises `UsageError` for a no."""
    from vecalc.render.visible import visible
    from vecalc.shell.terminal import is_terminal

    if yes:
        return
    if not is_terminal(sys.stdin):
        raise UsageError("it has to be confirmed", where=where, hint="--yes confirms")
    sys.stderr.write(f"{visible(question)} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was done", where=where)


def say(text: str, stream: IO[str] | None = None) -> None:
    """Write a line to standard output, or to another stream."""
    from vecalc.render.visible import visible

    (stream or sys.stdout).write(visible(text) + "\n")
