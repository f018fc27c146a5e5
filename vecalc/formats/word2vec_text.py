"""word2vec text, also fastText's .vec: a line "rows width", then a line for each word.

Source: Mikolov's word2vec.c writes it with `-binary 0`, gensim's save_word2vec_format by default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from vecalc.errors import FileProblem
from vecalc.formats import Block, Head, Source
from vecalc.formats.header import Header, check_header, is_text, parse_header, required_header
from vecalc.formats.lines import Line, numbered
from vecalc.formats.text_rows import text_blocks
from vecalc.formats.writing import created, text_rows
from vecalc.space import VectorSpace

SUFFIXES = (".txt", ".vec")
GZIPPED = True  # it may be
TRAILING = "rows after the last one that the header promises, ignored"


def recognise(head: Head) -> bool:
    """A header, and digits where the binary format has floats."""
    header = parse_header(head.data)
    return header is not None and is_text(head.data[header.size :], header.width)


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when the rows are not as many or as wide as the header says."""
    chunks = numbered(source)
    first = next(chunks, [])
    header = required_header(first[0].text if first else b"", source)
    check_header(header, source, least_row=len("w") + len(" 0") * header.width + len("\n"))
    promised = _promised(chain([first[1:]], chunks), header, source)
    yield from text_blocks(source, promised, header.width)


def _promised(chunks: Iterable[list[Line]], header: Header, source: Source) -> Iterator[list[Line]]:
    """The lines that the header promises; what follows them, and what is missing, is a problem."""
    seen = 0
    for lines in chunks:
        wanted = lines[: header.rows - seen]
        seen += len(wanted)
        if extra := lines[len(wanted) :]:
            _count_trailing(extra, header, source)
        yield wanted
    if seen < header.rows:
        message = f"the header promises {header.rows:,} rows, the file has {seen:,}"
        hint = "the file is cut short, or its header is wrong; fetch it again"
        raise FileProblem(message, where=str(source.path), hint=hint)


def _count_trailing(extra: list[Line], header: Header, source: Source) -> None:
    if not source.tolerance.allow_trailing:
        message = f"data after the last row: the header promises {header.rows:,} rows, and there are more"
        hint = "the header is wrong, or two files were joined; --allow-trailing ignores the rest"
        raise FileProblem(message, where=f"{source.path}:{extra[0].number}", hint=hint)
    source.tally[TRAILING] += len(extra)


def write(path: Path, space: VectorSpace) -> None:
    """Write a space; every number reads back to the same float32. UsageError for a word that would not."""
    with created(path) as stream:
        stream.write(b"%d %d\n" % (len(space), space.dim))
        stream.writelines(text_rows(space, "word2vec text"))
