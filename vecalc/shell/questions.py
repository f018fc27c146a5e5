"""Rows of a table become questions, and a list of words the candidates of a ranking."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from vecalc.engine.calculator import Calculator, place_in
from vecalc.engine.question import Question, as_name
from vecalc.engine.row_formulas import RowFormula, row_formulas
from vecalc.errors import FileProblem, NoValue, UnknownName, VecalcError
from vecalc.lang.nodes import Node, Number, Word

if TYPE_CHECKING:
    from vecalc.tables.question_lines import Line

NAMES = "what can't be in a name is _: 'first name' is first_name"


def from_rows(
    path: str,
    texts: Sequence[str],
    calculator: Calculator,
    tell: Callable[[str], None] = lambda _: None,
    known: list[RowFormula] | None = None,
    *,
    headerless: bool = False,
) -> Iterator[Question]:
    """Every formula for each row of a table, with the row's columns as names; `known` takes the formulas.

    `tell` hears, once, of expressions that are the same in every row, and of columns that have words and
    numbers. Raises `FileProblem`, `UnknownName`.
    """
    from vecalc.studies.features.tally import Tally
    from vecalc.tables import question_lines, question_rows
    from vecalc.tables.cell_rules import row_or_number

    formulas = known if known is not None else []
    if calculator.options.words:
        formulas += row_formulas(calculator, texts, ())
        yield from _cells(path, texts, tell, headerless)
        return
    checked, tally = False, Tally()
    space = calculator.spaces[calculator.default]
    with question_lines.opened(path) as stream:
        for row in question_rows.rows(path, stream, tell, headerless=headerless):
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
                _check(texts, list(names), calculator, tell, headerless)
                formulas += row_formulas(calculator, texts, list(names))
                checked = True
            empty = {as_name(column) for column, cell in row.cells.items() if not cell.strip()}
            for formula in formulas:
                problem = row.problem or _empty_cells(formula, empty, calculator)
                place = f"{path}:{row.number}"
                yield Question(formula.text, row.number, names, row.cells, problem, place)
    if not checked:
        raise FileProblem("has no rows", where=path)
    for note in tally.notes():
        tell(note)


def _empty_cells(formula: RowFormula, empty: Collection[str], calculator: Calculator) -> VecalcError | None:
    """What is wrong with a row in which a formula's cells are empty, unless unknown words are left out."""
    used = [column for column in formula.columns if column in empty]
    if not used or calculator.options.oov == "skip":
        return None
    cells = f"the cell {used[0]} is" if len(used) == 1 else f"the cells {' and '.join(used)} are"
    return NoValue(f"{cells} empty")


def _cells(
    path: str, texts: Sequence[str], tell: Callable[[str], None], headerless: bool
) -> Iterator[Question]:
    """The cells of some columns, row by row: with --words each is a word, and its column the expression."""
    from vecalc.tables import question_lines, question_rows

    with question_lines.opened(path) as stream:
        for row in question_rows.rows(path, stream, tell, headerless=headerless):
            by_name = {**{as_name(column): cell for column, cell in row.cells.items()}, **row.cells}
            for text in texts:
                cell = by_name.get(text, by_name.get(text.strip()))
                if cell is None:
                    hint = f"with --words name a column: {', '.join(row.cells)}"
                    raise UnknownName(f"'{text}' is not a column", where="-e", hint=hint)
                yield Question(cell, row.number, None, row.cells, row.problem, f"{path}:{row.number}")


def _check(
    texts: Sequence[str],
    columns: Sequence[str],
    calculator: Calculator,
    tell: Callable[[str], None],
    headerless: bool,
) -> None:
    from vecalc.engine.columns import dependence, same_in_every_row, taken_as_words

    words: dict[str, None] = {}
    for text in map(str.strip, texts):
        try:
            found = dependence(calculator, text, columns)
        except UnknownName as problem:
            if not headerless and not problem.suggestions:
                problem.hint += "; if the first line holds data, add --headerless"
            raise problem.at(where=f"-e '{text}'{place_in(text, problem.span)}") from None
        if found.on_row:
            words |= dict.fromkeys(found.words)
        else:
            tell(same_in_every_row(text))
    if words:
        tell(taken_as_words(list(words), columns))


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
