"""Rows of a table become questions, and a list of words the candidates of a ranking."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from vecalc.engine.calculator import Calculator, place_in
from vecalc.engine.question import Question, as_name
from vecalc.errors import FileProblem, UnknownName
from vecalc.lang.nodes import Node, Number, Word

if TYPE_CHECKING:
    from vecalc.tables.question_lines import Line

NAMES = "what can't be in a name is _: 'first name' is first_name"


def from_rows(
    path: str, texts: Sequence[str], calculator: Calculator, tell: Callable[[str], None] = lambda _: None
) -> Iterator[Question]:
    """Every expression for each row of a table, with the row's columns as names.

    `tell` hears, once, of expressions that are the same in every row, and of columns that have words and
    numbers. Raises `FileProblem`, `UnknownName`.
    """
    from vecalc.studies.features.tally import Tally
    from vecalc.tables import question_lines, question_rows
    from vecalc.tables.cell_rules import row_or_number

    if calculator.options.words:
        yield from _cells(path, texts, tell)
        return
    checked, tally = False, Tally()
    space = calculator.spaces[calculator.default]
    with question_lines.opened(path) as stream:
        for row in question_rows.rows(path, stream, tell):
            names: dict[str, Node] = {}
            for column, cell in row.cells.items():
                found = row_or_number(cell, space)
                node = Number(found) if isinstance(found, float) else Word(cell, quoted=True, is_cell=True)
                names[as_name(column)] = node
                if row.problem is None:
                    tally.add_cells(column, 1, number=cell if isinstance(node, Number) else "")
            if len(names) < len(row.cells):
                raise FileProblem("has two columns of the same name", where=path, hint=NAMES)
            if not checked:
                _check(texts, list(names), calculator, tell)
                checked = True
            for text in texts:
                place = f"{path}:{row.number}"
                yield Question(text.strip(), row.number, names, row.cells, row.problem, place)
    if not checked:
        raise FileProblem("has no rows", where=path)
    for note in tally.notes():
        tell(note)


def _cells(path: str, texts: Sequence[str], tell: Callable[[str], None]) -> Iterator[Question]:
    """The cells of some columns, row by row: with --words each is a word, and its column the expression."""
    from vecalc.tables import question_lines, question_rows

    with question_lines.opened(path) as stream:
        for row in question_rows.rows(path, stream, tell):
            by_name = {**{as_name(column): cell for column, cell in row.cells.items()}, **row.cells}
            for text in texts:
                cell = by_name.get(text, by_name.get(text.strip()))
                if cell is None:
                    hint = f"with --words name a column: {', '.join(row.cells)}"
                    raise UnknownName(f"'{text}' is not a column", where="-e", hint=hint)
                yield Question(cell, row.number, None, row.cells, row.problem, f"{path}:{row.number}")


def _check(
    texts: Sequence[str], columns: Sequence[str], calculator: Calculator, tell: Callable[[str], None]
) -> None:
    from vecalc.engine.columns import depends_on_row, same_in_every_row

    for text in map(str.strip, texts):
        try:
            if not depends_on_row(calculator, text, columns):
                tell(same_in_every_row(text))
        except UnknownName as problem:
            raise problem.at(where=f"-e '{text}'{place_in(text, problem.span)}") from None


# A word of a list: in quotes up to a comma or the end, or whatever is between commas.
_LISTED = re.compile(r'(?:^|(?<=,))\s*(?:"([^"]+)"(?=\s*(?:,|$))|([^,]+))')


def words(text: str | None) -> tuple[str, ...] | None:
    """The words of `--among`: of a file, one a line, or separated by commas; in quotes a word may have some.

    Raises `FileProblem`, also for a line that can't be read.
    """
    if text is None:
        return None
    # Path.is_file raises an error for what can't be a path, such as a long list of words.
    if text == "-" or os.path.isfile(text):  # noqa: PTH113
        from vecalc.tables import question_lines

        with question_lines.opened(text) as stream:
            return tuple(_word(line, text) for line in question_lines.lines(stream))
    found = (match[1] if match[1] is not None else match[2].strip() for match in _LISTED.finditer(text))
    return tuple(filter(None, found))


def _word(line: Line, path: str) -> str:
    if line.problem is not None:
        raise line.problem.at(where=f"{path}:{line.number}")
    return line.text.strip()
