"""Where vectors live: words, and one row of numbers for each.

This file is the contract. `matrix.py` makes a space of a vocabulary and a matrix, `store.py` opens one
in a folder of plain arrays; a caller can't tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

import numpy as np

from vecalc.arrays import AnyArray, Floats, Numbers, Singles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.space.patterns import Pattern
    from vecalc.space.quantization import Codes

Real = TypeVar("Real", np.float32, np.float64)


class Encoder(Protocol):
    """What makes a vector of any text: a textual model's own tokens and rows, or a program of the user's."""

    @property
    def dim(self) -> int:
        """Components of a vector, d."""

    @property
    def identity(self) -> str:
        """What it encodes with, as a digest: the same text has the same vector as long as this stays."""

    def encode(self, texts: Sequence[str]) -> Singles:
        """The vectors [t, d] of some texts, as the model itself gives them (norm raw); of a text without
        tokens zeros. Raises `VecalcError`.
        """


class VectorSpace(Protocol):
    """A vocabulary of n words in order (most frequent first, as files have them), d numbers each."""

    @property
    def name(self) -> str:
        """What captions call it: the file's name, or the name the user gave."""

    @property
    def dim(self) -> int:
        """Components of a vector, d."""

    def __len__(self) -> int:
        """Words in the vocabulary, n."""

    def row(self, word: str) -> int | None:
        """The row of exactly this word, or None."""

    def word(self, row: int) -> str:
        """The word of a row."""

    def words(self) -> Iterator[str]:
        """All words in row order."""

    @property
    def initial(self) -> str:
        """What a token carries that begins a word, where tokens are pieces of words (▁, Ġ); else ""."""

    @property
    def encoder(self) -> Encoder | None:
        """What makes vectors of texts, where the model is textual."""

    @property
    def codes(self) -> Codes | None:
        """One byte a number for every row, where the space has them."""

    @overload
    def vectors(self, rows: Numbers | Sequence[int]) -> Floats: ...
    @overload
    def vectors(self, rows: Numbers | Sequence[int], kind: type[Real]) -> NDArray[Real]: ...
    def vectors(self, rows: Numbers | Sequence[int], kind: type[Any] = np.float64) -> AnyArray:
        """The vectors of some rows [r, d], as the file holds them (norm raw), the caller's own."""

    def blocks(self) -> Iterable[tuple[int, Singles, Floats]]:
        """First row, vectors [b, d] float32, lengths [b] float64 of each block of rows; only to be read."""

    def lengths(self, rows: Numbers | Sequence[int]) -> Floats:
        """Euclidean lengths of some rows [r] float64."""

    def variants(self, word: str) -> Sequence[int]:
        """Rows of the same word in any case or Unicode composition, its own among them, in row order."""

    def compose(self, word: str) -> Floats | None:
        """The vector [d] of any word, made of its subwords (norm raw); None where there are none for it."""

    def matching(self, pattern: Pattern) -> Numbers:
        """Rows of the words that match a pattern, ascending."""

    def near(self, word: str, limit: int = 3) -> Sequence[str]:
        """Words spelled like this one, or that hold it beside a separator, likeliest first."""
