"""Formulas over the rows of a table: what they are called, and which columns they take words from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from vecalc.engine.calculator import Calculator
from vecalc.engine.columns import Columns, read
from vecalc.errors import UsageError, VecalcError
from vecalc.lang.nodes import Bind, Define, Expectation, Word, walk


class RowFormula(NamedTuple):
    """A formula: its name, its text as rows are asked it, whether it expects something, and its columns."""

    name: str
    text: str
    tested: bool = False
    columns: tuple[str, ...] = ()


def row_formulas(calculator: Calculator, texts: Iterable[str], columns: Sequence[str]) -> list[RowFormula]:
    """The formulas of some texts: a text is its own name, unless it gives one, as in `sim = cos(a, b)`.

    Raises `UsageError` for a name that two columns would have, and for a text that is not one formula.
    """
    found = [_formula(calculator, text.strip(), columns) for text in texts]
    names = [one.name for one in found]
    for one in found:
        if names.count(one.name) > 1 or (one.name in columns and one.name != one.text):
            hint = "name formulas: -e 'sim = cos(a, b)'"
            raise UsageError(f"two columns are called '{one.name}'", where="-e", hint=hint)
    return found


def _formula(calculator: Calculator, text: str, names: Sequence[str]) -> RowFormula:
    if calculator.options.words:
        return RowFormula(text, text)
    columns = Columns.of(names, calculator.default)
    try:
        found = read(calculator, text, columns)
    except VecalcError:  # each row says what is wrong
        return RowFormula(text, text)
    used = (
        node.text
        for tree in (*found.trees, *found.expected)
        for node in walk(tree)
        if isinstance(node, Word) and node.space in columns.homes
    )
    used_columns = tuple(dict.fromkeys(used))
    *before, last = found.statements or (None,)
    if last is None:  # each row says that there is nothing
        return RowFormula(text, text)
    if isinstance(last, Define) or not all(isinstance(one, Bind | Define) for one in before):
        hint = "name values first, if need be: -e 'x = a + b; cos(x, b)'"
        raise UsageError("one formula is wanted", where=f"-e '{text}'", hint=hint)
    if isinstance(last, Bind):  # what it binds is what is wanted
        return RowFormula(last.name, f"{text}; {last.name}", columns=used_columns)
    return RowFormula(text, text, isinstance(last, Expectation), used_columns)
