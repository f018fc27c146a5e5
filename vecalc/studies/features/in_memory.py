"""The Python function: columns in memory become features in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vecalc.arrays import AnyArray, Floats
from vecalc.engine.calculator import Calculator
from vecalc.errors import NoValue, UsageError
from vecalc.studies.features import NO_VALUE, TYPES, UNKNOWN, Features, OnNoValue, Policy, Type, Unknown
from vecalc.studies.features.maker import Maker


def features(
    calculator: Calculator,
    formulas: Sequence[str],
    columns: Mapping[str, Sequence[object]],
    *,
    bind: Sequence[str] = (),
    unknown: Unknown = "error",
    no_value: OnNoValue = "error",
    kind: Type = "float32",
) -> Features:
    """Formulas over the columns of a table (a dict of lists, a data frame): a matrix for a model.

    >>> calculator = Calculator(vecalc.starter())
    >>> words = {"a": ["cat", "coast"], "b": ["dog", "shore"]}
    >>> made = features(calculator, ["cos = cos(a, b)", "a*b"], words)
    >>> made.values.shape, made.names[:3]
    ((2, 193), ('cos', 'e2_0', 'e2_1'))

    Columns are names in the formulas; their cells are words of the default space, or numbers where they are
    no words and read as such. `bind=["u=users:user_id"]` takes column user_id as words of the space users,
    named u. `unknown` is error, skip, zero, mean or nan; `no_value`, for a formula without a value in a row,
    error, skip or nan; `kind` float32 or float64. Raises `UsageError`, `ExpressionError`.
    """
    check_choices(unknown=(unknown, UNKNOWN), no_value=(no_value, NO_VALUE), kind=(kind, TYPES))
    cells = {str(name): [str(cell) for cell in column] for name, column in columns.items()}
    count = len(next(iter(cells.values()), ()))
    if any(len(column) != count for column in cells.values()):
        raise UsageError("the columns are not equally long", where="features")
    maker = Maker(calculator, formulas, cells, bind, Policy(unknown, no_value))
    blocks = []
    for first in range(0, count, maker.rows_at_once):
        part = {name: column[first : first + maker.rows_at_once] for name, column in cells.items()}
        block = maker.block(part, lambda row, first=first: f"row {first + row}")  # type: ignore[misc]
        if len(block.rows):
            blocks.append((as_type(block.values, kind), block.rows + first))
    if not blocks:
        raise NoValue("no row has features", hint="the table has no rows, or all were left out")
    values = np.concatenate([values for values, _ in blocks])
    return Features(maker.names, values, np.concatenate([rows for _, rows in blocks]), maker.tally.notes())


def check_choices(**given: tuple[str, tuple[str, ...]]) -> None:
    """Raises `UsageError` for a value that is none of its choices."""
    for name, (value, choices) in given.items():
        if value not in choices:
            raise UsageError(f"{name} can't be '{value}'", hint=f"there are {', '.join(choices)}")


def as_type(values: Floats, kind: Type) -> AnyArray:
    """Features in the type they are kept in. Raises `NoValue` for a number too large for it."""
    with np.errstate(over="ignore"):
        kept = values.astype(kind)
    if np.isinf(kept).any():
        raise NoValue(f"a feature leaves the range of {kind}", hint="--type float64 holds it")
    return kept
