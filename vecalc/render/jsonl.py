"""JSON lines: one record (see `record`) a line, an answer a line, errors included."""

from __future__ import annotations

from vecalc.answers import Answer, Sheet
from vecalc.render import Style
from vecalc.render.cells import nothing
from vecalc.render.record import encode, record, row_records

begin = end = nothing


def answer(answer: Answer, style: Style, index: int) -> str:
    """One line."""
    return encode(record(answer)) + "\n"


def sheet(sheet: Sheet, style: Style, index: int) -> str:
    """A line for each row of a sheet."""
    return "".join(encode(row) + "\n" for row in row_records(sheet))
