"""numpy's .npy: a matrix with a row for each word, the words in a list beside it (see `wordlists`).

Real numbers of any type, byte order and memory order; what is a pickle inside is refused.
Source: numpy's own definition, `numpy.lib.format`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vecalc.formats import Block, Head, Source
from vecalc.formats.npy_stream import check_matrix, check_size, finish, read_header, rows_of, write_rows
from vecalc.formats.wordlists import paired, words_beside, write_words

if TYPE_CHECKING:
    from vecalc.space import VectorSpace

IN_FOLDERS = ("vectors.npy", "embeddings.npy")
SUFFIXES = (".npy",)


def recognise(head: Head) -> bool:
    """numpy's magic string."""
    return head.data.startswith(b"\x93NUMPY")


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when header, bytes and words do not agree."""
    where = str(source.path)
    array = read_header(source.stream, where)
    check_matrix(array, where)
    available = source.ceiling if source.size is None else source.size
    exact = source.size is not None and not source.tolerance.allow_trailing
    check_size(array, available, where, exact=exact)
    words, listed = words_beside(source)
    yield from paired(
        words, listed, array.shape[0], rows_of(array, source.stream, source.file, where), source
    )
    if not (array.fortran and source.file):
        finish(source, where)


def write(path: Path, space: VectorSpace) -> None:
    """The rows at `path`, float32, and the words beside it in NAME.words, one a line."""
    with path.open("wb") as stream:
        write_rows(stream, space)
    write_words(path, space)
