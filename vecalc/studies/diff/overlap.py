"""How much two rankings agree: what they have in common, and how early."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# How much a rank counts compared with the one before it, in rank-biased overlap: with 0.9 the first ten ranks
# make up 86 % of the measure (Webber, Moffat & Zobel 2010).
PERSISTENCE = 0.9


class Agreement(NamedTuple):
    """Two rankings compared: words in both, their share of the words in either, rank-biased overlap."""

    common: int
    jaccard: float
    rbo: float


def agreement(first: Sequence[str], second: Sequence[str]) -> Agreement | None:
    """How much two rankings agree; None where one of them is empty."""
    if not first or not second:
        return None
    common = len({*first} & {*second})
    return Agreement(common, common / len({*first, *second}), rank_biased_overlap(first, second))


def rank_biased_overlap(
    first: Sequence[str], second: Sequence[str], persistence: float = PERSISTENCE
) -> float:
    """RBO of two rankings, extrapolated from the depth that both have (Webber, Moffat & Zobel 2010, eq. 30).

    From 0, nothing in common, to 1, the same words in the same order.
    """
    depth = min(len(first), len(second))
    seen: tuple[set[str], set[str]] = (set(), set())
    total = overlap = 0.0
    for d in range(1, depth + 1):
        seen[0].add(first[d - 1])
        seen[1].add(second[d - 1])
        overlap = len(seen[0] & seen[1]) / d
        total += overlap * persistence**d
    return overlap * persistence**depth + (1 - persistence) / persistence * total
