"""gensim's own files (`save`): KeyedVectors, and models that have them, since 0.12.

They are pickles, with large arrays in .npy files beside them. `pickled` reads the pickle without running
anything that it names; `gensim_parts` finds in it what is wanted. Only with `Reading.trust_pickle` is the
file given to gensim. Source: gensim's utils.SaveLoad.save.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vecalc.formats import Block, Head, Source
from vecalc.formats.gensim_parts import AGAIN, Vectors, fitting, found, problem
from vecalc.formats.keyed_vectors import ngrams_of
from vecalc.space import VectorSpace
from vecalc.space.subwords import ENCODING

SUFFIXES = (".kv",)
TRUSTED = "pickles that were handed to gensim, which runs whatever code they name"
BLOCK_NUMBERS = 1 << 20  # in a block of rows
BLOCK_ROWS = 1 << 12
# Protocols 2 to 5 begin with their number, older ones with opcodes: a global and its two lines, a mark
# and a container, or an empty container and its memo. The length of a safetensors header may look like a
# protocol's number, but no pickle goes on with NULs.
_PICKLE = re.compile(
    rb"\x80[\0-\x05](?!..\0\0\0\0\{)[^\0]|c[\w.]+\n[\w.]+\n|\((?:[dlt]p?\d*\n|[ic][\w.]+\n)|[}\])]q\0",
    re.DOTALL,
)


def recognise(head: Head) -> bool:
    """A pickle: whether it is one of gensim's is seen when it is read."""
    return _PICKLE.match(head.data) is not None


def read(source: Source) -> Iterator[Block]:
    """Words and rows. FileProblem for a pickle that names what no model needs, or holds no vectors.

    Memory: the pickle and what it holds, without the arrays, of which a block is in memory at a time.
    """
    vectors = _by_gensim(source) if source.reading.trust_pickle else found(source)
    words, rows, subwords, unfinished = vectors
    at_once = max(min(BLOCK_NUMBERS // max(rows.shape[1], 1), BLOCK_ROWS), 1)
    with np.errstate(over="ignore"):  # what float32 can't hold is infinite, and refused as that
        for first in range(0, len(words), at_once):
            some = words[first : first + at_once]
            block = np.array(rows[first : first + at_once], np.float32)
            if unfinished and subwords:
                block = subwords.composed([word.encode(*ENCODING) for word in some], block)
            numbers = range(first + 1, first + 1 + len(some))
            yield Block(list(some), block, numbers, None if first else subwords)


# --- gensim itself -----------------------------------------------------------------------------


def _by_gensim(source: Source) -> Vectors:
    """What gensim makes of the file, which runs what the pickle says: only for who trusts it."""
    from gensim.utils import SaveLoad

    source.tally.counts[TRUSTED] += 1
    try:
        model = SaveLoad.load(str(source.path))
    except Exception as error:
        message = f"gensim can't load it: {type(error).__name__}: {error}"
        raise problem(message, source, AGAIN) from None
    for part in ("wv", "kv"):
        model = getattr(model, part, model)
    words, rows = getattr(model, "index_to_key", None), getattr(model, "vectors", None)
    if not isinstance(words, list) or not isinstance(rows, np.ndarray) or rows.ndim != 2:
        raise problem(f"a {type(model).__name__}, which has no words and vectors", source, AGAIN)
    return Vectors([str(word) for word in words], fitting(rows, words, source), ngrams_of(model))


def write(path: Path, space: VectorSpace) -> None:
    """Write the words and vectors of a space as gensim's KeyedVectors, which `KeyedVectors.load` reads.

    The matrix goes through a file beside it; from ten million numbers on gensim keeps it in
    `PATH.vectors.npy`. Subwords are not written: KeyedVectors have none.
    """
    from gensim.models import KeyedVectors

    aside = path.with_name(f"{path.stem}.{path.suffix[1:]}.matrix")
    matrix = np.lib.format.open_memmap(aside, "w+", np.float32, (len(space), space.dim))
    try:
        for first, rows, _ in space.blocks():
            matrix[first : first + len(rows)] = rows
        vectors = KeyedVectors(space.dim)
        vectors.index_to_key = list(space.words())
        vectors.key_to_index = {word: row for row, word in enumerate(vectors.index_to_key)}
        vectors.vectors = matrix.view(np.ndarray)
        vectors.next_index = len(space)
        vectors.save(str(path))
    finally:
        aside.unlink()
