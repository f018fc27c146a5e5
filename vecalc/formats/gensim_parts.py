"""What there is in a model that gensim saved: its words, its matrices, and where they lie.

One thing had several names in the versions of gensim; the first that is there counts. Source: gensim's
models/keyedvectors.py and models/fasttext.py, and utils.SaveLoad for what lies apart.

Only arrays of floats of two dimensions are made, when they are asked for: of bytes that are there already,
or as maps of a file that holds no objects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vecalc.arrays import AnyArray
from vecalc.errors import FileProblem, VecalcError
from vecalc.formats import DAMAGED, MAX_WIDTH, MAX_WORD, Source
from vecalc.formats.compression import unpacked
from vecalc.formats.excuses import JOINED, TRAILING, excuse
from vecalc.formats.pickled import inert
from vecalc.formats.pickled_machine import HINT, Inert
from vecalc.formats.pickled_names import BAGS, DTYPE, FROM_BUFFER, NDARRAY, RECONSTRUCT
from vecalc.formats.word_text import is_whole, shown
from vecalc.space.store import mapped
from vecalc.space.subwords import LONGEST_NGRAM, Subwords

CHUNK = 1 << 20
SHRINKS = 30  # pickles of words are compressed to a tenth, perhaps; bombs to a thousandth
PACKED = "models whose n-grams gensim 3 packed, so that words they lack stay unknown"
AGAIN = "load it in the version of gensim that made it, and export it with save_word2vec_format"
_COMPRESSED = (".gz", ".bz2")  # names under which gensim compresses, and puts arrays into .npz files
_MATRIX = ("vectors", "syn0")
_WORDS = ("index_to_key", "index2word", "index2entity")
_OWN_ROWS = ("vectors_vocab", "syn0_vocab")
_NGRAM_ROWS = ("vectors_ngrams", "syn0_ngrams")
_FLOATS = re.compile(r"[<>=|]?f[248]")
_NATIVE = {"|", "="}


class Vectors(NamedTuple):
    """Words [n], rows [n, d], and the n-grams that may have to be added to them."""

    words: Sequence[str]
    rows: AnyArray
    subwords: Subwords | None = None
    unfinished: bool = False  # the rows are the words' own, without their n-grams


def found(source: Source) -> Vectors:
    """The vectors of a pickled model. Raises `FileProblem` for one that has none, or is no model."""
    model = _unpickled(source)
    prefix = source.path.name
    for part in ("wv", "kv"):
        if isinstance(inner := model.attribute(part), Inert):
            model, prefix = inner, f"{prefix}.{part}"
            break
    words = _words(model, source)
    if _attribute(model, _NGRAM_ROWS) is not None or _is_apart(model, _NGRAM_ROWS):
        return _with_ngrams(model, words, prefix, source)
    if any(model.attribute(part) is not None for part in ("syn0_all", "ngrams", "hash2index")):
        raise _old_hash(source)
    return Vectors(words, fitting(_matrix(model, _MATRIX, prefix, source), words, source))


def _unpickled(source: Source) -> Inert:
    data = b"".join(iter(lambda: source.stream.read(CHUNK), b""))
    honest = len(data) if source.size is not None else min(len(data), SHRINKS * source.packed)
    model, end = inert(data, source.path, honest)
    if not isinstance(model, Inert) or model.name not in BAGS or not isinstance(model.state, dict):
        what = "vectors of gensim's" if not isinstance(model, Inert) else f"vectors: it is a {model.name}"
        raise problem(f"a pickle that holds no {what}", source, HINT)
    if extra := len(data) - end:
        trailing = problem("data after the end of the pickle", source, JOINED)
        excuse(source.reading.allow_trailing, TRAILING, trailing, source, extra)
    return model


def _words(model: Inert, source: Source) -> list[str]:
    """The words in row order, by the list of them, or by the index that each has."""
    words = _attribute(model, _WORDS)
    if words is None and isinstance(vocabulary := model.attribute("vocab"), dict):
        words = _by_index(vocabulary, source)
    if not isinstance(words, list) or not words:
        raise problem("no list of words in the pickle", source, AGAIN)
    if not all(type(word) is str for word in words):
        raise problem("a vocabulary whose keys are not all words", source, AGAIN)
    if len(longest := max(words, key=len)) > MAX_WORD:
        raise problem(f"a word of {len(longest):,} characters", source, DAMAGED)
    return [_writable(word, source) for word in words]


def _writable(word: str, source: Source) -> str:
    """A word that a list of words, one a line, can hold; for another none, for `row_rules` to leave out.

    FileProblem for such a word unless that is wanted.
    """
    if "\n" not in word.strip() and is_whole(word):
        return word
    if not source.reading.skip_bad_rows:
        message = f"the word {shown(word)} holds a newline or half a character"
        raise problem(message, source, "--skip-bad-rows leaves such words out")
    return ""


def _by_index(vocabulary: Mapping[Any, Any], source: Source) -> list[Any]:
    entries = [(word, entry.attribute("index")) for word, entry in vocabulary.items() if type(entry) is Inert]
    rows = {row: word for word, row in entries if type(row) is int}
    if sorted(rows) != list(range(len(vocabulary))):
        raise problem("a vocabulary whose words have no rows of their own", source, DAMAGED)
    return [rows[row] for row in range(len(rows))]


def _with_ngrams(model: Inert, words: list[str], prefix: str, source: Source) -> Vectors:
    """A fastText model of gensim's: its n-grams, and its rows, which newer versions don't save."""
    if model.attribute("compatible_hash") is not True:
        raise _old_hash(source)
    ngrams = _matrix(model, _NGRAM_ROWS, prefix, source)
    bucket, shortest, longest = (model.attribute(name) for name in ("bucket", "min_n", "max_n"))
    if not all(type(number) is int for number in (bucket, shortest, longest)):
        raise problem("a fastText model without the size of its n-grams", source, DAMAGED)
    whole = _attribute(model, _MATRIX) is not None or _is_apart(model, _MATRIX)
    packed = whole and len(ngrams) < bucket and isinstance(model.attribute("hash2index"), dict)
    if packed:
        source.tally.counts[PACKED] += 1
    elif bucket != len(ngrams) or not (0 <= shortest <= LONGEST_NGRAM and 0 <= longest <= LONGEST_NGRAM):
        message = f"{bucket:,} buckets of n-grams from {shortest:,} to {longest:,}, in {len(ngrams):,} rows"
        raise problem(message, source, DAMAGED)
    usable = not packed and bucket > 0 and 0 < longest >= shortest
    rows = fitting(_matrix(model, _MATRIX if whole else _OWN_ROWS, prefix, source), words, source)
    if rows.shape[1] != ngrams.shape[1]:
        message = f"words of {rows.shape[1]:,} numbers and n-grams of {ngrams.shape[1]:,}"
        raise problem(message, source, DAMAGED)
    subwords = Subwords(ngrams, shortest, longest) if usable else None
    return Vectors(words, rows, subwords, unfinished=not whole)


def _old_hash(source: Source) -> FileProblem:
    message = "a fastText model from before gensim 3.8, whose n-grams are hashed in another way"
    return problem(message, source, "load and save it in gensim 3.8.3, and give that file")


# --- attributes --------------------------------------------------------------------------------


def _attribute(model: Inert, names: Sequence[str]) -> Any:
    """The first attribute of several names that is there."""
    return next((found for name in names if (found := model.attribute(name)) is not None), None)


def _is_apart(model: Inert, names: Sequence[str]) -> str:
    """The one of some names whose array lies in a file of its own."""
    apart = model.attribute("__numpys")
    return next((name for name in names if isinstance(apart, list) and name in apart), "")


def _matrix(model: Inert, names: Sequence[str], prefix: str, source: Source) -> AnyArray:
    """The matrix of one of some names: in the pickle, or in the file beside it that has the name."""
    if name := _is_apart(model, names):
        if source.path.name.endswith(_COMPRESSED):
            message = f"gensim put '{name}' into an .npz file beside this one"
            raise problem(message, source, "save the model under a name that does not end in .gz or .bz2")
        path = source.path.with_name(f"{prefix}.{name}.npy")
        try:
            beside = source.open(path)  # it must not change meanwhile, as the pickle must not
        except FileProblem as missing:
            missing.hint = f"the model keeps its vectors in {path.name}, beside it"
            raise
        unpacked(beside, "a numpy array")
        return _beside(path)
    found = _attribute(model, names)
    if not isinstance(found, Inert):
        raise problem(f"no matrix '{names[0]}' in the pickle", source, AGAIN)
    return _inside(found, str(source.path))


def fitting(rows: AnyArray, words: Sequence[str], source: Source) -> AnyArray:
    """The rows, of which there must be one for each word."""
    if len(rows) != len(words) or not rows.shape[1]:
        message = f"{len(words):,} words, and vectors of shape {rows.shape[0]:,} x {rows.shape[1]:,}"
        raise problem(message, source, DAMAGED)
    return rows


def problem(message: str, source: Source, hint: str) -> FileProblem:
    """A problem of the whole file."""
    return FileProblem(message, where=str(source.path), hint=hint)


# --- arrays ------------------------------------------------------------------------------------


def _inside(array: Inert, where: str) -> AnyArray:
    """The matrix that a pickle holds. Raises `FileProblem` unless its bytes are what its shape promises."""
    # Version (absent in very old files), shape, type, order of the numbers, numbers.
    is_state = isinstance(array.state, tuple) and len(array.state) in (4, 5)
    if array.name == FROM_BUFFER and len(array.arguments) == 4:
        data, kind, shape, order = array.arguments
        fortran = order == "F"
    elif array.name == RECONSTRUCT and array.arguments[:1] == (NDARRAY,) and is_state:
        shape, kind, fortran, data = array.state[-4:]
    else:
        raise _wrong("a matrix is missing, or is something else", where)
    dtype = _dtype(kind, where)
    if isinstance(data, str):  # Python 2's bytes
        data = data.encode("latin-1") if len(data) == len(data.encode("latin-1", "ignore")) else None
    if not isinstance(data, bytes | bytearray) or not _is_shape(shape):
        raise _wrong("a matrix without its numbers or its shape", where)
    if prod(shape) * dtype.itemsize != len(data):
        message = f"a matrix of {' x '.join(map(str, shape))} {dtype.name} in {len(data):,} bytes"
        raise _wrong(message, where)
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def _beside(path: Path) -> AnyArray:
    """The matrix of a .npy file, mapped. Raises `FileProblem` unless it holds floats in two dimensions."""
    try:
        array = mapped(path, DAMAGED)
    except VecalcError as problem:
        if not path.is_file():
            problem.hint = f"the model keeps its vectors in {path.name}, beside it"
        raise
    if array.dtype.kind != "f" or not _is_shape(array.shape):
        message = f"an array of {array.dtype} and shape {list(array.shape)}, no matrix of floats"
        raise _wrong(message, str(path))
    return array


def _is_shape(shape: Any) -> bool:
    two = isinstance(shape, tuple) and len(shape) == 2
    return two and all(type(side) is int and 0 <= side < 1 << 40 for side in shape) and shape[1] <= MAX_WIDTH


def _dtype(kind: Any, where: str) -> np.dtype[Any]:
    """float16, float32 or float64, of either byte order."""
    if isinstance(kind, Inert) and kind.name == DTYPE and kind.arguments:
        text, state = kind.arguments[0], kind.state
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else "="
        if isinstance(text, str) and _FLOATS.fullmatch(text) and order in ("<", ">", *_NATIVE):
            return np.dtype(text if order in _NATIVE else f"{order}{text.lstrip('<>=|')}")
    raise _wrong("a matrix of numbers that are not floats", where)


def _wrong(message: str, where: str) -> FileProblem:
    return FileProblem(message, where=where, hint=DAMAGED)
