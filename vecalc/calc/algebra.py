"""What is computed from all vectors of a list at once, `xs` [n, d].

Functions raise `NoValue` where the result does not exist; the caller adds the place. Infinities and
NaN that arithmetic makes by itself are caught by the caller for all functions alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice
from math import comb

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.calc.kernels import EPSILON, NO_DIRECTION, ROUNDING, lengths
from vecalc.errors import NoValue

MOST_DIFFERENCES = 1_000_000_000  # numbers that a medoid is found with directly: some seconds
FEWEST_TO_MATCH = 3  # of two, each is as far from their mean as the other
MOST_DISTANCES = 1 << 22  # that are held at once
PER_DRAWN = 50  # multiplications that take as long as drawing a number and taking it up


def length(x: Floats) -> float:
    """Euclidean length of one vector."""
    return float(lengths(x[None])[0])


def medoid(xs: Floats) -> Floats:
    """The vector with the smallest sum of Euclidean distances to the others; the first of equals."""
    near = np.arange(len(xs)) if xs.size * len(xs) <= MOST_DIFFERENCES else _central(xs)
    if len(near) * xs.size > MOST_DIFFERENCES:
        raise NoValue(f"{len(near):,} of the vectors are equally central, as far as float64 can tell")
    totals = [np.linalg.norm(xs - xs[i], axis=1).sum() for i in near]
    row: Floats = xs[near[int(np.argmin(totals))]]
    return row


def odd(xs: Floats) -> int:
    """The row that does not match: of all directions the one with the least cosine with their mean.

    The first of equals. gensim's `doesnt_match` is the same.
    """
    if len(xs) < FEWEST_TO_MATCH:
        raise NoValue(f"of fewer than {FEWEST_TO_MATCH} none is odd")
    sizes = lengths(xs)
    if not sizes.all():
        raise NoValue(NO_DIRECTION)
    units = xs / sizes[:, None]
    mean = units.mean(axis=0)
    if np.linalg.norm(mean) <= ROUNDING:
        raise NoValue("the directions cancel each other out: none is further from their mean than the others")
    return int(np.argmin(units @ mean))


def _central(xs: Floats) -> Numbers:
    """The rows that may be the medoid, ascending: sums of distances by products of matrices, and their error.

    Of equal rows there is only the first.
    """
    scaled = xs / (np.abs(xs).max() or 1.0)
    centred = scaled - scaled.mean(axis=0)
    squares = (centred * centred).sum(axis=1)
    totals = np.empty(len(xs))
    at_once = max(1, MOST_DISTANCES // len(xs))
    for start in range(0, len(xs), at_once):
        part = slice(start, start + at_once)
        distances = squares[part, None] + squares - 2 * (centred[part] @ centred.T)
        totals[part] = np.sqrt(np.maximum(distances, 0)).sum(axis=1)
    # The square of a distance is off by the rounding of d products, the distance by the root of that at most.
    width = xs.shape[1]
    off = len(xs) * (np.sqrt((64 + width) * EPSILON * squares.max()) + 8 * EPSILON * np.sqrt(width))
    near = np.flatnonzero(totals <= totals.min() + 2 * off)
    return near[np.sort(np.unique(xs[near], axis=0, return_index=True)[1])]


# --- tables of numbers -----------------------------------------------------------------------------


def softmax(scores: Floats, temperature: float) -> Floats:
    """e^(xᵢ/T) / Σ e^(xⱼ/T) of each row of numbers [n] or [n, m]."""
    if temperature <= 0:
        raise NoValue("the temperature must be above 0")
    # The largest is taken off before the division, so that a tiny temperature can't overflow.
    weights = np.exp((scores - scores.max(axis=-1, keepdims=True)) / temperature)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def effect(t: Floats, u: Floats) -> float:
    """By how many standard deviations of all, as of a sample, the mean of `t` is above that of `u`.

    Raises `NoValue` where that says nothing of them.
    """
    pool = np.concatenate([np.ravel(t), np.ravel(u)])
    if len(pool) == 2:
        what = "of one number on each side the difference is √2 or -√2 deviations, whatever they are"
        raise NoValue(what, hint="give each side several words")
    deviation = float(np.std(pool, ddof=1))
    if deviation <= ROUNDING * float(np.abs(pool).max()):
        raise NoValue("all numbers are the same, so there is no deviation to measure by")
    return float(np.mean(t) - np.mean(u)) / deviation


def permutation(t: Floats, u: Floats, draws: float, seed: float) -> float:
    """The share of the divisions of all numbers, in sizes as given, where `t` is as much above `u` or more.

    A one-sided test of the difference of means. Where there are no more divisions than draws it is exact.
    Else some are drawn, and the one that was given counts as one of them, so that no share is 0 (as in May et
    al. 2019). Caliskan et al. 2017 count those above alone: that is less by the share of what is equal.
    """
    pool = np.concatenate([np.ravel(t), np.ravel(u)])
    pool = pool - pool.mean()
    size, most = np.size(t), int(draws)
    # With both sizes fixed, the difference of the means grows with the sum of the first part.
    enough = pool[:size].sum() - ROUNDING * np.abs(pool).sum()
    divisions, at_once = comb(len(pool), size), max(1, MOST_DISTANCES // len(pool))
    exact = divisions <= most
    parts = (
        _all_parts(len(pool), size, at_once) if exact else _drawn(len(pool), size, at_once, most, int(seed))
    )
    above = sum(int(np.count_nonzero(pool[some].sum(axis=1) >= enough)) for some in parts)
    return above / divisions if exact else (above + 1) / (most + 1)


def _all_parts(of: int, size: int, at_once: int) -> Iterator[Numbers]:
    """All choices of so many among some numbers, a block [p, size] at a time."""
    pending = combinations(range(of), size)
    while block := list(islice(pending, at_once)):
        yield np.array(block)


def _drawn(of: int, size: int, at_once: int, draws: int, seed: int) -> Iterator[Numbers]:
    """So many random choices, a block [p, size] at a time."""
    random = np.random.default_rng(seed)
    for start in range(0, draws, at_once):
        keys = random.random((min(at_once, draws - start), of))
        yield keys.argpartition(size - 1, axis=1)[:, :size]


def numbers_drawn(t: Floats, u: Floats, draws: float, seed: float) -> int:
    """Multiplications that a permutation test takes as long as."""
    return PER_DRAWN * int(draws) * (np.size(t) + np.size(u))


def divisions_counted(t: Floats, u: Floats, draws: float, seed: float) -> str:
    """How a permutation test was made."""
    divisions = comb(np.size(t) + np.size(u), np.size(t))
    if divisions <= draws:
        return f"permutation: exact, all {divisions:,} divisions"
    were = "division was" if draws == 1 else "divisions were"
    return f"permutation: {draws:,.0f} {were} drawn, seed {seed:.0f}"


# --- directions -----------------------------------------------------------------------------


def principal(xs: Floats, i: float) -> Floats:
    """The i-th principal direction of the rows (from 1), of length 1, towards their mean."""
    centred = xs - xs.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    rank = int(np.sum(sizes > ROUNDING * max(float(np.linalg.norm(xs)), sizes[0])))
    if not 1 <= i <= rank:
        raise NoValue(f"there is no principal direction {i:g} (the list has {rank})")
    return _towards(directions[int(i) - 1], xs.mean(axis=0))


def _towards(x: Floats, goal: Floats) -> Floats:
    """`x` or `-x`, whichever points to the goal: a direction's sign is arbitrary otherwise."""
    along = float(x @ goal)
    if abs(along) <= ROUNDING * length(goal):
        along = float(x[np.argmax(np.abs(x))])
    return x if along >= 0 else -x


def pair_direction(xs: Floats) -> Floats:
    """What the pairs (rows 0 and 1, 2 and 3, ...) differ by: first principal direction of the pairs
    about their own centres (Bolukbasi et al. 2016), of length 1, from second towards first.
    """
    differences = xs[0::2] - xs[1::2]
    _, sizes, directions = np.linalg.svd(differences, full_matrices=False)
    if sizes[0] <= ROUNDING * float(np.linalg.norm(xs)):
        raise NoValue("the words of the pairs are the same")
    return _towards(directions[0], differences.mean(axis=0))
