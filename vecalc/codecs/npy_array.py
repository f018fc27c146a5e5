"""numpy's arrays in a stream: the header, checked, and the numbers, some megabytes at a time.

numpy reads the header, which is checked against the bytes; the numbers are read here, because a mapped file
that somebody cuts short kills the process, and because a stream may be compressed. Source: numpy's own
definition, `numpy.lib.format`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from math import prod
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from vecalc.arrays import AnyArray, Singles
from vecalc.errors import FileProblem
from vecalc.sources import DAMAGED, MAX_WIDTH, Stream
from vecalc.space.store import LONGEST_REASON

CHUNK = 4 << 20  # bytes of rows at a time
COLUMNS_CHUNK = 64 << 20  # where every column of a block has a place of its own in the file
MOST_ROWS = 1 << 14  # in a block, however narrow they are
_NAMES = {"O": "Python objects, which only a pickle can hold", "c": "complex numbers", "b": "truth values"}


class Array(NamedTuple):
    """An array in a stream, of which the header has been read."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool
    offset: int  # bytes of the header

    @property
    def size(self) -> int:
        """Bytes of its numbers."""
        return self.dtype.itemsize * prod(self.shape)


class Counting:
    """A stream that knows how much was read of it; numpy wants as many bytes as it asks for."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.seen = 0
        self.failure: Exception | None = None  # what the stream raised

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer at the end only."""
        try:
            data = exactly(self._stream, size)
        except Exception as error:
            self.failure = error
            raise
        self.seen += len(data)
        return data


def exactly(stream: Stream, size: int) -> bytes:
    """So many bytes, fewer only where the stream ends."""
    pieces, missing = [], size
    while missing and (piece := stream.read(min(missing, CHUNK))):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def read_header(stream: Stream, where: str) -> Array:
    """The header of an array; FileProblem where there is none."""
    counting: Any = Counting(stream)
    try:
        version = np.lib.format.read_magic(counting)
        # A third version is for names of fields beyond latin-1, which no matrix has.
        reads = {1: np.lib.format.read_array_header_1_0, 2: np.lib.format.read_array_header_2_0}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python 2, of types that numpy gives up: the header decides
            shape, fortran, dtype = reads[version[0]](counting)
    except Exception as error:  # numpy parses it as Python, which can fail in a dozen ways
        if counting.failure:
            raise
        why = str(error).partition("\n")[0][:LONGEST_REASON]
        raise FileProblem(f"not a sound numpy .npy header: {why}", where=where, hint=DAMAGED) from None
    return Array(dtype, shape, fortran and len(shape) > 1, counting.seen)


def check_matrix(array: Array, where: str) -> None:
    """FileProblem unless the array is [n, d], of real numbers, and neither n nor d is absurd."""
    if array.dtype.kind not in "fiu" or array.dtype.shape:
        what = _NAMES.get(array.dtype.kind, f"'{array.dtype.str}', which is not a number")
        raise FileProblem(f"the array holds {what}", where=where, hint="save it as float32")
    if len(array.shape) != 2:
        sizes = " x ".join(f"{length:,}" for length in array.shape)
        message = f"the array has {len(array.shape)} dimensions ({sizes}), and not rows and columns"
        raise FileProblem(message, where=where, hint="save a matrix with a row for each word")
    rows, width = array.shape
    if rows < 1 or width < 1 or width > MAX_WIDTH:
        message = f"the header says {rows:,} rows of {width:,} numbers"
        hint = f"both must be positive, a row has at most {MAX_WIDTH:,}; {DAMAGED}"
        raise FileProblem(message, where=where, hint=hint)


def check_size(array: Array, available: int, where: str, *, exact: bool) -> None:
    """FileProblem unless the numbers that the header promises are in the file (and fill it, if `exact`)."""
    held = available - array.offset
    if array.size > held:
        sizes = " x ".join(f"{length:,}" for length in array.shape)
        message = f"the header says {sizes} numbers, {array.size:,} bytes; the file holds {max(held, 0):,}"
        raise FileProblem(message, where=where, hint=DAMAGED)
    if exact and array.size < held:
        message = f"data after the array: its header promises {array.size:,} bytes, and {held:,} follow"
        raise FileProblem(message, where=where, hint="--allow-trailing ignores the rest")


def rows_of(array: Array, stream: Stream, file: BinaryIO | None, where: str) -> Iterator[Singles]:
    """The rows [b, d] of a matrix whose header has been read, block after block.

    In Fortran order the numbers of a row are far apart: they are fetched from `file`, or, where there is
    only a stream, all are held in memory.
    """
    if not array.fortran:
        return map(as_float32, pieces(array, stream, where))
    if file is None:
        return _by_columns(array, BytesIO(part(array, stream, 0, array.size, where)), 0, where)
    return _by_columns(array, file, array.offset, where)


def pieces(array: Array, stream: Stream, where: str) -> Iterator[AnyArray]:
    """An array whose header has been read, some [b, ...] of it at a time."""
    count, *shape = array.shape
    size = prod(shape) * array.dtype.itemsize
    step = min(max(CHUNK // size, 1), MOST_ROWS)
    for first in range(0, count, step):
        data = part(array, stream, first * size, min(step, count - first) * size, where)
        yield np.frombuffer(data, array.dtype).reshape(-1, *shape)


def as_float32(rows: AnyArray) -> Singles:
    """The same numbers as float32; what is too large for it becomes infinite, which `row_rules` refuses."""
    with np.errstate(over="ignore"):
        return rows.astype(np.float32, copy=False)


def _by_columns(array: Array, file: BinaryIO, offset: int, where: str) -> Iterator[Singles]:
    rows, width = array.shape
    item = array.dtype.itemsize
    step = max(COLUMNS_CHUNK // (width * item), 1)
    for first in range(0, rows, step):
        wanted = min(step, rows - first)
        block = np.empty((wanted, width), np.float32)
        for column in range(width):
            file.seek(offset + (column * rows + first) * item)
            data = part(array, file, (column * rows + first) * item, wanted * item, where)
            block[:, column] = as_float32(np.frombuffer(data, array.dtype))
        yield from (block[at : at + MOST_ROWS] for at in range(0, wanted, MOST_ROWS))


def part(array: Array, stream: Stream, seen: int, size: int, where: str) -> bytes:
    """So many bytes of an array, behind those that were seen; FileProblem where the file ends within it."""
    data = exactly(stream, size)
    if len(data) < size:
        message = f"the file ends within the array: {array.size:,} bytes are promised, "
        message += f"{seen + len(data):,} were read"
        raise FileProblem(message, where=where, hint="the file is cut short; fetch it again")
    return data
