"""gensim's KeyedVectors, used where they are: nothing is copied, and gensim is not imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from vecalc.space import VectorSpace
from vecalc.space.matrix import MatrixSpace
from vecalc.space.subwords import LONGEST_NGRAM, Subwords
from vecalc.space.words import WordList

_NEEDED = ("key_to_index", "index_to_key", "vectors")


def from_keyed_vectors(kv: Any, name: str = "") -> VectorSpace:
    """A space over the words, index and matrix of a KeyedVectors, or of a model that has one as `.wv`.

    What is added to or changed in `kv` later leaves the space undefined. A FastTextKeyedVectors has
    vectors for unknown words, by its n-grams.
    Keys that are whole numbers are their decimals; a key whose decimals came before is left out with its row.
    TypeError when it is nothing of the kind, or its keys are neither strings nor whole numbers.
    """
    kv = getattr(kv, "wv", kv)
    if missing := [part for part in _NEEDED if not hasattr(kv, part)]:
        raise TypeError(f"{type(kv).__name__} is not a gensim KeyedVectors: it has no {', '.join(missing)}")
    words = kv.index_to_key
    kinds = set(map(type, words))
    if not all(issubclass(kind, str | int | np.integer) and kind is not bool for kind in kinds):
        raise TypeError(
            "the keys of the KeyedVectors must be strings or whole numbers, the words of the space"
        )
    matrix = np.asarray(kv.vectors)[: len(words)]  # room for words still to come is left out
    if all(issubclass(kind, str) for kind in kinds):
        return MatrixSpace(WordList(words, kv.key_to_index), matrix, name, subwords=ngrams_of(kv))
    rows: dict[str, int] = {}
    for row, key in enumerate(words):
        rows.setdefault(str(key), row)
    kept = matrix if len(rows) == len(words) else matrix[list(rows.values())]
    index = {word: row for row, word in enumerate(rows)}
    return MatrixSpace(WordList(list(rows), index), kept, name, subwords=ngrams_of(kv))


def ngrams_of(kv: Any) -> Subwords | None:
    """The n-grams of a FastTextKeyedVectors; None for one without, and for other KeyedVectors."""
    rows, longest = getattr(kv, "vectors_ngrams", None), getattr(kv, "max_n", 0)
    if rows is None or not len(rows) == kv.bucket > 0 or not 0 <= kv.min_n <= longest <= LONGEST_NGRAM:
        return None
    return Subwords(rows, kv.min_n, longest)
