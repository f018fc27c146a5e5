"""Cells of a table become words or numbers: each distinct one is looked up once a block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.calc.column_formula import Given
from vecalc.calc.resolve import Key, find_row
from vecalc.engine.columns import text_of
from vecalc.engine.question import as_name
from vecalc.errors import UsageError
from vecalc.space import VectorSpace
from vecalc.studies.features.tally import Tally
from vecalc.tables.binding import bindings
from vecalc.tables.cell_rules import row_or_number

UNKNOWN, NUMBER, FIRST_TEXT = -1, -2, -3  # in place of a row of the space; further texts are below


class Cells(NamedTuple):
    """What the cells of a column are: rows of a space [r], `NUMBER` or `UNKNOWN`; numbers [r], else NaN.

    Texts have rows from `FIRST_TEXT` down, and these vectors [t, d].
    """

    rows: Numbers
    numbers: Floats
    texts: Floats


class ColumnSource:
    """A name of the formulas: a column of the table, its cells words of a space.

    In a tree it stands as the one word of a space of its own, `key`, so that messages call it by its column.
    """

    def __init__(
        self, name: str, column: str, space_name: str, space: VectorSpace, *, only_words: bool
    ) -> None:
        self.name = name
        self.column = column
        self.space_name = space_name
        self.space = space
        self.only_words = only_words
        place = f"{space_name}:{column}" if space_name else f"column {column}"
        self.key = Key(place if name == as_name(column) else f"{place} as {name}", name)
        self.is_text = False

    def of_texts(self) -> ColumnSource:
        """The same column, each cell of which is a text."""
        found = copy(self)
        found.key, found.is_text = text_of(self.key), True
        found.name = found.key.word
        return found

    def read(self, cells: Sequence[str], *, exact: bool, tally: Tally) -> Cells:
        """Look up a block of cells; readings in another spelling are counted."""
        counts = Counter(cells)
        found = {cell: (UNKNOWN, np.nan) if self.is_text else self._read(cell, exact) for cell in counts}
        texts = self._texts(found, exact, tally, counts)
        for cell, count in counts.items():
            row, _ = found[cell]
            if row != UNKNOWN:
                tally.add_cells(self.column, count, number=cell if row == NUMBER else "")
            if row >= 0 and (word := self.space.word(row)) != cell:
                tally.add(f"column {self.column}, read in another spelling: #", count, f"{cell} as {word}")
        pairs = [found[cell] for cell in cells]
        rows, numbers = np.array([row for row, _ in pairs], np.int64), np.array([value for _, value in pairs])
        return Cells(rows, numbers, texts)

    def _texts(
        self, found: dict[str, tuple[int, float]], exact: bool, tally: Tally, counts: Counter[str]
    ) -> Floats:
        """The vectors of the texts among the cells [t, d]; one without tokens stays unknown."""
        encoder = self.space.encoder
        cells = [cell for cell, (row, _) in found.items() if row == UNKNOWN]
        if encoder is None or not cells or (exact and not self.is_text):
            return np.empty((0, self.space.dim))
        vectors = encoder.encode(cells).astype(np.float64)
        for i in np.flatnonzero(vectors.any(axis=1)).tolist():
            found[cells[i]] = FIRST_TEXT - i, np.nan
            if not self.is_text:
                tally.add(f"column {self.column}, read as texts: #", counts[cells[i]], cells[i])
        return vectors

    def _read(self, cell: str, exact: bool) -> tuple[int, float]:
        found = row_or_number(cell, self.space, only_words=self.only_words)
        if isinstance(found, float):
            return NUMBER, found
        if found is None:
            found = find_row(self.space, cell, exact=exact)
        return (UNKNOWN if found is None else found), np.nan

    def given(self, cells: Cells, mean: Floats | None, *, zero: bool) -> Given:
        """What formulas see of the cells; each row of the space is read once.

        An unknown word is the `mean` [d] where it is given, or a zero vector at every norm with `zero`.
        """
        distinct, where = np.unique(cells.rows, return_inverse=True)
        matrix = np.zeros((len(distinct), self.space.dim))
        matrix[distinct >= 0] = self.space.vectors(distinct[distinct >= 0])
        is_text = distinct <= FIRST_TEXT
        matrix[is_text] = cells.texts[FIRST_TEXT - distinct[is_text]]
        if mean is not None:
            matrix[distinct == UNKNOWN] = mean

        def word(row: int) -> str | None:
            return self.space.word(int(cells.rows[row])) if cells.rows[row] >= 0 else None

        absent = cells.rows == UNKNOWN if zero else None
        return Given(np.asarray(matrix[where]), cells.numbers, absent, word)


def sources(
    columns: Iterable[str], bound: Iterable[str], spaces: Mapping[str, VectorSpace], default: str
) -> dict[str, ColumnSource]:
    """The names that formulas may use: the columns by their own, and those of `NAME=[SPACE:]COLUMN`.

    Raises `UsageError` for a binding that is none, a column that does not exist, or a name given twice.
    """
    columns = list(columns)
    found = {}
    for column in columns:
        name = as_name(column)
        if name in found:
            raise UsageError(f"two columns have the name '{name}'", hint="rename one in the table")
        found[name] = ColumnSource(name, column, default, spaces[default], only_words=False)
    for name, target in bindings(bound, "write --bind u=users:user_id or --bind a=word1").items():
        # `users:user_id` is a space and a column; what has no loaded space in front is a column.
        space, colon, column = target.partition(":")
        if not colon or space not in spaces:
            space, column = default, target
        if column not in columns:
            raise UsageError(
                f"there is no column '{column}'",
                where=f"--bind {name}={target}",
                hint=f"there are {', '.join(columns)}",
            )
        found[name] = ColumnSource(name, column, space, spaces[space], only_words=True)
    return found
