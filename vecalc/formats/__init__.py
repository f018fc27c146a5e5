"""Foreign files, read once and streamed: one module a format, found by themselves.

A module of this folder is a format when it has the two functions of `Format`:

    recognise(head: Head) -> bool              is it this format, judged by content
    read(source: Source) -> Iterator[Block]    words and rows, some thousand at a time

and it may have, where the format asks for it:

    IN_FOLDERS: tuple[str, ...]                names of the file to read when a folder is given
    SUFFIXES: tuple[str, ...]                  suffixes (".npy") that choose the format for writing
    GZIPPED: bool                              whether what is called .gz is packed when it is written
    write(path: Path, space: VectorSpace)      write a space at a path, in an empty folder; every file that it
                                               makes lies there, and its name begins with the path's stem

`recognise` sees the first bytes after decompression, and of all formats at most one says yes. `read`
holds one block at a time and allocates nothing by the numbers of a header, which it checks against
the size of the file first. It reads the stream in order, or, where it has to jump about, `source.file`, and
then not the stream. Every other file that it needs (a list of words) it opens by `source.open`, so that a
change of any of them is noticed, now and by the cache later, and asks for by `source.has`: it may lie in the
same zip archive. Problems are `FileProblem`s that say where.
`write` streams through the space's blocks and words and keeps every float32; a word that would not be read
back is a `UsageError`.

    load, save        the doors in and out
    known             which formats there are
    open_file         a path -> Head and Source, for every file of a model
    recognition       a Head -> the format
    reference         FILE, FILE#PART, FILE.zip:MEMBER
    archives          a zip archive -> the file of vectors in it
    zip_files         zip archives within bounds
    parts             which column, tensor or array of several
    excuses           what is put up with, and counted
    compression       gzip, bzip2, xz, zstd; streams that fail as FileProblems
    unsupported       kinds of file that are known and not read
    row_rules         blocks -> sound blocks
    lopsided          a column of counts among the numbers
    word_text         bytes <-> words
    base64_words      DL4J's words -> words
    word_encoding     encodings other than UTF-8
    word2vec_header   the line "rows width"
    text_lines        bytes of text -> lines
    text_layout       what the first lines tell of all: header, width, quotes, words or none
    text_rows         lines of text -> blocks
    text_kinds        texts that are known and not read
    float_parsing, float_text         text <-> numbers, fast
    folders           a folder -> the file to read, and the parts that follow it
    wordlists         words in a file of their own: which file
    word_files, word_values, word_lines, word_tables, text_arrays   a list of words of any kind -> words
    spacy_words, murmur                                             spaCy's keys -> words and their rows
    pairing           words and rows put together
    raw_numbers       files of numbers and nothing else, which are named and not read
    arrow_columns     which columns of a table hold words and numbers
    columns           which columns, or fields of records, hold words and vectors
    csv_layout, csv_cells             what a delimited table looks like, its records and cells
    json_entries, json_scan           a JSON text -> entries, in a stream
    number_bodies     lists in lines, cells and strings -> rows
    arrow_blocks      Arrow record batches <-> blocks
    safetensors_header   the tensors of a safetensors file
    npy_array         numpy's arrays in a stream
    word_ends         word2vec binary: where words end that hold blanks
    pickled, pickled_machine, pickled_names   a pickle -> plain values
    pickled_plain, pickled_arrays, pickled_words   plain values -> words and rows
    pickled_says      what else a pickle holds
    gensim_parts      what there is in a gensim model
    fasttext_header   all that stands before the matrix of a fastText model
    writers           what writers of text share
    output_files      files appear when they are whole
    extras            packages that few formats need
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from vecalc.answers import Encoding
from vecalc.arrays import Singles
from vecalc.errors import FileProblem

if TYPE_CHECKING:
    from vecalc.space.subwords import Subwords

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

    def notes(self) -> tuple[str, ...]:
        """All of it, a sentence each."""
        return (*self.remarks, *(f"{what}: {count:,}" for what, count in self.counts.items()))


class Stream(Protocol):
    """Decompressed bytes in order."""

    def read(self, size: int, /) -> bytes:
        """At most this many bytes, none at the end; FileProblem when they can't be had."""


def _no_other(path: Path) -> Source:
    """A source that was made of a stream alone has no files beside it."""
    raise FileProblem("no such file", where=str(path))


NAMES = 10_000  # of files beside one, that are looked at


def names_beside(path: Path) -> list[str]:
    """The names in the folder of a file, in their order; none of a folder that can't be read."""
    try:
        return sorted(other.name for other in islice(path.parent.iterdir(), NAMES))
    except OSError:  # a folder may be entered and not be read
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
