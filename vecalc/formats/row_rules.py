"""What every format owes to its reader: finite rows, each with a word, each word once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from vecalc.arrays import Mask
from vecalc.errors import FileProblem
from vecalc.formats import Block, Source
from vecalc.formats.word_text import shown

NOT_FINITE = "rows with numbers that are not finite, left out"
WORDLESS = "rows without a word, left out"
BROKEN = "rows whose word holds a newline, left out"
DUPLICATE = "duplicate words left out, the first row of each kept"
_HINT = "--skip-bad-rows leaves such rows out"


def sound(blocks: Iterable[Block], source: Source) -> Iterator[Block]:
    """The same blocks without what must not be in a space.

    A row with nan or infinity (as float32) and a row whose word is empty, blank, or of several lines are
    FileProblems, or left out and counted on request; a word that came before is left out and counted.
    """
    seen: set[str] = set()
    for block in blocks:
        wordless = _wordless(block.words)
        infinite = np.logical_not(np.isfinite(block.rows).all(axis=1))
        broken = _broken(block.words) & ~wordless
        _refuse(block, infinite, source, NOT_FINITE, "holds a number that is not finite (as float32)")
        _refuse(block, wordless, source, WORDLESS, "has no word")
        _refuse(block, broken, source, BROKEN, "holds a newline in its word")
        yield _without(block, wordless | infinite | broken, seen, source)


def _wordless(words: Sequence[str]) -> Mask:
    if all(map(str.strip, words)):  # blanks of any kind: stricter, and faster
        return np.zeros(len(words), bool)
    return np.array([not word.strip(" \t\r\n") for word in words], bool)


def _broken(words: Sequence[str]) -> Mask:
    if "\n" not in "".join(words):
        return np.zeros(len(words), bool)
    return np.array(["\n" in word for word in words], bool)


def _refuse(block: Block, bad: Mask, source: Source, kind: str, what: str) -> None:
    """Count the bad rows where they are to be skipped, otherwise raise for the first of them."""
    if not bad.any():
        return
    if not source.tolerance.skip_bad_rows:
        i = int(bad.argmax())
        message = f"row {block.numbers[i]:,} (word {shown(block.words[i])}) {what}"
        raise FileProblem(message, where=str(source.path), hint=_HINT)
    source.tally[kind] += int(bad.sum())


def _without(block: Block, bad: Mask, seen: set[str], source: Source) -> Block:
    """The block without its bad rows and without words seen before; `seen` learns the new ones."""
    fresh = set(block.words)
    if not bad.any() and len(fresh) == len(block.words) and seen.isdisjoint(fresh):
        seen |= fresh
        return block
    kept = [i for i, word in enumerate(block.words) if not bad[i] and _is_new(word, seen)]
    if repeated := len(block.words) - int(bad.sum()) - len(kept):
        source.tally[DUPLICATE] += repeated
    numbers = [block.numbers[i] for i in kept]
    return Block([block.words[i] for i in kept], block.rows[kept], numbers, block.subwords)


def _is_new(word: str, seen: set[str]) -> bool:
    if word in seen:
        return False
    seen.add(word)
    return True
