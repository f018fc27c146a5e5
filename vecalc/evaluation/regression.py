"""Logistic regression, small: as many examples as a section of questions has, and some hundred components."""

from __future__ import annotations

import numpy as np

from vecalc.arrays import Floats, Mask

PENALTY = 1.0  # of the squared weights, in the usual parametrisation: C = 1
STEPS = 50  # Newton needs about ten
CLOSE = 1e-10  # the largest change of a coefficient at which it has arrived


def fit(x: Floats, is_positive: Mask) -> Floats:
    """Weights [d + 1] for unit vectors [n, d], the intercept last, classes weighted to count alike.

    The minimum of the penalised loss is a combination of the examples (Kimeldorf & Wahba 1971), so Newton's
    method runs on their n coefficients and not on d weights. The intercept is a component that is always 1,
    and penalised like the others: then the problem has one answer whatever the examples.
    """
    x = np.hstack([x, np.ones((len(x), 1))])
    share = np.where(is_positive, is_positive.sum(), (~is_positive).sum())
    importance = len(x) / (2.0 * share)
    target = is_positive.astype(np.float64)
    kernel = x @ x.T
    coefficients = np.zeros(len(x))
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(kernel @ coefficients, -500, 500)))
        curvature = np.maximum(importance * chance * (1 - chance), np.finfo(float).tiny)
        # (K + λ/C⁻¹) c' = K c + (y - p) / curvature: reweighted least squares in the examples' span.
        working = kernel @ coefficients + importance * (target - chance) / curvature
        updated = np.linalg.solve(kernel + np.diag(PENALTY / curvature), working)
        change = float(np.abs(updated - coefficients).max())
        coefficients = updated
        if change < CLOSE:
            break
    return np.asarray(x.T @ coefficients)
