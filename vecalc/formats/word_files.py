"""A list of words in a file of any kind: text, JSON, a pickle, numpy's array of text, a table.

Text has a word a line, perhaps with its count behind or before it, or several columns by tabs (in a .csv by
commas), of which the one called word, label, ... is taken, else the first that holds more than numbers. Of
JSON and pickles see `word_values`. Of a table (Parquet, Arrow) the only column of text is taken, or the one
called so. Nothing but the words is kept.
"""

from __future__ import annotations

import re

from vecalc.codecs.npy_array import check_size, read_header
from vecalc.codecs.text_arrays import check_words, words_of
from vecalc.errors import FileProblem
from vecalc.formats.listed import EXACT, Listed
from vecalc.formats.word_lines import holds_numbers, of_lines
from vecalc.formats.word_tables import of_arrow
from vecalc.formats.word_values import HINT, json_of, of_value, unpickled, whole
from vecalc.sources import HEAD_BYTES, Head, Source
from vecalc.sources.compression import head_of

_JSON = re.compile(rb'\s*(?:\{\s*"|\[\s*"|\{\s*\}|\[\s*\])')


def names_in(source: Source, *, named: bool) -> Listed | None:
    """The words in a file; None for one that holds vectors instead, which is a problem where it is `named`.

    `source.reading.part` is the column that is wanted of a table.
    """
    head = head_of(source).data
    table = table_kind(head)
    if table:
        return of_arrow(source, table)
    if head.startswith(b"\x93NUMPY"):
        return of_array(source)
    if head.startswith(b"\x80") or source.path.suffix.lower() in {".pkl", ".pickle", ".p"}:
        return of_value(unpickled(source), source)
    if source.path.suffix.lower() == ".json" or (named and _JSON.match(head)):
        return of_value(json_of(whole(source), source.path), source)
    if head.startswith((b"PK\3\4", b"\x89HDF", b"SQLite")):
        message = "no list of words: an archive, or a database"
        raise FileProblem(message, where=str(source.path), hint=HINT)
    if b"\0" in head and source.path.suffix != EXACT:
        message = "a list of words with NULs, as text in UTF-16 has"
        hint = f"iconv -f UTF-16 -t UTF-8 {source.path.name} > words.txt"
        raise FileProblem(message, where=str(source.path), hint=hint)
    if source.path.suffix != EXACT and holds_numbers(Head(head, len(head) < HEAD_BYTES)):
        if named:
            message = "holds vectors, and no list of words"
            raise FileProblem(message, where=str(source.path), hint=HINT)
        return None
    return of_lines(whole(source), source)


def table_kind(head: bytes) -> str:
    """Which table of Arrow's a file is that begins like this, "" for none."""
    if head.startswith(b"PAR1"):
        return "parquet"
    return "arrow" if head.startswith(b"ARROW1\0\0") else ""


def of_array(source: Source) -> Listed:
    """The words of numpy's array of text [n]: of characters, of bytes, or of objects, which are a pickle."""
    where = str(source.path)
    array = read_header(source.stream, where)
    if array.dtype.hasobject:
        return of_value(unpickled(source), source)
    check_words(array, where)
    check_size(array, source.ceiling if source.size is None else source.size, where, exact=False)
    return Listed(words_of(array, source.stream, source, where))
