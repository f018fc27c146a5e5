"""From bytes to numbered lines, a megabyte at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.formats import MAX_WIDTH, MAX_WORD, Source
from vecalc.formats.word2vec_header import BYTE_ORDER_MARK

CHUNK = 1 << 20
LONGEST = MAX_WORD + 64 * MAX_WIDTH  # a word, and as many numbers as a row may have, 64 bytes each
BLANKS = b" \t\r"


class Line(NamedTuple):
    """A line that is not blank, without trailing blanks, and its number in the file from 1."""

    number: int
    text: bytes


class Chunk(NamedTuple):
    """Some whole lines of a file: their bytes, ended by a newline, and the number of the first."""

    data: bytes
    first: int

    def lines(self) -> list[Line]:
        """The lines that are not blank."""
        stripped = (line.rstrip(BLANKS) for line in self.data[:-1].split(b"\n"))
        return [Line(number, line) for number, line in enumerate(stripped, self.first) if line]

    def after_first_line(self) -> Chunk:
        """The same without its first line; it may be empty then."""
        return Chunk(self.data.partition(b"\n")[2], self.first + 1)


def chunks(source: Source) -> Iterator[Chunk]:
    """The lines of a source, about a megabyte at a time.

    A byte-order mark before the first line, CRLF ends and a missing last newline are as good as none.
    """
    first = 1
    for data in _whole_lines(source):
        chunk = Chunk(data.removeprefix(BYTE_ORDER_MARK) if first == 1 else data, first)
        yield chunk
        first += data.count(b"\n")


def _whole_lines(source: Source) -> Iterator[bytes]:
    rest, number = b"", 1
    while data := source.stream.read(CHUNK):
        end = data.rfind(b"\n") + 1
        if end:
            whole, rest = rest + data[:end], data[end:]
            number += whole.count(b"\n")
            yield whole
        else:
            rest += data
        if len(rest) > LONGEST:
            message = f"a line of more than {LONGEST:,} bytes"
            hint = "the file is damaged, or of another format"
            raise FileProblem(message, where=f"{source.path}:{number}", hint=hint)
    if rest:
        yield rest + b"\n"
