"""The lines of a file as texts: trimmed, without those that are blank."""

from __future__ import annotations

from collections.abc import Iterator

from vecalc.codecs.text_lines import Chunk, chunks
from vecalc.errors import FileProblem
from vecalc.sources import MAX_WORD, Source
from vecalc.sources.word_text import decode, shown

_TOO_LONG = "a text is one line; put line ends into the file, or name a column of a table: FILE#COLUMN"


def texts_of_lines(source: Source) -> Iterator[list[str]]:
    """The lines, about a megabyte at a time, each without blanks at its ends; none that is blank.

    LF, CRLF or CR, with or without a byte-order mark, in the encoding of `Reading`. FileProblem for NULs,
    which no text has, and for a line of more than `MAX_WORD` bytes.
    """
    for chunk in chunks(source):
        _refuse_binary(chunk, source)
        lines = chunk.lines()
        for number, text in lines:
            if len(text) > MAX_WORD:
                message = f"the line {shown(text)} has {len(text):,} bytes, and a text at most {MAX_WORD:,}"
                raise FileProblem(message, where=f"{source.path}:{number}", hint=_TOO_LONG)
        places = [line.number for line in lines]
        texts = decode([line.text for line in lines], source, lambda i: f"{source.path}:{places[i]}")  # noqa: B023 - called at once
        yield [text for text in map(str.strip, texts) if text]


def _refuse_binary(chunk: Chunk, source: Source) -> None:
    place = chunk.data.find(b"\0")
    if place >= 0:
        number = chunk.first + chunk.data.count(b"\n", 0, place)
        message = "it holds NULs, so it is binary, and not lines of text"
        raise FileProblem(message, where=f"{source.path}:{number}", hint="give a text file")
