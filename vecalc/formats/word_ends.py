"""Where the words of a word2vec binary end: at the first blank, but for words that hold blanks themselves.

gensim writes `new york` as it is, and a reader that takes the first blank gets `new`, with numbers that begin
too early. The rest of such a word then stands where the numbers should begin, and a blank behind it: a row
whose numbers don't begin with text and a blank is right for certain, and a file without such words has few
others. For those, each blank is weighed. At the right one the numbers have exponents such as the file has
shown; at a wrong one they are made of halves of two numbers, so that their exponents are anything, or of
letters (1e-19, 1e30), and the next word begins with the end of a number, or lacks its own beginning.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np

from vecalc.arrays import AnyArray, Mask
from vecalc.errors import FileProblem
from vecalc.sources import Source
from vecalc.sources.word_text import shown

BLANKS = "words with blanks inside, found by where the numbers behind them begin"
UNSURE = "words that may go on behind a blank, taken to end before it"
LONGEST = 1 << 10  # bytes behind the first blank in which others are looked for
MOST_ENDS = 32  # blanks of one word that are weighed
_HINT = "gensim's binary can't hold blanks in words; save as .kv (KeyedVectors.save) or as text"
_END = re.compile(
    rb"[^\0-\x08\x0a-\x1f\x7f ]*([\0-\x08\x0a-\x1f\x7f ]|\Z)"
)  # text up to a blank, or to no text

# How likely a number has an exponent, as long as the file has shown few: embeddings are around 1e-1, each
# power of two further off is less likely by a quarter; exact zeros are a class of their own.
_ZERO = 256
_PRIOR = np.maximum(np.exp(-0.3 * np.abs(np.arange(_ZERO + 1) - 123)), 1e-8)
_PRIOR[[0, 255]] = 1e-8  # denormal numbers; nan and infinity
_PRIOR[_ZERO] = 0.1
_PRIOR /= _PRIOR.sum()
_DOUBTED = 20  # numbers that weigh as much as it
_ENOUGH = 1 << 16  # numbers show which exponents a file has

# In nats, as the logarithms of the above.
_OF_A_BLANK = -3.0  # a word that goes on is less likely
_OF_NO_TEXT = -8.0  # words are hardly ever no UTF-8, nor lacking
_OF_NO_LETTER = -2.0  # and have few bytes that are none, where they are in another encoding
_OF_OTHER_ROWS = -20.0  # newlines are behind all rows or behind none; the last row ends the file
_WIDE_ENOUGH = 4  # numbers in a row; fewer tell too little, whatever they are
_SURE = 7.0  # by which the best must be ahead of the second: a thousand times as likely

_LOOKED_AT = 8  # numbers, one in eighty of which show neither a blank nor a control byte

# Rows of a good file that look as if a word went on are told by a look at their first numbers: at a wrong
# blank hardly one in ten has an exponent of those that one number in a thousand has.
_USUAL = 1e-3
_TOLD_BY = 8  # numbers, at least; and at most
_TOLD_BY_MOST = 16
_SHARE = 0.75


class Piece(NamedTuple):
    """Some bytes of the file: where they begin in it, the rows that it still has, whether it ends here."""

    data: bytes
    offset: int
    wanted: int
    complete: bool


class Placed(NamedTuple):
    """Where vectors begin in a piece, and their numbers [n, d]."""

    vectors: list[int]
    rows: np.ndarray[Any, np.dtype[np.float32]]


class WordEnds:
    """Finds where the vectors of a file begin, a piece after the other, and counts what it decided."""

    def __init__(self, width: int, source: Source) -> None:
        self._size = 4 * width
        self._source = source
        self._counts = np.zeros(_ZERO + 1)
        self._logs = np.log(_PRIOR)
        self._newlines: bool | None = None  # whether rows end with one
        self._careful = False  # since the first word with a blank

    def found(self, piece: Piece) -> Placed:
        """The rows that a piece begins with and holds whole.

        One that can't be decided before more data come ends them. FileProblem for one where it can't be told
        at all, or any where the user wants the file to be strict.
        """
        if self._careful:
            return self._gathered(piece, self._one_by_one(piece, []))
        vectors, rows = self._gathered(piece, self._greedy(piece))
        for i in self._suspects(rows):
            start = vectors[i - 1] + self._size if i else 0
            vector = self._decided(piece, start, vectors[i], last=i == piece.wanted - 1)
            if vector != vectors[i]:
                kept = [*vectors[:i], vector] if vector else vectors[:i]
                return self._gathered(piece, self._one_by_one(piece, kept) if vector else kept)
        return Placed(vectors, rows)

    def _greedy(self, piece: Piece) -> list[int]:
        """Where the vectors begin if no word holds a blank.

        The one loop that can't be left to numpy: where a row begins is known when the one before it is. It
        does nothing else, so that the threads which code and write rows get their turns.
        """
        find, last, size = piece.data.find, len(piece.data) - self._size, self._size
        vectors: list[int] = []
        end = 0
        for _ in range(piece.wanted):
            vector = find(b" ", end) + 1
            if not vector or vector > last:
                break
            vectors.append(vector)
            end = vector + size
        return vectors

    def _one_by_one(self, piece: Piece, vectors: list[int]) -> list[int]:
        """These vectors and the ones behind them, where words are known to hold blanks."""
        self._careful = True
        data = piece.data
        end = vectors[-1] + self._size if vectors else 0
        while len(vectors) < piece.wanted:
            vector = data.find(b" ", end) + 1
            if not vector or vector + self._size > len(data):
                break
            vector = self._decided(piece, end, vector, last=len(vectors) == piece.wanted - 1)
            if not vector:
                break
            vectors.append(vector)
            end = vector + self._size
        return vectors

    def _gathered(self, piece: Piece, vectors: list[int]) -> Placed:
        if not vectors:
            return Placed(vectors, np.empty((0, self._size // 4), "<f4"))
        every = np.lib.stride_tricks.sliding_window_view(np.frombuffer(piece.data, np.uint8), self._size)
        return Placed(vectors, every[np.array(vectors)].view("<f4"))

    # --- rows that need no decision ----------------------------------------------------------

    def _suspects(self, rows: AnyArray) -> list[int]:
        """The rows whose numbers may begin with the rest of a word."""
        numbers = rows.view("<u4")
        columns = np.ascontiguousarray(numbers[:, :_LOOKED_AT].T)  # read once: rows lie far apart
        found: list[AnyArray] = []
        open_ = np.arange(len(numbers))
        for column in columns:
            blank, other = _first_bytes(column[open_] if found else column)
            found.append(open_[blank - np.uint32(1) < other - np.uint32(1)])  # of none the largest number
            open_ = open_[blank | other == 0]
        suspects = np.sort(np.concatenate([*found, open_]))
        if not len(suspects):
            return []
        self._learn(rows[: suspects[0]])
        return [int(i) for i in suspects[~self._are_sound(numbers[suspects])]]

    def _are_sound(self, numbers: AnyArray) -> Mask:
        """Which rows [n, d] have such numbers as the file has, so that they begin where they should."""
        if self._counts.sum() < _TOLD_BY * _TOLD_BY_MOST or numbers.shape[1] < _TOLD_BY:
            return np.zeros(len(numbers), bool)
        usual = self._logs > np.log(_USUAL)
        usual[_ZERO] = False  # zeros are zeros from any byte on
        exponents = _exponents(numbers[:, :_TOLD_BY_MOST])
        telling = np.maximum((exponents != _ZERO).sum(axis=1), _TOLD_BY)
        sound = usual[exponents].sum(axis=1) >= _SHARE * telling
        # All but the first numbers are right where the rest of a word takes just so many of them.
        ends = (numbers[:, : LONGEST // 4] >> 24 == ord(" ")).any(axis=1)
        return np.asarray(sound & ~ends)

    # --- rows that do ------------------------------------------------------------------------

    def _decided(self, piece: Piece, start: int, vector: int, *, last: bool) -> int:
        """Where the vector of a row begins, whose first blank is in front of this; 0 where data lack."""
        data, size = piece.data, self._size
        if not piece.complete and len(data) < vector + 2 * LONGEST + size:
            return 0
        found = [(self._score(piece, start, vector, last), vector)]
        place, limit = vector, vector + LONGEST
        while len(found) < MOST_ENDS and (match := _END.match(data, place, limit)) and match[1]:
            place = match.end()
            if place + size > len(data):
                break
            found.append((self._score(piece, start, place, last) + len(found) * _OF_A_BLANK, place))
        (best, place), *others = sorted(found, reverse=True)
        sure = not others or best - others[0][0] > _SURE
        blanks = place != vector and size >= 4 * _WIDE_ENOUGH
        if place != vector and not blanks:
            place, sure = vector, False
        if (blanks and self._source.reading.strict) or (not sure and (blanks or self._careful)):
            where = f"{self._source.path}:byte {piece.offset + start:,}"
            word = shown(data[start : vector - 1].removeprefix(b"\n"))
            message = f"the word that begins with {word} goes on behind a blank"
            raise FileProblem(message, where=where, hint=_HINT)
        if blanks or not sure:
            self._source.tally.counts[BLANKS if blanks else UNSURE] += 1
        if sure:
            self._learn(np.frombuffer(data, "<f4", size // 4, place).reshape(1, -1))
            self._newlines = data[place + size : place + size + 1] == b"\n"
        return place

    def _score(self, piece: Piece, start: int, vector: int, last: bool) -> float:
        """How well it agrees with everything that the vector of the word from `start` on begins here."""
        data, end = piece.data, vector + self._size
        numbers = np.frombuffer(data, "<u4", self._size // 4, vector)
        score = float(self._logs[_exponents(numbers)].sum())
        score += _of_text(data[start : vector - 1].removeprefix(b"\n"))
        newline = data[end : end + 1] == b"\n"
        if last and piece.complete:
            left = len(data) - end - newline
            return score if not left or self._source.reading.allow_trailing else score + _OF_OTHER_ROWS
        if newline != self._newlines is not None:
            score += _OF_OTHER_ROWS
        following = _END.match(data, end + newline, end + newline + LONGEST)
        text = following[0][:-1] if following and following[1] else b""
        return score + _of_text(text)

    def _learn(self, rows: AnyArray) -> None:
        """Take over the exponents of rows that are right, until enough are known."""
        lacking = _ENOUGH - int(self._counts.sum())
        numbers = rows.reshape(-1)[: max(lacking, 0)].view("<u4")
        if len(numbers):
            self._counts += np.bincount(_exponents(numbers), minlength=_ZERO + 1)
            self._logs = np.log((self._counts + _DOUBTED * _PRIOR) / (self._counts.sum() + _DOUBTED))


def _exponents(numbers: AnyArray) -> AnyArray:
    """The classes of numbers, given as their bits: exponents, and one for zero."""
    return np.where(numbers << 1 == 0, _ZERO, numbers >> 23 & 0xFF)


def _first_bytes(numbers: AnyArray) -> tuple[AnyArray, AnyArray]:
    """The lowest of the bits 7, 15, 23, 31 whose byte is a blank; the same of bytes that no text holds."""
    ones, highs = np.uint32(0x01010101), np.uint32(0x80808080)
    from_blank = numbers ^ ones * np.uint32(0x20)
    blank = (from_blank - ones) & ~from_blank & highs
    control = (numbers - ones * np.uint32(0x20)) & ~numbers & highs
    return blank & -blank, control & -control


def _of_text(raw: bytes) -> float:
    """What it costs that some bytes are to be a word, or a word's beginning."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return _OF_NO_TEXT + _OF_NO_LETTER * raw.decode(errors="replace").count("\ufffd")
    return 0.0 if raw else _OF_NO_TEXT
