"""Words and rows that come from two files, put together: word by word, or by the rows that a list gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from pathlib import Path

import numpy as np

from vecalc.arrays import Numbers, Singles
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.listed import Listed
from vecalc.sources import Source

AT_ONCE = 1 << 13  # words of a block where many share a row


def differ(count: int | None, words: int, listed: Path, source: Source, why: str = "") -> FileProblem:
    """The problem of a list of words that is of other rows."""
    own = listed == source.path
    message = f"there are {count:,} rows and {words:,} words{'' if own else f' in {listed.name}'}{why}"
    hint = "they must be as many, and in the same order"
    hint += "" if own or source.reading.words_file else "; --words-file names another list"
    return FileProblem(message, where=str(source.path), hint=hint)


def in_order(
    words: list[str], listed: Path, count: int | None, rows: Iterator[Singles], source: Source
) -> Iterator[Block]:
    """A word a row; rows of zeros before the first word (one), or behind the last, are padding."""
    missing = 0 if count is None else count - len(words)
    if missing < 0 or missing > len(words):
        raise differ(count, len(words), listed, source)
    first, skipped, problem = 0, 0, False
    for block in rows:
        if first == 0 and missing == 1 and len(block) and not block[0].any():
            skipped = 1
        begin = skipped if first == 0 else 0
        some = words[first + begin - skipped : first + len(block) - skipped]
        end = begin + len(some)
        problem |= bool(block[end:].any())
        yield Block(some, block[begin:end], range(first + begin + 1, first + end + 1))
        first += len(block)
    if problem or first - skipped < len(words):
        raise differ(first, len(words), listed, source)
    if first > len(words):
        which = "the first row" if skipped else f"the last {first - len(words):,} rows"
        source.tally.remarks[f"{which}, of zeros, without a word in {listed.name}, left out"] = None


def by_rows(
    names: Listed,
    listed: Path,
    count: int | None,
    rows: Iterator[Singles],
    source: Source,
    again: Callable[[], Iterator[Singles]] | None,
) -> Iterator[Block]:
    """Each row with its first word, in the order of rows; then the words that share one with another."""
    words, places = _within(names, listed, count, source)
    if len(words) < len(names.words) == count:  # which may mean that the first row is of the first word
        why = ", which it counts from 1, and the first row is not of zeros"
        rows = _behind_zeros(rows, differ(count, len(names.words), listed, source, why))
    order = np.argsort(places, kind="stable")
    rising = places[order]
    leads = np.concatenate(([True], rising[1:] != rising[:-1]))
    seen = 0

    def counted() -> Iterator[Singles]:
        nonlocal seen
        for block in rows:
            seen += len(block)
            yield block

    yield from _taken(words, places, order[leads], counted())
    if not seen > int(rising[-1]):
        raise differ(seen, len(words), listed, source)
    alone = int(np.count_nonzero(leads))
    if lacking := seen - alone:
        source.tally.remarks[f"rows without a word in {listed.name}, left out: {lacking:,}"] = None
    if shared := len(order) - alone:
        if again is None:
            message = f"{shared:,} words of {listed.name} share a row with another"
            raise FileProblem(message, where=str(source.path), hint="save the rows as .npy")
        message = f"{len(order):,} words share {alone:,} rows, so that many are equally near"
        source.tally.remarks[f"{message}; --first {alone} takes one of each"] = None
        yield from _taken(words, places, order[~leads], again())


def _within(names: Listed, listed: Path, count: int | None, source: Source) -> tuple[Sequence[str], Numbers]:
    """The words that have a row, and these; FileProblem where a list is of another file."""
    words, rows = names.words, names.rows
    assert rows is not None  # noqa: S101 - as the caller saw
    if count is None:
        return words, rows
    inside = rows < count
    beyond = int(np.count_nonzero(~inside))
    # Keras lists all words that it saw, the most frequent first, and gives rows to some, from 1 on.
    if beyond and (names.partial or int(rows.min()) != 1):
        raise differ(count, len(words), listed, source)
    if beyond:
        source.tally.remarks[f"words of {listed.name} beyond the last row, left out: {beyond:,}"] = None
        words, rows = list(compress(words, inside.tolist())), rows[inside]
    if not names.partial and 2 * len(words) < count:
        raise differ(count, len(names.words), listed, source)
    return words, rows


def _behind_zeros(rows: Iterator[Singles], problem: FileProblem) -> Iterator[Singles]:
    """The same rows; the problem where the first is not of zeros."""
    for number, block in enumerate(rows):
        if number == 0 and block[:1].any():
            raise problem
        yield block


def _taken(words: Sequence[str], places: Numbers, which: Numbers, rows: Iterator[Singles]) -> Iterator[Block]:
    """Some of the words, by rising rows, and these."""
    theirs = places[which]
    first = at = 0
    for block in rows:
        last = first + len(block)
        end = int(np.searchsorted(theirs, last))
        for begin in range(at, end, AT_ONCE):
            some = slice(begin, min(begin + AT_ONCE, end))
            yield Block(
                [words[i] for i in which[some].tolist()],
                block[theirs[some] - first],
                (theirs[some] + 1).tolist(),
            )
        first, at = last, end
