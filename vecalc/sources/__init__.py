"""From what a person names to bytes: paths, folders' files, archives, compression, and what is put up with.

The contract between whoever opens a file and whoever reads it: `Source` is an open file, `Reading` how it
is to be read, `FileTally` what became of it. Nothing here knows of any format.

    reference         FILE, FILE#PART, FILE.zip:MEMBER
    open_file         a path -> Head and Source, for every file of a model
    archives          a zip archive -> the file of vectors in it
    zip_files         zip archives within bounds
    compression       gzip, bzip2, xz, zstd; streams that fail as FileProblems
    parts             which column, tensor or array of several
    excuses           what is put up with, and counted
    word_text         bytes <-> words
    word_encoding     encodings other than UTF-8
    ways_out          the lines that convert what is not read
    output_files      files appear when they are whole
    extras            packages that few formats need
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from vecalc.answers import Encoding
from vecalc.errors import FileProblem

HEAD_BYTES = 1 << 16  # enough for the longest header, and for some rows of text of any usual width
# Embeddings in use have up to some 12,000 components; a header that promises more than this is not one.
MAX_WIDTH = 1 << 16
UTF_8 = "utf-8"
MAX_WORD = 1 << 20  # bytes; a longer "word" means that the file is not what it seems
DAMAGED = "the file is damaged; fetch it again"  # a hint


class Head(NamedTuple):
    """The beginning of a file, decompressed."""

    data: bytes  # at most HEAD_BYTES
    complete: bool  # the file has no more than this


class Reading(NamedTuple):
    """How a file is to be read: what of it is wanted, and what to put up with in it.

    Without a word of the user's a good file with a few odd rows loads, and a note counts them (`row_rules`).
    """

    strict: bool = False  # the first odd row is a problem
    skip_bad_rows: bool = False  # any number of odd rows is left out
    allow_trailing: bool = False  # data after the last row that the header promises
    encoding: str = UTF_8  # of the words
    encoding_errors: Encoding = "few"
    trust_pickle: bool = False  # gensim may load a pickle, which runs whatever code that names
    words_file: str = ""  # the words of a file that holds rows alone
    member: str = ""  # the file that is wanted of an archive: FILE.zip:MEMBER
    part: str = ""  # the column, tensor or array that is wanted of a file: FILE#PART
    parts: tuple[str, ...] = ()  # files of the same folder that go on where this one ends
    chosen: tuple[str, ...] = ()  # remarks on why it is this file that is read, of several


class Odd(NamedTuple):
    """How many rows were odd, and what was wrong with the first of them."""

    rows: int
    first: FileProblem


class FileTally:
    """What became of a file while it was read: what was put up with, what was chosen, what was used."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()  # "duplicate words left out": 3
        self.remarks: dict[str, None] = {}  # "the words are those of labels.tsv", each once
        self.odd: dict[bool, Odd] = {}  # rows that were left out (True), or mended, without being asked to
        self.used: set[str] = set()  # fields of `Reading` that had a say
        self.wanted = 0  # bytes of the part that is read, where it is not all of the file

    def notes(self) -> tuple[str, ...]:
        """All of it, a sentence each."""
        return (*self.remarks, *(f"{what}: {count:,}" for what, count in self.counts.items()))


class Stream(Protocol):
    """Decompressed bytes in order."""

    def read(self, size: int, /) -> bytes:
        """At most this many bytes, none at the end; FileProblem when they can't be had."""


def _unnoticed(path: Path) -> None:
    """Whoever has a stream alone notices no other files."""


def _no_other(path: Path) -> Source:
    """A source that was made of a stream alone has no files beside it."""
    raise FileProblem("no such file", where=str(path))


NAMES = 10_000  # of files beside one, that are looked at


def names_beside(path: Path) -> list[str]:
    """The names in the folder of a file, in their order; none of a folder that can't be read."""
    try:
        return sorted(other.name for other in islice(path.parent.iterdir(), NAMES))
    except (OSError, ValueError):  # a folder may be entered and not be read; a path may hold a NUL
        return []


class Source(NamedTuple):
    """An open file, how it is to be read, and what became of it so far."""

    path: Path
    stream: Stream
    size: int | None  # bytes of the stream; None for compressed files: known at the end only
    ceiling: int  # the most bytes that the stream may yield
    reading: Reading
    tally: FileTally
    file: BinaryIO | None = None  # the same bytes, to jump about in; None for compressed files
    open: Callable[[Path], Source] = _no_other  # another file that the format needs, with the same tally
    packed: int = 0  # bytes that the file, or the archive that it is in, takes on the disk
    has: Callable[[Path], bool] = Path.is_file  # whether there is another: beside it, or in its archive
    names: Callable[[Path], list[str]] = names_beside  # and what those are called
    lacks: Callable[[Path], None] = _unnoticed  # one that isn't there, or empty, and would be read if it were
