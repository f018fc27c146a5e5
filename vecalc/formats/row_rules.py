"""What every format owes to its reader: finite rows, each with a word, each word once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from vecalc.arrays import Mask
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.lopsided import lopsided
from vecalc.sources import Source
from vecalc.sources.excuses import (
    BROKEN,
    DUPLICATE,
    ENOUGH_ROWS,
    MALFORMED,
    NOT_FINITE,
    WORDLESS,
    odd,
    refuse_if_damaged,
)
from vecalc.sources.word_text import shown

_HINT = "--skip-bad-rows leaves such rows out"


def sound(blocks: Iterable[Block], source: Source) -> Iterator[Block]:
    """The same blocks without what must not be in a space.

    A row with nan or infinity (as float32) and a row whose word is empty or of several lines is odd: left out
    and counted, or a FileProblem; a word that came before is left out and counted.
    """
    seen: set[str] = set()
    rows, asked = 0, ENOUGH_ROWS
    for block in blocks:
        words = block.words
        if not rows and (remark := lopsided(block.rows)):
            source.tally.remarks[remark] = None
        rows += len(words)
        if rows >= asked:
            refuse_if_damaged(rows + source.tally.counts[MALFORMED], source)
            asked = 2 * rows
        infinite = np.logical_not(np.isfinite(block.rows).all(axis=1))
        wordless = broken = np.zeros(len(words), bool)
        if "" in words:
            wordless = np.array([not word for word in words], bool)
        if "\n" in "".join(words):
            broken = np.array(["\n" in word for word in words], bool)
        for bad, kind, what in (
            (infinite, NOT_FINITE, "holds a number that is not finite (as float32)"),
            (wordless, WORDLESS, "has no word"),
            (broken, BROKEN, "holds a newline in its word"),
        ):
            if bad.any():
                i = int(bad.argmax())
                message = f"row {block.numbers[i]:,} (word {shown(words[i])}) {what}"
                problem = FileProblem(message, where=str(source.path), hint=_HINT)
                odd(kind, problem, source, int(bad.sum()))
        yield _without(block, wordless | infinite | broken, seen, source)
    refuse_if_damaged(rows + source.tally.counts[MALFORMED], source)


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
        source.tally.counts[DUPLICATE] += repeated
    numbers = np.asarray(block.numbers, np.int64)
    left = np.ones(len(numbers), bool)
    left[kept] = False
    words = [block.words[i] for i in kept]
    left_out = numbers[left], block.rows[left]
    known = block.metadata and {
        column: [values[i] for i in kept] for column, values in block.metadata.items()
    }
    return block._replace(
        words=words,
        rows=block.rows[kept],
        numbers=numbers[kept].tolist(),
        left_out=left_out,
        metadata=known,
    )
