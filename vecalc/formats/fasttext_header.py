"""The header of a fastText model and its dictionary: all that stands before the matrix, each number checked.

Little-endian: an optional magic number and version; twelve int32 and a double on training; three int32,
an int64 and, in the newer layout, another (`_dictionary`); then for each word its bytes, NUL, an int64 count
and a byte that tells words from labels. Source: fastText's args.cc, dictionary.cc and fasttext.cc.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.sources import MAX_WIDTH, Source
from vecalc.space.subwords import LONGEST_NGRAM, LONGEST_WORD

MAGIC = b"\xba\x16\x4f\x2f"
VERSIONS = (11, 12)
SUPERVISED = 3
LEAST_ENTRY = 10  # bytes of a word without characters
CHUNK = 1 << 20
DAMAGED = "the file is damaged, or of another format; fetch it again"
USE_VEC = "its .vec file, or what `fasttext print-word-vectors` prints, can be read"


class Model(NamedTuple):
    """What stands before the matrix, as far as it is used."""

    width: int  # of a row
    buckets: int  # rows of n-grams
    shortest: int  # n-gram, in characters
    longest: int
    newer: bool  # has the magic number, and flags before the matrices
    words: list[bytes]


class Reader:
    """A stream in pieces of a known size, or up to a NUL, and how far it has been read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data = b""
        self.start = 0  # of what is left, in `data`
        self.offset = 0  # of `data`, in the file

    @property
    def place(self) -> int:
        """Bytes that have been taken."""
        return self.offset + self.start

    def take(self, size: int) -> bytes:
        """Exactly so many bytes, which must be few."""
        while len(self.data) - self.start < size:
            self._more()
        taken = self.data[self.start : self.start + size]
        self.start += size
        return taken

    def until_nul(self) -> bytes:
        """The bytes before the next NUL, which is passed over."""
        while (end := self.data.find(b"\0", self.start)) < 0:
            if len(self.data) - self.start > LONGEST_WORD:
                break
            self._more()
        if end < 0 or end - self.start > LONGEST_WORD:
            raise self.problem(f"a word of more than {LONGEST_WORD:,} bytes, or without its final NUL")
        word = self.data[self.start : end]
        self.start = end + 1
        return word

    def unpack(self, layout: str) -> tuple[int, ...]:
        """Numbers of a `struct` layout."""
        return struct.unpack(f"<{layout}", self.take(struct.calcsize(f"<{layout}")))

    def rest(self) -> bytes:
        """What has been read of the stream and not been taken."""
        return self.data[self.start :]

    def problem(self, message: str, hint: str = DAMAGED) -> FileProblem:
        """A problem at this byte."""
        return FileProblem(message, where=f"{self.source.path}:byte {self.place:,}", hint=hint)

    def _more(self) -> None:
        more = self.source.stream.read(CHUNK)
        if not more:
            raise self.problem("the file is cut short", "fetch it again")
        self.offset += self.start
        self.data = self.data[self.start :] + more
        self.start = 0


def read_header(reader: Reader) -> Model:
    """Everything before the matrix. Raises `FileProblem` for what can't be, or can't be read."""
    newer = reader.take(4) == MAGIC
    if newer:
        (version,) = reader.unpack("i")
        if version not in VERSIONS:
            hint = "this version reads 11 and 12, which fastText has written since 2017"
            raise reader.problem(f"a fastText model of version {version}", hint)
    else:
        reader.start = 0  # the first number was no magic one
    # dim ws epoch minCount neg wordNgrams loss model bucket minn maxn lrUpdateRate t
    width, _, _, _, _, _, _, kind, buckets, shortest, longest, *_ = reader.unpack("12id")
    if kind == SUPERVISED:
        raise _supervised(reader)
    if not 0 < width <= MAX_WIDTH or buckets < 0 or kind not in (1, 2):
        message = f"{width:,} components, {buckets:,} buckets and model {kind}"
        raise reader.problem(f"the header says {message}")
    if not (0 <= shortest <= LONGEST_NGRAM and 0 <= longest <= LONGEST_NGRAM):
        raise reader.problem(f"the header says n-grams of {shortest:,} to {longest:,} characters")
    _check_size(0, buckets, width, reader)
    words = _dictionary(reader, buckets, width, newer)
    return Model(width, buckets, shortest, longest, newer, words)


def _supervised(reader: Reader) -> FileProblem:
    return reader.problem("a supervised fastText model, which sorts texts by labels", USE_VEC)


def _check_size(words: int, buckets: int, width: int, reader: Reader) -> None:
    """The words, and the matrix with a row for each and for each bucket, must be in the file."""
    needed = words * LEAST_ENTRY + (words + buckets) * width * 4
    if needed > reader.source.ceiling:
        message = (
            f"the header says {words:,} words and {buckets:,} buckets of {width:,} numbers, "
            f"at least {needed:,} bytes; the file holds at most {reader.source.ceiling:,}"
        )
        raise reader.problem(message)


def _dictionary(reader: Reader, buckets: int, width: int, newer: bool) -> list[bytes]:
    size, words, labels = reader.unpack("3i")
    (_,) = reader.unpack("q")  # tokens of the training text
    pruned = reader.unpack("q")[0] if newer else -1
    if labels > 0:
        raise _supervised(reader)
    if size < 1 or size != words or labels < 0:
        raise reader.problem(f"the dictionary says {size:,} entries, {words:,} words and {labels:,} labels")
    if pruned >= 0:
        raise reader.problem("a fastText model whose dictionary was pruned (quantized)", USE_VEC)
    _check_size(size, buckets, width, reader)
    return [_entry(reader) for _ in range(size)]


def _entry(reader: Reader) -> bytes:
    word = reader.until_nul()
    if b"\n" in word:  # fastText ends words at blanks and line ends
        raise reader.problem("a word that holds a newline")
    count, kind = reader.unpack("qb")
    if count < 0 or kind != 0:
        raise reader.problem(f"an entry of the dictionary with count {count:,} and type {kind}")
    return word
