"""`vecalc config`: where settings come from, and a commented file to begin with."""

from __future__ import annotations

import json

import click

from vecalc.errors import UsageError
from vecalc.library.catalogue import as_shown
from vecalc.library.paths import PROJECT, SETTINGS
from vecalc.near import did_you_mean
from vecalc.shell.display import say, say_exactly
from vecalc.shell.options import AS_WORDS, FORMAT, MODEL, QUIET, RANKING, WORDS
from vecalc.shell.registry import command, one_of
from vecalc.shell.settings import KEYS, TEMPLATE, Setting, with_default_model


@command("vecalc config [init|path|show]")
@click.argument(
    "actions", nargs=-1, metavar="[init|path|show]", shell_complete=one_of(("init", "path", "show"))
)
def run(actions: tuple[str, ...]) -> int:
    """Shows every setting and where it comes from, the paths of the files, or writes a commented file."""
    known = {"show": _show, "path": _path, "init": _init}
    action = actions[0] if actions else "show"
    if action not in known or len(actions) > 1:
        meant = did_you_mean(action, known) if len(actions) == 1 else ""
        edited = "" if meant else f"; a setting is a line of {SETTINGS.path()}, such as top = 5"
        hint = f"{meant} there are {', '.join(known)}{edited}".lstrip()
        raise UsageError(f"there is no 'config {' '.join(actions)}'", where="vecalc config", hint=hint)
    return known[action]()


def _show() -> int:
    """Every setting as a line of TOML; the ones that are not set as comments."""
    for name, (value, origin) in sorted(settings_in_force().items()):
        if name == "model":
            value = [as_shown(model) for model in value]  # noqa: PLW2901 - the same without passwords
        line = (
            f"# {name} is not set" if value is None else f"{name} = {json.dumps(value, ensure_ascii=False)}"
        )
        say(f"{line:<32}  # {origin}")
    return 0


def _path() -> int:
    for kept in (SETTINGS, PROJECT):
        say_exactly(str(kept.path().absolute()))
    return 0


def _init() -> int:
    path = SETTINGS.path()

    def begun(there: bytes | None) -> bytes:
        if there is not None:
            hint = "edit it, or remove it first"
            raise UsageError("there is a file already", where=str(path), hint=hint)
        return TEMPLATE.encode()

    SETTINGS.change(begun)
    say(f"wrote {path}")
    return 0


@click.command()
@MODEL
@AS_WORDS
@WORDS
@RANKING
@FORMAT
@QUIET
def _answering(**_: object) -> None:
    """The options that settings stand for, with what is built in."""


def settings_in_force() -> dict[str, Setting]:
    """Every setting that can be made outside the command line, with its origin."""
    found = with_default_model()
    built_in = {(param.name or "").replace("_", "-"): param for param in _answering.params}
    for key, kind in KEYS.items():
        default = {"model": ["starter"], "exact": False, "words": False, "quiet": False}.get(
            key, built_in[key].default
        )
        found.setdefault(key, Setting(default if type(default) is kind else None, "built in"))
    return found
