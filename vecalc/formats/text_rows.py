"""From lines "word number number ..." to blocks: what all texts of vectors share.

A word may hold blanks when the last fields of its line are as many numbers as the file is wide and the
field before them is none. `windows 95 0.1 0.2` could as well be a row too long, and is odd, unless a header
says how wide rows are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Singles
from vecalc.codecs.float_parsing import plain_numbers, table
from vecalc.codecs.text_lines import Chunk, TextLine
from vecalc.codecs.word2vec_header import is_number, too_few, too_many
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.text_layout import Layout, trailing_numbers
from vecalc.sources import DAMAGED, Source
from vecalc.sources.excuses import ENDS_IN_NUMBER, MALFORMED, excuse, odd
from vecalc.sources.word_text import decode, shown

TRAILING = "rows after the last one that the header promises, ignored"
PIECE = 1 << 18  # bytes taken apart at once: what is made of them stays in the second-level cache
STAND_IN = b"w "  # before each row of numbers alone
_HINT = "correct the line, or leave such rows out with --skip-bad-rows"
_HEADER_HINT = "if this is meant as a header, it must be two integers, the number of rows and their width"


class _Row(NamedTuple):
    row: int  # its number in the file, from 1
    line: TextLine
    word: bytes
    numbers: bytes  # fields with a blank between


def text_blocks(
    source: Source, chunks: Iterable[Chunk], layout: Layout, promised: int | None = None
) -> Iterator[Block]:
    """A block for each chunk of lines; FileProblem with line and column for rows that are not put up with.

    With `promised`, for data after so many rows, too. Fewer are a remark where they end with a line, as those
    of a piece that `head` cut off do. Of rows of numbers alone each has to stand behind `STAND_IN`.
    """
    layout.remark_on(source)
    text = _Text(source, layout)
    seen, cut = 0, False
    for chunk in chunks:
        block = text.plain_block(chunk, seen)
        count = len(block.words) if block else 0
        if block is None or (promised is not None and seen + count > promised):
            lines = chunk.lines()
            wanted = lines if promised is None else lines[: promised - seen]
            if extra := lines[len(wanted) :]:
                problem = too_many(promised or 0, "there are more", f"{source.path}:{extra[0].number}")
                excuse(source.reading.allow_trailing, TRAILING, problem, source, len(extra))
            count = len(wanted)
            block = text.careful_block(wanted, seen, chunk.cut)
        yield block
        seen += count
        cut = chunk.cut
    if text.ended_in_number:
        words = f"{ENDS_IN_NUMBER}: {text.ended_in_number:,}"
        source.tally.remarks[words] = None
    if promised is not None and seen < promised:
        problem = too_few(promised, seen, source)
        if source.reading.strict or cut or not seen:
            raise problem
        source.tally.remarks[problem.message] = None


class _Text:
    """A text whose layout is known."""

    def __init__(self, source: Source, layout: Layout) -> None:
        self.source = source
        self.layout = layout
        self.ended_in_number = 0  # words, of which a row too long was no likelier reading

    def plain_block(self, chunk: Chunk, seen: int) -> Block | None:
        """The block of a chunk whose every line is a word and plain numbers, or None."""
        words: list[bytes] = []
        parts = []
        start = 0
        data = chunk.data
        if b"\t" in data[:PIECE] and b" " not in data:
            data = data.replace(b"\t", b" ")
        while start < len(data):
            end = data.find(b"\n", min(start + PIECE, len(data) - 1)) + 1
            part = table(data[start:end], self.layout.width)
            if part is None:
                return None
            words += part.words
            parts.append(part.rows)
            start = end
        if not words:
            return None
        decoded = self._decoded(words, lambda i: f"{self.source.path}:{chunk.first + i}")
        return Block(decoded, np.concatenate(parts), range(seen + 1, seen + 1 + len(words)))

    def careful_block(self, lines: Sequence[TextLine], seen: int, cut: bool) -> Block:
        """The block of any lines; the last may be cut."""
        rows: list[_Row] = []
        width = self.layout.width
        for row, line in enumerate(lines, seen + 1):
            word, _, numbers = line.text.partition(b" ")
            if word and numbers.count(b" ") == width - 1:  # right in count, they may still be no numbers
                rows.append(_Row(row, line, word, numbers))
            elif split := self._split(line, cut and line is lines[-1]):
                rows.append(_Row(row, line, *split))
        values = _parsed_fast(rows, width)
        if values is None:
            rows, values = self._parsed_one_by_one(rows, lines[-1] if cut and lines else None)
        words = self._decoded(
            [row.word for row in rows], lambda i: f"{self.source.path}:{rows[i].line.number}"
        )
        return Block(words, values, [row.row for row in rows])

    def _decoded(self, words: list[bytes], where: Callable[[int], str]) -> list[str]:
        if not self.layout.plain:
            words = list(map(self.layout.word, words))
        return decode(words, self.source, where)

    def _parsed_one_by_one(self, rows: Sequence[_Row], cut: TextLine | None) -> tuple[list[_Row], Singles]:
        """The well-formed rows and their numbers [b, width]; one too large for float32 is infinite."""
        good: list[_Row] = []
        values: list[list[float]] = []
        for row in rows:
            if split := self._split(row.line, row.line is cut):
                good.append(row._replace(word=split[0]))
                values.append([float(field) for field in split[1].split()])
        with np.errstate(over="ignore"):
            matrix = np.array(values, np.float64).reshape(-1, self.layout.width).astype(np.float32)
        return good, matrix

    def _split(self, line: TextLine, cut: bool) -> tuple[bytes, bytes] | None:
        """Word and numbers of one line, every field checked; None for a malformed one that is left out."""
        width = self.layout.width
        between = width + self.layout.numbered
        tabs = line.text.count(b"\t") == between and not line.text[:1].isspace()
        fields = line.text.rsplit(b"\t" if tabs else None, width)  # `birch 7` before tabs is a word
        if len(fields) == width and line.text[:1].isspace():
            before = line.text[: len(line.text) - len(line.text.lstrip())]
            fields = [before[:-1], *fields]  # a word of blanks, or an empty one, for `row_rules` to judge
        word, *numbers = fields
        wrong = [i for i, field in enumerate(numbers) if not is_number(field)]
        if len(fields) <= width:
            behind_word = fields if line.text[:1].isspace() else fields[1:]
            problem = self._miscounted(line, sum(map(is_number, behind_word)))
        elif wrong:
            problem = self._not_a_number(line, wrong[0])
        elif not tabs and self._is_too_long(word, parts := self.layout.without_number(word).split()):
            problem = self._miscounted(line, trailing_numbers(line.text))
            if self.layout.certain and self._may_end_in_number(parts[-1], problem):
                return word, b" ".join(numbers)
        else:
            return word, b" ".join(numbers)
        if cut and not self.source.reading.skip_bad_rows:
            message = f"{problem.message}; the file ends inside this row"
            raise FileProblem(message, where=problem.where, hint=DAMAGED)
        odd(MALFORMED, problem, self.source)
        return None

    def _is_too_long(self, word: bytes, parts: Sequence[bytes]) -> bool:
        """Whether what stands before the numbers of a row may be a word, or a blank, and more numbers."""
        several = len(parts) > 1 or (bool(parts) and word[:1].isspace())
        return several and (self.layout.bare or is_number(parts[-1]))

    def _may_end_in_number(self, last: bytes, problem: FileProblem) -> bool:
        """Counts a word whose last part is a number; FileProblem where `strict` is wanted.

        `Toy Story 2` is usual; a number with a sign or a point may as well be one too many.
        """
        if last.isdigit() and not self.source.reading.strict:
            self.ended_in_number += 1
        else:
            odd(ENDS_IN_NUMBER, problem, self.source, left_out=False)
        return True

    def _miscounted(self, line: TextLine, found: int) -> FileProblem:
        width = self.layout.width
        numbers = f"{found} number{'' if found == 1 else 's'}"
        wanted = f"{width} {'is' if width == 1 else 'are'}"
        message = f"the row {shown(self._in_file(line).text)} has {numbers}, {wanted} expected"
        hint = _HEADER_HINT if line.number == 1 else _HINT
        return FileProblem(message, where=f"{self.source.path}:{line.number}", hint=hint)

    def _not_a_number(self, line: TextLine, wrong: int) -> FileProblem:
        width, text = self.layout.width, self._in_file(line).text
        fields = list(re.finditer(rb"\S+", text))[-width:]
        column = len(text[: fields[wrong].start()].decode("utf-8", "replace")) + 1
        after = "" if self.layout.bare else " after the word"
        message = f"{shown(fields[wrong][0])} is not a number (field {wrong + 1} of {width}{after})"
        return FileProblem(message, where=f"{self.source.path}:{line.number}:{column}", hint=_HINT)

    def _in_file(self, line: TextLine) -> TextLine:
        """A line as it stands in the file."""
        return line._replace(text=line.text.removeprefix(STAND_IN)) if self.layout.bare else line


def _parsed_fast(rows: Sequence[_Row], width: int) -> Singles | None:
    """All numbers [b, width] in one call, or None when some field is not plainly a number."""
    return plain_numbers(b" ".join([row.numbers for row in rows]), len(rows), width)
