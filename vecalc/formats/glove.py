"""GloVe text: word2vec text without the first line; the width is that of the rows.

Source: Pennington, Socher and Manning's GloVe, and every "headerless" text file of vectors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from vecalc.formats import Block, Head, Source
from vecalc.formats.header import BYTE_ORDER_MARK, parse_header
from vecalc.formats.lines import Chunk, chunks
from vecalc.formats.text_rows import text_blocks, trailing_numbers

LOOKED_AT = 8  # lines; one with a word of several parts, or malformed, is outvoted by the others
NARROWEST = 2  # with one number a row, any list of words and counts would be a model


def recognise(head: Head) -> bool:
    """No header, and lines that end with numbers."""
    lines = head.data.removeprefix(BYTE_ORDER_MARK).split(b"\n", LOOKED_AT + 1)
    if len(lines) == 1 and not head.complete:
        lines[0] = lines[0].rpartition(b" ")[0]  # its last number may be cut
    elif not head.complete or len(lines) > LOOKED_AT:
        del lines[-1]
    return parse_header(head.data) is None and _width(lines[:LOOKED_AT]) >= NARROWEST


def read(source: Source) -> Iterator[Block]:
    """Words and rows, all as wide as most of the first ones; FileProblem for one that is not."""
    rest = chunks(source)
    first = next(rest, Chunk(b"", 1))
    width = _width([line.text for line in first.lines()[:LOOKED_AT]])
    yield from text_blocks(source, chain([first], rest), width)


def _width(lines: Sequence[bytes]) -> int:
    """The number of numbers that most of some lines end with, the earlier among equals."""
    widths = Counter(trailing_numbers(line) for line in lines if line.strip())
    return max(widths, key=lambda width: widths[width], default=0)
