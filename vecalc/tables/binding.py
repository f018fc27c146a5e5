"""Names of formulas bound to columns of a table (--bind): by name, by number, or to one word of a cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from vecalc.errors import FileProblem, UsageError
from vecalc.tables.cell_rules import words_of
from vecalc.tables.question_tables import QuestionTable

_PART = re.compile(r"(.+):(\d+)")


def bindings(given: Iterable[str], hint: str = "write --bind a=COLUMN") -> dict[str, str]:
    """`a=word1`, `n1=Pair:2`, `u=users:user_id` as what is bound by name. Raises `UsageError`."""
    found: dict[str, str] = {}
    for text in given:
        name, _, column = map(str.strip, text.partition("="))
        if not name.isidentifier() or not column:
            raise UsageError(f"'{text}' binds no column", where="--bind", hint=hint)
        if name in found:
            raise UsageError(f"'{name}' is bound twice", where="--bind", hint=hint)
        found[name] = column
    return found


def bound_rows(file: str, found: QuestionTable, bind: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The cells of each row by their names. Raises `FileProblem` for a column that does not exist."""
    places = {name: place_of(file, found, column) for name, column in bind.items()}
    for row in found.rows:
        where = f"{file}:{row.number}"
        yield {name: _part(row.cells[i], part, where) for name, (i, part) in places.items()}


def with_names(found: QuestionTable, columns: Iterable[str]) -> QuestionTable:
    """The table with its first row as header where columns are asked for by name."""
    if found.header is not None or all(column.isdecimal() for column in columns):
        return found
    return QuestionTable(found.rows[0].cells, found.rows[1:])


def place_of(file: str, found: QuestionTable, column: str) -> tuple[int, int | None]:
    """Which column is meant, from 0, and which word of its cells, from 1 (None: all of the cell)."""
    header = found.header or ()
    match = _PART.fullmatch(column)
    if column in header:
        return header.index(column), None
    if match and match[1] in header:
        return header.index(match[1]), int(match[2])
    width = len(found.rows[0].cells) if found.rows else 0
    if column.isdecimal() and 1 <= int(column) <= width:
        return int(column) - 1, None
    raise FileProblem(f"has no column '{column}'", where=file, hint=f"it has {', '.join(header) or 'none'}")


def _part(cell: str, part: int | None, where: str) -> str:
    if part is None:
        return cell
    words = list(words_of(cell))
    if not 1 <= part <= len(words):
        raise FileProblem(f"'{cell}' has no word number {part}", where=where)
    return words[part - 1]
