"""The lines of a text file, about a megabyte at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vecalc.codecs.word2vec_header import BYTE_ORDER_MARK
from vecalc.errors import FileProblem
from vecalc.sources import HEAD_BYTES, MAX_WIDTH, MAX_WORD, Head, Source

CHUNK = 1 << 20
LONGEST = MAX_WORD + 64 * MAX_WIDTH  # a word, and as many numbers as a row may have, 64 bytes each
BLANKS = b" \t\r"
OLD_ENDS = "its lines end in carriage returns alone"  # a remark


class TextLine(NamedTuple):
    """A line that is not blank, without trailing blanks, and its number in the file from 1."""

    number: int
    text: bytes


class Chunk(NamedTuple):
    """Some whole lines of a file: their bytes, ended by a newline, and the number of the first."""

    data: bytes
    first: int
    cut: bool = False  # the file ends with its last line, and without a newline

    def lines(self) -> list[TextLine]:
        """The lines that are not blank."""
        stripped = (line.rstrip(BLANKS) for line in self.data[:-1].split(b"\n"))
        return [TextLine(number, line) for number, line in enumerate(stripped, self.first) if line]

    def without_first(self, lines: int) -> Chunk:
        """The same without so many lines, blank ones included; it may be empty then."""
        if not lines:
            return self
        *_, rest = self.data.split(b"\n", lines)
        return self._replace(data=rest, first=self.first + lines)


def with_newlines(data: bytes) -> bytes:
    """The beginning of a file with newlines for carriage returns, where it has these alone."""
    return data.replace(b"\r", b"\n") if _has_old_ends(data) else data


def first_lines(head: Head) -> list[bytes]:
    """The lines of a head that are not blank; a last one that may be cut only where there is no other."""
    *lines, last = with_newlines(head.data.removeprefix(BYTE_ORDER_MARK)).split(b"\n")
    if head.complete:
        lines.append(last)
    elif not lines:
        lines.append(last.rpartition(b" ")[0])  # its last number may be cut
    return [stripped for line in lines if (stripped := line.rstrip(BLANKS))]


def chunks(source: Source) -> Iterator[Chunk]:
    """The lines of a source, about a megabyte at a time.

    A byte-order mark before the first line, CRLF ends and a missing last newline are as good as none.
    """
    first = 1
    for data, cut in _whole_lines(source):
        chunk = Chunk(data.removeprefix(BYTE_ORDER_MARK) if first == 1 else data, first, cut)
        yield chunk
        first += data.count(b"\n")


def _whole_lines(source: Source) -> Iterator[tuple[bytes, bool]]:
    rest, number = b"", 1
    for data in _pieces(source):
        end = data.rfind(b"\n") + 1
        if end:
            whole, rest = rest + data[:end], data[end:]
            number += whole.count(b"\n")
            yield whole, False
        else:
            rest += data
        if len(rest) > LONGEST:
            message = f"a line of more than {LONGEST:,} bytes"
            hint = "the file is damaged, or of another format"
            raise FileProblem(message, where=f"{source.path}:{number}", hint=hint)
    if rest:
        yield rest + b"\n", bool(rest.strip())


def _pieces(source: Source) -> Iterator[bytes]:
    """The bytes of a source with newlines; the first piece is all that a format is recognised by."""
    first = source.stream.read(CHUNK)
    while len(first) < HEAD_BYTES and (more := source.stream.read(CHUNK)):
        first += more
    old = _has_old_ends(first[:HEAD_BYTES])
    if old:
        source.tally.remarks[OLD_ENDS] = None
    piece = first
    while piece:
        yield piece.replace(b"\r", b"\n") if old else piece
        piece = source.stream.read(CHUNK)


def _has_old_ends(data: bytes) -> bool:
    """As on the Macintosh before 2001; a single carriage return at the end is a cut CRLF."""
    return b"\n" not in data and b"\r" in data[:-1]
