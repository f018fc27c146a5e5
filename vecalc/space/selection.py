"""Some rows of a space as a space of their own, their vectors as they are or brought to one length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vecalc.answers import Norm
from vecalc.arrays import AnyArray, Floats, Numbers, Singles
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from vecalc.answers import Cell
    from vecalc.conditions import Condition, MetadataColumn
    from vecalc.space import Metadata
    from vecalc.space.patterns import Pattern

AT_ONCE = 4096  # rows of a block


class SelectedMetadata:
    """What is known of some `rows` [n] (ascending) of a space; see `vecalc.space.Metadata`."""

    def __init__(self, of: Metadata, rows: Numbers) -> None:
        self._of = of
        self._rows = rows

    @property
    def columns(self) -> Sequence[MetadataColumn]:
        """The columns, in the order of the source."""
        return self._of.columns

    def matching(self, condition: Condition, rows: Numbers | None = None) -> Numbers:
        """The rows that meet a settled condition, of some or of all, ascending."""
        there = self._rows if rows is None else self._rows[rows]
        return np.searchsorted(self._rows, self._of.matching(condition, there))

    def records(self, rows: Sequence[int], names: Sequence[str]) -> list[tuple[Cell, ...]]:
        """The values of some columns, for each of some rows in their order."""
        return self._of.records(self._rows[np.asarray(rows, np.int64)].tolist(), names)


class Selection:
    """The words of some `rows` [n] (ascending; None: all) of another space; nothing is copied.

    `norm` is raw, unit (length 1) or rms (length √d); a zero vector stays one. `loss` is the largest
    |x - x as float32| / |x| of a vector that `blocks` has given: 0 for raw.
    """

    seeker = None

    __slots__ = ("__weakref__", "_of", "_rows", "codes", "dim", "encoder", "loss", "metadata", "name", "norm")

    def __init__(self, of: VectorSpace, rows: Numbers | None = None, norm: Norm = "raw") -> None:
        self._of = of
        self._rows = rows
        self.norm = norm
        self.name = of.name
        self.dim = of.dim
        self.codes = None
        self.encoder = None
        known = of.metadata
        self.metadata = known if known is None or rows is None else SelectedMetadata(known, rows)
        self.loss = 0.0

    def __len__(self) -> int:
        return len(self._of) if self._rows is None else len(self._rows)

    @property
    def initial(self) -> str:
        """What a token carries that begins a word, as in the whole space."""
        return self._of.initial

    def row(self, word: str) -> int | None:
        """The row of exactly this word, or None."""
        row = self._of.row(word)
        return None if row is None else self._here(row)

    def word(self, row: int) -> str:
        """The word of a row."""
        return self._of.word(int(self._there([row])[0]))

    def words(self) -> Iterator[str]:
        """All words in row order."""
        return self._of.words() if self._rows is None else map(self._of.word, self._rows.tolist())

    def vectors(self, rows: Numbers | Sequence[int], kind: type[Any] = np.float64) -> AnyArray:
        """The vectors of some rows [r, d]."""
        there = self._there(rows)
        if self.norm == "raw":
            return self._of.vectors(there, kind)
        lengths = self._of.lengths(there)
        target = self.dim**0.5 if self.norm == "rms" else 1.0
        scale = np.divide(target, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        scaled: AnyArray = (self._of.vectors(there) * scale[:, None]).astype(kind)
        return scaled

    def blocks(self) -> Iterator[tuple[int, Singles, Floats]]:
        """First row, vectors [b, d] float32, lengths [b] float64, some thousand rows at a time."""
        if self._rows is None and self.norm == "raw":
            yield from self._of.blocks()
            return
        for first in range(0, len(self), AT_ONCE):
            rows = np.arange(first, min(first + AT_ONCE, len(self)))
            singles = self.vectors(rows, np.float32)
            if self.norm != "raw":
                exact = self.vectors(rows)
                lengths = np.linalg.norm(exact, axis=1)
                off = np.linalg.norm(exact - singles, axis=1) / np.where(lengths > 0, lengths, 1.0)
                self.loss = max(self.loss, float(off.max(initial=0.0)))
            yield first, singles, self.lengths(rows)

    def lengths(self, rows: Numbers | Sequence[int]) -> Floats:
        """Euclidean lengths of some rows [r] float64."""
        if self.norm == "raw":
            return self._of.lengths(self._there(rows))
        return np.asarray(np.linalg.norm(self.vectors(rows), axis=1))

    def zeros(self) -> int:
        """How many vectors are zero: they have no direction, and can't be brought to a length."""
        return int((self._of.lengths(self._there(np.arange(len(self)))) == 0).sum())

    def variants(self, word: str) -> Sequence[int]:
        """Rows of the same word in any case or Unicode composition, in row order."""
        return [here for row in self._of.variants(word) if (here := self._here(row)) is not None]

    def matching(self, pattern: Pattern) -> Numbers:
        """Rows of the words that match a pattern, ascending."""
        found = self._of.matching(pattern)
        return found if self._rows is None else np.flatnonzero(np.isin(self._rows, found))

    def compose(self, word: str) -> None:
        """Nothing: a selection has the words that it has."""

    def near(self, word: str, limit: int = 3) -> Sequence[str]:
        """Words spelled like this one, likeliest first: of the many that the whole space has, these few."""
        return [found for found in self._of.near(word, 8 * limit) if self.row(found) is not None][:limit]

    def _there(self, rows: Numbers | Sequence[int]) -> Numbers:
        asked = np.asarray(rows, np.int64)
        return asked if self._rows is None else self._rows[asked]

    def _here(self, row: int) -> int | None:
        if self._rows is None:
            return row
        place = int(np.searchsorted(self._rows, row))
        return place if place < len(self._rows) and self._rows[place] == row else None
