"""The ways to make one vector of two, written in the language itself, over the names A and B."""

from __future__ import annotations

from typing import NamedTuple

from vecalc.errors import UsageError

NAMES = ("A", "B")  # of the operands


class Formula(NamedTuple):
    """A formula over A and B, and what it is called."""

    name: str
    text: str


SUM = Formula("sum", "A + B")  # what all others are compared with

# The models of Mitchell & Lapata 2008 (additive, multiplicative, weighted, combined) and 2010 (dilation),
# circular convolution (Plate 1995), and what else people try. `weighted` counts the second word twice: in
# English the second word of a phrase is its head.
FORMULAS = (
    SUM,
    Formula("difference", "A - B"),
    Formula("product", "A * B"),
    Formula("combined", "0.5*(A*B + A + B)"),
    Formula("weighted", "A + 2*B"),
    Formula("dilation", "dilate(A, B)"),
    Formula("max", "max(A, B)"),
    Formula("min", "min(A, B)"),
    Formula("convolution", "bind(A, B)"),
    Formula("projection", "project(A, B)"),
    Formula("slerp", "slerp(A, B, 0.5)"),
)


def chosen(names: str | None) -> tuple[Formula, ...]:
    """The formulas of these names, separated by commas, in the order of the table; None: all.

    Raises `UsageError` for a name that is none.
    """
    if names is None:
        return FORMULAS
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = [formula.name for formula in FORMULAS]
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"there is no formula '{name}'", where="--only", hint=f"there are {', '.join(known)}"
            )
    return tuple(formula for formula in FORMULAS if formula.name in wanted)
