"""What writers share: words beside rows, files that may be gzipped."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple, cast

from vecalc.arrays import Singles
from vecalc.codecs.float_text import lines
from vecalc.codecs.word2vec_header import is_number
from vecalc.sources.word_text import unfit
from vecalc.space import VectorSpace

GZIP = ".gz"
LEVEL = 6  # gzip's own default: a level more takes twice the time for a hundredth of the size
BLANKS = b" \t\r\n\v\f"


class Batch(NamedTuple):
    """Some words, as they are and as UTF-8, and their rows [b, d] float32."""

    first: int  # row of the first
    words: list[str]
    raw: list[bytes]
    rows: Singles


def batches(space: VectorSpace) -> Iterator[Batch]:
    """All of a space, some thousand rows at a time.

    Escaped bytes (lone surrogates that `surrogateescape` makes) are bytes again.
    """
    words = space.words()
    for first, rows, _ in space.blocks():
        some = list(islice(words, len(rows)))
        raw = [word.encode("utf-8", "surrogateescape") for word in some]
        yield Batch(first, some, raw, rows)
    next(words, None)  # it ends here: one that is closed by the collector would drop a Ctrl-C


@contextmanager
def created(path: Path) -> Iterator[IO[bytes]]:
    """A new file; what is written is gzipped, always to the same bytes, when its name ends with .gz."""
    with path.open("wb") as plain:
        if path.suffix != GZIP:
            yield plain
            return
        with gzip.GzipFile("", "wb", LEVEL, plain, mtime=0) as packed:
            yield cast(IO[bytes], packed)


def text_rows(space: VectorSpace, form: str) -> Iterator[bytes]:
    """The lines of a text format, some thousand at a time: word, numbers, a blank between.

    UsageError for a word that would be read back as something else.
    """
    for batch in batches(space):
        _refuse_in_text(batch, form)
        pairs = zip(batch.raw, lines(batch.rows), strict=True)
        yield b"".join([b"%b %b\n" % pair for pair in pairs])


def _refuse_in_text(batch: Batch, form: str) -> None:
    """Of words with blanks the reader keeps those that don't look like a word and numbers."""
    joined = b"".join(batch.raw)
    if len(joined.translate(None, BLANKS)) == len(joined):
        return
    for i, raw in enumerate(batch.raw):
        why = ""
        if raw != raw.strip(BLANKS):
            why = "it begins or ends with a blank"
        elif len(parts := raw.split()) > 1 and is_number(parts[-1]):
            why = "it ends with a blank and a number"
        if why:
            raise unfit(batch.words[i], batch.first + i, form, why)
