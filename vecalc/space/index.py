"""Words in mapped files: opened in a millisecond whatever their number, found by a hash.

    words.txt         one word a line, UTF-8, in row order
    offsets.npy       [n + 1] int64, where each word begins in words.txt
    exact.npy         [2, n] uint32: hashes of the words, sorted, and the row of each
    folded.npy        [2, n] uint32: the same for their folded forms (`spelling.fold`)

A hash is a CRC-32, which is fast, in every Python, and the same everywhere; words that share one are told
apart by their bytes. Rows of equal hashes are in row order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, TypeAlias
from zlib import crc32

import numpy as np

from vecalc.arrays import AnyArray, Bits, Numbers
from vecalc.errors import FileProblem
from vecalc.space.spelling import fold, fold_all
from vecalc.space.words import Lines

Index: TypeAlias = Bits  # [2, n]

READ_AHEAD = 4096  # words decoded at once when all are wanted
ENCODING = ("utf-8", "surrogateescape")  # bytes that are not UTF-8 are lone surrogates, reversibly


class MappedWords:
    """A vocabulary over `data` (the bytes of words.txt) and its mapped indexes."""

    __slots__ = ("_data", "_exact", "_folded", "_offsets")

    def __init__(self, data: Any, offsets: Numbers, exact: Index, folded: Index) -> None:
        # Views without the class of mapped arrays, which makes a look at one number ten times as long.
        self._data = memoryview(data)
        self._offsets = offsets.view(np.ndarray)
        self._exact = exact.view(np.ndarray)
        self._folded = folded.view(np.ndarray)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), READ_AHEAD):
            last = min(first + READ_AHEAD, len(self))
            yield from self._text(first, last).split("\n")

    def row(self, word: str) -> int | None:
        """The first row of exactly this word, or None."""
        return next((row for row in _rows(self._exact, word) if self.word(row) == word), None)

    def word(self, row: int) -> str:
        """The word of a row; IndexError outside the vocabulary."""
        row = range(len(self))[row]
        return self._text(row, row + 1)

    def variants(self, word: str) -> Sequence[int]:
        """Rows of the same word in any case or Unicode composition, in row order."""
        key = fold(word)
        return [row for row in _rows(self._folded, key) if fold(self.word(row)) == key]

    def lines(self) -> Lines:
        """All words as bytes, where they are."""
        if self._offsets[0] or (self._offsets[1:] <= self._offsets[:-1]).any():
            raise _damaged()
        return Lines(np.frombuffer(self._data, np.uint8), self._offsets)

    def _text(self, first: int, last: int) -> str:
        start, end = self._offsets.item(first), self._offsets.item(last)
        return str(self._data[start : end - 1], *ENCODING)


def _rows(index: Index, text: str) -> list[int]:
    """Rows whose word may be this one, ascending."""
    try:
        key = crc32(text.encode(*ENCODING))
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte: in no file
        return []
    hashes, numbers = index
    # Not numpy's search: it lets go of Python's lock, and for one key costs less than to get it back.
    place, rows = bisect_left(hashes.data, key), []
    while place < len(hashes) and hashes.item(place) == key:
        rows.append(numbers.item(place))
        place += 1
    if rows and max(rows) >= len(hashes):
        raise _damaged()
    return rows


def _damaged() -> FileProblem:
    hint = "--verify makes a converted model again; import others again"
    return FileProblem("the model is damaged: its index of words leads nowhere", hint=hint)


class WordsWriter:
    """Writes the words as they come, and the indexes at the end. Memory: 16 bytes a word."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.sizes: list[Numbers] = []
        self.exact: list[Index] = []
        self.folded: list[Index] = []

    def add(self, words: Sequence[str]) -> None:
        """Take the next words; none may hold a newline."""
        if not words:
            return
        encoded = _encoded(words)
        self.stream.write(b"\n".join(encoded) + b"\n")
        self.sizes.append(np.fromiter(map(len, encoded), np.int64, len(encoded)) + 1)
        self.exact.append(_hashes(encoded))
        folded = fold_all(words)
        same = folded == list(words)  # of most vocabularies, most words
        self.folded.append(self.exact[-1] if same else _hashes(_encoded(folded)))

    def finish(self, save: Callable[[str, AnyArray], None]) -> None:
        """Hand over the arrays, each with the name of its file."""
        sizes = np.concatenate([np.zeros(1, np.int64), *self.sizes])
        save("offsets.npy", np.cumsum(sizes))
        save("exact.npy", _index(self.exact))
        save("folded.npy", _index(self.folded))


def _encoded(words: Sequence[str]) -> list[bytes]:
    return "\n".join(words).encode(*ENCODING).split(b"\n")


def _hashes(encoded: Sequence[bytes]) -> Index:
    return np.fromiter(map(crc32, encoded), np.uint32, len(encoded))


def _index(parts: Sequence[Index]) -> Index:
    hashes = np.concatenate(parts) if parts else np.empty(0, np.uint32)
    order = np.argsort(hashes, kind="stable")
    return np.stack([hashes[order], order.astype(np.uint32)])
