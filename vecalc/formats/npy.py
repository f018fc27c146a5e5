"""numpy's .npy: a matrix with a row for each word, the words in a list beside it (see `wordlists`).

Real numbers of any type, byte order and memory order; what is a pickle inside is refused.
Source: numpy's own definition, `numpy.lib.format`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vecalc.arrays import Singles
from vecalc.codecs.npy_array import CHUNK, Array, check_matrix, check_size, read_header, rows_of
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.wordlists import paired, words_beside, write_words
from vecalc.sources import Head, Source
from vecalc.sources.excuses import excuse
from vecalc.space import VectorSpace
from vecalc.space.npy_files import GrowingArray

IN_FOLDERS = ("vectors.npy", "embeddings.npy")
SUFFIXES = (".npy",)
TRAILING = "bytes after the array, ignored"


def recognise(head: Head) -> bool:
    """numpy's magic string."""
    return head.data.startswith(b"\x93NUMPY")


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when header, bytes and words do not agree."""
    where = str(source.path)
    array = read_header(source.stream, where)
    check_matrix(array, where)
    available = source.ceiling if source.size is None else source.size
    exact = source.size is not None and not source.reading.allow_trailing
    check_size(array, available, where, exact=exact)
    words, listed = words_beside(source)
    rows = rows_of(array, source.stream, source.file, where)
    yield from paired(words, listed, array.shape[0], rows, source, lambda: _again(array, source))
    if not (array.fortran and source.file):
        extra = sum(map(len, iter(lambda: source.stream.read(CHUNK), b"")))  # has checksums verified
        if extra:
            hint = "--allow-trailing ignores the rest"
            problem = FileProblem("data after the array", where=where, hint=hint)
            excuse(source.reading.allow_trailing, TRAILING, problem, source, extra)


def _again(array: Array, source: Source) -> Iterator[Singles]:
    """The rows once more."""
    where = str(source.path)
    if source.file is None:
        message = "several words have the same row, and the file is compressed"
        raise FileProblem(message, where=where, hint="decompress it once")
    source.file.seek(array.offset)
    return rows_of(array, source.file, source.file, where)


def write(path: Path, space: VectorSpace) -> None:
    """The rows at `path`, float32, and the words beside it in NAME.words, one a line."""
    with path.open("wb") as stream:
        array = GrowingArray(stream, "<f4", (space.dim,))
        for _, rows, _ in space.blocks():
            array.append(rows)
        array.finish()
    write_words(path, space)
