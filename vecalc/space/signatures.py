"""Which letters a word has, four bytes a word: tells at once that a word is not spelled like another.

A slip takes at most one letter from a word and adds at most one. So a word that lacks more letters of another
than that may hold slips, or has more that the other lacks, is further away; what passes is measured. The idea
is that of signatures of strings (Ukkonen 1992 filters by q-grams; with single letters q is 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vecalc.arrays import Bits, Bytes, Numbers

if TYPE_CHECKING:
    from vecalc.space.words import Lines

# Words looked at in one go: their bytes, and the masks of these, stay in the second-level cache.
AT_ONCE = 1 << 14
WIDEST = 4  # bytes of a letter in UTF-8
MANY = 200  # slips; more are not told apart


def _bit(byte: int) -> int:
    """Which bit a byte of UTF-8 sets in the mask of a word; NOTHING for a newline.

    ASCII letters have bits of their own, the same for both cases; digits and signs share the others. Of
    another letter the first byte marks the word as foreign, each further byte sets a bit, without regard to
    its lowest one, which in many alphabets is the case.
    """
    if byte == ord("\n"):
        return NOTHING
    if byte < 0x80:
        return (byte & 31) % FOREIGN
    return (byte & 31) >> 1 if byte < 0xC0 else FOREIGN


FOREIGN, NOTHING = 31, 32
MARKED = np.uint32(1 << FOREIGN)
BITS = np.uint32(MARKED - 1)
_BITS = bytes(map(_bit, range(256)))


def _masks(data: bytes, starts: Numbers) -> Bits:
    """The masks of the words that begin at some places."""
    bits = np.frombuffer(data.translate(_BITS), np.uint8)  # several times faster than by numpy
    each = np.left_shift(np.uint32(1), bits, dtype=np.uint32)  # by 32 is 0
    return np.bitwise_or.reduceat(each, starts)


class Letters:
    """The masks of all words, made in about 40 ms a million."""

    __slots__ = ("_masks", "_sizes")

    def __init__(self, lines: Lines) -> None:
        data, offsets = lines
        self._sizes = np.diff(offsets) - 1  # bytes
        self._masks = np.empty(len(self._sizes), np.uint32)
        for first in range(0, len(self._masks), AT_ONCE):
            last = min(first + AT_ONCE, len(self._masks))
            start = offsets[first]
            some = data[start : offsets[last]].tobytes()
            self._masks[first:last] = _masks(some, offsets[first:last] - start)

    def bound(self, word: str) -> Bytes:
        """The least slips between each word [n] and this one, one less where one may contain the other."""
        raw = word.encode("utf-8", "surrogatepass")
        mask = _masks(raw, np.zeros(1, np.int64))[0]
        widest = max(len(letter.encode("utf-8", "surrogatepass")) for letter in word)
        bound = np.empty(len(self._masks), np.uint8)
        for first in range(0, len(bound), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            bound[some] = _bound(self._masks[some], self._sizes[some], mask, len(raw), widest)
        return bound


def _bound(masks: Bits, sizes: Numbers, mask: np.uint32, size: int, widest: int) -> Numbers:
    """`widest` is the most bytes of a letter of the word that has this mask and size."""
    missing, extra = _count(mask & ~masks & BITS), _count(masks & ~mask & BITS)
    # A slip changes one letter: of several bytes where there are such letters.
    foreign = masks >= MARKED
    lacks = -(-missing.astype(np.int64) // max(widest - 1, 1))
    has = np.where(foreign, -(-extra.astype(np.int64) // (WIDEST - 1)), extra)
    off = np.minimum(np.abs(sizes - size), MANY)
    longer = np.where(foreign | (widest > 1), -(-off // WIDEST), off)
    slips: Numbers = np.maximum(np.maximum(lacks, has), longer)
    return np.asarray(slips - ((slips > 0) & ((missing == 0) | (extra == 0))))


_COUNTS = np.array([number.bit_count() for number in range(1 << 8)], np.uint8)


def _count(masks: Bits) -> Bytes:
    """How many bits of each are set."""
    if hasattr(np, "bitwise_count"):  # numpy 2
        counted: Bytes = np.bitwise_count(masks)
        return counted
    return np.asarray(_COUNTS[masks.view(np.uint8)].reshape(len(masks), -1).sum(axis=1, dtype=np.uint8))
