"""The place of a word among the neighbours of a vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vecalc.calc.kernels import NO_DIRECTION
from vecalc.calc.resolve import Key, find_row
from vecalc.calc.values import Vector
from vecalc.errors import NoValue, TypeMismatch
from vecalc.search.ranks import rank

if TYPE_CHECKING:
    from vecalc.engine.ranker import Ranker


def rank_of(ranker: Ranker, name: str, word: Key, vector: Vector, forbidden: frozenset[Key]) -> int:
    """The rank in a space, from 1, without the words that are excluded because they are those of the vector.

    Raises `NoValue` for a word that is no candidate or has no row, `TypeMismatch` for another width.
    """
    space, options = ranker.spaces[name], ranker.options
    row = find_row(space, word.word, exact=name == word.space or options.exact)
    if row is None:
        raise NoValue(f"'{word.word}' has no row in the vocabulary, and so no place")
    shown, width = space.word(row), len(vector.components)
    if width != space.dim:
        raise TypeMismatch(f"rank: x has {width} components, '{shown}' has {space.dim}")
    if not ranker.has_neighbours(vector.components):
        raise NoValue(NO_DIRECTION)
    excluded = ranker.excluded(name, ranker.rows_of(name, forbidden))
    candidates = ranker.candidates(name)
    if row in excluded:
        hint = "--exclude none ranks the words of x, too"
        raise NoValue(f"'{shown}' is left out of the neighbours of x, of which it is a word", hint=hint)
    if candidates is not None and row not in candidates:
        hint = "--first, --among and --match say which words are"
        raise NoValue(f"'{shown}' is no candidate", hint=hint)
    shut_out = np.array(sorted(excluded), dtype=np.int64)
    return rank(space, ranker.query(vector), row, ranker.measure, candidates, shut_out)
