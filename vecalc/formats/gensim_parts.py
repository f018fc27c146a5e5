"""What there is in a model that gensim saved: its words, its matrices, and where they lie.

One thing had several names in the versions of gensim; the first that is there counts. Source: gensim's
models/keyedvectors.py and models/fasttext.py, and utils.SaveLoad for what lies apart.

Only arrays of floats of two dimensions are made, when they are asked for: of bytes that are there already,
or as maps of a file that holds no objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vecalc.arrays import AnyArray
from vecalc.codecs.pickled_arrays import FLOATS, array_of
from vecalc.codecs.pickled_machine import Inert
from vecalc.codecs.pickled_names import BAGS
from vecalc.errors import FileProblem, VecalcError
from vecalc.formats.pickled_words import Vectors, as_words, fitting
from vecalc.sources import DAMAGED, MAX_WIDTH, Source
from vecalc.sources.compression import unpacked
from vecalc.sources.parts import FilePart, chosen
from vecalc.space.store import mapped
from vecalc.space.subwords import LONGEST_NGRAM, Subwords

PACKED = "models whose n-grams gensim 3 packed, so that words they lack stay unknown"
AGAIN = "load it in the version of gensim that made it, and export it with save_word2vec_format"
_COMPRESSED = (".gz", ".bz2")  # names under which gensim compresses, and puts arrays into .npz files
_MATRIX = ("vectors", "syn0")
_WORDS = ("index_to_key", "index2word", "index2entity")
# Where a model keeps them, and what they are the vectors of.
_HELD = {"wv": "words", "kv": "words", "dv": "documents", "docvecs": "documents"}
_DOCUMENTS = ("dv", "docvecs")
_DOCUMENT_ROWS = ("vectors_docs", "doctag_syn0", "vectors")
_OWN_ROWS = ("vectors_vocab", "syn0_vocab")
_NGRAM_ROWS = ("vectors_ngrams", "syn0_ngrams")


def is_gensims(value: Any) -> bool:
    """Whether the value of a pickle is a model of gensim's."""
    return isinstance(value, Inert) and value.name in BAGS and isinstance(value.state, dict)


def found(model: Inert, source: Source) -> Vectors:
    """The vectors of a pickled model. Raises `FileProblem` for one that has none, or lacks something."""
    prefix, part = source.path.name, _part(model, source)
    if part:
        model, prefix = model.attribute(part), f"{prefix}.{part}"
    if part in _DOCUMENTS:
        return _documents(model, prefix, source)
    words = _words(model, source)
    if _attribute(model, _NGRAM_ROWS) is not None or _is_apart(model, _NGRAM_ROWS):
        return _with_ngrams(model, words, prefix, source)
    if any(model.attribute(part) is not None for part in ("syn0_all", "ngrams", "hash2index")):
        raise _old_hash(source)
    return Vectors(words, fitting(_matrix(model, _MATRIX, prefix, source), words, source))


def _part(model: Inert, source: Source) -> str:
    """The attribute that holds the vectors, of words unless others are wanted; "" for the model itself."""
    held = {name: what for name, what in _HELD.items() if isinstance(model.attribute(name), Inert)}
    wanted = source.reading.part
    own = "words" not in held.values() and (_attribute(model, _WORDS) or model.attribute("vocab"))
    if held and own:  # before gensim 1 a model had its words itself
        held = {"wv": "words", **held}
    if not held or (len(held) == 1 and not wanted):
        return next(iter(held), "")
    if wanted not in held:  # the same under its name in another version
        same = [name for name in held if held[name] == _HELD.get(wanted)]
        source = source._replace(reading=source.reading._replace(part=next(iter(same), wanted)))
    parts = [FilePart(name, what) for name, what in held.items()]
    part = chosen(parts, source, what="set of vectors", known=("wv", "kv"), fits=lambda part: True).name
    return "" if own and part == "wv" else part


def _documents(model: Inert, prefix: str, source: Source) -> Vectors:
    """The vectors of documents: their tags are numbers, from 0 on, and texts behind them."""
    rows = _matrix(model, _DOCUMENT_ROWS, prefix, source)
    tags = _attribute(model, _WORDS)
    if tags is None:
        highest, texts = model.attribute("max_rawint"), model.attribute("offset2doctag")
        if type(highest) is not int or not -1 <= highest < len(rows) or type(texts) is not list:
            raise problem("documents without their tags", source, DAMAGED)
        tags = [*range(highest + 1), *texts]
    if type(tags) is not list or not tags:
        raise problem("a model of no documents", source, AGAIN)
    tags = as_words(tags, source, AGAIN)
    return Vectors(tags, fitting(rows, tags, source))


def _words(model: Inert, source: Source) -> list[str]:
    """The words in row order, by the list of them, or by the index that each has."""
    words = _attribute(model, _WORDS)
    if words is None and isinstance(vocabulary := model.attribute("vocab"), dict):
        words = _by_index(vocabulary, source)
    if not isinstance(words, list) or not words:
        raise problem("no list of words in the pickle", source, AGAIN)
    return as_words(words, source, AGAIN)


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
    return array_of(found, str(source.path), FLOATS)


def problem(message: str, source: Source, hint: str) -> FileProblem:
    """A problem of the whole file."""
    return FileProblem(message, where=str(source.path), hint=hint)


# --- arrays ------------------------------------------------------------------------------------


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


def _wrong(message: str, where: str) -> FileProblem:
    return FileProblem(message, where=where, hint=DAMAGED)
