"""A formula over the columns of a set of questions, and what it is worth for each of them.

It is resolved with its columns as words of a space of their own (`COLUMNS`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.calc.evaluate import evaluate
from vecalc.calc.resolve import Key
from vecalc.calc.values import List, Score, Value, Worth, array
from vecalc.errors import NoValue, TypeMismatch
from vecalc.lang.nodes import Candidate, Node, Word, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.surroundings import Surroundings

    Floats: TypeAlias = NDArray[np.float64]
    Numbers: TypeAlias = NDArray[np.int64]

COLUMNS = "\0columns"  # the space of the columns; no name that can be typed


class Formula(NamedTuple):
    """A resolved tree over columns, the vectors [d] of its own words as the file holds them, and its norm."""

    text: str
    tree: Node
    constants: Mapping[Key, Floats]
    norm: str
    around: Surroundings

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it uses."""
        names = (node.text for node in walk(self.tree) if isinstance(node, Word) and node.space == COLUMNS)
        return tuple(sorted(set(names)))

    @property
    def is_score(self) -> bool:
        """Whether it holds `?`: a number for every candidate."""
        return any(isinstance(node, Candidate) for node in walk(self.tree))


class Values(NamedTuple):
    """The values of all rows: numbers [q] or vectors [q, d], and why rows without a value (NaN) have none."""

    numbers: Floats
    problems: Mapping[int, NoValue]


def evaluate_rows(formula: Formula, columns: Mapping[str, Floats]) -> Values:
    """The formula's value for each row of the columns [q, d], which hold vectors as the file has them.

    Raises `TypeMismatch` for values that do not fit together, and for a list.
    """
    count = len(next(iter(columns.values())))
    found: list[tuple[Numbers, Floats]] = []
    problems: dict[int, NoValue] = {}
    for rows, values in _in_blocks(formula, columns, np.arange(count)):
        if values is not None:
            found.append((rows, values))
            continue
        for i in rows.tolist():
            try:
                found.append((np.array([i]), array(_value(formula, columns, i))[None]))
            except NoValue as problem:
                problems[i] = problem
    numbers = np.full((count, *(found[0][1].shape[1:] if found else ())), np.nan)
    for rows, values in found:
        numbers[rows] = values
    return Values(numbers, problems)


def _in_blocks(
    formula: Formula, columns: Mapping[str, Floats], rows: Numbers
) -> Iterator[tuple[Numbers, Floats | None]]:
    """The values of rows; None for those that are computed one at a time."""
    from vecalc.calc.per_row import Column, in_blocks, row_program  # of no use to a plain answer

    widths = {Key(COLUMNS, name): column.shape[1] for name, column in columns.items()}
    program = row_program(formula.tree, widths, formula.constants, formula.norm, formula.around)
    if program is None or not len(rows):
        return iter([(rows, None)])

    def compute(some: Numbers) -> Floats:
        part = slice(int(some[0]), int(some[-1]) + 1)
        given = {Key(COLUMNS, name): Column(column[part]) for name, column in columns.items()}
        return program(given, len(some))

    return in_blocks(rows, compute)


def _value(formula: Formula, columns: Mapping[str, Floats], i: int) -> Value:
    value = _one(formula, columns, i)
    if isinstance(value, List | Score):
        what = "a list" if isinstance(value, List) else "a score, a number for every candidate,"
        raise TypeMismatch(f"{what} is no value for a row", span=formula.tree.span)
    return value


def evaluate_scores(formula: Formula, columns: Mapping[str, Floats]) -> list[Score | NoValue]:
    """The score of a formula with `?` for each row of the columns [q, d], or why there is none."""
    found: list[Score | NoValue] = []
    for i in range(len(next(iter(columns.values())))):
        try:
            value = _one(formula, columns, i)
        except NoValue as problem:
            found.append(problem)
            continue
        assert isinstance(value, Score)  # noqa: S101 - it has a ?
        found.append(value)
    return found


def _one(formula: Formula, columns: Mapping[str, Floats], i: int) -> Worth:
    vectors = {Key(COLUMNS, name): column[i] for name, column in columns.items()}
    return evaluate(formula.tree, {**formula.constants, **vectors}, formula.norm, formula.around).value
