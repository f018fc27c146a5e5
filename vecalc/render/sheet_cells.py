"""The cells of a sheet as text: rounded and with units for people, exact for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vecalc.render.numbers import count, fixed

if TYPE_CHECKING:
    from vecalc.answers import Cell, Column, Sheet
    from vecalc.render import Style

_DECIMALS = 4
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_THOUSAND = 1000


def for_people(cell: Cell, column: Column, style: Style) -> str:
    """A cell as a table shows it; what is in a text is up to the caller to make safe."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    match column.kind:
        case "percent":
            return f"{fixed(100 * cell, 2)} %"
        case "size":
            return _size(cell)
        case "count":
            return count(int(cell))
        case _:
            return fixed(cell, _DECIMALS if style.precision is None else style.precision)


def for_programs(cell: Cell, style: Style) -> str:
    """A cell with every digit, or with as many as were asked for."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return repr(cell) if style.precision is None else fixed(cell, style.precision)
    return str(cell)


def lines(sheet: Sheet, style: Style) -> Iterator[list[str]]:
    """The header, unless it is not wanted, and the rows of a sheet, for programs."""
    text = as_text if style.csv_safe else str
    if style.header:
        yield [text(column.name) for column in sheet.columns]
    for row in sheet.rows:
        yield [text(cell) if isinstance(cell, str) else for_programs(cell, style) for cell in row]


def as_text(cell: str) -> str:
    """The cell so that a spreadsheet takes it for text, whatever it begins with."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def is_number(column: Column) -> bool:
    """Whether a column is set to the right."""
    return column.kind != "text"


def _size(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < _THOUSAND:
            return f"{size:,.0f} {unit}" if unit == _UNITS[0] else f"{size:.1f} {unit}"
        size /= _THOUSAND
    return f"{size:.1f} {_UNITS[-1]}"
