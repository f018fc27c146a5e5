"""What an evaluation may ask about the loaded spaces, besides the vectors of its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vecalc.calc.resolve import Key
    from vecalc.calc.values import List, Spaces, Vector
    from vecalc.lang.limits import Limits


class Surroundings(Protocol):
    """The loaded spaces, as far as functions need them. Each method raises `VecalcError`s without a place."""

    @property
    def limits(self) -> Limits:
        """What an expression may compute."""

    def nearest(self, vector: Vector, k: int, forbidden: frozenset[Key], norm: str) -> List:
        """The k nearest words of a vector, without some, their vectors at a norm."""

    def size(self, origin: Spaces) -> int:
        """How many words `nearest` looks through for a vector of some spaces."""

    def ranked_in(self, origin: Spaces) -> str:
        """The space that a value whose words come from `origin` is ranked in, and that `?` stands for."""

    def width(self, space: str) -> int:
        """Components of a vector of a space."""

    def mean(self, space: str, norm: str) -> NDArray[np.float64]:
        """The mean [d] of all vectors of a space at a norm."""

    def rotation(self, source: str, target: str) -> NDArray[np.float64]:
        """The orthogonal map [d, d] from one space to another: a row `x` becomes `x @ rotation`."""
