"""From bytes to lines "word number number ..." to blocks: what word2vec text and GloVe share.

A word may hold blanks when the last fields of its line are as many numbers as the file is wide and the
field before them is none: `windows 95 0.1 0.2` could as well be a row too long, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Singles
from vecalc.errors import FileProblem
from vecalc.formats import MAX_WIDTH, MAX_WORD, Block, Source
from vecalc.formats.excuses import MALFORMED, excuse, odd
from vecalc.formats.float_parsing import plain_numbers, table
from vecalc.formats.word2vec_header import BYTE_ORDER_MARK, is_number, too_many
from vecalc.formats.word_text import decode, shown

CHUNK = 1 << 20
LONGEST = MAX_WORD + 64 * MAX_WIDTH  # a word, and as many numbers as a row may have, 64 bytes each
BLANKS = b" \t\r"
TRAILING = "rows after the last one that the header promises, ignored"
PIECE = 1 << 18  # bytes taken apart at once: what is made of them stays in the second-level cache
_HINT = "correct the line, or leave such rows out with --skip-bad-rows"
_HEADER_HINT = "if this is meant as a header, it must be two integers, the number of rows and their width"


class TextLine(NamedTuple):
    """A line that is not blank, without trailing blanks, and its number in the file from 1."""

    number: int
    text: bytes


class Chunk(NamedTuple):
    """Some whole lines of a file: their bytes, ended by a newline, and the number of the first."""

    data: bytes
    first: int

    def lines(self) -> list[TextLine]:
        """The lines that are not blank."""
        stripped = (line.rstrip(BLANKS) for line in self.data[:-1].split(b"\n"))
        return [TextLine(number, line) for number, line in enumerate(stripped, self.first) if line]

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


# --- blocks of rows ----------------------------------------------------------------------------


class _Row(NamedTuple):
    row: int  # its number in the file, from 1
    line: TextLine
    word: bytes
    numbers: bytes  # fields with a blank between


def text_blocks(
    source: Source, chunks: Iterable[Chunk], width: int, promised: int | None = None
) -> Iterator[Block]:
    """A block for each chunk of lines; FileProblem with line and column for a malformed row.

    With `promised`, for data after so many rows, too, and when there are fewer.
    """
    seen = 0
    for chunk in chunks:
        block = _plain_block(chunk, width, source, seen)
        count = len(block.words) if block else 0
        if block is None or (promised is not None and seen + count > promised):
            lines = chunk.lines()
            wanted = lines if promised is None else lines[: promised - seen]
            if extra := lines[len(wanted) :]:
                problem = too_many(promised or 0, "there are more", f"{source.path}:{extra[0].number}")
                excuse(source.reading.allow_trailing, TRAILING, problem, source, len(extra))
            count = len(wanted)
            block = _careful_block(wanted, width, source, seen)
        yield block
        seen += count
    if promised is not None and seen < promised:
        message = f"the header promises {promised:,} rows, the file has {seen:,}"
        hint = "the file is cut short, or its header is wrong; fetch it again"
        raise FileProblem(message, where=str(source.path), hint=hint)


def _plain_block(chunk: Chunk, width: int, source: Source, seen: int) -> Block | None:
    """The block of a chunk whose every line is a word and plain numbers, or None."""
    words: list[bytes] = []
    parts = []
    start = 0
    while start < len(chunk.data):
        end = chunk.data.find(b"\n", min(start + PIECE, len(chunk.data) - 1)) + 1
        part = table(chunk.data[start:end], width)
        if part is None:
            return None
        words += part.words
        parts.append(part.rows)
        start = end
    if not words:
        return None
    decoded = decode(words, source, lambda i: f"{source.path}:{chunk.first + i}")
    return Block(decoded, np.concatenate(parts), range(seen + 1, seen + 1 + len(words)))


def _careful_block(lines: Sequence[TextLine], width: int, source: Source, seen: int) -> Block:
    """The block of any lines."""
    rows: list[_Row] = []
    for row, line in enumerate(lines, seen + 1):
        word, _, numbers = line.text.partition(b" ")
        if numbers.count(b" ") == width - 1:  # fields that are right in count may still be no numbers
            rows.append(_Row(row, line, word, numbers))
        elif split := _split_carefully(line, width, source):
            rows.append(_Row(row, line, *split))
    values = _parsed_fast(rows, width)
    if values is None:
        rows, values = _parsed_one_by_one(rows, width, source)
    words = decode([row.word for row in rows], source, lambda i: f"{source.path}:{rows[i].line.number}")
    return Block(words, values, [row.row for row in rows])


def trailing_numbers(line: bytes) -> int:
    """How many numbers a line ends with; its first field is a word whatever it looks like."""
    fields = line.split()[:0:-1]
    return next((i for i, field in enumerate(fields) if not is_number(field)), len(fields))


def _parsed_fast(rows: Sequence[_Row], width: int) -> Singles | None:
    """All numbers [b, width] in one call, or None when some field is not plainly a number."""
    return plain_numbers(b" ".join([row.numbers for row in rows]), len(rows), width)


def _parsed_one_by_one(rows: Sequence[_Row], width: int, source: Source) -> tuple[list[_Row], Singles]:
    """The well-formed rows and their numbers [b, width]; a number too large for float32 is infinite."""
    good: list[_Row] = []
    values: list[list[float]] = []
    for row in rows:
        if split := _split_carefully(row.line, width, source):
            good.append(row._replace(word=split[0]))
            values.append([float(field) for field in split[1].split()])
    with np.errstate(over="ignore"):
        return good, np.array(values, np.float64).reshape(-1, width).astype(np.float32)


def _split_carefully(line: TextLine, width: int, source: Source) -> tuple[bytes, bytes] | None:
    """Word and numbers of one line, every field checked; None for a malformed one that is left out."""
    fields = line.text.rsplit(None, width)
    if len(fields) == width and line.text[:1].isspace():
        fields = [b"", *fields]  # an empty word, which is for `row_rules` to judge
    word, *numbers = fields
    wrong = next((i for i, field in enumerate(numbers) if not is_number(field)), None)
    if len(fields) <= width:
        behind_word = fields if line.text[:1].isspace() else fields[1:]
        problem = _miscounted(line, sum(map(is_number, behind_word)), width, source)
    elif wrong is not None:
        problem = _not_a_number(line, wrong, width, source)
    elif len(parts := word.split()) > 1 and is_number(parts[-1]):
        problem = _miscounted(line, trailing_numbers(line.text), width, source)
    else:
        return word, b" ".join(numbers)
    odd(MALFORMED, problem, source)
    return None


def _miscounted(line: TextLine, found: int, width: int, source: Source) -> FileProblem:
    numbers = f"{found} number{'' if found == 1 else 's'}"
    wanted = f"{width} {'is' if width == 1 else 'are'}"
    message = f"the row {shown(line.text)} has {numbers}, {wanted} expected"
    hint = _HEADER_HINT if line.number == 1 else _HINT
    return FileProblem(message, where=f"{source.path}:{line.number}", hint=hint)


def _not_a_number(line: TextLine, wrong: int, width: int, source: Source) -> FileProblem:
    fields = list(re.finditer(rb"\S+", line.text))[-width:]
    column = len(line.text[: fields[wrong].start()].decode("utf-8", "replace")) + 1
    message = f"{shown(fields[wrong][0])} is not a number (field {wrong + 1} of {width} after the word)"
    return FileProblem(message, where=f"{source.path}:{line.number}:{column}", hint=_HINT)
