"""What a person types for a store on a server: SCHEME://[USER[:PASSWORD]@]HOST[:PORT]/PATH[?OPTIONS][#TABLE].

A password in it is never shown: not in a message, a caption, a note or a log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from vecalc import finder
from vecalc.errors import UsageError
from vecalc.stores import Server

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


class Address(NamedTuple):
    """An address, taken apart; `shown` is what people may see of it."""

    scheme: str
    user: str
    password: str
    host: str
    port: int | None
    path: str  # behind the host, without the slash: a database, a collection
    options: Mapping[str, str]
    table: str  # what stands behind #

    @property
    def called(self) -> str:
        """What captions call a store: its table, or what is named behind the host."""
        return self.table or self.path or self.host

    @property
    def shown(self) -> str:
        """The address without its password and options."""
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        table = f"#{self.table}" if self.table else ""
        return f"{self.scheme}://{user}{self.host}{port}/{self.path}{table}"


@cache
def servers() -> dict[str, Server]:
    """The kinds of stores, by the schemes of their addresses."""
    modules = (finder.module("vecalc.stores", name) for name in finder.names("vecalc.stores"))
    found = [cast(Server, module) for module in modules if hasattr(module, "SCHEMES")]
    return {scheme: server for server in found for scheme in server.SCHEMES}


def is_address(model: str) -> bool:
    """Whether a model is named by the address of a store."""
    match = _SCHEME.match(model)
    return match is not None and match[1].lower() in servers()


def address_of(model: str) -> Address:
    """The address, taken apart. Raises `UsageError`, in which no password is shown."""
    try:
        parts = urlsplit(model)
        port = parts.port
    except ValueError:
        raise UsageError("this is not an address", where=without_password(model), hint=_HINT) from None
    if _OPTION.search(parts.fragment):
        hint = "...?NAME=VALUE#TABLE; a ? in a table's name is written %3F"
        raise UsageError("options stand before the #", where=without_password(model), hint=hint)
    return Address(
        parts.scheme.lower(),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.hostname or "",
        port,
        unquote(parts.path.removeprefix("/")),
        dict(parse_qsl(parts.query, keep_blank_values=True)),
        unquote(parts.fragment),
    )


_HINT = "SCHEME://USER@HOST:PORT/NAME; in a password #, /, @ and ? are written %23, %2F, %40, %3F"
_OPTION = re.compile(r"\?\w+=")
_PASSWORD = re.compile(r"(://[^:@/?#]*):.*@|([?&]password=)[^&#]*", re.DOTALL | re.IGNORECASE)


def without_password(model: str) -> str:
    """A model as it was typed, without the password of an address."""
    return _PASSWORD.sub(lambda found: f"{found[1]}@" if found[1] else found[2], model)


# Up to a blank; a password may have blanks in it.
_IN_TEXT = re.compile(r"://(?:[^:@/?#\s]*:[^@/\"\n]*@)?\S*")


def without_passwords(text: str) -> str:
    """A text, without the password of any address in it."""
    return _IN_TEXT.sub(lambda found: without_password(found[0]), text)
