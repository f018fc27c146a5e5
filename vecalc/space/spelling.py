"""The same word in another spelling, and words that a misspelt one may have meant.

Two spellings are *variants* when they match without regard to case and to Unicode composition: the
canonical caseless match of the Unicode Standard (definition D145), so `É` typed as one code point,
`é` typed as `e` and an accent are one word. Compatibility forms (`①` and `1`, full-width letters) stay
different words, except those that case folding itself unites (`ﬁ` and `fi`, `ß` and `ss`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from vecalc.arrays import Numbers

if TYPE_CHECKING:
    from vecalc.space.signatures import Letters
    from vecalc.space.words import Lines

SHORTEST = 3  # below three letters every word is near every other
LONGEST = 200  # letters; what is longer is no misspelt word
# Vocabularies are sorted by frequency. Behind this many words a large one holds every misspelling there
# is, names, and scraps: a word of the kind may be meant, but a frequent one rather is.
FREQUENT = 300_000
MIXED = 4  # of so many words one at most needs Unicode's rules: then those of the others are not applied


def fold(text: str) -> str:
    """The form that all variants of a word share, composed."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def fold_all(words: Iterable[str]) -> list[str]:
    """`fold` of each word; in one pass over them all where that is faster and no word holds a newline."""
    words = list(words)
    foreign = len(words) - sum(map(str.isascii, words))
    if 0 < foreign < len(words) // MIXED:
        return [word.casefold() if word.isascii() else fold(word) for word in words]
    folded = fold("\n".join(words)).split("\n")  # a newline neither folds nor composes with anything
    return folded if len(folded) == len(words) else [fold(word) for word in words]


def tolerated(length: int) -> int:
    """How many slips a misspelt word of some length may hold: one a short word, three a long one."""
    return 1 if length <= 5 else 2 if length <= 9 else 3


class _Words(Protocol):
    def lines(self) -> Lines:
        """All words as bytes."""


class Variants:
    """Words that match but for case and composition; the index is built on first use, 200 bytes a word."""

    __slots__ = ("_first", "_later", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = words
        self._first: dict[str, int] = {}  # folded form to its first row
        self._later: dict[str, list[int]] = {}  # and to the others, where there are any

    def of(self, word: str) -> Sequence[int]:
        """Rows whose word matches this one, its own row among them, in row order."""
        first, later = self._first, self._later
        if not first:
            for row, key in enumerate(fold_all(self._words)):
                if first.setdefault(key, row) != row:
                    later.setdefault(key, []).append(row)
        key = fold(word)
        return [first[key], *later.get(key, ())] if key in first else []


class Near:
    """Words that a misspelt one may have meant."""

    __slots__ = ("_letters", "_words")

    def __init__(self, words: _Words) -> None:
        self._words = words
        self._letters: Letters | None = None  # made on first use

    def to(self, word: str, limit: int, lines: Lines | None = None) -> list[int]:
        """Rows of words one to three slips away (`tolerated`), likeliest first; of variants, one.

        A slip is a letter dropped, added, changed, or swapped with the next (optimal string alignment);
        one slip is forgiven where one word contains the other. To be rare counts as a slip more. Among
        equally distant words those with the same letters come first, then those with the same first
        letter (hands slip later in a word), then the more frequent. Of variants the one in the case of
        the misspelt word is meant, or else the first. `lines` are those of the words, where they are at
        hand.
        """
        key = fold(word)
        if not SHORTEST <= len(key) <= LONGEST:
            return []
        lines = self._words.lines() if lines is None else lines
        from vecalc.space.signatures import Letters

        self._letters = self._letters or Letters(lines)
        bound = self._letters.bound(key)
        found: dict[str, _Merit] = {}
        for slips in range(tolerated(len(key)) + 1):
            for merit in _merits(word, np.flatnonzero(bound == slips), lines):
                found[merit.word] = min(found.get(merit.word, merit), merit, key=_of_variants)
            ranked = sorted(found.values())
            if len(ranked) >= limit and ranked[limit - 1].cost <= slips:
                break  # what is found with more slips costs more
        return [merit.row for merit in ranked[:limit]]


class _Merit(NamedTuple):
    """What decides between two near words, less is likelier."""

    cost: int
    shuffled: bool
    begins_otherwise: bool
    row: int
    word: str  # folded
    other_case: bool


def _of_variants(merit: _Merit) -> tuple[int, bool, int]:
    return merit.cost, merit.other_case, merit.row


def _case(text: str) -> tuple[bool, bool]:
    return text.islower(), text.isupper()


def _merits(typed: str, rows: Numbers, lines: Lines) -> Iterator[_Merit]:
    """Those of some words that are near one."""
    # 28 ms, and only a misspelt word needs it.
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    key, spelled = fold(typed), lines.some(rows)
    words, most = fold_all(spelled), tolerated(len(key))
    for word, slips, i in extract(key, words, scorer=OSA.distance, score_cutoff=most + 1, limit=None):
        cost, row = int(slips) - (key in word or word in key), int(rows[i])
        if cost <= most and len(word) >= SHORTEST:
            shuffled = sorted(key) != sorted(word)
            other_case = _case(typed) != _case(spelled[i])
            yield _Merit(cost + (row >= FREQUENT), shuffled, key[0] != word[0], row, word, other_case)
