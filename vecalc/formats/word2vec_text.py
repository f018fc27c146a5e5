"""word2vec text, also fastText's .vec: a line "rows width", then a line for each word.

Source: Mikolov's word2vec.c writes it with `-binary 0`, gensim's save_word2vec_format by default.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from vecalc.formats import Block, Head, Source
from vecalc.formats.text_rows import Chunk, chunks, text_blocks
from vecalc.formats.word2vec_header import is_text, parse_header, required_header
from vecalc.formats.writers import created, text_rows
from vecalc.space import VectorSpace

SUFFIXES = (".txt", ".vec")
GZIPPED = True  # it may be


def recognise(head: Head) -> bool:
    """A header, and digits where the binary format has floats."""
    header = parse_header(head.data)
    return header is not None and is_text(head.data[header.size :], header.width)


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when the rows are not as many or as wide as the header says."""
    rest = chunks(source)
    first = next(rest, Chunk(b"", 1))
    header = required_header(first.data.partition(b"\n")[0], source, number=len(" 0"), rest=len("w\n"))
    yield from text_blocks(source, chain([first.after_first_line()], rest), header.width, header.rows)


def write(path: Path, space: VectorSpace) -> None:
    """Write a space; every number reads back to the same float32. UsageError for a word that would not."""
    with created(path) as stream:
        stream.write(b"%d %d\n" % (len(space), space.dim))
        stream.writelines(text_rows(space, "word2vec text"))
