r"""Tab-separated values: a header and the rows of `cells`, one a line whatever the words hold.

Backslash, tab, newline and carriage return are written `\\`, `\t`, `\n`, `\r`; other characters that
a terminal would obey `\u001b`.
"""

from __future__ import annotations

from collections.abc import Iterable

from vecalc.answers import Answer, Sheet
from vecalc.render import Style, cells
from vecalc.render.cells import nothing
from vecalc.render.visible import spell_controls

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

begin = end = nothing


def answer(answer: Answer, style: Style, index: int) -> str:
    """The header, once, and a line per row."""
    names = [_line(cells.header(answer, style))] if style.header and index == 0 else []
    return "".join([*names, *map(_line, cells.rows(answer, style))])


def sheet(sheet: Sheet, style: Style, index: int) -> str:
    """A header and the rows of a sheet; a further sheet comes after an empty line."""
    return ("\n" if index and sheet.part == "whole" else "") + "".join(
        map(_line, cells.rows_for_programs(sheet, style))
    )


def _line(row: Iterable[str]) -> str:
    return "\t".join(spell_controls(cell.translate(_ESCAPES)) for cell in row) + "\n"
