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
    TypeError when it is nothing of the kind, or its keys are not strings.
    """
    kv = getattr(kv, "wv", kv)
    if missing := [part for part in _NEEDED if not hasattr(kv, part)]:
        raise TypeError(f"{type(kv).__name__} is not a gensim KeyedVectors: it has no {', '.join(missing)}")
    words = kv.index_to_key
    if not all(issubclass(kind, str) for kind in set(map(type, words))):
        raise TypeError("the keys of the KeyedVectors must be strings, the words of the space")
    matrix = np.asarray(kv.vectors)[: len(words)]  # room for words still to come is left out
    return MatrixSpace(WordList(words, kv.key_to_index), matrix, name, subwords=ngrams_of(kv))


def ngrams_of(kv: Any) -> Subwords | None:
    """The n-grams of a FastTextKeyedVectors; None for one without, and for other KeyedVectors."""
    rows, longest = getattr(kv, "vectors_ngrams", None), getattr(kv, "max_n", 0)
    if rows is None or not len(rows) == kv.bucket > 0 or not 0 <= kv.min_n <= longest <= LONGEST_NGRAM:
        return None
    return Subwords(rows, kv.min_n, longest)
