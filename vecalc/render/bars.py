"""Bars for scores: how long they are, how they are drawn, and in which colour."""

from __future__ import annotations

from collections.abc import Sequence

from vecalc.render import Style
from vecalc.render.paint import Role, bar_role

NARROW = 40  # columns of the terminal below which words are worth more than bars
CELLS = 10  # of a whole bar
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def beside(share: float, style: Style) -> tuple[str, Role]:
    """The bar beside a score, and its colour; none on a narrow terminal."""
    return ("" if style.width < NARROW else bar(share, ascii_only=style.ascii)), bar_role(share)


def both_sides(share: float, style: Style) -> tuple[str, Role]:
    """A bar to the right from the middle, or, of a number below zero, to the left."""
    if style.width < NARROW:
        return "", ""
    left = ("#" if style.ascii else "█") * round(max(-share, 0.0) * CELLS)
    role: Role = "bad" if left else bar_role(share)
    text = left.rjust(CELLS) + bar(share, ascii_only=style.ascii)
    return (text if text.strip() else ""), role


def bar(share: float, *, ascii_only: bool, cells: int = CELLS) -> str:
    """A bar for a share of 1, to an eighth of a character; nothing for zero and below."""
    share = min(1.0, max(0.0, share))
    if ascii_only:
        return "#" * round(share * cells)
    full, rest = divmod(round(share * cells * 8), 8)
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
