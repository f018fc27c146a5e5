"""A formula over the columns of a table, and what it is worth in each row: of features, of an evaluation.

It is resolved with its columns as words of spaces of their own, which stand for those that the columns' words
come from. Rows are computed together where they can be (`row_program`), and else one at a time, by the
evaluator; so the errors are those of a single expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import Floats, Mask, Numbers
from vecalc.calc.evaluate import evaluate
from vecalc.calc.resolve import Key, Resolved, check_finite
from vecalc.calc.values import List, Score, Spaces, Surroundings, Vector, Worth, array, describe
from vecalc.errors import NoValue, TypeMismatch, VecalcError
from vecalc.lang.limits import Limits
from vecalc.lang.nodes import Candidate, ListOf, Node, Number, substituted, walk

if TYPE_CHECKING:
    from vecalc.calc.row_program import RowProgram


class Given(NamedTuple):
    """What a column is in each row."""

    vectors: Floats  # [r, d] as the file holds them
    numbers: Floats | None = None  # [r] in the rows where it is a number; NaN in others
    absent: Mask | None = None  # [r] rows that are zero vectors on purpose, at every norm
    word: Callable[[int], str | None] = lambda _: None  # of a row, in the space that the column stands for

    def is_number(self, rows: Numbers) -> Mask:
        """In which of some rows it is a number."""
        return np.zeros(len(rows), bool) if self.numbers is None else ~np.isnan(self.numbers[rows])


class Part(NamedTuple):
    """The values of a formula in some rows, or, without values, the row that has none."""

    rows: Numbers
    values: Floats | None  # numbers [r] or vectors [r, d]
    problem: NoValue | None = None


class Values(NamedTuple):
    """The values of all rows: numbers [r] or vectors [r, d], and why rows without a value (NaN) have none."""

    numbers: Floats
    problems: Mapping[int, NoValue]


class ColumnSurroundings:
    """`Surroundings` in which the space of a column is the one that its words come from; see there."""

    def __init__(self, around: Surroundings, homes: Mapping[str, str]) -> None:
        self._around = around
        self.homes = homes  # by the space of a column
        self.standing: dict[Key, Key] = {}  # while a row is computed alone: the words of its columns

    @property
    def limits(self) -> Limits:
        """See `Surroundings`."""
        return self._around.limits

    def nearest(self, vector: Vector, k: int, forbidden: frozenset[Key], norm: Norm) -> List:
        """See `Surroundings`; a column stands for its word in this row."""
        found = frozenset(key for key in map(self._stands_for, forbidden) if key.space not in self.homes)
        return self._around.nearest(Vector(vector.components, self._all_home(vector.spaces)), k, found, norm)

    def rank(self, word: Key, vector: Vector, forbidden: frozenset[Key]) -> int:
        """See `Surroundings`; a column stands for its word in this row."""
        found = frozenset(key for key in map(self._stands_for, forbidden) if key.space not in self.homes)
        home = replace(vector, spaces=self._all_home(vector.spaces))
        return self._around.rank(self._stands_for(word), home, found)

    def _stands_for(self, key: Key) -> Key:
        return self.standing.get(key, key)

    def size(self, origin: Spaces) -> int:
        """See `Surroundings`."""
        return self._around.size(self._all_home(origin))

    def ranked_in(self, origin: Spaces) -> str:
        """See `Surroundings`."""
        return self._around.ranked_in(self._all_home(origin))

    def width(self, space: str) -> int:
        """See `Surroundings`."""
        return self._around.width(self._home(space))

    def mean(self, space: str, norm: Norm) -> Floats:
        """See `Surroundings`."""
        return self._around.mean(self._home(space), norm)

    def rotation(self, source: str, target: str) -> Floats:
        """See `Surroundings`."""
        return self._around.rotation(self._home(source), self._home(target))

    def _home(self, space: str) -> str:
        return self.homes.get(space, space)

    def _all_home(self, origin: Spaces) -> Spaces:
        return frozenset(map(self._home, origin))


class ColumnFormula:
    """A resolved tree of which some words are columns, those of `keys`."""

    def __init__(
        self, text: str, resolved: Resolved, keys: Iterable[Key], norm: Norm, around: ColumnSurroundings
    ) -> None:
        self.text = text  # or its name
        self.tree = resolved.tree
        self._keys = tuple(key for key in keys if key in resolved.rows)
        self._vectors = resolved.vectors
        self._norm = norm
        self._around = around
        self._programs: dict[frozenset[str], RowProgram | None] = {}  # by the columns that are numbers

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it uses."""
        return tuple(key.word for key in self._keys)

    @property
    def is_score(self) -> bool:
        """Whether it holds `?`: a number for every candidate."""
        return any(isinstance(node, Candidate) for node in walk(self.tree))

    def parts(self, given: Mapping[str, Given], rows: Numbers) -> Iterator[Part]:
        """The values in some rows, in any order. Raises `TypeMismatch`."""
        kinds = np.zeros((len(rows), len(self._keys)), bool)
        for i, name in enumerate(self.columns):
            kinds[:, i] = given[name].is_number(rows)
        for kind in np.unique(kinds, axis=0):  # rows of which the same columns are numbers go together
            numbers = frozenset(name for name, is_number in zip(self.columns, kind, strict=True) if is_number)
            for some, values in self._some(given, rows[(kinds == kind).all(axis=1)], numbers):
                if values is not None:
                    yield Part(some, values)
                else:
                    yield from (self._alone(given, row) for row in some.tolist())

    def _some(
        self, given: Mapping[str, Given], rows: Numbers, numbers: frozenset[str]
    ) -> Iterator[tuple[Numbers, Floats | None]]:
        """The values of rows; None for those that are computed one at a time."""
        from vecalc.calc.row_program import ColumnValues, RowProgram, in_blocks  # of no use to a plain answer

        if numbers not in self._programs:
            widths = {
                key: 0 if key.word in numbers else given[key.word].vectors.shape[1] for key in self._keys
            }
            try:
                program = RowProgram(self.tree, widths, self._vectors, self._norm, self._around)
            except VecalcError:  # each row says what is wrong
                program = None
            self._programs[numbers] = program
        program = self._programs[numbers]
        if program is None:
            return iter([(rows, None)])

        def column(name: str, some: Numbers) -> ColumnValues:
            vectors, values, absent, _ = given[name]
            if name in numbers and values is not None:
                return ColumnValues(values[some])
            return ColumnValues(vectors[some], None if absent is None else absent[some])

        def compute(some: Numbers) -> Floats:
            return program({key: column(key.word, some) for key in self._keys}, len(some))

        return in_blocks(rows, compute)

    def _alone(self, given: Mapping[str, Given], row: int) -> Part:
        """One row, by the general evaluator."""
        try:
            value = self.worth(given, row)
        except NoValue as problem:
            return Part(np.array([row]), None, problem)
        if isinstance(value, List | Score):
            what = describe(value) if isinstance(value, List) else "score, a number for every word"
            raise TypeMismatch(
                f"{self.text} is a {what}: in each row a formula is a number or a vector",
                hint="concat and mean make one of a list",
            )
        return Part(np.array([row]), array(value)[None])

    def worth(self, given: Mapping[str, Given], row: int) -> Worth:
        """What it is worth in one row. Raises `VecalcError`."""
        instead: dict[tuple[str, str], Node] = {}
        vectors, standing = dict(self._vectors), self._around.standing
        for key in self._keys:
            column = given[key.word]
            vectors[key] = column.vectors[row]
            if column.numbers is not None and not np.isnan(column.numbers[row]):
                instead[key.space, key.word] = Number(float(column.numbers[row]))
            elif column.absent is not None and column.absent[row]:
                instead[key.space, key.word] = ListOf((Number(0.0),) * column.vectors.shape[1])
            elif (word := column.word(row)) is not None:
                standing[key] = Key(self._around.homes[key.space], word)
        try:
            check_finite(standing.values(), [vectors[key] for key in standing])
            tree = substituted(self.tree, instead) if instead else self.tree
            return evaluate(tree, vectors, self._norm, self._around).value
        finally:
            standing.clear()


def evaluate_rows(formula: ColumnFormula, columns: Mapping[str, Given | Floats]) -> Values:
    """The formula's value in each row of the columns, which may be just vectors [r, d] as the file has them.

    Raises `TypeMismatch` for values that do not fit together, and for a list.
    """
    given, count = _given(columns)
    parts = list(formula.parts(given, np.arange(count)))
    shapes = [part.values.shape[1:] for part in parts if part.values is not None]
    numbers = np.full((count, *(shapes[0] if shapes else ())), np.nan)
    for part in parts:
        if part.values is not None:
            numbers[part.rows] = part.values
    return Values(numbers, {int(part.rows[0]): part.problem for part in parts if part.problem is not None})


def evaluate_scores(formula: ColumnFormula, columns: Mapping[str, Given | Floats]) -> list[Score | NoValue]:
    """The score of a formula with `?` in each row of the columns, or why there is none."""
    given, count = _given(columns)
    found: list[Score | NoValue] = []
    for row in range(count):
        try:
            value = formula.worth(given, row)
        except NoValue as problem:
            found.append(problem)
            continue
        assert isinstance(value, Score)  # noqa: S101 - it has a ?
        found.append(value)
    return found


def _given(columns: Mapping[str, Given | Floats]) -> tuple[dict[str, Given], int]:
    """The columns, and how many rows they have."""
    given = {name: one if isinstance(one, Given) else Given(one) for name, one in columns.items()}
    return given, len(next(iter(given.values())).vectors)
