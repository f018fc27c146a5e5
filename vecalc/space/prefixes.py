"""Words by how they begin, whatever the case, most frequent first: what an editor asks at every key.

The rows of a vocabulary are sorted by their folded words (4 bytes a word, 60 while they are sorted); a prefix
is a stretch of them. To sort a million words takes some seconds, in a thread: until it is done, the most
frequent words answer, which are sorted before the first key.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Bits
from vecalc.space import VectorSpace
from vecalc.space.spelling import fold, fold_all

AT_ONCE = 1 << 15  # words that are sorted before the first key, in some hundredths of a second
BLOCK = 1 << 11  # words folded in one go: other threads wait for it half a millisecond
SORTED_BY = 32  # bytes; words that begin with the same ones are in row order, and looked at one by one
LOOKED_AT = 4_000  # words looked at one by one for a key
COMMON = 8  # of so many words one begins so, in any part of a vocabulary


class Beginning(NamedTuple):
    """A word that begins with what was looked for, and its row."""

    word: str
    row: int


class Prefixes:
    """The words of a space, by how they begin."""

    def __init__(self, space: VectorSpace) -> None:
        self._space = space
        self._order = _sorted_rows(space.words(), min(len(space), AT_ONCE), lambda: None)
        self._sorting = threading.Thread(target=self._sort, name="prefixes", daemon=True)
        if len(self._order) < len(space):
            self._sorting.start()

    def beginning(self, prefix: str, most: int) -> list[Beginning]:
        """The most frequent words that begin so in any case, in row order; of those that are sorted by now.

        Beyond 32 bytes not all of very many words are looked at.
        """
        order, folded = self._order, fold(prefix)
        key = _bytes(folded)[:SORTED_BY]
        first = bisect_left(order, key, key=self._key)
        last = bisect_left(order, True, lo=first, key=lambda row: not self._key(row).startswith(key))
        rows = order[first:last]
        if COMMON * len(rows) > len(order):  # the first words may hold enough of them
            found = self._checked(range(min(LOOKED_AT, len(order))), folded, most)
            if len(found) == most:
                return found
        if len(key) < SORTED_BY:
            return list(map(self._found, _least(rows, most)))
        return self._checked(_least(rows, LOOKED_AT), folded, most)

    @property
    def sorting(self) -> bool:
        """Whether there are words that are not sorted yet."""
        return self._sorting.is_alive()

    @property
    def size(self) -> int:
        """Bytes of it."""
        return self._order.nbytes

    def wait(self) -> None:
        """Until all words are sorted."""
        if self._sorting.ident is not None:
            self._sorting.join()

    def _sort(self) -> None:
        # A moment for whoever answers a key, after each block.
        self._order = _sorted_rows(self._space.words(), len(self._space), lambda: time.sleep(0))

    def _found(self, row: int) -> Beginning:
        return Beginning(self._space.word(row), row)

    def _checked(self, rows: Iterable[int], folded: str, most: int) -> list[Beginning]:
        words = map(self._found, rows)
        return list(islice((one for one in words if fold(one.word).startswith(folded)), most))

    def _key(self, row: int) -> bytes:
        return _bytes(fold(self._space.word(int(row))))[:SORTED_BY]


def _sorted_rows(words: Iterator[str], count: int, rest: Callable[[], None]) -> Bits:
    """The rows of the first words, by their folded bytes; `rest` is called now and then."""
    keys = np.empty(count, f"S{SORTED_BY}")
    for first in range(0, count, BLOCK):
        some = list(islice(words, min(BLOCK, count - first)))
        keys[first : first + len(some)] = list(map(_bytes, fold_all(some)))
        rest()
    parts = keys.view(">u8").reshape(count, SORTED_BY // 8)
    order = np.arange(count, dtype=np.uint32)
    for part in reversed(range(SORTED_BY // 8)):  # the last decides least
        order = order[np.argsort(parts[order, part].astype(np.uint64), kind="stable")]
    return order


def _least(rows: Bits, most: int) -> list[int]:
    """The least of some rows, ascending."""
    if len(rows) > most:
        rows = np.partition(rows, most)[:most]
    return sorted(rows.tolist())


def _bytes(text: str) -> bytes:
    """UTF-8, whatever the text holds: lone surrogates, too."""
    return text.encode("utf-8", "surrogatepass")
