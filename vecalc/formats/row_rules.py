"""What every format owes to its reader: finite rows, each with a word, each word once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from vecalc.arrays import Mask
from vecalc.errors import FileProblem
from vecalc.formats import Block, Source
from vecalc.formats.word_text import shown

MALFORMED = "malformed rows left out"
NOT_FINITE = "rows with numbers that are not finite, left out"
WORDLESS = "rows without a word, left out"
BROKEN = "rows whose word holds a newline, left out"
DUPLICATE = "duplicate words left out, the first row of each kept"
TRAILING = "bytes after the last row that the header promises, ignored"
JOINED = "two files were joined, or the file is damaged; --allow-trailing ignores the rest"  # a hint
_HINT = "--skip-bad-rows leaves such rows out"


def excuse(allowed: bool, kind: str, problem: FileProblem, source: Source, count: int = 1) -> None:
    """Count what is put up with, as so many of a kind; raise the problem of it where it is not allowed."""
    if not allowed:
        raise problem from None
    source.tally[kind] += count


def sound(blocks: Iterable[Block], source: Source) -> Iterator[Block]:
    """The same blocks without what must not be in a space.

    A row with nan or infinity (as float32) and a row whose word is empty, blank, or of several lines are
    FileProblems, or left out and counted on request; a word that came before is left out and counted.
    """
    seen: set[str] = set()
    for block in blocks:
        words = block.words
        infinite = np.logical_not(np.isfinite(block.rows).all(axis=1))
        wordless = broken = np.zeros(len(words), bool)
        if not all(map(str.strip, words)):  # blanks of any kind: stricter, and faster
            wordless = np.array([not word.strip(" \t\r\n") for word in words], bool)
        if "\n" in "".join(words):
            broken = np.array(["\n" in word for word in words], bool) & ~wordless
        for bad, kind, what in (
            (infinite, NOT_FINITE, "holds a number that is not finite (as float32)"),
            (wordless, WORDLESS, "has no word"),
            (broken, BROKEN, "holds a newline in its word"),
        ):
            if bad.any():
                i = int(bad.argmax())
                message = f"row {block.numbers[i]:,} (word {shown(words[i])}) {what}"
                problem = FileProblem(message, where=str(source.path), hint=_HINT)
                excuse(source.tolerance.skip_bad_rows, kind, problem, source, int(bad.sum()))
        yield _without(block, wordless | infinite | broken, seen, source)


def _without(block: Block, bad: Mask, seen: set[str], source: Source) -> Block:
    """The block without its bad rows and without words seen before; `seen` learns the new ones."""
    fresh = set(block.words)
    if not bad.any() and len(fresh) == len(block.words) and seen.isdisjoint(fresh):
        seen |= fresh
        return block
    kept: list[int] = []
    for i, word in enumerate(block.words):
        if not bad[i] and word not in seen:
            seen.add(word)
            kept.append(i)
    if repeated := len(block.words) - int(bad.sum()) - len(kept):
        source.tally[DUPLICATE] += repeated
    numbers = [block.numbers[i] for i in kept]
    return Block([block.words[i] for i in kept], block.rows[kept], numbers, block.subwords)
