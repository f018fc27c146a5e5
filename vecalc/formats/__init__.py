"""Foreign files, read once and streamed: one module a format, found by themselves.

A module of this folder is a format when it has the two functions of `Format`:

    recognise(head: Head) -> bool              is it this format, judged by content
    read(source: Source) -> Iterator[Block]    words and rows, some thousand at a time

and it may have, where the format asks for it:

    IN_FOLDERS: tuple[str, ...]                names of the file to read when a folder is given
    SUFFIXES: tuple[str, ...]                  suffixes (".npy") that choose the format for writing
    write(path: Path, space: VectorSpace)      write a space at a path; every file that it makes lies in
                                               the path's folder, and its name begins with the path's stem

`recognise` sees the first bytes after decompression, and of all formats at most one says yes. `read`
holds one block at a time and allocates nothing by the numbers of a header, which it checks against
the size of the file first. It reads the stream in order, or, where it has to jump about, `source.file`, and
then not the stream. Every other file that it needs (a list of words) it opens by `source.open`, so that a
change of any of them is noticed, now and by the cache later. Problems are `FileProblem`s that say where.
`write` streams through the space's blocks and words and keeps every float32; a word that would not be read
back is a `UsageError`.

    opening   a path -> Head and Source         refused   kinds of file that are known and not read
    packed    gzip, bzip2, xz, zstd             guarded   streams that fail as FileProblems
    extras    packages that few formats need
    header    the line "rows width"             lines     bytes -> numbered lines
    decoding  bytes -> words                    text_rows lines -> blocks
    arrays    .npy streams <-> rows             wordlists words in a file of their own
    columns   of a table: word and numbers      tables    Arrow record batches <-> blocks
    parquet_pages   what a Parquet file holds when it is unpacked
    tensors   the header of safetensors         writable  words that a reader gives back
    pickled   a pickle -> plain values          gensim_parts, matrices  what there is in a gensim model
    fasttext_header   all that stands before the matrix of a fastText model
    checks    blocks -> sound blocks            load      all of it, the one door
    decimals  text -> numbers, fast             shortest  numbers -> text
    writing   what writers share                save      a space -> files, the door out
    placing   files appear when they are whole

A module that can write its format has `SUFFIXES` and `write` as well, see `save`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from vecalc.arrays import Singles
from vecalc.errors import FileProblem

if TYPE_CHECKING:
    from vecalc.space.subwords import Subwords

HEAD_BYTES = 1 << 16  # enough for the longest header, and for some rows of text of any usual width
# Embeddings in use have up to some 12,000 components; a header that promises more than this is not one.
MAX_WIDTH = 1 << 16
MAX_WORD = 1 << 20  # bytes; a longer "word" means that the file is not what it seems
# What becomes of bytes that are not UTF-8: a problem, or lone surrogates, from which they can be had back.
# Python's other ways (ignore, replace) could make one word of two.
ENCODING_ERRORS = ("strict", "surrogateescape")
DAMAGED = "the file is damaged; fetch it again"  # a hint


class Head(NamedTuple):
    """The beginning of a file, decompressed."""

    data: bytes  # at most HEAD_BYTES
    complete: bool  # the file has no more than this


class Tolerance(NamedTuple):
    """What a reader puts up with; each use of it is counted."""

    skip_bad_rows: bool = False  # malformed, without a word, or not finite: left out
    allow_trailing: bool = False  # data after the last row that the header promises
    encoding_errors: str = "strict"  # one of ENCODING_ERRORS
    trust_pickle: bool = False  # gensim may load a pickle, which runs whatever code that names


class Stream(Protocol):
    """Decompressed bytes in order."""

    def read(self, size: int, /) -> bytes:
        """At most this many bytes, none at the end; FileProblem when they can't be had."""


def _no_other(path: Path) -> Source:
    """A source that was made of a stream alone has no files beside it."""
    raise FileProblem("no such file", where=str(path))


class Source(NamedTuple):
    """An open file, what to put up with in it, and a tally of what was put up with."""

    path: Path
    stream: Stream
    size: int | None  # bytes of the stream; None for compressed files: known at the end only
    ceiling: int  # the most bytes that the stream may yield
    tolerance: Tolerance
    tally: Counter[str]  # "duplicate words left out": 3
    file: BinaryIO | None = None  # the same bytes, to jump about in; None for compressed files
    open: Callable[[Path], Source] = _no_other  # another file that the format needs, with the same tally


class Block(NamedTuple):
    """Words [b] and their rows [b, d] float32, in the order of the file."""

    words: list[str]
    rows: Singles
    numbers: Sequence[int]  # [b] which row of the file each is, from 1
    subwords: Subwords | None = None  # on the first block: the n-grams of a model that has them


class Format(Protocol):
    """What a module must have to be a format."""

    def recognise(self, head: Head) -> bool:
        """Whether the file is of this format, judged by content alone."""

    def read(self, source: Source) -> Iterator[Block]:
        """Words and rows, some thousand at a time."""
