"""Words become rows, and rows the keys that answers are compared by, as the rules for case say.

In exact case the key of a word is its row. In capitals, words that differ in case alone share a key, and
the first of them, the most frequent, is the row of all.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np

from vecalc.arrays import Numbers
from vecalc.evaluation import Rules
from vecalc.space import VectorSpace

UNKNOWN = -1  # the row, and the key, of a word that the vocabulary lacks
_ASCII_CAPITALS = {ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}


class Lookup:
    """The rows of the words that a set of questions uses; nothing else of the vocabulary is kept."""

    def __init__(self, space: VectorSpace, words: Iterable[str], rules: Rules) -> None:
        self._space = space
        self._initial = space.initial  # of pieces of words, words are those that begin one
        self._case = rules.case
        self._first = len(space) if rules.first is None else min(rules.first, len(space))
        self._known: dict[int, int] = {}
        self._rows = self._find({self._folded(word) for word in words})
        self._keys = {word: key for key, word in enumerate(self._rows)}

    @property
    def size(self) -> int:
        """Words that exist under the rules."""
        return self._first

    def row(self, word: str) -> int:
        """The row of a word, or UNKNOWN."""
        return self._rows.get(self._folded(word), UNKNOWN)

    def keys(self, rows: Numbers) -> Numbers:
        """The keys of rows, of any shape; UNKNOWN for words that no question uses, unless case is exact."""
        if self._case == "exact":
            return rows
        unique, places = np.unique(rows, return_inverse=True)
        found = np.array([self._key(int(row)) for row in unique], dtype=np.int64)
        return np.asarray(found[places].reshape(rows.shape))

    def _find(self, wanted: set[str]) -> dict[str, int]:
        if self._case == "exact":
            found = {word: self._space.row(self._initial + word) for word in sorted(wanted)}
            return {word: row for word, row in found.items() if row is not None and row < self._first}
        rows: dict[str, int] = {}
        for row, word in enumerate(islice(self._space.words(), self._first)):
            folded = self._folded(word.removeprefix(self._initial))
            if folded in wanted and word.startswith(self._initial):
                rows.setdefault(folded, row)
        return rows

    def _key(self, row: int) -> int:
        if row not in self._known:
            word = self._space.word(row) if row >= 0 else ""
            key = self._folded(word.removeprefix(self._initial)) if word.startswith(self._initial) else ""
            self._known[row] = self._keys.get(key, UNKNOWN)
        return self._known[row]

    def _folded(self, word: str) -> str:
        match self._case:
            case "upper":
                return word.upper()
            case "ascii":
                return word.translate(_ASCII_CAPITALS)
            case _:
                return word
