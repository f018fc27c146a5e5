"""Blocks of cells become blocks of features."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np

from vecalc.arrays import Floats, Mask
from vecalc.calc.column_formula import ColumnFormula, Given, Part
from vecalc.calc.unknown import unknown_words
from vecalc.engine.calculator import Calculator, place_in
from vecalc.engine.columns import Columns, formula_of, read, same_in_every_row
from vecalc.errors import NoValue, TypeMismatch, UsageError, VecalcError
from vecalc.lang.nodes import Bind, Define, Expectation, Statement, Word
from vecalc.studies.features import FeatureBlock, Policy
from vecalc.studies.features.cells import UNKNOWN, Cells, ColumnSource, sources
from vecalc.studies.features.tally import Tally

# Numbers of one column of vectors in a block: 2 MB, which stay in the cache while a formula goes over them.
BLOCK_NUMBERS = 1 << 18
MOST_ROWS = 4096
UNKNOWN_WIDTH = 1024  # components that a command is taken to write until it has written some

Texts = Mapping[str, Sequence[str]]  # by column of the table, the cells of a block
Where = Callable[[int], str]  # the place of a block's row, for messages

_DONE = {
    "skip": "their rows are left out",
    "zero": "taken as zero",
    "mean": "taken as the mean of all words",
    "nan": "the features made of them are NaN",
}


class Maker:
    """Formulas over columns, with a calculator's spaces, options and names.

    `columns` are those of the table; `bind` says which are words of which space (`u=users:user_id`). Raises
    `UsageError` and `ExpressionError` for formulas that can't be. Blocks are made in order, by `block`.
    """

    def __init__(
        self,
        calculator: Calculator,
        formulas: Iterable[str],
        columns: Iterable[str],
        bind: Iterable[str] = (),
        policy: Policy = Policy(),  # noqa: B008 - immutable
    ) -> None:
        self.policy = policy
        self.tally = Tally()
        self._calculator = copy(calculator)  # what a formula binds holds for those after it
        self.sources = sources(columns, bind, calculator.spaces, calculator.default)
        self._columns = Columns(
            [source.key for source in self.sources.values()],
            {source.key.space: source.space_name for source in self.sources.values()},
        )
        self.sources |= {one.name: one for one in map(ColumnSource.of_texts, self.sources.values())}
        self.formulas = [self._formula(i, text) for i, text in enumerate(formulas, start=1)]
        check_names(formula.text for formula in self.formulas)
        used = {name for formula in self.formulas for name in formula.columns}
        self.used = {name: source for name, source in self.sources.items() if name in used}
        self.widths: dict[str, int | None] = {}  # of the formulas, once they are known; None for a number

    @property
    def rows_at_once(self) -> int:
        """Rows of a block, so that its memory is bounded."""
        widest = max((source.space.dim or UNKNOWN_WIDTH for source in self.used.values()), default=1)
        return max(1, min(MOST_ROWS, BLOCK_NUMBERS // widest))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names; none before the first block that has a row."""
        return tuple(name for formula, width in self.widths.items() for name in columns_of(formula, width))

    def state(self) -> dict[str, Any]:
        """What later blocks depend on, for `restore`."""
        return {"widths": self.widths, "tally": self.tally.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on behind the block after which the state was taken."""
        self.widths = dict(state["widths"])
        self.tally.restore(state["tally"])

    # --- formulas ---------------------------------------------------------------------------

    def _formula(self, number: int, text: str) -> ColumnFormula:
        """Read a text; what it binds and defines holds for the texts after it."""
        try:
            found = read(self._calculator, text, self._columns)
            name = _name_of(number, text, found.statements)
            found.check(self._columns)
            self._calculator.scope = found.scope
            formula, notes = formula_of(self._calculator, name, found.trees[-1], self._columns)
        except VecalcError as problem:
            place = place_in(text, problem.span) if problem.span else ""
            raise problem.at(where=f"-e '{text}'{place}") from None
        for note in (*found.notes, *notes):
            self.tally.add(note)
        if not formula.columns:
            self.tally.add(same_in_every_row(name))
        return formula

    # --- a block ----------------------------------------------------------------------------

    def block(self, texts: Texts, where: Where) -> FeatureBlock:
        """The features of some rows. Raises `VecalcError` with the place of the row."""
        count = len(next(iter(texts.values()), ()))
        cells, keep = self._look_up(texts, count, where)
        given = {name: self._given(name, looked_up) for name, looked_up in cells.items()}
        found: list[list[Part]] = []
        for formula in self.formulas:
            # NaN takes the place of what is made of an unknown word.
            hidden = unknown_in(cells, formula.columns if self.policy.unknown == "nan" else (), count)
            rows = np.flatnonzero(keep & ~hidden)
            try:
                found.append([self._counted(formula, part, where) for part in formula.parts(given, rows)])
            except VecalcError as problem:
                raise problem.at(where=where(int(rows[0]) if len(rows) else 0)) from None
            if self.policy.no_value == "skip":
                keep[[part.rows[0] for part in found[-1] if part.values is None]] = False
        rows = np.flatnonzero(keep)
        if not len(rows):
            return FeatureBlock(np.empty((0, len(self.names))), rows)
        self._learn_widths(found, where)
        return FeatureBlock(self._filled(found, count, where)[rows], rows)

    def _filled(self, found: list[list[Part]], count: int, where: Where) -> Floats:
        """The columns of all formulas side by side; NaN where they have no value."""
        values = np.full((count, len(self.names)), np.nan)
        first = 0
        for formula, parts in zip(self.formulas, found, strict=True):
            width = self.widths[formula.text] or 1
            for part in parts:
                if part.values is not None:
                    self._check_width(formula.text, part.values, where(int(part.rows[0])))
                    values[part.rows, first : first + width] = part.values.reshape(-1, width)
            first += width
        return values

    def _counted(self, formula: ColumnFormula, part: Part, where: Where) -> Part:
        """The part; a row without a value is counted. Raises its problem where that is an error."""
        if part.problem is not None:
            if self.policy.no_value == "error":
                part.problem.hint = part.problem.hint or "--no-value skip or nan goes on"
                raise part.problem.at(where=where(int(part.rows[0])))
            done = "left out" if self.policy.no_value == "skip" else "NaN"
            self.tally.add(f"{formula.text}, rows without a value, {done}: #", 1, part.problem.message)
        return part

    def _learn_widths(self, found: list[list[Part]], where: Where) -> None:
        """From the first block with a row in it."""
        if self.widths:
            return
        for formula, parts in zip(self.formulas, found, strict=True):
            some = next((part.values for part in parts if part.values is not None), None)
            if some is None:
                self.widths = {}
                raise NoValue(f"{formula.text} has no value in any of the first rows", where=where(0))
            self.widths[formula.text] = _width(some)
        check_names(self.names)

    def _check_width(self, name: str, values: Floats, where: str) -> None:
        found, width = _width(values), self.widths[name]
        if found != width:
            raise TypeMismatch(
                f"{name} is {_kind(found)} here and {_kind(width)} in the first row",
                where=where,
                hint="cells that read as numbers and are not words are numbers; --bind says which are words",
            )

    # --- cells ------------------------------------------------------------------------------

    def _look_up(self, texts: Texts, count: int, where: Where) -> tuple[dict[str, Cells], Mask]:
        """The cells of the columns in use, and which rows are to be computed."""
        exact = self._calculator.options.exact
        cells = {
            name: source.read(texts[source.column], exact=exact, tally=self.tally)
            for name, source in self.used.items()
        }
        unknown = unknown_in(cells, self.used, count)
        if self.policy.unknown == "error" and unknown.any():
            row = int(np.argmax(unknown))
            raise self._unknown_words(texts, cells, row).at(where=where(row))
        for name, source in self.used.items():
            for row in np.flatnonzero(cells[name].rows == UNKNOWN).tolist():
                what = f"column {source.column}, unknown words, {_DONE[self.policy.unknown]}: #"
                self.tally.add(what, 1, texts[source.column][row])
        return cells, ~unknown if self.policy.unknown == "skip" else np.ones(count, bool)

    def _given(self, name: str, cells: Cells) -> Given:
        source, unknown = self.used[name], self.policy.unknown
        lacking = unknown == "mean" and bool((cells.rows == UNKNOWN).any())
        mean = self._calculator.mean(source.space_name, "raw") if lacking else None
        return source.given(cells, mean, zero=unknown == "zero")

    def _unknown_words(self, texts: Texts, cells: Mapping[str, Cells], row: int) -> VecalcError:
        missing = [
            (Word(texts[source.column][row]), source.space)
            for name, source in self.used.items()
            if cells[name].rows[row] == UNKNOWN
        ]
        problem = unknown_words(missing, several=len(self._calculator.spaces) > 1)
        problem.hint += "; --unknown skip, zero, mean or nan goes on"
        return problem


# --- names of formulas and columns ----------------------------------------------------------


def _name_of(number: int, text: str, statements: Sequence[Statement]) -> str:
    """The name of the formula that a text ends with: `prod = u*v`, or else `e1`, `e2`, ... by its place.

    What comes before it in the text only binds and defines. Raises `UsageError` for a text without one, and
    `TypeMismatch` for an expectation.
    """
    if not statements or isinstance(statements[-1], Define):
        raise UsageError("there is no formula", where=f"-e '{text}'", hint="such as -e 'prod = u*v'")
    last = statements[-1]
    if isinstance(last, Expectation):
        raise TypeMismatch("a feature expects nothing", span=last.span, hint="leave out what follows =>")
    return last.name if isinstance(last, Bind) else f"e{number}"


def check_names(names: Iterable[str]) -> None:
    """Raises `UsageError` for a name that two columns would have."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise UsageError(f"two columns are called '{name}'", hint="name formulas: -e 'prod = u*v'")
        seen.add(name)


def columns_of(name: str, width: int | None) -> list[str]:
    """The columns of a formula: `cos` of a number, `prod_0`, `prod_1`, ... of a vector of some width."""
    return [name] if width is None else [f"{name}_{i}" for i in range(width)]


def unknown_in(cells: Mapping[str, Cells], names: Iterable[str], count: int) -> Mask:
    """The rows [r] in which some of the columns has an unknown word."""
    return np.asarray(
        np.any([np.zeros(count, bool), *(cells[name].rows == UNKNOWN for name in names)], axis=0)
    )


def _width(values: Floats) -> int | None:
    return values.shape[1] if values.ndim > 1 else None


def _kind(width: int | None) -> str:
    return "a number" if width is None else f"a vector ({width})"
