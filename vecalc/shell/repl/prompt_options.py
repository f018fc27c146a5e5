"""`set`: the options of the prompt, by the names that they have on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isnan, nan
from typing import TYPE_CHECKING

from vecalc.answers import EXCLUSIONS, METRICS, NORMS, OOVS
from vecalc.errors import UsageError
from vecalc.shell.display import renderer
from vecalc.shell.repl import line_editor

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session


def change(session: Session, argument: str) -> None:
    """Show all options, or change one. Raises `UsageError` for what is none, or can't be."""
    if not argument:
        session.write("".join(f"{name} = {value}\n" for name, value in _settings(session)))
        return
    name, _, value = argument.removeprefix("--").replace("=", " ").partition(" ")
    if name not in SETTERS:
        raise UsageError(f"there is no setting '{name}'", where="set", hint=f"there are {', '.join(SETTERS)}")
    SETTERS[name](session, value.strip())
    unset = tuple(one for one in session.request.unset if one != name)
    session.request = session.request._replace(unset=unset)


def _settings(session: Session) -> Iterator[tuple[str, object]]:
    options = session.calculator.options
    yield from (
        ("norm", options.norm),
        ("top", options.k),
        ("metric", options.metric),
        ("exclude", options.exclude),
    )
    yield from (("first", options.first or "all"), ("match", options.match or "*"))
    yield from (
        ("in", options.within),
        ("min-score", options.min_score),
        ("oov", options.oov),
        ("exact", options.exact),
    )
    yield from (("format", session.format), ("precision", session.request.precision))
    yield from (("keys", session.keys), ("pager", session.pages))


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise UsageError(f"{name} can't be '{value}'", where="set", hint=f"it is {', '.join(choices)}")
    return value


def _choice(name: str, choices: tuple[str, ...]) -> Callable[[Session, str], None]:
    def set_to(session: Session, value: str) -> None:
        session.calculator.set(**{name: _one_of(name, value, choices)})

    return set_to


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


def _set_top(session: Session, value: str) -> None:
    session.calculator.set(k=_count("top", value, 1) or 10)


def _set_first(session: Session, value: str) -> None:
    session.calculator.set(first=_count("first", value, 1))


def _set_match(session: Session, value: str) -> None:
    session.calculator.set(match=value or None)


def _set_format(session: Session, value: str) -> None:
    renderer(value)
    session.format = value
    session.calculator.set(rank=value != "vector")


def _set_precision(session: Session, value: str) -> None:
    session.request = session.request._replace(precision=_count("precision", value, 0))


def _set_exact(session: Session, value: str) -> None:
    session.calculator.set(exact=_switch("exact", value))


def _set_min_score(session: Session, value: str) -> None:
    try:
        least = None if value in ("", "none") else float(value)
    except ValueError:
        least = nan
    if least is not None and isnan(least):
        raise UsageError(f"min-score can't be '{value}'", where="set", hint="it is a number or none")
    session.calculator.set(min_score=least)


def _set_within(session: Session, value: str) -> None:
    session.calculator.set(within=None if value in ("", "none") else value)


def _set_keys(session: Session, value: str) -> None:
    session.keys = _one_of("keys", value, line_editor.KEYS)
    line_editor.use_keys(value)


def _set_pager(session: Session, value: str) -> None:
    session.pages = _switch("pager", value)


SETTERS: dict[str, Callable[[Session, str], None]] = {
    "norm": _choice("norm", NORMS),
    "top": _set_top,
    "metric": _choice("metric", METRICS),
    "exclude": _choice("exclude", EXCLUSIONS),
    "first": _set_first,
    "match": _set_match,
    "min-score": _set_min_score,
    "in": _set_within,
    "oov": _choice("oov", OOVS),
    "exact": _set_exact,
    "format": _set_format,
    "precision": _set_precision,
    "keys": _set_keys,
    "pager": _set_pager,
}
