"""How large an expression may be, and what it may cost."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """How large an expression may be, and what it is worth; each is named in its error."""

    size: int = 64 * 1024  # bytes of one expression
    nesting: int = 1_000  # brackets, or minus signs, inside each other
    words: int = 10_000  # different words of one expression
    # What is computed for it. These keep any expression of 64 KiB below some 2 GB and 20 seconds.
    values: int = 60_000_000  # numbers of all values together
    work: int = 100_000_000_000  # multiplications, or what takes as long
    score: int = 500_000  # numbers computed for each word, where there is a ?
    rankings: int = 5_000  # vectors of a list whose neighbours are sought


DEFAULT_LIMITS = Limits()
