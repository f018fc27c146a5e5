"""Pickles: gensim's own files (`save`), KeyedVectors and models that have them, since 0.12; and plain ones.

gensim's have large arrays in .npy files beside them. `pickled` reads a pickle without running anything that
it names; `gensim_parts` finds in a model what is wanted, `pickled_plain` among dictionaries, lists and
arrays. Only with `Reading.trust_pickle` is the file given to gensim. Source: gensim's utils.SaveLoad.save,
Python's pickletools.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vecalc.arrays import Singles
from vecalc.formats import Block
from vecalc.formats.keyed_vectors import ngrams_of
from vecalc.formats.wordlists import paired
from vecalc.sources import Head, Source
from vecalc.sources.excuses import JOINED, TRAILING, excuse
from vecalc.space import VectorSpace
from vecalc.space.subwords import ENCODING

if TYPE_CHECKING:
    from vecalc.formats.pickled_words import Vectors

SUFFIXES = (".kv",)
TRUSTED = "pickles that were handed to gensim, which runs whatever code they name"
CHUNK = 1 << 20
SHRINKS = 30  # pickles of words are compressed to a tenth, perhaps; bombs to a thousandth
BLOCK_NUMBERS = 1 << 20  # in a block of rows
BLOCK_ROWS = 1 << 12
# Protocols 2 to 5 begin with their number, older ones with opcodes: perhaps marks, and then a global and its
# two lines, a container made of what is behind a mark, an empty container and its memo, or a text. The length
# of a safetensors header may look like a protocol's number, but no pickle goes on with NULs.
_PICKLE = re.compile(
    rb"\x80[\0-\x05](?!..\0\0\0\0\{)[^\0]|\(*(?:c[\w.]+\n[\w.]+\n|[}\])]q\0)"
    rb"|\(+(?:[dlt]p?\d*\n|i[\w.]+\n|\((?:V[^\n]*\np\d+\n|X..\0\0))",
    re.DOTALL,
)
_OF_PYTHON_3 = (b"\x80\3", b"\x80\4", b"\x80\5")  # protocols that Python 2 can't write


def recognise(head: Head) -> bool:
    """A pickle: whether it is one of gensim's is seen when it is read."""
    return _PICKLE.match(head.data) is not None


def read(source: Source) -> Iterator[Block]:
    """Words and rows. FileProblem for a pickle that names what no model needs, or holds no vectors.

    Memory: the pickle and what it holds; a block of what arrays hold.
    """
    vectors = _by_gensim(source) if source.reading.trust_pickle else _of_pickle(source)
    if vectors.beside is not None:
        yield from paired(*vectors.beside, vectors.rows.shape[0], _rows(vectors), source)
        return
    first = 0
    for block in _rows(vectors):
        last = first + len(block)
        numbers = range(first + 1, last + 1)
        yield Block(list(vectors.words[first:last]), block, numbers, None if first else vectors.subwords)
        first = last


def _rows(vectors: Vectors) -> Iterator[Singles]:
    """The rows [b, d], some at a time; of words without n-grams of their own, with these."""
    count, width = vectors.rows.shape
    at_once = max(min(BLOCK_NUMBERS // max(width, 1), BLOCK_ROWS), 1)
    for first in range(0, count, at_once):
        with np.errstate(over="ignore"):  # what float32 can't hold is infinite, and refused as that
            block: Singles = np.array(vectors.rows[first : first + at_once], np.float32)
        if vectors.unfinished and vectors.subwords:
            some = vectors.words[first : first + at_once]
            block = vectors.subwords.composed([word.encode(*ENCODING) for word in some], block)
        yield block


def _of_pickle(source: Source) -> Vectors:
    # What reads pickles is loaded where there is one.
    from vecalc.codecs.pickled import inert
    from vecalc.formats.gensim_parts import found, is_gensims, problem
    from vecalc.formats.pickled_plain import held

    data = b"".join(iter(lambda: source.stream.read(CHUNK), b""))
    honest = len(data) if source.size is not None else min(len(data), SHRINKS * source.packed)
    value, end = inert(data, source.path, honest)
    if extra := len(data) - end:
        trailing = problem("data after the end of the pickle", source, JOINED)
        excuse(source.reading.allow_trailing, TRAILING, trailing, source, extra)
    if is_gensims(value):
        return found(value, source)
    return held(value, source, by_python_2=not data.startswith(_OF_PYTHON_3))


# --- gensim itself -----------------------------------------------------------------------------


def _by_gensim(source: Source) -> Vectors:
    """What gensim makes of the file, which runs what the pickle says: only for who trusts it."""
    from gensim.utils import SaveLoad

    from vecalc.formats.gensim_parts import AGAIN, problem
    from vecalc.formats.pickled_words import Vectors, fitting

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
