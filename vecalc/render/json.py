"""One JSON document: an array of records (see `record`), indented; errors have their place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vecalc.render.record import encode, record

if TYPE_CHECKING:
    from vecalc.answers import Answer
    from vecalc.render import Style

_INDENT = 2


def begin(style: Style) -> str:
    """The array opens."""
    return "["


def answer(answer: Answer, style: Style, index: int) -> str:
    """One record, with the comma that parts it from the one before."""
    return (",\n" if index else "\n") + encode(record(answer), _INDENT)


def end(style: Style) -> str:
    """The array closes."""
    return "\n]\n"
