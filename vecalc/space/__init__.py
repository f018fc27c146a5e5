"""Where vectors live: words, and one row of numbers for each.

This file is the contract. `matrix.py` makes a space of a vocabulary and a matrix, `store.py` opens one
in a folder of plain arrays; a caller can't tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeVar, overload

import numpy as np

from vecalc.arrays import AnyArray, Floats, Numbers, Singles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.answers import Cell, Metric, Norm
    from vecalc.conditions import Condition, MetadataColumn
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


class Measure(NamedTuple):
    """What near means: a metric, and how long the candidates' vectors are taken.

    cos: cosine similarity; dot: dot product; l2: Euclidean distance, nearest first. `norm` is rms
    (length √d), unit (length 1) or raw (as in the file); it does not matter to cos. A zero vector has no
    cosine, and no length to bring to rms or unit, so it is a candidate only for raw dot and raw l2.
    """

    metric: Metric = "cos"
    norm: Norm = "rms"


class Hits(NamedTuple):
    """The nearest rows of each query, best first, ties by row; k or as many as there are."""

    rows: Numbers  # [q, k]
    scores: Floats  # [q, k]: similarities, or distances for l2


class Filtered(NamedTuple):
    """Candidates that a seeker finds itself: the rows that meet a settled condition."""

    condition: Condition


Allowed: TypeAlias = "Numbers | Filtered | None"  # the candidates of a search; None: all


class Seeker(Protocol):
    """What finds neighbours where the vectors are: a server, whose answers take a while and may fail."""

    def search(self, queries: Floats, k: int, measure: Measure, among: Filtered | None) -> Hits:
        """As `Searcher.search`: the scores are those of float64, ties are by row.

        Raises `RemoteProblem` where it can't be asked, or gives fewer rows than there are.
        """

    def expect(self, words: Iterable[str]) -> None:
        """These words may be asked for soon: they are looked up together."""


class Metadata(Protocol):
    """What is known of the rows of a space besides word and vector: columns of values."""

    @property
    def columns(self) -> Sequence[MetadataColumn]:
        """The columns, in the order of the source."""

    def matching(self, condition: Condition, rows: Numbers | None = None) -> Numbers:
        """The rows that meet a settled condition, of some (ascending; None: of all), ascending."""

    def records(self, rows: Sequence[int], names: Sequence[str]) -> list[tuple[Cell, ...]]:
        """The values of some columns, for each of some rows in their order; None where one is missing."""


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

    @property
    def metadata(self) -> Metadata | None:
        """What is known of the rows besides, where the source has more columns."""

    @property
    def seeker(self) -> Seeker | None:
        """What finds neighbours where the vectors are; None where they are at hand, and read."""

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
