"""Foreign files, read once and streamed: one module a format, found by themselves.

A module of this folder is a format when it has the two functions of `Format`:

    recognise(head: Head) -> bool              is it this format, judged by content
    read(source: Source) -> Iterator[Block]    words and rows, some thousand at a time

and it may have, where the format asks for it:

    HAS_COLUMNS: bool                          whether there may be other columns, which become metadata
    IN_FOLDERS: tuple[str, ...]                names of the file to read when a folder is given
    SUFFIXES: tuple[str, ...]                  suffixes (".npy") that choose the format for writing
    ROOM: ColumnRoom                                which metadata `write` writes, see `written_columns`
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
    recognition       a Head -> the format
    unsupported       kinds of file that are known and not read
    row_rules         blocks -> sound blocks
    model_extras      what blocks carry: n-grams, a tokenizer
    textual           how a textual model reads a text
    lopsided          a column of counts among the numbers
    base64_words      DL4J's words -> words
    text_layout       what the first lines tell of all: header, width, quotes, words or none
    text_rows         lines of text -> blocks
    text_kinds        texts that are known and not read
    folders           a folder -> the file to read, and the parts that follow it
    shards            the index of a checkpoint -> the file that has the tensor
    tensors           what formats of tensors share
    token_text        tokens that are bytes -> text
    wordlists         words in a file of their own: which file
    listed            what a list of words comes to
    word_files, word_values, word_lines, word_tables   a list of words of any kind -> words
    spacy_words       spaCy's keys -> words and their rows
    pairing           words and rows put together
    raw_numbers       files of numbers and nothing else, which are named and not read
    arrow_columns     which columns of a table hold words and numbers
    columns           which columns, or fields of records, hold words and vectors
    csv_layout        what a delimited table looks like
    json_entries      a JSON text -> entries, in a stream
    other_columns     what columns are called that become metadata, and how much is kept
    arrow_metadata, plain_kinds   their kinds and values: by types, by what is spelled
    arrow_text     columns of text, a few rows at a time
    database_tables   which table of a database is read
    sqlite_reading, sqlite_layouts, vec0_rows   an SQLite database: opened safely, its tables, sqlite-vec's
    table_held, table_rows   rows of plain values: what their columns hold; blocks of them
    lance_folders     a folder of Lance's -> the manifest of its newest version
    arrow_blocks      Arrow record batches <-> blocks
    word_ends         word2vec binary: where words end that hold blanks
    pickled_plain, pickled_words   plain values -> words and rows
    pickled_says      what else a pickle holds
    gensim_parts      what there is in a gensim model
    fasttext_header   all that stands before the matrix of a fastText model
    written_columns   metadata on its way into files
    writers           what writers of text share
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from vecalc.arrays import Numbers, Singles
from vecalc.sources import Head, Source

if TYPE_CHECKING:
    from vecalc.formats.textual import Textual
    from vecalc.space.metadata_writer import Known
    from vecalc.space.subwords import Subwords


class Block(NamedTuple):
    """Words [b] and their rows [b, d] float32, in the order of the file."""

    words: list[str]
    rows: Singles
    numbers: Sequence[int]  # [b] which row of the file each is, from 1
    subwords: Subwords | None = None  # on the first block: the n-grams of a model that has them
    textual: Textual | None = None  # on the first block: how a textual model reads a text
    left_out: tuple[Numbers, Singles] | None = (
        None  # which rows of the file had to be left out here, and these
    )
    # What the file says of each row besides: [b] values for each column that one of these rows has. Where
    # blocks disagree about the kind of a column, it is one of texts.
    metadata: Known | None = None
    word_column: str = ""  # what the file calls the column of the words, where it may have others


class Format(Protocol):
    """What a module must have to be a format."""

    def recognise(self, head: Head) -> bool:
        """Whether the file is of this format, judged by content alone."""

    def read(self, source: Source) -> Iterator[Block]:
        """Words and rows, some thousand at a time."""
