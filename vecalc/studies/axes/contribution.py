"""A score taken apart: a sum of vectors has the sum of their products with a word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vecalc.arrays import Floats


def contributions(terms: Sequence[Floats], weights: Sequence[float], words: Floats) -> Floats:
    """What each term brings to the score of each word [k, t].

    The query is q = Σ wᵢ tᵢ, `words` [k, d] are the vectors it is scored against: with unit words the parts
    wᵢ tᵢ·x add up to q·x, and to the cosine when divided by |q|.
    """
    brought = [weight * (words @ term) for term, weight in zip(terms, weights, strict=True)]
    return np.stack(brought, axis=1)
