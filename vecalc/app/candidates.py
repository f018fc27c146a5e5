"""Which words may be neighbours, and which are left out; decided before anything is ranked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.calc.resolve import find_row
from vecalc.errors import UsageError
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows: TypeAlias = NDArray[np.int64]


class Limits(NamedTuple):
    """Which words are candidates: the first rows, some words, those that match a pattern."""

    first: int | None = None
    among: tuple[str, ...] | None = None
    match: str | None = None


def candidate_rows(space: VectorSpace, limits: Limits, *, exact: bool = False) -> Rows | None:
    """The candidates' rows [c] ascending; None when every word is one.

    Raises `UsageError` for a pattern that is no regular expression, and when none of the words of
    `among` is in the vocabulary.
    """
    rows: Rows | None = None
    if limits.among is not None:
        rows = _among(space, limits.among, exact=exact)
    if limits.match is not None:
        rows = _matching(space, limits.match, rows)
    if limits.first is not None and (rows is not None or limits.first < len(space)):
        rows = np.arange(limits.first) if rows is None else rows[rows < limits.first]
    return rows


def _among(space: VectorSpace, words: Iterable[str], *, exact: bool) -> Rows:
    found = {row for word in words if (row := find_row(space, word, exact=exact)) is not None}
    if not found:
        raise UsageError(
            "none of these words is in the vocabulary", where="--among", hint="give words, or a file of words"
        )
    return np.array(sorted(found), dtype=np.int64)


def _matching(space: VectorSpace, text: str, rows: Rows | None) -> Rows:
    from vecalc.space.matching import pattern

    wanted = pattern(text)
    if rows is None:
        return space.matching(wanted)
    return np.array([row for row in rows if wanted.matches(space.word(int(row)))], dtype=np.int64)


def excluded_rows(space: VectorSpace, inputs: Iterable[int], exclude: str) -> frozenset[int]:
    """The rows that may not be neighbours: the expression's own words, or also their variants."""
    if exclude == "none":
        return frozenset()
    rows = frozenset(inputs)
    if exclude == "inputs":
        return rows
    forms = {form for row in rows for form in _forms(space.word(row))}
    exact = {row for form in forms if (row := space.row(form)) is not None}
    return rows.union(exact, *(space.variants(form) for form in forms))


def _forms(word: str) -> list[str]:
    """A word with its regular English plural and singular."""
    forms = [word, word + "s", word + "es"]
    if word.endswith("y"):
        forms.append(word[:-1] + "ies")
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("s"):
        forms.append(word[:-1])
    return forms
