"""Lists of words that are values: of JSON, of pickles.

They hold a list of words, an object from word to row or from row to word, or an object that has one of these
under a usual name, as tokenizers do. A pickle is read by `pickled.inert`, which runs nothing. What is read is
bounded by `LONGEST`; values take at most some 30 bytes a byte of theirs for a while.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from vecalc.codecs.pickled import inert
from vecalc.codecs.pickled_arrays import objects_of, plain, texts_of
from vecalc.codecs.pickled_machine import Inert
from vecalc.errors import FileProblem
from vecalc.formats.listed import Listed
from vecalc.formats.token_text import ENDED, has_word_ends, in_text, is_byte_level, shows_bytes
from vecalc.sources import Source
from vecalc.sources.word_text import as_text, shown

LONGEST = 1 << 28  # bytes of a list, unpacked: some 25 million words; the largest in use have three
LONGEST_SHOWN = 40
_PIECE = 1 << 20
# A list or object of JSON takes some 64 bytes; the shortest that lists of words are made of has eight.
_BYTES_A_CONTAINER = 4
_FREE = 10_000
# Where objects keep their list: tokenizers of Hugging Face, Keras, sentence-transformers, gensim's habits.
_UNDER = (
    *("vocab", "word_index", "words", "tokens", "index2word", "id2word", "index_to_key", "idx2word", "itos"),
    *("word2idx", "word2id", "word2index", "token_to_id", "stoi", "labels"),
)
_DIGITS = re.compile(r"\d{1,18}\Z", re.ASCII)
HINT = "a list of words has one a line, in the order of the rows"


def whole(source: Source) -> bytes:
    """All that a file holds; FileProblem for more than any list of words does."""
    pieces, left = [], LONGEST + 1
    while left and (piece := source.stream.read(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    if not left:
        message = f"more than {LONGEST:,} bytes, and no list of words has as many"
        raise FileProblem(message, where=str(source.path), hint=HINT)
    return b"".join(pieces)


def json_of(data: bytes, path: Path) -> Any:
    """The value of some JSON. FileProblem where there is none, or one of far more lists than words."""
    if data.count(b"[") + data.count(b"{") > _FREE + len(data) // _BYTES_A_CONTAINER:
        message = "far more lists in it than a list of words has"
        raise FileProblem(message, where=str(path), hint=HINT)
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise FileProblem("not sound JSON", where=str(path), hint="fetch the file again") from None


def unpickled(source: Source) -> Any:
    """What a pickle holds: nothing in it is run, and what its words need is little."""
    data = whole(source)
    try:
        value, _ = inert(data, source.path, min(len(data), source.ceiling))
    except FileProblem as problem:
        hint = "write the words as text, one a line, and load that"
        raise FileProblem(problem.message, where=problem.where, hint=hint) from None
    return value


def strings_of(value: object, path: Path) -> list[str]:
    """A value that must be a list of texts, or of their bytes."""
    if isinstance(value, list | tuple) and all(type(word) in {str, bytes} for word in value):
        return [word.decode("utf-8", "surrogateescape") if type(word) is bytes else word for word in value]
    raise _unknown(path)


def of_value(value: Any, source: Source) -> Listed:
    """The words that a value of JSON or of a pickle lists; FileProblem where it lists none."""
    path = source.path
    whole_value = _items(value, path)
    value = _items(_found_in(whole_value, path), path)
    listed = not isinstance(value, dict) or not value
    names = Listed(strings_of(value, path)) if listed else _of_object(value, path)
    words = as_text(_of_python_2(names.words, path), source, lambda i: f"{path}: word {i + 1:,}")
    if _is_tokenizer(whole_value):
        special = _added(whole_value, path)
        words = in_text(words, special, source) if is_byte_level(whole_value) else words
    elif shows_bytes(words):
        words = in_text(words, (), source)
    if has_word_ends(words):
        source.tally.remarks[ENDED] = None
    return names._replace(words=words)


def _items(value: Any, path: Path) -> Any:
    """What an array of texts or of objects holds, where a value is one."""
    found = texts_of(value, str(path))
    if found is None:
        found = objects_of(value)
    return value if found is None else found


def _found_in(value: Any, path: Path) -> Any:
    """The list, or the object from word to row, that a value is or holds under a usual name."""
    if not isinstance(value, dict):
        return value
    if _is_tokenizer(value):
        return of_tokenizer(value, path)
    if isinstance(config := value.get("config"), dict) and isinstance(config.get("word_index"), str):
        return json_of(
            config["word_index"].encode("utf-8", "surrogatepass"), path
        )  # Keras' Tokenizer.to_json
    return next((value[key] for key in _UNDER if isinstance(value.get(key), list | dict | Inert)), value)


def of_tokenizer(value: dict[str, Any], path: Path) -> dict[str, Any]:
    """Token to row of a tokenizer's model, and of the tokens that were added to it."""
    vocabulary = value["model"].get("vocab")
    if isinstance(vocabulary, list):  # Unigram: pairs of piece and score
        pairs = [entry[0] for entry in vocabulary if isinstance(entry, list) and entry]
        if len(set(map(str, pairs))) < len(vocabulary):
            raise _unknown(path)
        vocabulary = {piece: row for row, piece in enumerate(pairs)}
    if not isinstance(vocabulary, dict):
        raise _unknown(path)
    return {**vocabulary, **_added(value, path)}


def _is_tokenizer(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("model"), dict)


def _added(value: dict[str, Any], path: Path) -> dict[str, Any]:
    """Token to row of those that were added to a tokenizer's model."""
    added = value.get("added_tokens") or []
    if not isinstance(added, list):
        raise _unknown(path)
    tokens = [token for token in added if isinstance(token, dict) and "id" in token]
    return {token["content"]: token["id"] for token in tokens if isinstance(token.get("content"), str)}


def _of_object(value: dict[Any, Any], path: Path) -> Listed:
    """The words of an object from word to row, or from row to word (whose keys are texts in JSON)."""
    pairs = list(value.items())
    if all(type(word) is str for _, word in pairs):
        pairs = [(word, _row(key)) for key, word in pairs]
    rows = [row if type(row) is int else -1 for row in (plain(row) for _, row in pairs)]
    largest = max(rows)
    # Counts of words are no rows; of rows in use half have a word, and few models have room for more.
    taken = bytearray(min(largest + 1, 2 * len(rows)) if largest >= 0 else 0)
    for (word, _), row in zip(pairs, rows, strict=True):
        if type(word) is not str or not 0 <= row < len(taken) or taken[row]:
            said = shown(word, LONGEST_SHOWN) if type(word) is str else "a key that is no text"
            message = f"the rows of its {len(rows):,} words are not 0, 1, 2, ...: see {said}"
            raise FileProblem(message, where=str(path), hint="an object from word to row, from 0 or 1 on")
        taken[row] = 1
    order = np.argsort(np.array(rows))
    words = [pairs[i][0] for i in order.tolist()]
    return Listed(words, np.array(rows, np.int64)[order])


def _row(key: object) -> object:
    return int(key) if type(key) is str and _DIGITS.match(key) else key


def _of_python_2(words: list[str], path: Path) -> list[str]:
    """Words of a pickle of Python 2, whose bytes came as Latin-1: they are UTF-8 where all of them can be."""
    if path.suffix.lower() == ".json" or all(map(str.isascii, words)):
        return words
    try:
        return [word if word.isascii() else word.encode("latin-1").decode() for word in words]
    except UnicodeError:
        return words


def _unknown(path: Path) -> FileProblem:
    message = "no list of words: neither strings, nor an object from word to row, nor a tokenizer"
    return FileProblem(message, where=str(path), hint="or write a text file: " + HINT)
