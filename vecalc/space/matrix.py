"""A space made of a vocabulary and a matrix, wherever the bytes of the two come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from vecalc.arrays import AnyArray, Floats, Numbers, Singles
from vecalc.space.spelling import Near
from vecalc.space.words import INITIALS, Vocabulary, WordList

if TYPE_CHECKING:
    from vecalc.space import Encoder, Metadata
    from vecalc.space.patterns import Pattern
    from vecalc.space.quantization import Codes
    from vecalc.space.subwords import Subwords

# 8,192 rows of 300 float32 are 10 MB: long enough that a matrix product runs at full speed, short
# enough that its result for a few hundred queries stays small.
BLOCK_ROWS = 8192
# Numbers of another type are converted a megabyte at a time: the copy stays in the second-level cache,
# where the product reads it, and no fresh pages are asked of the system (20 times faster than 8 MB).
CONVERTED = 1 << 18


GLANCED = 16  # words in a row, in three places: few pages of a file; of pieces some two in five begin a word


class MatrixSpace:
    """A vocabulary of n words and a matrix [n, d] of any real type, shared with the caller, never written.

    `words` is a sequence of strings (of equal words the first counts) or a `Vocabulary`. `lengths` [n]
    are computed, in float64, at first use unless they are given. `codes` make searching faster, `subwords`
    compose vectors of words that the vocabulary lacks, the `encoder` makes those of texts, `metadata` is what
    is known of the rows besides. ValueError when the shapes disagree.
    """

    seeker = None

    __slots__ = (
        "__weakref__",
        "_initial",
        "_lengths",
        "_matrix",
        "_near",
        "_words",
        "codes",
        "encoder",
        "metadata",
        "name",
        "subwords",
    )

    def __init__(
        self,
        words: Sequence[str] | Vocabulary,
        matrix: AnyArray,
        name: str = "",
        lengths: AnyArray | None = None,
        codes: Codes | None = None,
        subwords: Subwords | None = None,
        encoder: Encoder | None = None,
        metadata: Metadata | None = None,
    ) -> None:
        if matrix.ndim != 2 or len(matrix) != len(words):
            raise ValueError(f"{len(words)} words do not fit a matrix of shape {matrix.shape}")
        if subwords and subwords.rows.shape[1] != matrix.shape[1]:
            raise ValueError(
                f"n-grams of width {subwords.rows.shape[1]} do not fit words of {matrix.shape[1]}"
            )
        self.name = name
        self._words: Vocabulary = WordList(words) if isinstance(words, Sequence) else words
        self._matrix = matrix.view(np.ndarray)
        self._matrix.flags.writeable = False
        self._lengths = lengths
        self.codes = codes
        self.subwords = subwords
        self.encoder = encoder
        self.metadata = metadata
        self._near: Near | None = None
        self._initial: str | None = None

    def __repr__(self) -> str:
        name = self.name if self.name.isprintable() else ascii(self.name)
        return f"<{name or 'space'}: {len(self):,} words × {self.dim}>"

    @property
    def dim(self) -> int:
        """Components of a vector, d."""
        return int(self._matrix.shape[1])

    def __len__(self) -> int:
        return len(self._words)

    @property
    def initial(self) -> str:
        """What a token carries that begins a word, where tokens are pieces of words; else ""."""
        if self._initial is None:
            self._initial = self._mark()
        return self._initial

    def row(self, word: str) -> int | None:
        """The row of exactly this word, or None."""
        return self._words.row(word)

    def word(self, row: int) -> str:
        """The word of a row."""
        return self._words.word(row)

    def words(self) -> Iterator[str]:
        """All words in row order."""
        return iter(self._words)

    def vectors(self, rows: Numbers | Sequence[int], kind: type[Any] = np.float64) -> AnyArray:
        """The vectors of some rows [r, d], as the file holds them."""
        return self._matrix[np.asarray(rows, np.int64)].astype(kind)

    def blocks(self) -> Iterator[tuple[int, Singles, Floats]]:
        """First row, vectors [b, d] float32, lengths [b] float64, some thousand rows at a time."""
        lengths = self._all_lengths()
        at_once = BLOCK_ROWS if self._matrix.dtype == np.float32 else max(CONVERTED // self.dim, 64)
        for first in range(0, len(self), at_once):
            some = slice(first, first + at_once)
            yield first, self._matrix[some].astype(np.float32, copy=False), _doubles(lengths[some])

    def lengths(self, rows: Numbers | Sequence[int]) -> Floats:
        """Euclidean lengths of some rows [r] float64."""
        return _doubles(self._all_lengths()[np.asarray(rows, np.int64)])

    def variants(self, word: str) -> Sequence[int]:
        """Rows of the same word in any case or Unicode composition, in row order."""
        return self._words.variants(word)

    def compose(self, word: str) -> Floats | None:
        """The vector [d] of any word, made of its subwords; None where there are none for it."""
        return self.subwords.vector(word) if self.subwords else None

    def matching(self, pattern: Pattern) -> Numbers:
        """Rows of the words that match a pattern, ascending."""
        from vecalc.space.patterns import matching_rows

        return matching_rows(self._words, pattern)

    def near(self, word: str, limit: int = 3) -> Sequence[str]:
        """Words spelled like this one, or that hold it beside a separator, likeliest first."""
        from vecalc.space.affixes import rows_meant

        self._near = self._near or Near(self._words)
        return [self._words.word(row) for row in rows_meant(self._near, self._words.lines(), word, limit)]

    def _mark(self) -> str:
        """The same, looked for; a few words say of most vocabularies that there is none."""
        n = len(self)
        if self.encoder is None:
            rows = (range(place * n // 6, min(place * n // 6 + GLANCED, n)) for place in (2, 3, 5))
            if not any(self.word(row).startswith(INITIALS) for row in chain.from_iterable(rows)):
                return ""
        from vecalc.space.affixes import initial_of

        return initial_of(self._words)

    def _all_lengths(self) -> AnyArray:
        if self._lengths is None:
            self._lengths = euclidean(self._matrix)
        return self._lengths


# --- lengths and directions of vectors in memory --------------------------------------------------


# Squares of lengths whose numbers lost nothing when they were squared.
LEAST_SQUARE, LARGEST_SQUARE = 1e-250, 1e250


def directions_of(vectors: Floats) -> Floats:
    """The vectors [n, d] with length 1 in float64, however long they are; a zero vector stays one.

    Each row by itself: the same bits for one vector and among many.
    """
    squares = (vectors * vectors).sum(axis=1)
    directions = vectors / np.sqrt(np.where(squares > 0, squares, 1.0))[:, None]
    extreme = ~((squares >= LEAST_SQUARE) & (squares <= LARGEST_SQUARE))
    if extreme.any():  # of float64 numbers; squares of float32 numbers fit
        _, steps = steps_of(vectors[extreme])
        lengths = np.sqrt((steps * steps).sum(axis=1))
        directions[extreme] = steps / np.where(lengths > 0, lengths, 1.0)[:, None]
    return np.asarray(directions)


def steps_of(vectors: Floats) -> tuple[Floats, Floats]:
    """The largest component of each vector [n], and the vectors [n, d] in steps of it, safe to be squared."""
    largest: Floats = np.abs(vectors).max(axis=1, initial=0.0)
    return largest, vectors / np.where(largest > 0, largest, 1.0)[:, None]


def euclidean(matrix: AnyArray) -> Floats:
    """The length of every row of a matrix [n, d], summed in float64, in blocks."""
    lengths = np.empty(len(matrix))
    for first in range(0, len(matrix), BLOCK_ROWS):
        block = matrix[first : first + BLOCK_ROWS].astype(np.float64)
        lengths[first : first + len(block)] = np.sqrt(np.einsum("rd,rd->r", block, block))
    return lengths


def _doubles(numbers: AnyArray) -> Floats:
    return numbers.astype(np.float64, copy=False)
