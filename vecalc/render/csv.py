r"""Comma-separated values (RFC 4180, lines end with `\n`): a header and the rows of `flat`.

Cells are exact, except that a lone surrogate, which no encoding can carry, is written `\udc80`; and that on
a terminal, which would obey them, control characters are spelled out. With `csv_safe` a cell of text, or the
name of a column, that a spreadsheet would compute (`= + - @`, tab or carriage return in front) gets an
apostrophe. Columns of an input row (`Answer.row`) come first; all answers of a document must have the same.
"""

from __future__ import annotations

import csv
import io
from itertools import chain
from typing import TYPE_CHECKING

from vecalc.render import flat_rows, sheet_cells
from vecalc.render.visible import visible

if TYPE_CHECKING:
    from vecalc.answers import Answer, Sheet
    from vecalc.render import Style


def begin(style: Style) -> str:
    """Nothing: the first answer knows the columns."""
    return ""


def answer(answer: Answer, style: Style, index: int) -> str:
    """The header, once, and a record per row."""
    rows = chain(
        [flat_rows.header(answer, style)] if style.header and index == 0 else [],
        flat_rows.table(answer, style),
    )
    return "".join(_line(cells, style) for cells in rows)


def sheet(sheet: Sheet, style: Style, index: int) -> str:
    """A header and the rows of a sheet; a further sheet comes after an empty line."""
    return ("\n" if index else "") + "".join(_line(cells, style) for cells in sheet_cells.lines(sheet, style))


def end(style: Style) -> str:
    """Nothing."""
    return ""


def _line(cells: list[str], style: Style) -> str:
    if style.terminal:
        cells = [visible(cell) for cell in cells]
    # The module quotes what its own line end holds, so CR LF makes it quote both; the end is cut off.
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n").encode(errors="backslashreplace").decode() + "\n"
