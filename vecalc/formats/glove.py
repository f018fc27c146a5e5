"""GloVe text: word2vec text without the first line; the width is that of the rows.

Source: Pennington, Socher and Manning's GloVe, and every "headerless" text file of vectors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from vecalc.errors import FileProblem, UsageError
from vecalc.formats import Block, Head, Source
from vecalc.formats.csv_layout import layout_of
from vecalc.formats.text_rows import Chunk, chunks, text_blocks, trailing_numbers
from vecalc.formats.word2vec_header import BYTE_ORDER_MARK, parse_header
from vecalc.formats.word_text import unfit
from vecalc.formats.writers import created, text_rows
from vecalc.space import VectorSpace

SUFFIXES = (".glove", ".glove.txt")
GZIPPED = True  # it may be
LOOKED_AT = 8  # lines; one with a word of several parts, or malformed, is outvoted by the others
NARROWEST = 2  # with one number a row, any list of words and counts would be a model


def recognise(head: Head) -> bool:
    """No header, and lines that end with numbers; and no other delimiters than blanks (`csv`)."""
    *lines, last = head.data.removeprefix(BYTE_ORDER_MARK).split(b"\n")
    if head.complete:
        lines.append(last)
    elif not lines:
        lines.append(last.rpartition(b" ")[0])  # its last number may be cut
    looked_at = [line for line in lines if line.strip()][:LOOKED_AT]
    return parse_header(head.data) is None and _width(looked_at) >= NARROWEST and layout_of(head) is None


def read(source: Source) -> Iterator[Block]:
    """Words and rows, all as wide as most of the first ones; FileProblem for one that is not."""
    rest = chunks(source)
    first = next(rest, Chunk(b"", 1))
    width = _width([line.text for line in first.lines()[:LOOKED_AT]])
    if width < NARROWEST:  # the lines that were too long to be looked at whole
        message = f"most of the first {LOOKED_AT} lines do not end with numbers"
        hint = "the file is damaged, or of another format"
        raise FileProblem(message, where=str(source.path), hint=hint)
    yield from text_blocks(source, chain([first], rest), width)


def _width(lines: Sequence[bytes]) -> int:
    """The number of numbers that most of some lines end with, the earlier among equals."""
    widths = Counter(map(trailing_numbers, lines))
    return max(widths, key=lambda width: widths[width], default=0)


def write(path: Path, space: VectorSpace) -> None:
    """Write a space; every number reads back to the same float32.

    UsageError for a word that would not, and for vectors of one number.
    """
    if space.dim < NARROWEST:
        message = f"GloVe text needs vectors of at least {NARROWEST} numbers"
        raise UsageError(message, hint="choose another format with --to")
    if (first := space.word(0)).startswith(BYTE_ORDER_MARK.decode()):
        raise unfit(first, 0, "GloVe text", "at the beginning of a file it would be a byte-order mark")
    with created(path) as stream:
        stream.writelines(text_rows(space, "GloVe text"))
