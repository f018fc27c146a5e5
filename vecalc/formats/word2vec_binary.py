"""word2vec binary: a line "rows width", then for each word its bytes, a blank, and raw float32.

Numbers are little-endian. word2vec.c ends every row with a newline, gensim writes none; either is read.
Source: Mikolov's word2vec.c, `-binary 1`; gensim's save_word2vec_format(binary=True).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vecalc.codecs.word2vec_header import Header, is_text, parse_header, required_header, too_many
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.word_ends import Piece, Placed, WordEnds
from vecalc.formats.writers import batches, created
from vecalc.sources import MAX_WORD, Head, Source
from vecalc.sources.excuses import TRAILING, excuse
from vecalc.sources.word_text import decode, shown, too_long, unfit
from vecalc.space import VectorSpace

SUFFIXES = (".bin", ".w2v")
GZIPPED = True  # it may be
CHUNK = 4 << 20  # bytes at a time: some thousand rows of 300, and more than any one row
LONGEST_HEADER = 128  # bytes: two integers of any size
_WIDTH_HINT = "the file is damaged, or its header has the wrong width; fetch it again"


class _Window(NamedTuple):
    """A piece of the file in memory, and its place in the file."""

    data: bytes
    offset: int


def recognise(head: Head) -> bool:
    """A header, and something other than digits after the first word."""
    header = parse_header(head.data)
    return header is not None and not is_text(head.data[header.size :], header.width)


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem with the byte where the file stops being what its header says."""
    window = _Window(_beginning(source), 0)
    header = required_header(window.data, source, number=4, rest=len("w "))
    window = _after(window, header.size)
    ends, seen, size, complete = WordEnds(header.width, source), 0, 4 * header.width, False
    while seen < header.rows:
        found = ends.found(Piece(window.data, window.offset, header.rows - seen, complete))
        if found.vectors:
            yield _block(found, window, seen, size, source)
            seen += len(found.vectors)
            window = _after(window, found.vectors[-1] + size)
        elif complete:
            raise _cut(window, seen, header, source)
        if seen < header.rows and not complete:
            window, complete = _longer(window, source)
    _finish(window, header, source)


def _beginning(source: Source) -> bytes:
    """The first bytes of the file, with the whole first line where it may be a header."""
    data = b""
    while b"\n" not in data and len(data) < LONGEST_HEADER and (more := source.stream.read(CHUNK)):
        data += more
    return data


def _after(window: _Window, end: int) -> _Window:
    return _Window(window.data[end:], window.offset + end)


def _longer(window: _Window, source: Source) -> tuple[_Window, bool]:
    """The window with the next bytes of the file, and whether there were none.

    FileProblem for a word without an end.
    """
    if window.data.find(b" ", 0, MAX_WORD + 2) < 0 and len(window.data) > MAX_WORD + 1:
        raise too_long(_place(source, window.offset))
    more = source.stream.read(CHUNK)
    return _Window(window.data + more, window.offset), not more


def _block(found: Placed, window: _Window, seen: int, size: int, source: Source) -> Block:
    """The rows that were found in a window."""
    vectors = found.vectors
    starts = [0, *(vector + size for vector in vectors[:-1])]
    raw = [window.data[start : vector - 1] for start, vector in zip(starts, vectors, strict=True)]
    if any(word[:1] == b"\n" for word in raw):  # word2vec.c ends rows with it
        starts = [start + (word[:1] == b"\n") for start, word in zip(starts, raw, strict=True)]
        raw = [word.removeprefix(b"\n") for word in raw]

    def where(i: int) -> str:
        return _place(source, window.offset + starts[i])

    _refuse_shifted(raw, seen, where)
    words = decode(raw, source, where)
    rows = found.rows.astype(np.float32, copy=False)
    return Block(words, rows, range(seen + 1, seen + 1 + len(words)))


def _refuse_shifted(words: Sequence[bytes], seen: int, where: Callable[[int], str]) -> None:
    """A newline or a NUL inside a word means that the rows are not as wide as the header says."""
    joined = b" ".join(words)
    if b"\n" not in joined and b"\0" not in joined:
        return
    i = next(i for i, word in enumerate(words) if b"\n" in word or b"\0" in word)
    message = f"the word of row {seen + 1 + i:,}, {shown(words[i])}, holds a newline or a NUL"
    raise FileProblem(message, where=where(i), hint=_WIDTH_HINT)


def _cut(window: _Window, seen: int, header: Header, source: Source) -> FileProblem:
    """The file is at its end before the last row is."""
    rest = window.data.removeprefix(b"\n")
    if rest:
        part = "vector" if b" " in rest else "word"
        message = (
            f"the file ends inside the {part} of row {seen + 1:,}; {seen:,} of {header.rows:,} rows were read"
        )
    else:
        message = f"the header promises {header.rows:,} rows, the file has {seen:,}"
    hint = "the file is cut short, or its header is wrong; fetch it again"
    return FileProblem(message, where=_place(source, window.offset + len(window.data)), hint=hint)


def _finish(window: _Window, header: Header, source: Source) -> None:
    """Read to the end, which has gzip verify its checksum; nothing but a newline may come."""
    rest = window.data
    while rest in {b"", b"\n"} and (more := source.stream.read(CHUNK)):
        rest += more
    rest = rest.removeprefix(b"\n")
    if rest:
        problem = too_many(header.rows, "more follows", _place(source, window.offset))
        excuse(source.reading.allow_trailing, TRAILING, problem, source, len(rest))
    while more := source.stream.read(CHUNK):
        source.tally.counts[TRAILING] += len(more)


def _place(source: Source, offset: int) -> str:
    return f"{source.path}:byte {offset:,}"


def write(path: Path, space: VectorSpace) -> None:
    """Write a space as word2vec.c does; UsageError for a word with a blank or a NUL."""
    with created(path) as stream:
        stream.write(b"%d %d\n" % (len(space), space.dim))
        for batch in batches(space):
            for i, raw in enumerate(batch.raw):
                if b" " in raw or b"\0" in raw:
                    word, row = batch.words[i], batch.first + i
                    raise unfit(word, row, "word2vec binary", "it holds a blank or a NUL")
            rows = batch.rows.astype("<f4", copy=False)
            lines = (b"%b %b\n" % (raw, row.tobytes()) for raw, row in zip(batch.raw, rows, strict=True))
            stream.write(b"".join(lines))
