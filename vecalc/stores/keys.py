"""A server's keys, in their order, and the rows from 0 that they are here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from vecalc.arrays import Numbers

Key: TypeAlias = int | str


class RowKeys:
    """Ascending keys, each once: a range where there are no gaps, which takes no memory; else all of them."""

    def __init__(self, keys: range | Numbers | Sequence[str]) -> None:
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def are_counted(self) -> bool:
        """Whether there are no gaps: then a key says no more than the row does."""
        return isinstance(self._keys, range)

    def key(self, row: int) -> Key:
        """The key of a row."""
        key = self._keys[row]
        return key if isinstance(key, str) else int(key)

    def row(self, key: Key) -> int | None:
        """The row of a key; None of one that came later than these."""
        keys = self._keys
        if isinstance(keys, range):
            return keys.index(key) if isinstance(key, int) and key in keys else None
        place = int(np.searchsorted(keys, key)) if isinstance(keys, np.ndarray) else bisect_left(keys, key)
        return place if place < len(keys) and keys[place] == key else None
