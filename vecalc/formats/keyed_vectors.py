"""gensim's KeyedVectors, used where they are: nothing is copied, and gensim is not imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from vecalc.space import VectorSpace
from vecalc.space.matrix import MatrixSpace
from vecalc.space.words import WordList

_NEEDED = ("key_to_index", "index_to_key", "vectors")


def from_keyed_vectors(kv: Any, name: str = "") -> VectorSpace:
    """A space over the words, index and matrix of a KeyedVectors, or of a model that has one as `.wv`.

    What is added to or changed in `kv` later leaves the space undefined. Subword vectors are not used.
    TypeError when it is nothing of the kind, or its keys are not strings.
    """
    kv = getattr(kv, "wv", kv)
    if missing := [part for part in _NEEDED if not hasattr(kv, part)]:
        raise TypeError(f"{type(kv).__name__} is no gensim KeyedVectors: it has no {', '.join(missing)}")
    words = kv.index_to_key
    if not all(issubclass(kind, str) for kind in set(map(type, words))):
        raise TypeError("the keys of the KeyedVectors must be strings, the words of the space")
    matrix = np.asarray(kv.vectors)[: len(words)]  # room for words still to come is left out
    return MatrixSpace(WordList(words, kv.key_to_index), matrix, name)
