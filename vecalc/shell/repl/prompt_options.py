"""`set`: the options of the prompt, by the names that they have on the command line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isnan, nan
from typing import TYPE_CHECKING

from vecalc.answers import EXCLUSIONS, METRICS, NORMS, OOVS
from vecalc.errors import UsageError
from vecalc.shell.display import renderer
from vecalc.shell.options import lists_of
from vecalc.shell.repl.themes import THEMES
from vecalc.shell.request import ENGLISH

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

KEYS = ("emacs", "vi")


def change(session: Session, argument: str) -> None:
    """Show all options, or change one. Raises `UsageError` for what is none, or can't be."""
    if not argument:
        session.write("".join(f"{name} = {_shown(value)}\n" for name, value in _settings(session).items()))
        return
    name, _, value = argument.removeprefix("--").replace("=", " ").partition(" ")
    if name not in NAMES:
        raise UsageError(f"there is no setting '{name}'", where="set", hint=f"there are {', '.join(NAMES)}")
    _set(session, name, value.strip())
    unset = tuple(one for one in session.request.unset if one != name)
    session.request = session.request._replace(unset=unset)


def _settings(session: Session) -> dict[str, object]:
    options = session.calculator.options
    return {
        "norm": options.norm,
        "top": options.k,
        "metric": options.metric,
        "exclude": options.exclude,
        "first": options.first or "all",
        "match": options.match or "*",
        "in": options.within,
        "min-score": options.min_score,
        "oov": options.oov,
        "exact": options.exact,
        "words": options.words,
        "phrase-words": session.request.phrase_words,
        "format": session.format,
        "precision": session.request.precision,
        "keys": session.keys,
        "live": session.live,
        "menu": session.menu,
        "theme": session.theme,
        "pager": session.pages,
    }


def _shown(value: object) -> str:
    """A value as it is typed."""
    match value:
        case None:
            return "none"
        case bool():
            return "on" if value else "off"
        case _:
            return str(value)


def _set(session: Session, name: str, value: str) -> None:
    match name:
        case "format":
            renderer(value)
            session.format = value
            session.calculator.set(rank=value != "vector")
        case "precision":
            session.request = session.request._replace(precision=_count(name, value, 0))
        case "phrase-words":
            path = ENGLISH if value in ("", "none") else value
            session.calculator.set(phrase_words=lists_of(path))
            session.request = session.request._replace(phrase_words=path)
        case "keys":
            session.keys = _one_of(name, value, KEYS)
            session.use_keys(value)
        case "live":
            session.live = _switch(name, value)
        case "menu":
            session.menu = _switch(name, value)
        case "theme":
            session.theme = _one_of(name, value, THEMES)
        case "pager":
            session.pages = _switch(name, value)
        case _:
            field, read = OPTIONS[name]
            session.calculator.set(**{field: read(name, value)})


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise UsageError(f"{name} can't be '{value}'", where="set", hint=f"it is {', '.join(choices)}")
    return value


def _count(name: str, value: str, least: int) -> int | None:
    """A whole number, or None for `none` and `all`."""
    if value in ("", "none", "all"):
        return None
    if not value.isdecimal() or int(value) < least:
        raise UsageError(
            f"{name} can't be '{value}'", where="set", hint=f"a whole number from {least}, or none"
        )
    return int(value)


def _switch(name: str, value: str) -> bool:
    if value not in ("", "on", "off", "true", "false", "True", "False"):
        raise UsageError(f"{name} can't be '{value}'", where="set", hint="it is on or off")
    return value in ("", "on", "true", "True")


def _least(name: str, value: str) -> float | None:
    try:
        least = None if value in ("", "none") else float(value)
    except ValueError:
        least = nan
    if least is not None and isnan(least):
        raise UsageError(f"{name} can't be '{value}'", where="set", hint="it is a number or none")
    return least


# What a calculator's options are called there, and how each is read.
OPTIONS: dict[str, tuple[str, Callable[[str, str], object]]] = {
    "norm": ("norm", partial(_one_of, choices=NORMS)),
    "top": ("k", lambda name, value: _count(name, value, 1) or 10),
    "metric": ("metric", partial(_one_of, choices=METRICS)),
    "exclude": ("exclude", partial(_one_of, choices=EXCLUSIONS)),
    "first": ("first", partial(_count, least=1)),
    "match": ("match", lambda _, value: None if value in ("", "*") else value),
    "min-score": ("min_score", _least),
    "in": ("within", lambda _, value: None if value in ("", "none") else value),
    "oov": ("oov", partial(_one_of, choices=OOVS)),
    "exact": ("exact", _switch),
    "words": ("words", _switch),
}
NAMES = (*OPTIONS, "phrase-words", "format", "precision", "keys", "live", "menu", "theme", "pager")
