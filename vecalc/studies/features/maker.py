"""Blocks of cells become blocks of features."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from vecalc.calc.expand import expand, expand_from_afar
from vecalc.calc.resolve import Key, Resolved, unknown_words
from vecalc.calc.values import List, Vector
from vecalc.engine.calculator import Calculator, place_in
from vecalc.engine.columns import Columns, same_in_every_row
from vecalc.errors import NoValue, TypeMismatch, VecalcError
from vecalc.lang.nodes import Bind, Define, Node, Word
from vecalc.studies.features import Block, Policy
from vecalc.studies.features.cells import UNKNOWN, Table, sources
from vecalc.studies.features.feature_formulas import Formula, Part, check_names, columns_of, formula_of
from vecalc.studies.features.tally import Tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.values import Spaces

    Mask: TypeAlias = NDArray[np.bool_]

# Numbers of one column of vectors in a block: 2 MB, which stay in the cache while a formula goes over them.
BLOCK_NUMBERS = 1 << 18
MOST_ROWS = 4096

Cells = Mapping[str, Sequence[str]]  # by column of the table, the cells of a block
Where = Callable[[int], str]  # the place of a block's row, for messages

_DONE = {
    "skip": "their rows are left out",
    "zero": "taken as zero",
    "mean": "taken as the mean of all words",
    "nan": "the features made of them are NaN",
}


class Maker(Calculator):
    """Formulas over columns, on top of a calculator's spaces, options and names.

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
        super().__init__(calculator.spaces, calculator.options)
        self.default, self.scope, self.shipped = calculator.default, calculator.scope, calculator.shipped
        self.policy = policy
        self.tally = Tally()
        self.sources = sources(columns, bind, self.spaces, self.default)
        self.add({source.key.space: source.stand_in() for source in self.sources.values()})
        self.formulas = [self._formula(i, text) for i, text in enumerate(formulas, start=1)]
        check_names(formula.name for formula in self.formulas)
        self.used = {source.name: source for formula in self.formulas for source in formula.sources}
        self.widths: dict[str, int | None] = {}  # of the formulas, once they are known; None for a number

    @property
    def rows_at_once(self) -> int:
        """Rows of a block, so that its memory is bounded."""
        widest = max((source.space.dim for source in self.used.values()), default=1)
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

    def _formula(self, number: int, text: str) -> Formula:
        """Read a text; what it binds and defines holds for the texts after it."""
        try:
            name, resolved, notes = self._read_formula(number, text)
        except VecalcError as problem:
            place = place_in(text, problem.span) if problem.span else ""
            raise problem.at(where=f"-e '{text}'{place}") from None
        formula = Formula(name, resolved, self.sources.values(), self.options.norm, self)
        for note in (*notes, *resolved.notes):
            self.tally.add(note)
        if not formula.sources:
            self.tally.add(same_in_every_row(name))
        return formula

    def _read_formula(self, number: int, text: str) -> tuple[str, Resolved, tuple[str, ...]]:
        known = Columns(self.sources)
        names: dict[str, Node] = {
            name: Word(source.key.word, quoted=True, space=source.key.space)
            for name, source in self.sources.items()
        }
        statements, notes = self._read(text, names)
        name, tree = formula_of(number, text, statements)
        for statement in statements:
            if isinstance(statement, Define):
                self._bind(statement)
            elif isinstance(statement, Bind):
                known.check(expand(statement.value, self.scope.with_names(names)))
                bound = expand_from_afar(statement.value, self.scope.with_names(names))
                self.scope = self.scope.with_names({statement.name: bound})
        expanded = expand(tree, self.scope.with_names(names))
        known.check(expanded)
        return name, self._resolve(expanded), notes

    def nearest(self, vector: Vector, k: int, forbidden: frozenset[Key], norm: str) -> List:
        """The function `nearest`; a column stands for its space, and for its word in this row."""
        homes = self._homes()
        spaces = frozenset(homes.get(name, name) for name in vector.spaces)
        standing = {key: word for formula in self.formulas for key, word in formula.standing.items()}
        words = frozenset(standing.get(key, key) for key in forbidden)
        return super().nearest(
            Vector(vector.components, spaces),
            k,
            frozenset(key for key in words if key.space not in homes),
            norm,
        )

    def size(self, origin: Spaces) -> int:
        """The words that `nearest` looks through; a column stands for its space."""
        homes = self._homes()
        return super().size(frozenset(homes.get(name, name) for name in origin))

    def mean(self, space: str, norm: str) -> NDArray[np.float64]:
        """The mean of a space; a column stands for its space."""
        return super().mean(self._homes().get(space, space), norm)

    def rotation(self, source: str, target: str) -> NDArray[np.float64]:
        """The map from one space to another; a column stands for its space."""
        return super().rotation(self._homes().get(source, source), target)

    def _homes(self) -> dict[str, str]:
        """The spaces of the columns, and those that their words come from."""
        return {source.key.space: source.space_name for source in self.sources.values()}

    # --- a block ----------------------------------------------------------------------------

    def block(self, cells: Cells, where: Where) -> Block:
        """The features of some rows. Raises `VecalcError` with the place of the row."""
        count = len(next(iter(cells.values()), ()))
        table, keep = self._look_up(cells, count, where)
        found: list[list[Part]] = []
        for formula in self.formulas:
            rows = np.flatnonzero(keep & ~self._hidden(table, formula, count))
            found.append(self._values(formula, table, rows, where))
            if self.policy.no_value == "skip":
                keep[[part.rows[0] for part in found[-1] if part.values is None]] = False
        rows = np.flatnonzero(keep)
        if not len(rows):
            return Block(np.empty((0, len(self.names))), rows)
        self._learn_widths(found, where)
        values = np.full((count, len(self.names)), np.nan)
        first = 0
        for formula, parts in zip(self.formulas, found, strict=True):
            width = self.widths[formula.name] or 1
            for part in parts:
                if part.values is not None:
                    self._check_width(formula, part, where)
                    values[part.rows, first : first + width] = part.values.reshape(-1, width)
            first += width
        return Block(values[rows], rows)

    def _hidden(self, table: Table, formula: Formula, count: int) -> Mask:
        """The rows that are not computed: NaN takes the place of what is made of an unknown word."""
        return table.unknown(formula.names if self.policy.unknown == "nan" else (), count)

    def _values(self, formula: Formula, table: Table, rows: NDArray[np.int64], where: Where) -> list[Part]:
        """The parts of a formula. Raises its problem where that is an error."""
        parts = []
        try:
            for part in formula.parts(table, rows):
                if part.problem is not None:
                    if self.policy.no_value == "error":
                        part.problem.hint = part.problem.hint or "--no-value skip or nan goes on"
                        raise part.problem.at(where=where(int(part.rows[0])))
                    done = "left out" if self.policy.no_value == "skip" else "NaN"
                    self.tally.add(
                        f"{formula.name}, rows without a value, {done}: #", 1, part.problem.message
                    )
                parts.append(part)
        except VecalcError as problem:
            raise problem.at(where=where(int(rows[0]) if len(rows) else 0)) from None
        return parts

    def _learn_widths(self, found: list[list[Part]], where: Where) -> None:
        """From the first block with a row in it."""
        if self.widths:
            return
        for formula, parts in zip(self.formulas, found, strict=True):
            some = next((part.values for part in parts if part.values is not None), None)
            if some is None:
                self.widths = {}
                raise NoValue(f"{formula.name} has no value in any of the first rows", where=where(0))
            self.widths[formula.name] = _width(some)
        check_names(self.names)

    def _check_width(self, formula: Formula, part: Part, where: Where) -> None:
        assert part.values is not None  # noqa: S101 - told apart before
        found, width = _width(part.values), self.widths[formula.name]
        if found != width:
            here, before = _kind(found), _kind(width)
            raise TypeMismatch(
                f"{formula.name} is {here} here and {before} in the first row",
                where=where(int(part.rows[0])),
                hint="a cell that is no word and reads as a number is one; --bind says which are words",
            )

    # --- cells ------------------------------------------------------------------------------

    def _look_up(self, cells: Cells, count: int, where: Where) -> tuple[Table, Mask]:
        """The cells of the columns in use, and which rows are to be computed."""
        table = Table({}, {}, {})
        for name, source in self.used.items():
            table.cells[name] = source.read(cells[source.column], exact=self.options.exact, tally=self.tally)
        unknown = table.unknown(self.used, count)
        if self.policy.unknown == "error" and unknown.any():
            row = int(np.argmax(unknown))
            raise self._unknown_words(cells, table, row).at(where=where(row))
        self._tell_unknown(cells, table)
        for name, source in self.used.items():
            rows = table.cells[name].rows
            table.vectors[name] = source.vectors(rows)
            if self.policy.unknown == "mean" and (rows == UNKNOWN).any():
                table.vectors[name][rows == UNKNOWN] = source.mean()
            table.absent[name] = (rows == UNKNOWN) & (self.policy.unknown == "zero")
        return table, ~unknown if self.policy.unknown == "skip" else np.ones(count, bool)

    def _unknown_words(self, cells: Cells, table: Table, row: int) -> VecalcError:
        missing = [
            (Word(cells[source.column][row]), source.space)
            for name, source in self.used.items()
            if table.cells[name].rows[row] == UNKNOWN
        ]
        problem = unknown_words(missing)
        problem.hint += "; --unknown skip, zero, mean or nan goes on"
        return problem

    def _tell_unknown(self, cells: Cells, table: Table) -> None:
        for name, source in self.used.items():
            for row in np.flatnonzero(table.cells[name].rows == UNKNOWN).tolist():
                what = f"column {source.column}, unknown words, {_DONE[self.policy.unknown]}: #"
                self.tally.add(what, 1, cells[source.column][row])


def _width(values: NDArray[np.float64]) -> int | None:
    return values.shape[1] if values.ndim > 1 else None


def _kind(width: int | None) -> str:
    return "a number" if width is None else f"a vector ({width})"
