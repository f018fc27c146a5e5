"""Named formulas, the names of their columns, and their values over the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.calc.evaluate import evaluate
from vecalc.calc.per_row import Column, RowProgram, in_blocks, row_program
from vecalc.calc.resolve import Key, Resolved, check_finite
from vecalc.calc.values import List, Score, array, describe
from vecalc.errors import NoValue, TypeMismatch, UsageError
from vecalc.lang.nodes import Bind, Define, Expectation, ListOf, Node, Number, Statement
from vecalc.lang.substitute import substituted
from vecalc.studies.features.cells import NUMBER, Source, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.surroundings import Surroundings

    Floats: TypeAlias = NDArray[np.float64]
    Rows: TypeAlias = NDArray[np.int64]

# --- texts and names ------------------------------------------------------------------------


def formula_of(number: int, text: str, statements: Sequence[Statement]) -> tuple[str, Node]:
    """Name and tree of the formula that a text ends with: `prod = u*v`, or else `e1`, `e2`, ... by its place.

    What comes before it in the text only binds and defines. Raises `UsageError` for a text without one, and
    `TypeMismatch` for an expectation.
    """
    if not statements or isinstance(statements[-1], Define):
        raise UsageError("there is no formula", where=f"-e '{text}'", hint="such as -e 'prod = u*v'")
    last = statements[-1]
    if isinstance(last, Expectation):
        raise TypeMismatch("a feature expects nothing", span=last.span, hint="leave out what follows =>")
    if isinstance(last, Bind):
        return last.name, last.value
    return f"e{number}", last


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


# --- values ---------------------------------------------------------------------------------


class Part(NamedTuple):
    """The values of a formula in some rows of a table, or, without values, the row that has none."""

    rows: Rows
    values: Floats | None  # numbers [r] or vectors [r, d]
    problem: NoValue | None = None


class Formula:
    """What is computed for each row."""

    def __init__(
        self, name: str, resolved: Resolved, sources: Iterable[Source], norm: str, around: Surroundings
    ) -> None:
        self.name = name
        self.sources = tuple(source for source in sources if source.key in resolved.rows)
        self.tree = resolved.tree
        self.vectors = resolved.vectors
        self.norm = norm
        self.standing: dict[Key, Key] = {}  # while a row is computed alone: the words of its columns
        self.around = around
        self._programs: dict[frozenset[str], RowProgram | None] = {}  # by the columns that are numbers

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns in it."""
        return tuple(source.name for source in self.sources)

    def parts(self, table: Table, rows: Rows) -> Iterator[Part]:
        """The values in some rows of a table, in any order. Raises `TypeMismatch`."""
        kinds = np.zeros((len(rows), len(self.sources)), bool)
        for i, name in enumerate(self.names):
            kinds[:, i] = table.cells[name].rows[rows] == NUMBER
        for kind in np.unique(kinds, axis=0):  # rows of which the same columns are numbers go together
            numbers = frozenset(name for name, is_number in zip(self.names, kind, strict=True) if is_number)
            for some, values in self._some(table, rows[(kinds == kind).all(axis=1)], numbers):
                if values is not None:
                    yield Part(some, values)
                else:
                    yield from (self._alone(table, row, numbers) for row in some.tolist())

    def _some(
        self, table: Table, rows: Rows, numbers: frozenset[str]
    ) -> Iterator[tuple[Rows, Floats | None]]:
        """The values of rows; None for those that are computed one at a time."""
        program = self._program(numbers)
        if program is None:
            return iter([(rows, None)])
        return in_blocks(rows, lambda some: program(self._columns(table, some, numbers), len(some)))

    def _program(self, numbers: frozenset[str]) -> RowProgram | None:
        if numbers not in self._programs:
            widths = {
                source.key: 0 if source.name in numbers else source.space.dim for source in self.sources
            }
            self._programs[numbers] = row_program(self.tree, widths, self.vectors, self.norm, self.around)
        return self._programs[numbers]

    def _columns(self, table: Table, rows: Rows, numbers: frozenset[str]) -> Mapping[Key, Column]:
        return {
            source.key: Column(table.cells[source.name].numbers[rows])
            if source.name in numbers
            else Column(table.vectors[source.name][rows], table.absent[source.name][rows])
            for source in self.sources
        }

    def _alone(self, table: Table, row: int, numbers: frozenset[str]) -> Part:
        """One row, by the general evaluator."""
        given: dict[tuple[str, str], Node] = {}
        vectors = dict(self.vectors)
        for source in self.sources:
            cells = table.cells[source.name]
            if source.name in numbers:
                given[source.key] = Number(float(cells.numbers[row]))
            elif table.absent[source.name][row]:
                given[source.key] = ListOf((Number(0.0),) * source.space.dim)
            vectors[source.key] = table.vectors[source.name][row]
            if cells.rows[row] >= 0:
                word = source.space.word(int(cells.rows[row]))
                self.standing[source.key] = Key(source.space_name, word)
        rows = np.array([row])
        try:
            check_finite(self.standing.values(), [vectors[key] for key in self.standing])
            value = evaluate(substituted(self.tree, given), vectors, self.norm, self.around).value
        except NoValue as problem:
            return Part(rows, None, problem)
        finally:
            self.standing.clear()
        if isinstance(value, List | Score):
            raise TypeMismatch(
                f"{self.name} is a {_called(value)}, a feature is a number or a vector",
                hint="concat and mean make one of a list",
            )
        return Part(rows, array(value)[None])


def _called(value: List | Score) -> str:
    return describe(value) if isinstance(value, List) else "score, a number for every word"
