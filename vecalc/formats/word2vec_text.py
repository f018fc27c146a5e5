"""word2vec text, also fastText's .vec: a line "rows width", then a line for each word.

Source: Mikolov's word2vec.c writes it with `-binary 0`, gensim's save_word2vec_format by default.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from vecalc.codecs.text_lines import Chunk, chunks, with_newlines
from vecalc.codecs.word2vec_header import is_text, parse_header, required_header
from vecalc.formats import Block
from vecalc.formats.text_layout import SAMPLED, above, layout_of, look, refuse_unless_plain, refuse_width
from vecalc.formats.text_rows import text_blocks
from vecalc.formats.writers import created, text_rows
from vecalc.sources import Head, Source
from vecalc.space import VectorSpace

SUFFIXES = (".txt", ".vec")
GZIPPED = True  # it may be


def recognise(head: Head) -> bool:
    """A header, and digits where the binary format has floats; and words."""
    data = with_newlines(head.data)
    header = parse_header(data)
    return header is not None and is_text(data[header.size :], header.width) and not layout_of(head).bare


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when the rows are not as wide as the header says, or are more."""
    rest = chunks(source)
    first = next(rest, Chunk(b"", 1))
    header = required_header(
        first.data.partition(b"\n")[0], source, number=len(" 0"), rest=len("w\n"), may_be_cut=True
    )
    lines = [line.text for line in first.lines()[: SAMPLED + 2]]
    layout = look(lines)._replace(width=header.width)
    refuse_width(lines, layout, source)
    rows = chain([first.without_first(above(first, layout))], rest)
    yield from text_blocks(source, rows, layout, header.rows)


def write(path: Path, space: VectorSpace) -> None:
    """Write a space; every number reads back to the same float32. UsageError for a word that would not."""
    with created(path) as stream:
        begin = b"%d %d\n" % (len(space), space.dim)
        for text in text_rows(space, "word2vec text"):
            if begin:
                refuse_unless_plain(begin + text, "word2vec text")
            stream.write(begin + text)
            begin = b""
