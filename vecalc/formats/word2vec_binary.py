"""word2vec binary: a line "rows width", then for each word its bytes, a blank, and raw float32.

Numbers are little-endian. word2vec.c ends every row with a newline, gensim writes none; either is read.
Source: Mikolov's word2vec.c, `-binary 1`; gensim's save_word2vec_format(binary=True).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vecalc.errors import FileProblem
from vecalc.formats import MAX_WORD, Block, Head, Source
from vecalc.formats.word2vec_header import Header, check_header, is_text, parse_header, required_header
from vecalc.formats.word_text import decode, shown, too_long, unfit
from vecalc.formats.writers import batches, created
from vecalc.space import VectorSpace

SUFFIXES = (".bin", ".w2v")
GZIPPED = True  # it may be
CHUNK = 4 << 20  # bytes at a time: some thousand rows of 300, and more than any one row
LONGEST_HEADER = 128  # bytes: two integers of any size
TRAILING = "bytes after the last row that the header promises, ignored"
_WIDTH_HINT = "the file is damaged, or its header has the wrong width; fetch it again"


class _Window(NamedTuple):
    """A piece of the file in memory, and its place in the file."""

    data: bytes
    offset: int


class _Found(NamedTuple):
    """Whole rows at the beginning of a window: words, where each begins and its vector does, and the end."""

    words: list[bytes]
    starts: list[int]
    vectors: list[int]
    end: int


def recognise(head: Head) -> bool:
    """A header, and something other than digits after the first word."""
    header = parse_header(head.data)
    return header is not None and not is_text(head.data[header.size :], header.width)


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem with the byte where the file stops being what its header says."""
    window = _Window(_beginning(source), 0)
    header = required_header(window.data, source)
    check_header(header, source, least_row=len("w ") + 4 * header.width)
    window = _after(window, header.size)
    seen = 0
    while seen < header.rows:
        found = _whole_rows(window.data, 4 * header.width, header.rows - seen)
        if found.words:
            yield _block(found, window, seen, header, source)
        seen += len(found.words)
        window = _after(window, found.end)
        if seen < header.rows:
            window = _longer(window, seen, header, source)
    _finish(window, header, source)


def _beginning(source: Source) -> bytes:
    """The first bytes of the file, with the whole first line where it may be a header."""
    data = b""
    while b"\n" not in data and len(data) < LONGEST_HEADER and (more := source.stream.read(CHUNK)):
        data += more
    return data


def _after(window: _Window, end: int) -> _Window:
    return _Window(window.data[end:], window.offset + end)


def _longer(window: _Window, seen: int, header: Header, source: Source) -> _Window:
    """The window with the next bytes of the file; FileProblem when there are none, or a word has no end."""
    if window.data.find(b" ", 0, MAX_WORD + 2) < 0 and len(window.data) > MAX_WORD + 1:
        raise too_long(_place(source, window.offset))
    more = source.stream.read(CHUNK)
    if not more:
        raise _cut(window, seen, header, source)
    return _Window(window.data + more, window.offset)


def _whole_rows(data: bytes, size: int, wanted: int) -> _Found:
    """At most so many rows with vectors of so many bytes, as far as the data hold them whole.

    The one loop that can't be left to numpy: where a row begins is known when the one before it is. It does
    nothing else, so that the threads which code and write rows get their turns.
    """
    find, last = data.find, len(data) - size
    vectors: list[int] = []
    end = 0
    for _ in range(wanted):
        vector = find(b" ", end) + 1
        if not vector or vector > last:
            break
        vectors.append(vector)
        end = vector + size
    starts = [0, *(vector + size for vector in vectors[:-1])][: len(vectors)]
    words = [data[start : vector - 1] for start, vector in zip(starts, vectors, strict=True)]
    if any(word[:1] == b"\n" for word in words):  # word2vec.c ends rows with it
        starts = [start + (word[:1] == b"\n") for start, word in zip(starts, words, strict=True)]
        words = [word.removeprefix(b"\n") for word in words]
    return _Found(words, starts, vectors, end)


def _block(found: _Found, window: _Window, seen: int, header: Header, source: Source) -> Block:
    def where(i: int) -> str:
        return _place(source, window.offset + found.starts[i])

    _refuse_shifted(found.words, seen, where)
    words = decode(found.words, source, where)
    every = np.lib.stride_tricks.sliding_window_view(np.frombuffer(window.data, np.uint8), 4 * header.width)
    rows = every[np.array(found.vectors)].view("<f4")
    return Block(words, rows.astype(np.float32, copy=False), range(seen + 1, seen + 1 + len(words)))


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
    if rest and not source.tolerance.allow_trailing:
        message = f"data after the last row: the header promises {header.rows:,} rows, and more follows"
        hint = "the header is wrong, or two files were joined; --allow-trailing ignores the rest"
        raise FileProblem(message, where=_place(source, window.offset), hint=hint)
    extra = len(rest)
    while more := source.stream.read(CHUNK):
        extra += len(more)
    if extra:
        source.tally[TRAILING] += extra


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
