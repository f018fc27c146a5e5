"""A component that can't be one like the others: a column of counts, read as a number of the vectors.

`king 12345 0.1 0.2` is written by tools that keep how often a word occurs. Read as vectors, such rows all
point the same way, and every similarity is about 1.
"""

from __future__ import annotations

import numpy as np

from vecalc.arrays import Singles

SAMPLED = 1000  # rows
ENOUGH = 8  # rows that tell something
NEARLY_ALL = 0.9  # of them
FACTOR = 1000  # as large as the others; transformers have components a hundred times as large as others
OTHERS = 2  # components beside a whole one that are no chance
DISTINCT = 3  # values of a whole one that counts something
COUNTED = 20  # the same for whole numbers above fractions: words that are rare have small counts


def lopsided(rows: Singles) -> str:
    """A remark on a component of rows [b, d] that is out of all proportion, or nothing."""
    sample = np.abs(rows[:: max(1, len(rows) // SAMPLED)][:SAMPLED])
    sample = sample[np.isfinite(sample).all(axis=1)]
    if len(sample) < ENOUGH or sample.shape[1] < 2:
        return ""
    column = int(sample.mean(axis=0, dtype=np.float64).argmax())
    largest = np.delete(sample, column, axis=1).max(axis=1)
    alike = np.mean((largest > 0) & (sample[:, column] >= COUNTED * largest.astype(np.float64)))
    if alike < NEARLY_ALL:
        return _only_whole(sample)
    usual, others = float(np.median(sample[:, column])), float(np.median(largest))
    fractions = sample != np.rint(sample)
    is_whole = not fractions[:, column].any() and fractions.any()
    if usual < FACTOR * others and not is_whole:
        return ""
    what = "; a column of counts?" if is_whole else ""
    return f"component {column + 1:,} is {usual / others:,.0f} times as large as any other{what}"


def _only_whole(sample: Singles) -> str:
    """A remark on the only component that is whole in all rows, above fractions, of three values or more."""
    whole = sample == np.rint(sample)
    column = int(whole.mean(axis=0).argmax())
    others = np.delete(whole, column, axis=1)
    if not whole[:, column].all() or others.shape[1] < OTHERS or others.mean() > 1 - NEARLY_ALL:
        return ""
    if len(np.unique(sample[:, column])) < DISTINCT:
        return ""
    return f"component {column + 1:,} is a whole number in all rows, as no other is; a column of counts?"
