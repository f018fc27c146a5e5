"""One neighbour a line, `rank<TAB>word<TAB>score`: stable, for pipes; the default off a terminal.

A list has a line per vector, `place<TAB>label<TAB>length`; a number is alone on its line. Lines that
begin with `#` are remarks: with several expressions the one that the block answers (and the error in
its place), after `=>` whether the expectation was met. Nothing is cut; control characters in words
are shown as escapes (`tsv` and `json` are exact).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vecalc.render import sheets
from vecalc.render.flat import Line, lines
from vecalc.render.verdict import verdict
from vecalc.render.visible import visible

if TYPE_CHECKING:
    from vecalc.answers import Answer, Sheet
    from vecalc.render import Style


def begin(style: Style) -> str:
    """Nothing."""
    return ""


def answer(answer: Answer, style: Style, index: int) -> str:
    """The lines of one answer; an error only shows among several expressions."""
    remarks = [f"# {visible(answer.asked.expr)}\n"] if style.several else []
    if style.several and answer.error is not None:
        remarks.append(f"# error: {visible(answer.error.message)}\n")
    met = [f"# {verdict(answer.expected)}\n"] if answer.expected else []
    return "".join([*remarks, *map(_line, lines(answer, style)), *met])


def _line(line: Line) -> str:
    return f"{line.rank}\t{visible(line.word)}\t{line.score}\n" if line.rank else f"{line.score}\n"


def sheet(sheet: Sheet, style: Style, index: int) -> str:
    """The rows of a sheet, cells between tabs; its title and columns are remarks."""
    names = "\t".join(visible(column.name) for column in sheet.columns)
    head = [f"# {visible(sheet.title)}\n"] if sheet.title and style.header else []
    head += [f"# {names}\n"] if style.header else []
    rows = ("\t".join(visible(sheets.for_programs(cell, style)) for cell in row) + "\n" for row in sheet.rows)
    return "".join([*head, *rows])


def end(style: Style) -> str:
    """Nothing."""
    return ""
