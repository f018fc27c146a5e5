"""Scores as little bars."""

from __future__ import annotations

from collections.abc import Sequence

_CELLS = 10
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(share: float, *, ascii_only: bool) -> str:
    """A bar for a share of 1, to an eighth of a character; nothing for zero and below."""
    share = min(1.0, max(0.0, share))
    if ascii_only:
        return "#" * round(share * _CELLS)
    full, rest = divmod(round(share * _CELLS * 8), 8)
    return "█" * full + _EIGHTHS[rest].strip()


def shares(scores: Sequence[float], shown: Sequence[float], metric: str) -> list[float]:
    """How long the bar of each score is, nearer is longer; `shown` are the scores that set the scale.

    A cosine is its own share. Dot products, and scores that leave 0 to 1, are measured by the best
    one shown; of distances the nearest is full, twice the distance half.
    """
    if metric == "l2":
        nearest = min(shown, default=0.0)
        return [nearest / score if score > nearest else 1.0 for score in scores]
    best = max(shown, default=1.0)
    full = 1.0 if metric == "cos" and best <= 1 else best
    return [score / full if full > 0 else 0.0 for score in scores]
