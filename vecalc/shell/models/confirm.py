"""What the actions of `vecalc models` share: a question asked, the default model's name."""

from __future__ import annotations

import sys

import click

from vecalc.errors import UsageError
from vecalc.render.visible import visible
from vecalc.shell import display

YES = click.option("-y", "--yes", is_flag=True, help="Don't ask.")


def default_model() -> str:
    """What -m would be."""
    from vecalc.shell.settings import with_default_model

    models = with_default_model().get("model")
    return str(models.value[0]) if models and models.value else "starter"


def confirm(question: str, yes: bool, where: str) -> None:
    """Ask a person; where there is none, say how to do without. Raises `UsageError` for a no."""
    if yes:
        return
    if not display.is_terminal(sys.stdin):
        raise UsageError("it has to be confirmed", where=where, hint="--yes confirms")
    sys.stderr.write(f"{visible(question)} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("nothing was done", where=where)
