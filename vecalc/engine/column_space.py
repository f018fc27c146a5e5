"""The loaded spaces as a formula over columns sees them: a column's words are the default space's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vecalc.calc.formula import COLUMNS
from vecalc.errors import TypeMismatch
from vecalc.space.matrix import MatrixSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.resolve import Key
    from vecalc.calc.values import List, Spaces, Vector
    from vecalc.engine.ranker import Ranker
    from vecalc.lang.limits import Limits


class RowSurroundings:
    """`Surroundings` for formulas over columns; see there."""

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker
        self._home = ranker.default

    @property
    def limits(self) -> Limits:
        """See `Surroundings`."""
        return self._ranker.limits

    def nearest(self, vector: Vector, k: int, forbidden: frozenset[Key], norm: str) -> List:
        """See `Surroundings`; which words must not be found would be other ones in each row."""
        raise TypeMismatch("nearest can't be computed over columns")

    def size(self, origin: Spaces) -> int:
        """See `Surroundings`."""
        return self._ranker.size(frozenset({self._home}))

    def ranked_in(self, origin: Spaces) -> str:
        """See `Surroundings`; candidates are the words of the model that is evaluated."""
        return self._home

    def width(self, space: str) -> int:
        """See `Surroundings`."""
        return self._ranker.width(self._real(space))

    def mean(self, space: str, norm: str) -> NDArray[np.float64]:
        """See `Surroundings`."""
        return self._ranker.mean(self._real(space), norm)

    def rotation(self, source: str, target: str) -> NDArray[np.float64]:
        """See `Surroundings`."""
        return self._ranker.rotation(self._real(source), self._real(target))

    def _real(self, space: str) -> str:
        return self._home if space == COLUMNS else space


def column_space(columns: Sequence[str], dim: int) -> MatrixSpace:
    """A space whose words are the columns, in which `resolve` finds them; their vectors come row by row."""
    return MatrixSpace(list(columns), np.zeros((len(columns), dim), np.float32))
