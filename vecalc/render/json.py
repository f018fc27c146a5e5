"""One JSON document: an array of records (see `record`), indented; errors have their place in it."""

from __future__ import annotations

from vecalc.answers import Answer, Sheet
from vecalc.render import Style
from vecalc.render.record import encode, record, sheet_record

_INDENT = 2


def begin(style: Style) -> str:
    """The array opens."""
    return "["


def answer(answer: Answer, style: Style, index: int) -> str:
    """One record, with the comma that parts it from the one before."""
    return (",\n" if index else "\n") + encode(record(answer), _INDENT)


def sheet(sheet: Sheet, style: Style, index: int) -> str:
    """A sheet as one record, with its rows as objects."""
    return (",\n" if index else "\n") + encode(sheet_record(sheet), _INDENT)


def end(style: Style) -> str:
    """The array closes."""
    return "\n]\n"
