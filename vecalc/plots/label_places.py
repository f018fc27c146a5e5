"""Where labels stand beside their points, so that none covers another: for text and for figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Floats
from vecalc.plots import Role, Scatter

_FIRST: dict[Role, int] = {"result": 0, "given": 1, "context": 2}  # who gets a label before the others


class Box(NamedTuple):
    """A rectangle: its corner with the least coordinates, and its size."""

    x: float
    y: float
    width: float
    height: float


class Room:
    """What is taken of a plane of some size."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._taken: Floats = np.empty((64, 5))  # ends of the boxes, and whether they are firm
        self._count = 0

    def take(self, box: Box, *, firm: bool = True) -> None:
        """Nothing else is to stand there; where it is not firm, nothing else if that can be."""
        if self._count == len(self._taken):
            self._taken = np.concatenate([self._taken, np.empty_like(self._taken)])
        self._taken[self._count] = (box.x, box.y, box.x + box.width, box.y + box.height, firm)
        self._count += 1

    def is_free(self, box: Box, gap: float = 0.0, *, firm_only: bool = False) -> bool:
        """Whether a box lies within the plane and, with a gap beside it, meets nothing that is taken firmly,
        or at all.
        """
        right, top = box.x + box.width, box.y + box.height
        if box.x < 0 or box.y < 0 or right > self.width or top > self.height:
            return False
        taken = self._taken[: self._count]
        apart = (taken[:, 2] <= box.x - gap) | (taken[:, 0] >= right + gap)
        apart |= (taken[:, 3] <= box.y) | (taken[:, 1] >= top)
        if firm_only:
            apart |= taken[:, 4] == 0
        return bool(apart.all())

    def first_free(self, boxes: Sequence[Box], gap: float = 0.0, *, firm_only: bool = False) -> Box | None:
        """The first box that is free, which is taken then; if need be the first that meets nothing firm."""
        found = next((box for box in boxes if self.is_free(box, gap)), None)
        if found is None and firm_only:
            found = next((box for box in boxes if self.is_free(box, gap, firm_only=True)), None)
        if found is not None:
            self.take(found)
        return found


def in_turn(scatter: Scatter) -> list[int]:
    """The points in the order in which they get labels, the most important first."""
    return sorted(range(len(scatter.labels)), key=lambda i: _FIRST[scatter.roles[i]])


def beside(x: float, y: float, width: float, height: float, away: Sequence[float]) -> list[Box]:
    """The places for a label at a point, the best first; `away` are its distances to the right and above."""
    right, left, middle = x + away[0], x - away[0] - width, x - width / 2
    level, above, below = y - height / 2, y + away[1], y - away[1] - height
    corners = [(right, level), (left, level), (middle, above), (middle, below)]
    corners += [(x, above), (x, below), (x - width, above), (x - width, below)]
    return [Box(*corner, width, height) for corner in corners]
