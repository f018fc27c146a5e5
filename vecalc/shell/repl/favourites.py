"""`favourite`: expressions kept by name from session to session.

They stand in `favourites.vec` in the configuration folder, a line `name = expression` each, so that `load`
can take them all as names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from vecalc.engine.as_typed import read
from vecalc.errors import UsageError
from vecalc.library.paths import FAVOURITES, as_text
from vecalc.render.visible import visible
from vecalc.stores.addresses import without_passwords

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session


def favourite(session: Session, argument: str) -> None:
    """List the favourites, answer one, keep one, or forget one. Raises `VecalcError`."""
    kept = _favourites(FAVOURITES.text())
    name, equals, text = (part.strip() for part in argument.partition("="))
    if not argument:
        shown = "".join(f"{visible(f'{name} = {text}')}\n" for name, text in kept.items())
        session.write(shown or "there are none; favourite NAME = EXPR keeps one\n")
    elif equals and text:
        if not re.fullmatch(r"[^\W\d]\w*", name):
            hint = "letters, digits and _: favourite royal = king"
            raise UsageError(f"'{name}' is not a name", where="favourite", hint=hint)
        read(session.calculator, text)  # what is wrong with it is told now
        _change(lambda kept: {**kept, name: without_passwords(" ".join(text.splitlines()))})
    elif name not in kept:
        raise UsageError(f"there is no favourite '{name}'", where="favourite", hint="`favourite` lists them")
    elif equals:
        _change(lambda kept: {other: text for other, text in kept.items() if other != name})
    else:
        session.answer(kept[name])


def names() -> tuple[str, ...]:
    """What favourites there are."""
    return tuple(_favourites(FAVOURITES.text()))


def _favourites(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines())
    return {name.strip(): text.strip() for name, equals, text in pairs if equals}


def _change(edit: Callable[[dict[str, str]], dict[str, str]]) -> None:
    """Write what becomes of the favourites, whoever else is changing them."""

    def written(data: bytes | None) -> bytes:
        kept = edit(_favourites(as_text(data or b"", FAVOURITES.path())))
        return "".join(f"{name} = {text}\n" for name, text in kept.items()).encode()

    FAVOURITES.change(written)
