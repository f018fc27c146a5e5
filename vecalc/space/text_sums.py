"""Sums of the rows of the tokens of texts: the k-th rows of many texts are added at once.

A text has some thirty tokens, so that a sum of its own takes longer to ask for than to make. Here the texts
lie in the order of their lengths, and each step adds one row to all that have so many.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from vecalc.arrays import AnyArray, Floats, Numbers

AT_ONCE = 256  # texts: their sums and the rows that are added stay in the second-level cache
TOGETHER = 16  # rows that are added in float32, off by less than its last place; what they make is in float64
LONG = 512  # tokens from which on a text is summed alone
ROWS = 1 << 12  # rows of such a text that are gathered at once

Gather: TypeAlias = Callable[[Numbers], AnyArray]  # places [p] to rows [p, d]


def sums_of_rows(gather: Gather, places: Numbers, counts: Numbers, dim: int) -> Floats:
    """The sums [t, d] of the rows at the places of each text: so many are `counts` [t], text after text.

    The sum of a text has the same bits whatever texts are beside it.
    """
    result = np.zeros((len(counts), dim))
    first = np.cumsum(counts) - counts
    order = np.argsort(-counts, kind="stable")
    long = int((counts >= LONG).sum())
    for i in order[:long].tolist():
        result[i] = _sum_alone(gather, places[first[i] : first[i] + counts[i]], dim)
    for begin in range(long, len(order), AT_ONCE):
        some = order[begin : begin + AT_ONCE]
        result[some] = _sums_together(gather, places, first[some], counts[some], dim)
    return result


def _sum_alone(gather: Gather, places: Numbers, dim: int) -> Floats:
    total = np.zeros(dim)
    for begin in range(0, len(places), ROWS):
        total += np.add.reduce(gather(places[begin : begin + ROWS]), 0, dtype=np.float64)
    return total


def _sums_together(gather: Gather, places: Numbers, first: Numbers, counts: Numbers, dim: int) -> Floats:
    """The sums of some texts, the longest first."""
    totals = np.zeros((len(counts), dim))
    parts = np.empty((len(counts), dim), np.float32)
    having = np.searchsorted(-counts, -np.arange(counts[0])).tolist()  # texts with a token 0, 1, 2, ...
    for begin in range(0, len(having), TOGETHER):
        running = having[begin]
        parts[:running] = 0.0
        for k, texts in enumerate(having[begin : begin + TOGETHER], begin):
            parts[:texts] += gather(places[first[:texts] + k])
        totals[:running] += parts[:running]
    return totals
