"""One formula for many rows of words: columns are matrices, and an operation is done for all rows at once.

A formula is resolved with its columns as words of a space of their own (`COLUMNS`). What acts on each row
by itself (arithmetic, element-wise functions, lengths and cosines) is computed on matrices [q, d]; any
other formula row by row, by `evaluate`. `evaluate` also has the first row, which settles the types, and
every row whose numbers are not finite: so the errors are the same, and no operation is defined twice but in
how it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.calc import algebra
from vecalc.calc.evaluate import evaluate
from vecalc.calc.resolve import Key
from vecalc.calc.values import List, Score, Value, Worth, array
from vecalc.errors import NoValue, TypeMismatch
from vecalc.lang.nodes import SUM, Call, Candidate, Chain, Negate, Node, Number, Steps, Word, deep, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.surroundings import Surroundings

    Floats: TypeAlias = NDArray[np.float64]

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
    first, problems = _first_value(formula, columns)
    count = len(next(iter(columns.values())))
    if first is None:
        return Values(np.full(count, np.nan), problems)
    shape = array(first).shape
    numbers, sound = np.empty((count, *shape)), np.zeros(count, dtype=bool)
    if all(map(_goes_by_columns, walk(formula.tree))):
        numbers, sound = _at_once(formula, columns, shape)
    for i in np.flatnonzero(~sound).tolist():
        try:
            numbers[i] = array(_value(formula, columns, i))
        except NoValue as problem:
            problems[i] = problem
            numbers[i] = np.nan
    return Values(numbers, problems)


def _first_value(formula: Formula, columns: Mapping[str, Floats]) -> tuple[Value | None, dict[int, NoValue]]:
    """The value of the first row that has one, and the problems of those before it."""
    problems: dict[int, NoValue] = {}
    for i in range(len(next(iter(columns.values())))):
        try:
            return _value(formula, columns, i), problems
        except NoValue as problem:
            problems[i] = problem
    return None, problems


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


# --- all rows at once -----------------------------------------------------------------------
# A constant is a number [] or [1, d], a column of numbers is [q, 1], one of vectors [q, d]; so a number per
# row spreads over that row's vector. A product of vectors is [q, 1].


def _at_once(
    formula: Formula, columns: Mapping[str, Floats], shape: tuple[int, ...]
) -> tuple[Floats, NDArray[np.bool_]]:
    """The numbers of all rows, and which of them every operation was sound for."""
    count = len(next(iter(columns.values())))
    run = _Run(formula, columns, count)
    with np.errstate(all="ignore"):
        result = deep(run.value(formula.tree, formula.norm))
    numbers = np.array(np.broadcast_to(result, (count, shape[0] if shape else 1)))
    return (numbers if shape else numbers[:, 0]), run.sound


class _Run:
    """One evaluation, and the rows for which all that it made so far is finite."""

    def __init__(self, formula: Formula, columns: Mapping[str, Floats], count: int) -> None:
        self.columns = columns
        self.constants = formula.constants
        self.sound = np.ones(count, dtype=bool)
        self._known: dict[tuple[int, str], Floats] = {}

    def value(self, node: Node, norm: str) -> Steps[Floats]:
        known = self._known.get((id(node), norm))
        if known is None:
            known = yield self._compute(node, norm)
            self.sound &= np.isfinite(known).all(axis=-1) if known.ndim else bool(np.isfinite(known))
            self._known[id(node), norm] = known
        return known

    def _compute(self, node: Node, norm: str) -> Steps[Floats]:
        match node:
            case Number(number):
                return np.array(number)
            case Word(text, _, space):
                raw = self.columns[text] if space == COLUMNS else self.constants[Key(space, text)][None]
                return raw if norm == "raw" else _scaled(raw, norm)
            case Negate(operand):
                return -(yield self.value(operand, norm))
            case Chain(first, rest):
                values = yield self._all((first, *(operand for _, operand in rest)), norm)
                return _chain([op for op, _ in rest], values)
            case Call(name, arguments):
                values = yield self._all(arguments, "raw" if name == "raw" else norm)
                return values[0] if name == "raw" else _FUNCTIONS[name](*values)
        raise AssertionError("told apart before")

    def _all(self, nodes: tuple[Node, ...], norm: str) -> Steps[list[Floats]]:
        found = []
        for node in nodes:
            found.append((yield self.value(node, norm)))
        return found


def _goes_by_columns(node: object) -> bool:
    match node:
        case Call(name, arguments, keywords):
            known = name == "raw" or (name in _FUNCTIONS and len(arguments) == _ARITY.get(name, 1))
            return known and not keywords
        case _:
            return isinstance(node, Number | Word | Negate | Chain)


def _lengths(x: Floats) -> Floats:
    return np.linalg.norm(x, axis=-1, keepdims=True)


def _scaled(x: Floats, norm: str) -> Floats:
    """Rows at a norm; a zero row has no direction and becomes NaN."""
    return np.asarray(x / _lengths(x) * (np.sqrt(x.shape[-1]) if norm == "rms" else 1.0))


def _dot(a: Floats, b: Floats) -> Floats:
    return np.asarray((a * b).sum(axis=-1, keepdims=True))


def _cos(a: Floats, b: Floats) -> Floats:
    return np.clip(_dot(_scaled(a, "unit"), _scaled(b, "unit")), -1.0, 1.0)


def _chain(ops: list[str], values: list[Floats]) -> Floats:
    if ops[0] in SUM:
        return _sum(ops, values)
    total = values[0]
    for op, value in zip(ops, values[1:], strict=True):
        total = _OPERATIONS[op](total, value)
    return total


def _sum(ops: list[str], values: list[Floats]) -> Floats:
    """As in `evaluate`: what cancels to rounding noise is zero."""
    total, size = values[0], _largest(values[0])
    for op, value in zip(ops, values[1:], strict=True):
        total = total + value if op == "+" else total - value
        size = np.maximum(size, _largest(value))
    is_vector = total.ndim > 0 and total.shape[-1] > 1
    noise = size * (algebra.ROUNDING if is_vector else algebra.EPSILON * len(values))
    return np.where(_largest(total) <= noise, 0.0, total)


def _largest(x: Floats) -> Floats:
    return np.abs(x).max(axis=-1, keepdims=True) if x.ndim else np.abs(x)


def _power(base: Floats, exponent: Floats) -> Floats:
    return np.asarray(np.power(base, exponent))


_OPERATIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "*": lambda a, b: np.asarray(a * b),
    "/": lambda a, b: np.where(b == 0, np.nan, a / b),
    "@": _dot,
    "^": _power,
}
_FUNCTIONS: dict[str, Callable[..., Floats]] = {
    "norm": _lengths,
    "cos": _cos,
    "unit": lambda x: _scaled(x, "unit"),
    "rms": lambda x: _scaled(x, "rms"),
    "abs": np.abs,
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "sigmoid": algebra.sigmoid,
    "sign": np.sign,
}
_ARITY = {"cos": 2}
