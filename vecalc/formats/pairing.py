"""Words and rows that come from two files, put together: word by word, or by the rows that a list gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from vecalc.arrays import Numbers, Singles
from vecalc.errors import FileProblem
from vecalc.formats import Block, Source
from vecalc.formats.word_values import Listed

AT_ONCE = 1 << 13  # words of a block where many share a row


def differ(count: int | None, words: int, listed: Path, source: Source) -> FileProblem:
    """The problem of a list of words that is of other rows."""
    what = "words" if listed == source.path else f"words in {listed.name}"
    message = f"there are {count:,} rows and {words:,} {what}"
    return FileProblem(message, where=str(source.path), hint="they must be as many, and in the same order")


def in_order(
    words: list[str], listed: Path, count: int | None, rows: Iterator[Singles], source: Source
) -> Iterator[Block]:
    """A word a row; rows of zeros before the first word (one), or behind the last, are padding."""
    missing = 0 if count is None else count - len(words)
    if missing < 0 or missing > len(words):
        raise differ(count, len(words), listed, source)
    first, skipped, problem = 0, 0, False
    for block in rows:
        if first == 0 and missing == 1 and not block[0].any():
            skipped = 1
        last = first + len(block)
        some = words[max(first - skipped, 0) : last - skipped]
        begin = skipped if first == 0 else 0
        problem |= bool(block[begin + len(some) :].any())
        yield Block(
            some, block[begin : begin + len(some)], range(first + begin + 1, first + begin + 1 + len(some))
        )
        first = last
    if problem or first - skipped < len(words):
        raise differ(first, len(words), listed, source)
    if first > len(words):
        which = "the first row" if skipped else f"the last {first - len(words):,} rows"
        source.tally.remarks[f"{which}, of zeros, without a word in {listed.name}, left out"] = None


def within(names: Listed, listed: Path, count: int | None, source: Source) -> Listed:
    """The names that have a row, each; FileProblem where a list is of another file."""
    rows = names.rows
    assert rows is not None  # noqa: S101 - as the caller saw
    if count is None:
        return names
    inside = rows < count
    beyond = int(np.count_nonzero(~inside))
    # Keras lists all words that it saw, the most frequent first, and gives rows to some, from 1 on.
    if beyond and (names.partial or int(rows.min()) != 1):
        raise differ(count, len(names.words), listed, source)
    if beyond:
        source.tally.remarks[f"words of {listed.name} beyond the last row, left out: {beyond:,}"] = None
        kept = inside.tolist()
        words = [word for word, is_kept in zip(names.words, kept, strict=True) if is_kept]
        names = names._replace(words=words, rows=rows[inside])
    if not names.partial and 2 * len(names.words) < count:
        raise differ(count, len(names.words), listed, source)
    return names


def by_rows(
    names: Listed,
    listed: Path,
    rows: Iterator[Singles],
    source: Source,
    again: Callable[[], Iterator[Singles]] | None,
) -> Iterator[Block]:
    """Each row with its first word, in the order of rows; then the words that share one with another."""
    assert names.rows is not None  # noqa: S101 - as the caller saw
    order = np.argsort(names.rows, kind="stable")
    in_order = names.rows[order]
    leads = np.concatenate(([True], in_order[1:] != in_order[:-1]))
    seen = 0

    def counted() -> Iterator[Singles]:
        nonlocal seen
        for block in rows:
            seen += len(block)
            yield block

    yield from _taken(names, order[leads], counted())
    if not seen > int(in_order[-1]):
        raise differ(seen, len(names.words), listed, source)
    alone = int(np.count_nonzero(leads))
    if lacking := seen - alone:
        source.tally.remarks[f"rows without a word in {listed.name}, left out: {lacking:,}"] = None
    if shared := len(order) - alone:
        if again is None:
            message = f"{shared:,} words of {listed.name} share a row with another"
            raise FileProblem(message, where=str(source.path), hint="save the rows as .npy")
        message = f"{len(order):,} words share {alone:,} rows, so that many are equally near"
        source.tally.remarks[f"{message}; --first {alone} takes one of each"] = None
        yield from _taken(names, order[~leads], again())


def _taken(names: Listed, which: Numbers, rows: Iterator[Singles]) -> Iterator[Block]:
    """Some of the words, by rising rows, and these."""
    assert names.rows is not None  # noqa: S101 - as the caller saw
    theirs = names.rows[which]
    first = at = 0
    for block in rows:
        last = first + len(block)
        end = int(np.searchsorted(theirs, last))
        for begin in range(at, end, AT_ONCE):
            some = slice(begin, min(begin + AT_ONCE, end))
            words = [names.words[i] for i in which[some].tolist()]
            yield Block(words, block[theirs[some] - first], (theirs[some] + 1).tolist())
        first, at = last, end
