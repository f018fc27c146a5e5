"""numpy's .npy, as a stream: its header checked against its bytes, its rows as float32, block by block.

numpy reads and writes the header; the numbers are read here, because a mapped file that somebody cuts short
kills the process, and because a stream may be compressed.
Source: numpy's own definition, `numpy.lib.format`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np

from vecalc.errors import FileProblem
from vecalc.formats import MAX_WIDTH, Source, Stream
from vecalc.space.npy_files import GrowingArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.space import VectorSpace

CHUNK = 4 << 20  # bytes of rows at a time
COLUMNS_CHUNK = 64 << 20  # where every column of a block has a place of its own in the file
MOST_ROWS = 1 << 14  # in a block, however narrow they are
LONGEST_REASON = 100  # characters of what numpy says
TRAILING = "bytes after the array, ignored"
_DAMAGED = "the file is damaged; fetch it again"
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
        size = self.dtype.itemsize
        for length in self.shape:
            size *= length
        return size


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
        raise FileProblem(f"not a sound numpy .npy header: {why}", where=where, hint=_DAMAGED) from None
    return Array(dtype, shape, fortran and len(shape) > 1, counting.seen)


def check_matrix(array: Array, where: str) -> None:
    """FileProblem unless the array is [n, d], of real numbers, and neither n nor d is absurd."""
    if array.dtype.kind not in "fiu" or array.dtype.shape:
        what = _NAMES.get(array.dtype.kind, f"'{array.dtype.str}', which is no number")
        raise FileProblem(f"the array holds {what}", where=where, hint="save it as float32")
    if len(array.shape) != 2:
        sizes = " x ".join(f"{length:,}" for length in array.shape)
        message = f"the array has {len(array.shape)} dimensions ({sizes}), and not rows and columns"
        raise FileProblem(message, where=where, hint="save a matrix with a row for each word")
    rows, width = array.shape
    if rows < 1 or width < 1 or width > MAX_WIDTH:
        message = f"the header says {rows:,} rows of {width:,} numbers"
        hint = f"both must be positive, a row has at most {MAX_WIDTH:,}; {_DAMAGED}"
        raise FileProblem(message, where=where, hint=hint)


def check_size(array: Array, available: int, where: str, *, exact: bool) -> None:
    """FileProblem unless the numbers that the header promises are in the file (and fill it, if `exact`)."""
    held = available - array.offset
    if array.size > held:
        sizes = " x ".join(f"{length:,}" for length in array.shape)
        message = f"the header says {sizes} numbers, {array.size:,} bytes; the file holds {max(held, 0):,}"
        raise FileProblem(message, where=where, hint=_DAMAGED)
    if exact and array.size < held:
        message = f"data after the array: its header promises {array.size:,} bytes, and {held:,} follow"
        raise FileProblem(message, where=where, hint="--allow-trailing ignores the rest")


def rows_of(array: Array, stream: Stream, file: BinaryIO | None, where: str) -> Iterator[NDArray[np.float32]]:
    """The rows [b, d] of a matrix whose header has been read, block after block.

    In Fortran order the numbers of a row are far apart: they are fetched from `file`, or, where there is
    only a stream, all are held in memory.
    """
    if not array.fortran:
        return _in_order(array, stream, where)
    if file is None:
        data = exactly(stream, array.size)
        if len(data) < array.size:
            raise cut(array, len(data), where)
        return _by_columns(array, BytesIO(data), 0, where)
    return _by_columns(array, file, array.offset, where)


def as_float32(rows: NDArray[Any]) -> NDArray[np.float32]:
    """The same numbers as float32; what is too large for it becomes infinite, which `checks` refuses."""
    with np.errstate(over="ignore"):
        return rows.astype(np.float32, copy=False)


def _in_order(array: Array, stream: Stream, where: str) -> Iterator[NDArray[np.float32]]:
    rows, width = array.shape
    size = width * array.dtype.itemsize
    step = min(max(CHUNK // size, 1), MOST_ROWS)
    for first in range(0, rows, step):
        wanted = min(step, rows - first)
        data = exactly(stream, wanted * size)
        if len(data) < wanted * size:
            raise cut(array, first * size + len(data), where)
        yield as_float32(np.frombuffer(data, array.dtype).reshape(wanted, width))


def _by_columns(array: Array, file: BinaryIO, offset: int, where: str) -> Iterator[NDArray[np.float32]]:
    rows, width = array.shape
    item = array.dtype.itemsize
    step = max(COLUMNS_CHUNK // (width * item), 1)
    for first in range(0, rows, step):
        wanted = min(step, rows - first)
        block = np.empty((wanted, width), np.float32)
        for column in range(width):
            file.seek(offset + (column * rows + first) * item)
            data = file.read(wanted * item)
            if len(data) < wanted * item:
                raise cut(array, (column * rows + first) * item + len(data), where)
            block[:, column] = as_float32(np.frombuffer(data, array.dtype))
        yield from (block[at : at + MOST_ROWS] for at in range(0, wanted, MOST_ROWS))


def cut(array: Array, seen: int, where: str) -> FileProblem:
    """The problem of a file that ends within its array."""
    message = f"the file ends within the array: {array.size:,} bytes are promised, {seen:,} were read"
    return FileProblem(message, where=where, hint="the file is cut short; fetch it again")


def finish(source: Source, where: str) -> None:
    """Read to the end, which has checksums verified; nothing may come, or it is counted."""
    extra = 0
    while more := source.stream.read(CHUNK):
        extra += len(more)
    if not extra:
        return
    if not source.tolerance.allow_trailing:
        raise FileProblem("data after the array", where=where, hint="--allow-trailing ignores the rest")
    source.tally[TRAILING] += extra


def write_rows(stream: IO[bytes], space: VectorSpace) -> None:
    """The rows of a space [n, d] float32 as an array, block after block."""
    array = GrowingArray(stream, "<f4", (space.dim,))
    for _, rows, _ in space.blocks():
        array.append(rows)
    array.finish()


def matrix_header(shape: Iterable[int], descr: str) -> bytes:
    """The header of an array whose shape is known."""
    stream = BytesIO()
    facts = {"descr": descr, "fortran_order": False, "shape": tuple(shape)}
    np.lib.format.write_array_header_1_0(stream, facts)
    return stream.getvalue()
