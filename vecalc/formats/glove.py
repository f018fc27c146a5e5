"""GloVe text: word2vec text without the first line; the width is that of the rows.

Source: Pennington, Socher and Manning's GloVe, and every "headerless" text file of vectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from vecalc.codecs.text_lines import Chunk, chunks
from vecalc.codecs.word2vec_header import BYTE_ORDER_MARK
from vecalc.errors import FileProblem, UsageError
from vecalc.formats import Block, csv_layout
from vecalc.formats.text_layout import (
    LOOKED_AT,
    NARROWEST,
    SAMPLED,
    above,
    layout_of,
    look,
    refuse_unless_plain,
)
from vecalc.formats.text_rows import text_blocks
from vecalc.formats.writers import created, text_rows
from vecalc.sources import Head, Source
from vecalc.sources.word_text import unfit
from vecalc.space import VectorSpace

SUFFIXES = (".glove", ".glove.txt")
GZIPPED = True  # it may be


def recognise(head: Head) -> bool:
    """No header, and lines that begin with words and end with numbers, with blanks between them."""
    layout = layout_of(head)
    fits = layout.header is None and layout.width >= NARROWEST and not (layout.bare or layout.commas)
    return fits and csv_layout.layout_of(head) is None


def read(source: Source) -> Iterator[Block]:
    """Words and rows, all as wide as most of the first ones; FileProblem where many are not."""
    rest = chunks(source)
    first = next(rest, Chunk(b"", 1))
    layout = look([line.text for line in first.lines()[: SAMPLED + 2]])
    if layout.width < NARROWEST:  # the lines that were too long to be looked at whole
        message = f"most of the first {LOOKED_AT} lines do not end with numbers"
        hint = "the file is damaged, or of another format"
        raise FileProblem(message, where=str(source.path), hint=hint)
    yield from text_blocks(source, chain([first.without_first(above(first, layout))], rest), layout)


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
        for number, text in enumerate(text_rows(space, "GloVe text")):
            if not number:
                refuse_unless_plain(text, "GloVe text")
            stream.write(text)
