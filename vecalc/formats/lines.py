"""From bytes to numbered lines, a megabyte at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.formats import MAX_WIDTH, MAX_WORD, Source
from vecalc.formats.header import BYTE_ORDER_MARK

CHUNK = 1 << 20
LONGEST = MAX_WORD + 64 * MAX_WIDTH  # a word, and as many numbers as a row may have, 64 bytes each
BLANKS = b" \t\r"


class Line(NamedTuple):
    """A line that is not blank, without trailing blanks, and its number in the file from 1."""

    number: int
    text: bytes


def numbered(source: Source) -> Iterator[list[Line]]:
    """The lines of a source that are not blank, in chunks.

    A byte-order mark before the first line, CRLF ends and a missing last newline are as good as none.
    """
    first = 1
    for lines in _chunks(source):
        if first == 1:
            lines[0] = lines[0].removeprefix(BYTE_ORDER_MARK)
        stripped = [Line(number, line.rstrip(BLANKS)) for number, line in enumerate(lines, first)]
        yield [line for line in stripped if line.text]
        first += len(lines)


def _chunks(source: Source) -> Iterator[list[bytes]]:
    rest, number = b"", 1
    while data := source.stream.read(CHUNK):
        *lines, rest = (rest + data).split(b"\n")
        number += len(lines)
        if len(rest) > LONGEST:
            message = f"a line of more than {LONGEST:,} bytes"
            hint = "the file is damaged, or of another format"
            raise FileProblem(message, where=f"{source.path}:{number}", hint=hint)
        if lines:
            yield lines
    if rest:
        yield [rest]
