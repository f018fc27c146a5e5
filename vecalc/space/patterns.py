"""Words that match a pattern, among a million of them before one has noticed.

Most patterns hold some plain text (`un` of `un*`, `ing` of `/ing$/`) that a matching word must hold as well.
That text is looked for in the bytes of all words, and only the words around it are matched.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vecalc.arrays import Numbers
from vecalc.errors import UsageError

if TYPE_CHECKING:
    from vecalc.space.words import Vocabulary

# To find a word by its text takes a few times as long as to match it among all: where more than one word in
# so many has the text, all are matched.
WORTH_FINDING = 5
LONGEST_GLOB = 1_000  # characters; fnmatch takes the square of them where brackets stay open
_TOO_HARD = re.compile(r"[\\|(){}\n]")  # of a regular expression: what could make plain text optional
_PLAIN = re.compile(r"[^.^$*+?\[\]]+")


class Pattern(NamedTuple):
    """What to look for: the test of a word, and a text that stands in every word that passes.

    A newline in `needle` is the beginning or the end of a word; "" says nothing.
    """

    text: str
    matches: Callable[[str], object]
    needle: str


def pattern(text: str, where: str = "--match") -> Pattern:
    """`/regex/` is searched for anywhere in a word; a glob such as `un*` must fit all of it.

    Raises `UsageError` for what is no regular expression or a glob of more than a thousand characters; the
    test does for one that takes too long.
    """
    if len(text) < 2 or not (text.startswith("/") and text.endswith("/")):
        if len(text) > LONGEST_GLOB:
            message = f"a pattern may have {LONGEST_GLOB:,} characters, not {len(text):,}"
            raise UsageError(message, where=where)
        return Pattern(text, re.compile(rf"\A{fnmatch.translate(text)}").search, _needle_of_glob(text))
    from vecalc.space.regular import searcher

    return Pattern(text, searcher(text[1:-1], where), _needle_of_regex(text[1:-1]))


def matching_rows(words: Vocabulary, wanted: Pattern) -> Numbers:
    """The rows of all words that match, ascending."""
    found = _holding(words, wanted.needle)
    if found is None:
        return np.array([row for row, word in enumerate(words) if wanted.matches(word)], np.int64)
    return np.array([row for row in found.tolist() if wanted.matches(words.word(row))], np.int64)


def _holding(words: Vocabulary, needle: str) -> Numbers | None:
    """The rows of all words with a text in them, and perhaps others; None when they are too many."""
    if not needle:
        return None
    data, offsets = words.lines()
    places = np.fromiter(_places(data.tobytes(), needle, len(words) // WORTH_FINDING), np.int64)
    if WORTH_FINDING * len(places) >= len(words):
        return None
    rows = np.searchsorted(offsets, places + needle.startswith("\n"), "right") - 1
    first = np.zeros(1, np.int64)  # no newline stands before the first word
    return np.unique(np.concatenate([first, rows]))


def _places(data: bytes, needle: str, most: int) -> Iterator[int]:
    """Where a text stands, about once a word; one place more than `most` at most."""
    sought = needle.encode("utf-8", "surrogateescape")
    place = data.find(sought)
    for _ in range(most + 1):
        if place < 0:
            return
        yield place
        place = data.find(sought, place + 1)


def _needle_of_glob(text: str) -> str:
    """The longest run without wildcards; what comes behind a bracket is left out of it."""
    if "\n" in text:
        return ""
    before, bracket, _ = text.partition("[")
    first, *others = re.split(r"[*?]", before)
    runs = ["\n" + first, *others]
    if not bracket:
        runs[-1] += "\n"
    best = max(runs, key=lambda run: (len(run.strip("\n")), len(run)))
    return best if best.strip("\n") else ""


def _needle_of_regex(text: str) -> str:
    """The longest run of plain characters, where an expression is simple enough to tell that it must be."""
    if _TOO_HARD.search(text):
        return ""
    text = text.partition("[")[0]
    best = ""
    for run in _PLAIN.finditer(text):
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        needle = run[0][:-1] if after in ("*", "?") else run[0]
        if needle and before == "^" and run.start() == 1:
            needle = "\n" + needle
        if needle and after == "$" and run.end() == len(text) - 1:
            needle += "\n"
        best = max(best, needle, key=len)
    return best
