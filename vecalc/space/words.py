"""Word to row and row to word: in memory, or over the bytes of a file of words.

All kinds answer the same questions (`Vocabulary`; the third is `index.MappedWords`); a space is made of
one of them and a matrix.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from vecalc.arrays import Bytes, Numbers
from vecalc.space.spelling import Variants

# Finding a word in the bytes takes about 0.1 ms at 42,000 words, building a dictionary 3 ms: a
# formula of a few words is cheaper without one, a batch is not.
FINDS_BEFORE_DICTIONARY = 24
# What tokens carry that begin words, where tokens are pieces of words: SentencePiece's mark, that of
# byte-level BPE (a letter to Unicode), and the blank that both stand for.
INITIALS = ("▁", "Ġ", " ")
AT_ONCE = 1 << 14  # words gathered at once: eight bytes for each of theirs are in use meanwhile


class Lines(NamedTuple):
    """n words as UTF-8, each with a newline behind it, and where each begins (and the last ends)."""

    data: Bytes
    offsets: Numbers  # [n + 1]

    def some(self, rows: Numbers) -> list[str]:
        """The words of some rows, as far as they can be decoded."""
        parts = [self._bytes(rows[first : first + AT_ONCE]) for first in range(0, len(rows), AT_ONCE)]
        return b"".join(parts).decode("utf-8", "surrogateescape").split("\n")[:-1]

    def _bytes(self, rows: Numbers) -> bytes:
        starts = self.offsets[rows]
        sizes = self.offsets[rows + 1] - starts
        before = np.cumsum(sizes) - sizes  # bytes of the rows before each
        places = np.repeat(starts - before, sizes) + np.arange(int(sizes.sum()))
        return self.data[places].tobytes()


class Vocabulary(Protocol):
    """n words in row order."""

    def __len__(self) -> int:
        """Words, n."""

    def __iter__(self) -> Iterator[str]:
        """All words in row order."""

    def row(self, word: str) -> int | None:
        """The first row of exactly this word, or None."""

    def word(self, row: int) -> str:
        """The word of a row; IndexError outside the vocabulary."""

    def variants(self, word: str) -> Sequence[int]:
        """Rows of the same word in any case or Unicode composition, its own among them, in row order."""

    def lines(self) -> Lines:
        """All words as one run of bytes, which is searched without looking at each of them."""


def first_rows(words: Sequence[str]) -> dict[str, int]:
    """Word to row; of words that occur twice, the first row."""
    rows = dict(zip(words, range(len(words)), strict=True))
    if len(rows) < len(words):
        rows = dict(zip(reversed(words), range(len(words) - 1, -1, -1), strict=True))
    return rows


class WordList:
    """Words held in memory, with a dictionary; both may belong to somebody else and are only read."""

    __slots__ = ("_rows", "_variants", "_words")

    def __init__(self, words: Sequence[str], rows: Mapping[str, int] | None = None) -> None:
        self._words = words
        self._rows = first_rows(words) if rows is None else rows
        self._variants: Variants | None = None

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def row(self, word: str) -> int | None:
        """The first row of exactly this word, or None."""
        return self._rows.get(word)

    def word(self, row: int) -> str:
        """The word of a row; IndexError outside the vocabulary."""
        return self._words[row]

    def lines(self) -> Lines:
        """All words as bytes, made anew each time."""
        return lines_of(self._words)

    def variants(self, word: str) -> Sequence[int]:
        """Rows of the same word in any case or Unicode composition, in row order."""
        self._variants = self._variants or Variants(self)
        return self._variants.of(word)


def lines_of(words: Sequence[str]) -> Lines:
    """The lines of words in memory; a newline inside a word, which no file of words has, becomes a blank."""
    data = _encoded("\n".join([*words, ""]))
    ends = np.flatnonzero(data == ord("\n"))
    if len(ends) != len(words):
        data = _encoded("\n".join([*(word.replace("\n", " ") for word in words), ""]))
        ends = np.flatnonzero(data == ord("\n"))
    return Lines(data, np.concatenate([np.zeros(1, np.int64), ends + 1]))


def _encoded(text: str) -> Bytes:
    """UTF-8; lone surrogates that stand for no byte, which no file has either, become question marks."""
    try:
        return np.frombuffer(text.encode("utf-8", "surrogateescape"), np.uint8)
    except UnicodeEncodeError:
        return np.frombuffer(text.encode("utf-8", "replace"), np.uint8)


class WordFile:
    """The bytes of a file with one word a line, UTF-8, searched in place.

    Opening costs one pass over the bytes for the line ends. Bytes that are not UTF-8 become lone
    surrogates (`surrogateescape`), here and in `row`, so that every word stays reachable.
    """

    __slots__ = ("_bytes", "_ends", "_finds", "_rows", "_variants")

    def __init__(self, data: bytes) -> None:
        ending = b"" if data.endswith(b"\n") or not data else b"\n"
        self._bytes = b"\n" + data + ending  # a newline on both sides of every word
        self._ends = np.flatnonzero(np.frombuffer(self._bytes, np.uint8) == ord("\n"))
        self._finds = 0
        self._rows: dict[str, int] = {}
        self._variants: Variants | None = None

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def row(self, word: str) -> int | None:
        """The first row of exactly this word, or None."""
        if self._finds < FINDS_BEFORE_DICTIONARY:
            self._finds += 1
            return self._find(word)
        self._rows = self._rows or first_rows(self._all())
        return self._rows.get(word)

    def word(self, row: int) -> str:
        """The word of a row; IndexError outside the vocabulary."""
        row = range(len(self))[row]
        return self._bytes[self._ends[row] + 1 : self._ends[row + 1]].decode("utf-8", "surrogateescape")

    def variants(self, word: str) -> Sequence[int]:
        """Rows of the same word in any case or Unicode composition, in row order."""
        self._variants = self._variants or Variants(self)
        return self._variants.of(word)

    def lines(self) -> Lines:
        """All words as bytes, where they are."""
        return Lines(np.frombuffer(self._bytes, np.uint8)[1:], self._ends)

    def _find(self, word: str) -> int | None:
        try:
            line = f"\n{word}\n".encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # a lone surrogate that stands for no byte: in no file
            return None
        if "\n" in word:
            return None
        place = self._bytes.find(line)
        return None if place < 0 else int(np.searchsorted(self._ends, place))

    def _all(self) -> list[str]:
        text = self._bytes[1:-1].decode("utf-8", "surrogateescape")
        return text.split("\n") if len(self) else []
