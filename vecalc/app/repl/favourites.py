"""`favourite`: expressions kept by name from session to session.

They stand in `favourites.vec` in the configuration folder, a line `name = expression` each, so that `load`
can take them all as names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vecalc.app.cli import inputs
from vecalc.app.cli.output import written_whole
from vecalc.app.places import config_folder
from vecalc.errors import StorageProblem, UsageError
from vecalc.lang.parse import parse
from vecalc.render.visible import visible

if TYPE_CHECKING:
    from vecalc.app.repl.session import Session

FILE = "favourites.vec"


def favourite(session: Session, argument: str) -> None:
    """List the favourites, answer one, keep one, or forget one. Raises `VecalcError`."""
    kept = _read()
    name, equals, text = (part.strip() for part in argument.partition("="))
    if not argument:
        shown = "".join(f"{visible(f'{name} = {text}')}\n" for name, text in kept.items())
        session.write(shown or "there are none; favourite NAME = EXPR keeps one\n")
    elif equals and text:
        _keep(kept, name, text)
    elif name not in kept:
        raise UsageError(f"there is no favourite '{name}'", where="favourite", hint="`favourite` lists them")
    elif equals:
        _write({other: text for other, text in kept.items() if other != name})
    else:
        session.answer(kept[name])


def names() -> tuple[str, ...]:
    """What favourites there are."""
    return tuple(_read())


def _keep(kept: dict[str, str], name: str, text: str) -> None:
    if not re.fullmatch(r"[^\W\d]\w*", name):
        raise UsageError(
            f"'{name}' is no name", where="favourite", hint="letters, digits and _: favourite royal = king"
        )
    parse(text)  # what is wrong with it is told now
    _write({**kept, name: " ".join(text.splitlines())})


def _read() -> dict[str, str]:
    path = config_folder() / FILE
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in inputs.text(path).splitlines())
    return {name.strip(): text.strip() for name, equals, text in pairs if equals}


def _write(kept: dict[str, str]) -> None:
    path = config_folder() / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise StorageProblem(f"can't be written: {problem.strerror}", where=str(path)) from None
    with written_whole(path) as stream:
        stream.write("".join(f"{name} = {text}\n" for name, text in kept.items()).encode())
