"""Rows of float32 as text: the shortest decimals that read back to the same numbers, many at once.

A number x has k decimals when m = rint(x 10^k) is such that m / 10^k, rounded to float32, is x again. With
m and 10^k exact in float64 the quotient is what any reader of decimals gets, so the test is the proof. The
smallest k is looked for from nine significant digits downwards, which always suffice (Steele and White 1990).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from vecalc.arrays import AnyArray, Floats, Numbers, Singles

# From here to here numbers are written without an exponent, in groups of four digits; what lies outside
# is rare, and written one by one.
SMALLEST, LARGEST = 1e-4, 1e3
DECIMALS = 12  # the most that a number from SMALLEST on needs for nine significant digits
SIGNIFICANT = 9
POWERS = 10.0 ** np.arange(DECIMALS + 1)  # exact in float64
AT_ONCE = 1 << 15  # numbers: all arrays of a step stay in the second-level cache

_CELL = np.dtype(
    [("sign", "u1"), ("whole", "V4"), ("point", "u1"), ("a", "V4"), ("b", "V4"), ("c", "V4"), ("end", "u1")]
)


def _groups(texts: list[str]) -> AnyArray:
    """Four bytes for each text; what is missing is NUL, and vanishes in the end."""
    return np.array([text.encode() for text in texts], "S4").view("V4")


class _Tables(NamedTuple):
    """Groups of digits [10_000] as they are written, by what stands around them."""

    full: AnyArray
    whole: AnyArray  # before the point
    last: AnyArray  # nothing but zeros follows
    first: AnyArray  # and nothing stands before


@cache
def _tables() -> _Tables:
    full = [f"{i:04d}" for i in range(10_000)]
    whole, last = [str(i) for i in range(10_000)], [text.rstrip("0") for text in full]
    return _Tables(_groups(full), _groups(whole), _groups(last), _groups(["0", *last[1:]]))


def lines(rows: Singles) -> list[bytes]:
    """The numbers of each row [b, d], finite, with a blank between; a line for each row, without its end."""
    ends = np.full(rows.shape, ord(" "), np.uint8)
    ends[:, -1] = ord("\n")
    numbers, flat = rows.reshape(-1), ends.reshape(-1)
    parts = (slice(first, first + AT_ONCE) for first in range(0, len(numbers), AT_ONCE))
    return b"".join(_text(numbers[part], flat[part]) for part in parts).split(b"\n")[:-1]


def _text(numbers: Singles, ends: AnyArray) -> bytes:
    """Numbers [n], each followed by its end."""
    sizes = np.abs(numbers).astype(np.float64)
    usual = (sizes >= SMALLEST) & (sizes < LARGEST)
    cells = _cells(np.where(usual, sizes, 1.0))
    cells["sign"] = np.where(np.signbit(numbers), ord("-"), 0)
    cells["end"] = ends
    rest = np.flatnonzero(~usual)
    if len(rest):
        width = _CELL.itemsize - 1
        apart = np.array([str(number).encode() for number in numbers[rest]], f"S{width}")
        cells.view(np.uint8).reshape(len(cells), -1)[rest, :width] = apart.view(np.uint8).reshape(-1, width)
    return cells.tobytes().translate(None, b"\0")


def _cells(sizes: Floats) -> AnyArray:
    """Sizes [n] as cells of bytes."""
    scaled = _scaled(sizes)
    whole, fraction = np.divmod(scaled, 10**DECIMALS)
    upper, c = np.divmod(fraction, 10_000)
    a, b = np.divmod(upper, 10_000)
    table = _tables()
    cells = np.zeros(len(sizes), _CELL)
    cells["whole"] = table.whole[whole]
    cells["point"] = ord(".")  # also in whole numbers, as Python writes them: readers are fast with it
    cells["c"] = table.last[c]
    cells["b"] = np.where(c == 0, table.last[b], table.full[b])
    cells["a"] = np.where((c == 0) & (b == 0), table.first[a], table.full[a])
    return cells


def _scaled(sizes: Floats) -> Numbers:
    """The shortest decimals [n] as whole numbers of 10^-DECIMALS."""
    targets = sizes.astype(np.float32)
    # log10(2) is 0.30103: in this range an exponent is right or one too small, and gives a digit more.
    exponents = np.floor((np.frexp(sizes)[1] - 1) * 0.301).astype(np.int64)
    decimals = np.minimum(SIGNIFICANT - 1 - exponents, DECIMALS)
    found = np.rint(sizes * POWERS[decimals])
    open_ = np.arange(len(sizes))  # numbers that may do with fewer decimals
    while len(open_):
        fewer = decimals[open_] - 1
        open_, fewer = open_[fewer >= 0], fewer[fewer >= 0]
        shorter = np.rint(sizes[open_] * POWERS[fewer])
        same = (shorter / POWERS[fewer]).astype(np.float32) == targets[open_]
        open_, shorter, fewer = open_[same], shorter[same], fewer[same]
        found[open_], decimals[open_] = shorter, fewer
    return np.asarray(found * POWERS[DECIMALS - decimals], np.int64)
