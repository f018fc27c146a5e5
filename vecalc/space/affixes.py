"""Words that hold what was typed beside a separator: `duck|NOUN`, `/c/en/coffee_pot`, `Toy Story (1995)`.

Many vocabularies put a tag or a prefix on each word, and none of their words is spelled like the word alone.
Case is forgiven, and so are blanks, `_` and `-` for one another. The bytes of all words are looked through,
some thousand words at a time.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from vecalc.arrays import Bytes, Mask, Numbers
from vecalc.space.spelling import FREQUENT, LONGEST, fold, fold_all
from vecalc.space.words import INITIALS

if TYPE_CHECKING:
    from vecalc.space import VectorSpace
    from vecalc.space.spelling import Near
    from vecalc.space.words import Lines, Vocabulary

AT_ONCE = 1 << 14  # words looked at in one go, as in `signatures`
LONGEST_WORD = 400  # bytes; a longer one is no answer to what was typed
VARIANTS = 3  # rows that are looked for instead of each word: it may be there in several cases
_, BPE_BLANK, _ = INITIALS
_ENCODING = ("utf-8", "surrogateescape")
_JOINTS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ -", b"abcdefghijklmnopqrstuvwxyz__")


def _is_letter(byte: int) -> bool:
    """Whether a byte of UTF-8 belongs to a word, as far as one byte can tell; an apostrophe does."""
    return byte >= 0x80 or chr(byte).isalnum() or byte == ord("'")


_LETTERS = np.array([_is_letter(byte) for byte in range(256)])


def rows_meant(near: Near, lines: Lines, word: str, limit: int) -> list[int]:
    """Rows of words that hold this one beside a separator, and of those spelled like it.

    A place is kept for the likeliest of the latter; rare ones of the former come last. Of variants, one.
    """
    spelled, beside = near.to(word, limit, lines), rows_beside(lines, word, VARIANTS * limit)
    frequent = [row for row in beside if row < FREQUENT]
    best = _distinct(lines, frequent)[: limit - 1 if spelled else limit]
    return _distinct(lines, [*best, *spelled, *beside])[:limit]


def _distinct(lines: Lines, rows: Sequence[int]) -> list[int]:
    """Some rows, the first one of each word but for case and composition."""
    found: dict[str, int] = {}
    for row, key in zip(rows, fold_all(lines.some(np.array(rows, np.int64))), strict=True):
        found.setdefault(key, row)
    return list(found.values())


def rows_beside(lines: Lines, word: str, limit: int) -> list[int]:
    """Rows of words that hold this one whole, a separator or nothing on both sides of it.

    First those with the fewest other words in them, of these the most frequent: `/c/en/pot` comes before
    `/c/en/coffee_pot`.
    """
    if not word.strip() or len(word) > LONGEST:
        return []
    ascii_only = word.isascii()
    forms = dict.fromkeys(unicodedata.normalize(form, fold(word)) for form in ("NFC", "NFD"))
    keys = [form.encode("utf-8", "surrogatepass").translate(_JOINTS) for form in forms]
    best: list[tuple[int, int]] = []  # words in it, and row
    count = len(lines.offsets) - 1
    for first in range(0, count, AT_ONCE):
        start, end = lines.offsets[[first, min(first + AT_ONCE, count)]]
        data = lines.data[start:end].tobytes()
        if not ascii_only:
            data = data.decode(*_ENCODING).casefold().encode(*_ENCODING)
        data = b"\n" + data.translate(_JOINTS)
        for key in keys:
            if key in data:
                found = ((pieces, first + row) for pieces, row in _some(data, key, limit))
                best = sorted({*best, *found})[:limit]
    return [row for _, row in best]


def _some(data: bytes, key: bytes, limit: int) -> Iterator[tuple[int, int]]:
    """The best few of some words, folded, a newline on both sides of each."""
    hay = np.frombuffer(data, np.uint8)
    places = _places(hay, np.frombuffer(key, np.uint8))
    places = places[_ends_word(hay, places - 1) & _begins_word(hay, places + len(key))]
    starts = np.flatnonzero(hay == ord("\n"))[:-1] + 1
    rows = np.unique(np.searchsorted(starts, places, "right") - 1)
    sizes = np.diff(starts, append=len(hay))[rows]
    rows = rows[sizes <= LONGEST_WORD]
    letters = _LETTERS[hay]
    pieces = np.add.reduceat(letters[1:] & ~letters[:-1], starts - 1, dtype=np.int64)[rows]
    for i in np.lexsort((rows, pieces))[:limit].tolist():
        yield int(pieces[i]), int(rows[i])


def _places(hay: Bytes, key: Bytes) -> Numbers:
    """Where a key begins; its rarest byte is looked for first."""
    counts = np.bincount(hay, minlength=256)[key]
    order = np.argsort(counts, kind="stable").tolist()
    places: Numbers = np.flatnonzero(hay == key[order[0]]) - order[0]
    places = places[(places > 0) & (places < len(hay) - len(key))]
    for i in order[1:]:
        places = places[hay[places + i] == key[i]]
    return places


# Of the signs beyond ASCII those are known that vocabularies separate with, by their first bytes: C2 A0 and
# up (`·`, `«`, blanks that don't break), `Ġ`, E2 80 to E2 AF (dashes, quotes, `▁`, arrows, symbols) but for
# the apostrophe E2 80 99, E3 80 (`、`, `「`), and emoji, F0 9F.


def _ends_word(hay: Bytes, at: Numbers) -> Mask:
    """Whether the character whose last byte stands at some places is no part of a word."""
    last, second, third, fourth = (hay[np.maximum(at - back, 0)] for back in range(4))
    found: Mask = ~_LETTERS[last] | _of_two(second, last) | _of_three(third, second, last)
    return np.asarray(found | ((fourth == 0xF0) & (third == 0x9F)))


def _begins_word(hay: Bytes, at: Numbers) -> Mask:
    """Whether the character whose first byte stands at some places is no part of a word."""
    first, second, third = (hay[np.minimum(at + ahead, len(hay) - 1)] for ahead in range(3))
    found: Mask = ~_LETTERS[first] | _of_two(first, second) | _of_three(first, second, third)
    return np.asarray(found | ((first == 0xF0) & (second == 0x9F)))


def _of_two(first: Bytes, second: Bytes) -> Mask:
    before, blank, folded = *BPE_BLANK.encode(), BPE_BLANK.lower().encode()[1]
    found: Mask = (first == 0xC2) & (second >= 0xA0)
    return np.asarray(found | ((first == before) & ((second == blank) | (second == folded))))


def _of_three(first: Bytes, second: Bytes, third: Bytes) -> Mask:
    apostrophe = (second == 0x80) & (third == 0x99)
    found: Mask = (first == 0xE2) & (second < 0xB0) & ~apostrophe
    return np.asarray(found | ((first == 0xE3) & (second == 0x80)))


# --- what most words of a vocabulary carry ----------------------------------------------------

SAMPLE = 1_000  # words, spread evenly over the vocabulary
FEWEST = 5  # words of which one says "most"
TAGS = 20  # the universal parts of speech are 17, and named entities have about as many kinds
AFFIX = 40  # characters; a longer one is a part of an address that says nothing more


LEAST_INITIALS = 0.1  # share of the tokens that begin words, where tokens are pieces


def initial_of(words: Vocabulary) -> str:
    """Which of `INITIALS` the tokens carry that begin words, judged from a sample; '' for none."""
    rows = np.unique(np.linspace(0, len(words) - 1, SAMPLE).astype(np.int64)).tolist()
    counts = Counter(words.word(row)[:1] for row in rows)
    mark = max(INITIALS, key=counts.__getitem__)
    return mark if counts[mark] >= LEAST_INITIALS * len(rows) else ""


class Carried(NamedTuple):
    """The prefix and the ending that more than half of the words carry, with their separator; '' for none.

    Where a few tags share the words between them, the ending is the most frequent of these.
    """

    prefix: str = ""
    ending: str = ""
    is_tag: bool = False


# By space: a batch may have many unknown words, and what words carry does not change.
_KNOWN: WeakKeyDictionary[VectorSpace, Carried] = WeakKeyDictionary()


def carried(space: VectorSpace) -> Carried:
    """What most words of a space carry, judged once from a sample."""
    found = _KNOWN.get(space)
    if found is None:
        found = _KNOWN[space] = _carried(space)
    return found


def _carried(space: VectorSpace) -> Carried:
    n = len(space)
    if n < FEWEST:
        return Carried()
    words = [space.word(row) for row in np.unique(np.linspace(0, n - 1, SAMPLE).astype(np.int64)).tolist()]
    half = len(words) / 2
    prefixes = Counter(part for word in words for part in _prefixes(word))
    endings = Counter(part for word in words for part in _prefixes(word[::-1]))
    prefix = max((part for part, count in prefixes.items() if count > half), key=len, default="")
    ending = max((part for part, count in endings.items() if count > half), key=len, default="")
    return Carried(prefix, ending[::-1]) if ending else Carried(prefix, tag := _tag(words), bool(tag))


def _prefixes(word: str) -> Iterator[str]:
    """The beginnings of a word that end with a separator, without the whole."""
    for i, char in enumerate(word[: min(AFFIX, len(word) - 1)], start=1):
        if not (char.isalnum() or char in "'’" or unicodedata.combining(char)) or char == BPE_BLANK:
            yield word[:i]


def _tag(words: Sequence[str]) -> str:
    """The most frequent of a few tags in capitals that most words end with."""
    counts: Counter[str] = Counter()
    for word in words:
        i = len(word) - len(word.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        tag = word[-i - 1 :]
        if 0 < i < len(word) - 1 and not tag[0].isalnum():
            counts[tag] += 1
    common = counts.most_common(TAGS)
    return common[0][0] if sum(count for _, count in common) > len(words) / 2 else ""
