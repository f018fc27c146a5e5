"""The tables of commands for a terminal: aligned, without empty columns, coloured by what cells mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from vecalc.answers import Cell, Column, Sheet
from vecalc.render import Style
from vecalc.render.bars import NARROW, bar
from vecalc.render.cells import is_number, rows_for_people
from vecalc.render.grid import NARROWEST, GridRow, grid
from vecalc.render.layout import GridColumn, pieces
from vecalc.render.paint import Role, codes_of, paint
from vecalc.render.shades import Scale
from vecalc.render.visible import visible
from vecalc.render.width import filled

_BAR = 40  # columns of the longest bar of a sheet, on a terminal of any width a half of it
_VERDICTS: dict[str, Role] = {"ok": "good", "note": "hint", "wrong": "bad", "PASS": "good", "FAIL": "bad"}


def sheet(sheet: Sheet, style: Style, index: int) -> str:
    """A sheet as aligned columns, its title above and its remarks below."""
    width = max(style.width, NARROWEST)
    title = (
        paint("\n".join(filled(visible(sheet.title), width)), "title", style) + "\n" if sheet.title else ""
    )
    lines = (line for remark in sheet.remarks for line in filled(visible(remark), width))
    remarks = "".join(paint(line, "aside", style) + "\n" for line in lines)
    body = "\n".join(_tables(sheet, style)) if sheet.rows else "nothing\n" if sheet.part == "whole" else ""
    return ("\n" if index and sheet.part == "whole" else "") + title + body + remarks


def _tables(sheet: Sheet, style: Style) -> Iterator[str]:
    """A sheet as one table, or in pieces where the terminal is too narrow for all columns."""
    width = max(style.width, NARROWEST)
    all_rows = (*sheet.lead, *sheet.rows)
    kept = [i for i, _ in enumerate(sheet.columns) if any(row[i] not in (None, "") for row in all_rows)]
    if sheet.keys or sheet.together > 1 or sheet.part != "whole":  # others hang on their places, or may come
        kept = list(range(len(sheet.columns)))
    shape = [_shape(sheet.columns[i]) for i in kept]
    cells = [_texts(sheet.columns[i], [row[i] for row in all_rows], style) for i in kept]
    hot = [i for i in kept if sheet.columns[i].tone == "heat"]
    numbers = [_number(row[i]) for row in all_rows for i in hot if _is_finite(row[i])]
    scale = Scale.between(min(numbers), max(numbers)) if numbers else Scale(0.0, 0.0)
    looks = [_looks(sheet.columns[i], [row[i] for row in all_rows], scale, style) for i in kept]
    for places in pieces(shape, cells, width, sheet.keys, sheet.together):
        rows = [
            GridRow([cells[i][line] for i in places], [looks[i][line] for i in places])
            for line in range(len(all_rows))
        ]
        yield grid([shape[i] for i in places], rows, style, len(sheet.lead))


def _shape(column: Column) -> GridColumn:
    number = is_number(column)
    return GridColumn(
        visible(column.name),
        right=number and column.tone != "bar",
        folds=not number,
        path=column.kind == "path",
    )


def _texts(column: Column, cells: Sequence[Cell], style: Style) -> list[str]:
    """The cells of a column as people read them."""
    if column.tone == "bar":
        most = max(map(_number, cells), default=0.0) or 1.0
        room = min(_BAR, style.width // 2) if style.width >= NARROW else 0
        return [bar(_number(cell) / most, ascii_only=style.ascii, cells=room) for cell in cells]
    texts = [visible(text) for (text,) in rows_for_people(_alone(column, cells), style)]
    if column.kind == "path" and style.home:
        texts = [
            f"~{text.removeprefix(style.home)}" if text.startswith(f"{style.home}/") else text
            for text in texts
        ]
    if column.tone == "signed":
        texts = [f"+{text}" if _number(cell) > 0 else text for text, cell in zip(texts, cells, strict=True)]
    return texts


def _alone(column: Column, cells: Sequence[Cell]) -> Sheet:
    return Sheet("", (column,), tuple((cell,) for cell in cells))


def _looks(column: Column, cells: Sequence[Cell], scale: Scale, style: Style) -> list[str]:
    """The colours of a column's cells; `scale` is that of all numbers that are shaded."""
    match column.tone:
        case "signed":
            roles: list[Role] = [_of_number(_number(cell)) for cell in cells]
        case "verdict":
            roles = [_VERDICTS.get(str(cell).split(" ")[0], "") for cell in cells]
        case "new":
            roles = ["good" if str(cell).endswith(" +") else "" for cell in cells]
        case "bar":
            roles = ["bar3"] * len(cells)
        case "heat":
            return [scale.shade(_number(c), style.theme) if _is_finite(c) else "" for c in cells]
        case _:
            roles = [""] * len(cells)
    return [codes_of(role, style) for role in roles]


def _is_finite(cell: Cell) -> bool:
    return isinstance(cell, int | float) and isfinite(cell)


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _of_number(value: float) -> Role:
    return "good" if value > 0 else "bad" if value < 0 else ""
