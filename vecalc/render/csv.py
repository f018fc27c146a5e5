r"""Comma-separated values (RFC 4180, lines end with `\n`): a header and the rows of `cells`.

Cells are exact, except that a lone surrogate, which no encoding can carry, is written `\udc80`; and that on
a terminal, which would obey them, control characters are spelled out. With `csv_safe` a cell of text, or the
name of a column, that a spreadsheet would compute (`= + - @`, tab or carriage return in front) gets an
apostrophe.
"""

from __future__ import annotations

import csv
import io

from vecalc.answers import Answer, Sheet
from vecalc.render import Style, cells
from vecalc.render.cells import nothing
from vecalc.render.visible import visible

begin = end = nothing


def answer(answer: Answer, style: Style, index: int) -> str:
    """The header, once, and a record per row."""
    names = [cells.header(answer, style)] if style.header and index == 0 else []
    return "".join(_line(row, style) for row in (*names, *cells.rows(answer, style)))


def sheet(sheet: Sheet, style: Style, index: int) -> str:
    """A header and the rows of a sheet; a further sheet comes after an empty line."""
    rows = cells.rows_for_programs(sheet, style)
    return ("\n" if index and sheet.part == "whole" else "") + "".join(_line(row, style) for row in rows)


def _line(row: list[str], style: Style) -> str:
    if style.terminal:
        row = [visible(cell) for cell in row]
    # The module quotes what its own line end holds, so CR LF makes it quote both; the end is cut off.
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue().removesuffix("\r\n").encode(errors="backslashreplace").decode() + "\n"
