"""All words of a vocabulary as one run of bytes, which is searched without looking at each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vecalc.arrays import Numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray


AT_ONCE = 1 << 14  # words gathered at once: eight bytes for each of theirs are in use meanwhile


class Lines(NamedTuple):
    """n words as UTF-8, each with a newline behind it, and where each begins (and the last ends)."""

    data: NDArray[np.uint8]
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


def lines_of(words: Sequence[str]) -> Lines:
    """The lines of words in memory; a newline inside a word, which no file of words has, becomes a blank."""
    data = _bytes("\n".join([*words, ""]))
    ends = np.flatnonzero(data == ord("\n"))
    if len(ends) != len(words):
        data = _bytes("\n".join([*(word.replace("\n", " ") for word in words), ""]))
        ends = np.flatnonzero(data == ord("\n"))
    return Lines(data, np.concatenate([np.zeros(1, np.int64), ends + 1]))


def _bytes(text: str) -> NDArray[np.uint8]:
    """UTF-8; lone surrogates that stand for no byte, which no file has either, become question marks."""
    try:
        return np.frombuffer(text.encode("utf-8", "surrogateescape"), np.uint8)
    except UnicodeEncodeError:
        return np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
