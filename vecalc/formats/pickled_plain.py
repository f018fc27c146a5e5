"""Words and rows among the plain values of a pickle: dictionaries, lists, tuples and arrays.

    {word: row, ...}    [(word, row), ...]    (words, rows)    {"words": words, "vectors": rows}
    rows alone, with the words in a file beside

in any order. Words are a list or an array of them, or {word: number of its row}, or {number: word}; rows are
an array of two dimensions or a list of rows, and a row is an array or a list of numbers. Parts of a tuple or
of a dictionary that are neither are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from vecalc.arrays import AnyArray
from vecalc.codecs.pickled_arrays import array_of, objects_of, plain, plan_of, shape_of, texts_of
from vecalc.errors import FileProblem
from vecalc.formats.pickled_says import described, unread
from vecalc.formats.pickled_words import Vectors, as_words, fitting, is_key, of_python_2
from vecalc.formats.wordlists import words_beside
from vecalc.sources import Source
from vecalc.sources.excuses import MALFORMED, odd
from vecalc.sources.parts import FilePart, chosen
from vecalc.sources.word_text import shown

_ROWS = ("vectors", "embeddings", "embedding", "matrix", "weights", "syn0")
_WORDS = ("words", "vocab", "tokens", "keys", "index_to_key", "index2word", "id2word", "itos", "labels")
_LOOKED_AT = 16  # items that show what the others are
_MOST_PARTS = 100  # of a tuple or dictionary that is no vocabulary
_LARGEST = 1 << 1000  # of Python's whole numbers, which have no end
_SAVE = "pickle.dump((words, rows), open('FILE', 'wb')) writes a pickle that is read"


def held(value: Any, source: Source, *, by_python_2: bool) -> Vectors:
    """The words and rows that a value holds; `by_python_2` if letters in it may be bytes.

    FileProblem, which says what it holds, where there are none.
    """
    if (pairs := _pairs(value)) is not None:
        keys, rows = _sound(*pairs, source)
    elif _is_matrix(value):
        keys, rows = _sound(range(len_of(value)), value, source)
        return Vectors((), rows, beside=words_beside(source))
    else:
        keys, rows = _of_parts(value, source)
    words = as_words(keys, source, _SAVE)
    return Vectors(of_python_2(words, source) if by_python_2 else words, rows)


def len_of(matrix: Any) -> int:
    """The rows of a matrix, an array or a list of them."""
    return len(matrix) if type(matrix) in (list, tuple) else shape_of(matrix)[0]


class _Stack:
    """Rows [n, d] that lie apart, and are put together some at a time."""

    def __init__(self, rows: Sequence[Any], width: int, where: str) -> None:
        self._rows = rows
        self._where = where
        self.shape = (len(rows), width)

    def __getitem__(self, some: slice) -> AnyArray:
        return np.array([self._row(row) for row in self._rows[some]], np.float64).reshape(-1, self.shape[1])

    def _row(self, row: Any) -> Any:
        if isinstance(row, list | tuple):
            return [float(plain(number)) for number in row]
        return array_of(row, self._where, sides=len(shape_of(row))).reshape(-1)


# --- what there is -----------------------------------------------------------------------------


def _pairs(value: Any) -> tuple[list[Any], list[Any]] | None:
    """Keys and rows of a dictionary or a list that has a row for each key; None for anything else."""
    if type(value) is dict:
        if value and all(is_key(key) and _width(row) for key, row in islice(value.items(), _LOOKED_AT)):
            return list(value), list(value.values())
    elif type(value) in (list, tuple) and value and all(map(_is_pair, value[:_LOOKED_AT])):
        pairs = [item if _is_pair(item) else (None, None) for item in value]
        return [key for key, _ in pairs], [row for _, row in pairs]
    return None


def _is_pair(item: Any) -> bool:
    return type(item) in (list, tuple) and len(item) == 2 and is_key(item[0]) and _width(item[1]) > 0


def _is_matrix(value: Any) -> bool:
    if type(value) in (list, tuple):
        return bool(value) and all(map(_width, value[:_LOOKED_AT]))
    shape = shape_of(value)
    return len(shape) == 2 and min(shape) > 0


def _width(row: Any) -> int:
    """How many numbers a row has; 0 for what is none."""
    if type(row) in (list, tuple):
        return len(row) if all(map(_is_number, row)) else 0
    shape = shape_of(row)
    return shape[-1] if len(shape) == 1 or (len(shape) == 2 and shape[0] == 1) else 0


def _is_number(value: Any) -> bool:
    if type(value) is float:
        return True
    value = plain(value)
    return type(value) is float or (type(value) is int and -_LARGEST < value < _LARGEST)


# --- what is wanted of it ------------------------------------------------------------------------


def _sound(keys: Sequence[Any], rows: Any, source: Source) -> tuple[Sequence[Any], Any]:
    """Keys and a matrix, of as many rows; rows that have another width than most are left out."""
    where = str(source.path)
    if type(rows) not in (list, tuple):
        return keys, fitting(array_of(rows, where), keys, source)
    widths = [_width(row) for row in rows]
    width = Counter(widths).most_common(1)[0][0]
    wrong = [i for i, other in enumerate(widths) if other != width]
    if wrong and len(keys) == len(rows):
        key = plain(keys[wrong[0]])
        message = f"the row of {shown(str(key))} has {widths[wrong[0]]:,} numbers, {width:,} are expected"
        problem = FileProblem(message, where=where, hint="--skip-bad-rows leaves such rows out")
        odd(MALFORMED, problem, source, len(wrong))
        kept = [i for i, other in enumerate(widths) if other == width]
        keys, rows = [keys[i] for i in kept], [rows[i] for i in kept]
    return keys, fitting(_Stack(rows, width, where), keys, source)


def _of_parts(value: Any, source: Source) -> tuple[Sequence[Any], Any]:
    """Keys and a matrix that are parts of a dictionary, a list or a tuple."""
    named = _named(value)
    matrices = [name for name, part in named.items() if _is_matrix(part)]
    if not matrices:
        raise unread(value, source, _SAVE)
    parts = [FilePart(name, described(part)) for name, part in named.items()]
    choice = chosen(
        parts, source, what="matrix", known=_ROWS, fits=lambda part: part.name in matrices, hint=_SAVE
    )
    if choice.name not in matrices:
        message = f"{shown(choice.name)} is no matrix, but {choice.what}"
        raise FileProblem(message, where=str(source.path), hint="name another, or leave out # and the name")
    rows = named.pop(choice.name)
    count = len(rows) if type(rows) in (list, tuple) else shape_of(rows)[0]
    found = {name: keys for name, part in named.items() if (keys := _keys(part, count, source)) is not None}
    usual = [name for name in _WORDS if name in found]
    texts = [name for name, keys in found.items() if type(plain(keys[0])) is not int]
    if not found:
        message = f"no words for its {count:,} rows: it holds {described(value)}, of {len(parts)} parts"
        raise FileProblem(message, where=str(source.path), hint=_SAVE)
    return _sound(found[next(iter([*usual, *texts, *found]))], rows, source)


def _named(value: Any) -> dict[str, Any]:
    """The parts of a value by name, or by place from 0."""
    if type(value) is dict and len(value) <= _MOST_PARTS:
        return {str(plain(key)): part for key, part in value.items() if is_key(key)}
    if type(value) in (list, tuple) and len(value) <= _MOST_PARTS:
        return {str(place): part for place, part in enumerate(value)}
    return {}


def _keys(value: Any, count: int, source: Source) -> Sequence[Any] | None:
    """A value as so many keys in the order of their rows; None for what is no such thing."""
    if type(value) is dict:
        return _in_order(value, count)
    if plan_of(value):
        if shape_of(value) != (count,):
            return None
        value = texts_of(value, str(source.path)) or objects_of(value)
    if type(value) in (list, tuple) and len(value) == count and all(map(is_key, value[:_LOOKED_AT])):
        return list(value)
    return None


def _in_order(rows: Mapping[Any, Any], count: int) -> list[Any] | None:
    """The keys of {key: row} or {row: key}, whose rows must be 0, 1, 2, ... without a gap."""
    pairs = [(plain(row), key) for key, row in rows.items()]
    if not all(type(row) is int for row, _ in pairs):
        pairs = [(plain(key), row) for key, row in rows.items()]
    if len(pairs) != count or not all(type(row) is int and is_key(key) for row, key in pairs):
        return None
    pairs.sort(key=lambda pair: pair[0])
    return [key for _, key in pairs] if [row for row, _ in pairs] == list(range(count)) else None
