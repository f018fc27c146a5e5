"""Numbers as text: scores in fixed columns, results like a calculator's, counts with separators."""

from __future__ import annotations

from math import isfinite, log10

_EXACT = 1e15  # below this, every integer is a float and is worth writing out
_DIGITS = 6  # of a result nobody asked more of; float32 vectors carry about seven


def fixed(value: float, decimals: int) -> str:
    """A score: always the same number of decimals, so that columns align; never `-0.0000`."""
    return f"{value:z.{decimals}f}"


def result(value: float, precision: int | None) -> str:
    """A scalar result: with the decimals that were asked for, else as short as it can be said."""
    return tidy(value, _DIGITS) if precision is None else fixed(value, precision)


def tidy(value: float, digits: int) -> str:
    """A number as a calculator shows it: `3`, `0.333333`, `2147483648`, `1e+20`.

    The part before the point is written in full, however few digits are asked for.
    """
    if not isfinite(value) or abs(value) >= _EXACT:
        return f"{value:.{digits}g}"
    if value == int(value):
        return str(int(value))
    whole = int(log10(abs(value))) + 1 if abs(value) >= 1 else 0
    return f"{value:z.0f}" if whole >= digits else f"{value:.{digits}g}"


def count(value: int) -> str:
    """A count: `42,000`."""
    return f"{value:,}"
