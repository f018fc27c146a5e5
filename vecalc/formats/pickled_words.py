"""What is looked for in a pickle: keys of a vocabulary, as words, and as many rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from vecalc.arrays import AnyArray
from vecalc.codecs.pickled_arrays import plain
from vecalc.errors import FileProblem
from vecalc.formats.listed import Listed
from vecalc.sources import DAMAGED, Source
from vecalc.sources.word_text import as_text, decode

if TYPE_CHECKING:
    from vecalc.space.subwords import Subwords

NUMBERED = "keys that are numbers, read as their decimals"
OLD_TEXTS = "words of Python 2, taken to be UTF-8"


class Vectors(NamedTuple):
    """Words [n], rows [n, d], and the n-grams that may have to be added to them."""

    words: Sequence[str]
    rows: Sliceable
    subwords: Subwords | None = None
    unfinished: bool = False  # the rows are the words' own, without their n-grams
    beside: tuple[Listed, Path] | None = None  # the words, where they are in a file of their own


class Sliceable(Protocol):
    """A matrix [n, d] of any numbers, of which some rows at a time are made."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and numbers in each."""

    def __getitem__(self, rows: slice, /) -> AnyArray:
        """Some rows."""


Some = TypeVar("Some", bound=Sliceable)


def fitting(rows: Some, words: Sequence[Any], source: Source) -> Some:
    """The rows, of which there must be one for each word."""
    if rows.shape[0] != len(words) or not rows.shape[1]:
        message = f"{len(words):,} words, and vectors of shape {rows.shape[0]:,} x {rows.shape[1]:,}"
        raise FileProblem(message, where=str(source.path), hint=DAMAGED)
    return rows


def as_words(keys: Sequence[Any], source: Source, hint: str) -> list[str]:
    """Texts, whole numbers as their decimals, and bytes; Python's or numpy's.

    FileProblem for any other key, with the hint.
    """
    kinds = Counter(map(type, keys))
    if set(kinds) == {str}:
        words: list[str] = list(keys)
    else:
        words = [_word(plain(key), source, hint) for key in keys]
    return as_text(words, source, lambda i: f"{source.path}: word {i + 1:,}")


def is_key(value: Any) -> bool:
    """Whether a value may stand for a word."""
    return type(plain(value)) in (str, int, bytes)


def of_python_2(words: Sequence[str], source: Source) -> list[str]:
    """Words that Python 2 wrote as bytes, and that were read as if each byte were a letter."""
    mended = [_mended(word) for word in words]
    if changed := sum(new != old for new, old in zip(mended, words, strict=True)):
        source.tally.counts[OLD_TEXTS] += changed
    return mended


def _mended(word: str) -> str:
    if word.isascii():
        return word
    try:
        return word.encode("latin-1").decode()
    except UnicodeError:
        return word


def _word(key: Any, source: Source, hint: str) -> str:
    if type(key) is str:
        return key
    if type(key) is bytes:
        return decode([key], source, lambda _: str(source.path))[0]
    if type(key) is int and abs(key) < 1 << 64:
        source.tally.counts[NUMBERED] += 1
        return str(key)
    message = f"a vocabulary whose keys are not all words: one is of type {type(key).__name__.lower()}"
    raise FileProblem(message, where=str(source.path), hint=hint)
