"""The same word in another spelling, and words that a misspelt one may have meant.

Two spellings are *variants* when they match without regard to case and to Unicode composition: the
canonical caseless match of the Unicode Standard (definition D145), so `É` typed as one code point,
`é` typed as `e` and an accent are one word. Compatibility forms (`①` and `1`, full-width letters) stay
different words, except those that case folding itself unites (`ﬁ` and `fi`, `ß` and `ss`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice

SHORTEST = 3  # below three letters every word is near every other
# Vocabularies are sorted by frequency: a misspelt word is hardly ever one of the rare rest, and the
# answer must come at once (about 40 ns a word).
SEARCHED = 300_000


def fold(text: str) -> str:
    """The form that all variants of a word share, composed."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def fold_all(words: Iterable[str]) -> list[str]:
    """`fold` of each word, in one pass over them all where no word holds a newline."""
    words = list(words)
    folded = fold("\n".join(words)).split("\n")  # a newline neither folds nor composes with anything
    return folded if len(folded) == len(words) else [fold(word) for word in words]


def tolerated(length: int) -> int:
    """How many slips a misspelt word of some length may hold: one a short word, three a long one."""
    return 1 if length <= 5 else 2 if length <= 9 else 3


class Variants:
    """Words that match but for case and composition; the index is built on first use, 200 bytes a word."""

    __slots__ = ("_first", "_later", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = words
        self._first: dict[str, int] = {}  # folded form to its first row
        self._later: dict[str, list[int]] = {}  # and to the others, where there are any

    def of(self, word: str) -> Sequence[int]:
        """Rows whose word matches this one, its own row among them, in row order."""
        self._index()
        key = fold(word)
        return [self._first[key], *self._later.get(key, ())] if key in self._first else []

    def _index(self) -> None:
        if self._first:
            return
        first, later = self._first, self._later
        for row, key in enumerate(fold_all(self._words)):
            if first.setdefault(key, row) != row:
                later.setdefault(key, []).append(row)


class Near:
    """Words that a misspelt one may have meant; what is searched is folded on first use."""

    __slots__ = ("_first", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = words
        self._first: dict[str, int] = {}  # folded form of the first words, to its first row

    def to(self, word: str, limit: int) -> list[int]:
        """Rows of words one to three slips away (`tolerated`), likeliest first; of variants, the first.

        A slip is a letter dropped, added, changed, or swapped with the next (optimal string alignment);
        one slip is forgiven where one word contains the other. Among equally distant words those
        with the same letters come first, then those with the same first letter (hands slip later in a
        word), then the more frequent.
        """
        key = fold(word)
        if len(key) < SHORTEST:
            return []
        found = sorted(_merit(key, other, slips, row) for other, slips, row in self._close(key))
        return [row for cost, _, _, row in found if cost <= tolerated(len(key))][:limit]

    def _close(self, key: str) -> list[tuple[str, int, int]]:
        """Folded words within one slip more than tolerated: the word, the slips, the row."""
        # 28 ms, and only a misspelt word needs it.
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        if not self._first:
            for row, other in enumerate(fold_all(islice(self._words, SEARCHED))):
                self._first.setdefault(other, row)
        keys = [k for k in self._first if len(k) >= SHORTEST]
        hits = extract(key, keys, scorer=OSA.distance, score_cutoff=tolerated(len(key)) + 1, limit=None)
        return [(other, int(slips), self._first[other]) for other, slips, _ in hits]


def _merit(key: str, other: str, slips: int, row: int) -> tuple[int, bool, bool, int]:
    """What decides between two near words, less is likelier: slips, letters, first letter, frequency."""
    contained = key in other or other in key
    return slips - contained, sorted(key) != sorted(other), key[0] != other[0], row
