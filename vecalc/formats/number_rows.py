"""Rows of numbers alone as text, the words in a file beside them (see `wordlists`).

Blanks or tabs stand between them. Source: TensorFlow's embedding projector (vectors.tsv, metadata.tsv), SENNA
(embeddings.txt, words.lst), numpy's savetxt. What such rows look like: `text_layout`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from vecalc.arrays import Singles
from vecalc.codecs.text_lines import Chunk, chunks
from vecalc.codecs.word2vec_header import required_header
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.listed import Listed
from vecalc.formats.text_layout import SAMPLED, above, layout_of, look
from vecalc.formats.text_rows import STAND_IN, text_blocks
from vecalc.formats.wordlists import paired, words_beside
from vecalc.sources import Head, Source

IN_FOLDERS = ("vectors.tsv",)  # beside metadata.tsv, as the projector is given them
_HINT = "the file is damaged, or of another format"
OR_WORDS = "if the first numbers are words, a line above with the numbers of rows and columns says so"
BLANK_STARTS = (b"\n\n", b"\n ", b"\n\t", b"\n\r")


def recognise(head: Head) -> bool:
    """Lines of numbers, the first of which are no words."""
    return layout_of(head).bare


def read(source: Source) -> Iterator[Block]:
    """Rows and the words beside them; FileProblem where there are none.

    The rows are counted first: a list of words may have a line of names above it, or lack the last words.
    """
    rest = chunks(source)
    first = next(rest, Chunk(b"", 1))
    layout = look([line.text for line in first.lines()[: SAMPLED + 2]])
    if not layout.bare:  # lines that were too long to be looked at whole
        raise FileProblem("rows of other numbers than the first", where=str(source.path), hint=_HINT)
    top = above(first, layout)
    count = _count(source, top)
    promised = None
    if layout.header:
        line = first.data.lstrip().partition(b"\n")[0]
        promised = required_header(line, source, number=len(" 0"), rest=0, may_be_cut=True).rows
    try:
        words, listed = words_beside(source)
    except FileProblem as problem:
        if layout.header is None and problem.where == str(source.path):
            problem = FileProblem(problem.message, where=problem.where, hint=f"{problem.hint}; {OR_WORDS}")
        raise problem from None
    blocks = text_blocks(source, map(_with_words, chain([first.without_first(top)], rest)), layout, promised)
    held = count if promised is None else min(count, promised)
    yield from with_words(words, listed, held, blocks, layout.width, source)


def with_words(
    words: Listed, listed: Path, count: int | None, blocks: Iterator[Block], width: int, source: Source
) -> Iterator[Block]:
    """Blocks of rows with the words of a list in place of their own.

    Rows that were left out take their words along. The rows are `count`, or as many as come. FileProblem as
    `paired` raises it.
    """
    missing: set[int] = set()
    for block in paired(words, listed, count, _whole(blocks, count, width, missing), source):
        kept = [i for i, number in enumerate(block.numbers) if number not in missing]
        if len(kept) == len(block.words):
            yield block
        else:
            numbers = [block.numbers[i] for i in kept]
            yield Block([block.words[i] for i in kept], block.rows[kept], numbers)


def _count(source: Source, top: int) -> int:
    """How many rows the file has, by reading it once more."""
    count = 0
    for chunk in chunks(source.open(source.path)):
        lines = chunk.lines()
        count += sum(line.number > top for line in lines) if chunk.first <= top else len(lines)
    return count


def _with_words(chunk: Chunk) -> Chunk:
    """The same lines with a word before each, as other texts have; blank ones fall away."""
    data = chunk.data.replace(b"\t", b" ")
    if any(map(data.__contains__, BLANK_STARTS)) or data[:1].isspace():
        lines = [line.strip() for line in data.split(b"\n")]
        numbered = b"".join(STAND_IN + line + b"\n" if line else b"\n" for line in lines[:-1])
    else:
        numbered = STAND_IN + data[:-1].replace(b"\n", b"\n" + STAND_IN) + b"\n" if data else b""
    return chunk._replace(data=numbered)


def _whole(blocks: Iterator[Block], count: int | None, width: int, missing: set[int]) -> Iterator[Singles]:
    """The rows [b, d] of all lines in order, zeros in the place of those left out, whose numbers are kept."""
    seen = 0
    for block in blocks:
        last = block.numbers[-1] if len(block.numbers) else seen
        there = np.array(block.numbers, np.int64) - seen - 1
        if last - seen == len(there):
            yield block.rows
        else:
            rows = np.zeros((last - seen, width), np.float32)
            rows[there] = block.rows
            missing |= set(range(seen + 1, last + 1)) - set(block.numbers)
            yield rows
        seen = last
    if count is not None and seen < count:  # the last rows were left out
        missing |= set(range(seen + 1, count + 1))
        yield np.zeros((count - seen, width), np.float32)
