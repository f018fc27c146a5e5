"""Decimal numbers in rows of text, a megabyte at once: `-0.123456`, as nearly every file of vectors has them.

Eight digits at a time are turned into a number by three multiplications on the eight bytes of a word (Lemire
2021, section 3; here for all fields of a piece of text together). Digits before and after the point make one
whole number below 2^53, which divided by a power of ten is rounded once: the result is the float64 that
`float` gives, and its float32. Numbers with an exponent, such as 1e-05, are rare: `float` reads them one by
one, and a zero stands in for each meanwhile.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from vecalc.arrays import Mask, Numbers, Singles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words: TypeAlias = NDArray[np.uint64]

BLANK, POINT, MINUS, NEWLINE, ZERO, EXPONENT = b" .-\n0e"
LOWER = np.uint8(0x20)  # the bit that makes E an e, and leaves an e what it is
NINE = 9
DIGITS = 8  # in one word of the machine
ROOM = 2 * DIGITS
MOST_DIGITS = 15  # of a number: every such whole number is a float64
POWERS = 10.0 ** np.arange(MOST_DIGITS + 1)
ZEROS = np.uint64(0x3030303030303030)
ONE, BYTE, TWO_BYTES, FOUR_BYTES, LAST_BIT, TEN = (np.uint64(n) for n in (1, 8, 16, 32, 63, 10))
PAIRS, HUNDREDS, MILLIONS = (
    np.uint64(n) for n in (0x000000FF000000FF, 0x000F424000000064, 0x0000271000000001)
)
TOO_LARGE, HIGHEST = np.uint64(0x7676767676767676), np.uint64(0x8080808080808080)
# Keeps the last n of eight characters, n = 0 to 8; the last one is the highest byte.
KEPT = np.array([(2**64 - 1) & (-1 << 8 * (DIGITS - n)) for n in range(DIGITS + 1)], np.uint64)

# As much as any writer writes: longer ones are for the slower ways.
SCIENTIFIC = re.compile(rb"-?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})[eE][-+]?[0-9]{1,4}(?=[ \n])")
STAND_IN = b"0.0"
RARE = 128  # bytes of text to an exponent: with more of them the slower ways are the faster ones
_PLAIN = b"0123456789+-.eE "  # what usual numbers and the single blanks between them consist of


class DecimalTable(NamedTuple):
    """Lines taken apart: their first fields, and the numbers of the others."""

    words: list[bytes]  # [b]
    rows: Singles  # [b, width]


def table(text: bytes, width: int) -> DecimalTable | None:
    """The lines of a text, each a word and so many numbers with one blank between; the last line ends, too.

    None where any line is other than that, or a number is not plainly digits with one point among them,
    perhaps with an exponent (a plus sign, no point, more than 15 digits): for those there are slower ways.
    """
    text, apart = _without_exponents(text)
    # Room on both sides, so that eight bytes around any place can be looked at, and whole words of eight.
    data = np.frombuffer(bytes(ROOM) + text + bytes(ROOM - len(text) % DIGITS), np.uint8)
    fields = _fields(data, width)
    if fields is None:
        return None
    starts, points, stops = fields
    numbers = _numbers(data, starts.ravel(), points.ravel(), stops.ravel())
    if numbers is None or not _put_back(numbers, starts.ravel(), apart):
        return None
    ends = (starts[:, 0] - 1 - ROOM).tolist()
    begins = [0, *(text.index(b"\n", end) + 1 for end in ends[:-1])]
    words = [text[begin:end] for begin, end in zip(begins, ends, strict=True)]
    return DecimalTable(words, numbers.reshape(len(words), width)) if all(words) else None


def plain_numbers(joined: bytes, rows: int, width: int) -> Singles | None:
    """All numbers [rows, width] of a text, with one blank between; None when one is not plainly a number.

    For those that `table` leaves: without a point, with a plus sign, or very long.
    """
    if not rows or joined.translate(None, _PLAIN) or b"  " in joined:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # older numpy warns where newer raises
        try:
            values = np.fromstring(joined, np.float32, sep=" ")
        except ValueError:
            return None
    return values.reshape(rows, width) if values.size == rows * width else None


def _without_exponents(text: bytes) -> tuple[bytes, list[tuple[int, float]]]:
    """A text with zeros in place of numbers with an exponent; where each zero begins, and what it stands for.

    Only numbers behind a blank: the first field of a line is a word, whatever it looks like.
    """
    data = np.frombuffer(text, np.uint8)
    letters = np.flatnonzero((data | LOWER) == EXPONENT)
    before = data[letters - 1]  # a letter at the very beginning sees the newline at the end
    likely = letters[(before == POINT) | (before - np.uint8(ZERO) <= NINE)]
    if len(likely) * RARE > max(len(text), RARE * RARE):
        return text, []
    pieces: list[bytes] = []
    apart: list[tuple[int, float]] = []
    taken = length = 0
    for letter in likely.tolist():
        start = text.rfind(b" ", taken, letter) + 1
        found = SCIENTIFIC.match(text, start) if start else None
        if found is None or found.end() < letter:
            continue
        length += start - taken
        apart.append((length, float(found[0])))
        pieces += (text[taken:start], STAND_IN)
        length += len(STAND_IN)
        taken = found.end()
    return (b"".join((*pieces, text[taken:])), apart) if apart else (text, apart)


def _put_back(numbers: Singles, starts: Numbers, apart: list[tuple[int, float]]) -> bool:
    """Give numbers [n] that begin at `starts` the values that zeros stand for; False where one is no number.

    What is too large for float32 becomes infinite.
    """
    if not apart:
        return True
    places = np.array([start for start, _ in apart]) + ROOM
    at = np.searchsorted(starts, places)
    if (starts.take(at, mode="clip") != places).any():
        return False
    with np.errstate(over="ignore"):
        numbers[at] = np.array([value for _, value in apart]).astype(np.float32)
    return True


def _fields(data: NDArray[np.uint8], width: int) -> tuple[Numbers, Numbers, Numbers] | None:
    """Where each number begins, has its point, and ends [b, width], or None where the lines are not alike."""
    marks = np.flatnonzero((data == BLANK) | (data == POINT) | (data == NEWLINE))
    kinds = data[marks]
    lines = int(np.count_nonzero(kinds == NEWLINE))
    if not lines:
        return None
    trailing = data[marks[-1] - 1] == BLANK  # word2vec.c writes a blank after each number
    each = 2 * width + 1 + int(trailing)
    if len(marks) != lines * each:
        marks = marks[_outside_words(kinds)]
        if len(marks) != lines * each:
            return None
    pattern = [BLANK, *[POINT, BLANK] * (width - 1), POINT, *[BLANK] * int(trailing), NEWLINE]
    places = marks.reshape(lines, each)
    if (data[places] != np.array(pattern, np.uint8)).any():
        return None
    if trailing and (places[:, -1] != places[:, -2] + 1).any():
        return None
    last = 2 * width
    return places[:, 0:last:2] + 1, places[:, 1:last:2], places[:, 2 : last + 1 : 2]


def _outside_words(kinds: NDArray[np.uint8]) -> Mask:
    """Which marks are not points of a word, that is, points before the first blank of their line."""
    breaks = kinds != POINT
    # A point belongs to a word when the last mark before it that is no point ends a line.
    last = np.maximum.accumulate(np.where(breaks, np.arange(len(kinds)), -1))
    return np.asarray(breaks | ((last >= 0) & (kinds[last] == BLANK)))


def _numbers(data: NDArray[np.uint8], starts: Numbers, points: Numbers, stops: Numbers) -> Singles | None:
    """The numbers of some fields, or None where one is not plain."""
    negative = data[starts] == MINUS
    whole, decimals = points - starts - negative, stops - points - 1
    if whole.min() < 0 or whole.max() > DIGITS or decimals.max() > MOST_DIGITS:
        return None
    digits = whole + decimals
    if digits.max() > MOST_DIGITS or digits.min() < 1:
        return None
    fraction = _digits(data, stops, np.minimum(decimals, DIGITS))
    front = _one_digit(data, points) if (whole == 1).all() else _digits(data, points, whole)
    if fraction is None or front is None:
        return None
    value = fraction.astype(np.float64)
    if decimals.max() > DIGITS:
        upper = _digits(data, stops - DIGITS, np.maximum(decimals - DIGITS, 0))
        if upper is None:
            return None
        value += upper * POWERS[DIGITS]
    scale = POWERS[decimals]
    value += front * scale
    value /= scale
    np.negative(value, where=negative, out=value)
    return value.astype(np.float32)


def _one_digit(data: NDArray[np.uint8], stops: Numbers) -> NDArray[np.uint8] | None:
    """The digits before some places, or None if one is none."""
    found = data[stops - 1] - ZERO  # other characters wrap around
    return found if found.max() <= NINE else None


def _digits(data: NDArray[np.uint8], stops: Numbers, counts: Numbers) -> Words | None:
    """The whole numbers that the `counts` characters (0 to 8) before some places spell.

    None if one of them is no digit.
    """
    found = (_eight_before(data, stops) ^ ZEROS) & KEPT[counts]
    if ((found | (found + TOO_LARGE)) & HIGHEST).any():
        return None
    found = found * TEN + (found >> BYTE)
    found = (found & PAIRS) * HUNDREDS + ((found >> TWO_BYTES) & PAIRS) * MILLIONS
    return found >> FOUR_BYTES


def _eight_before(data: NDArray[np.uint8], stops: Numbers) -> Words:
    """The eight bytes before each place, as one number, the first byte the lowest.

    Of two aligned words: to read across their border is slower in numpy than to put the halves together.
    """
    words, first = data.view("<u8"), stops - DIGITS
    at, shift = first >> 3, ((first & 7) << 3).astype(np.uint64)
    upper = words.take(at + 1) << ONE << (LAST_BIT - shift)  # in two steps: a shift by 64 has no meaning
    return (words.take(at) >> shift) | upper
