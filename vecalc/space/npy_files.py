"""Files of .npy: mapped into memory; written whole, or row by row until the end.

Headers may hold anything, and fail as FileProblems.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import IO

import numpy as np

from vecalc.arrays import AnyArray
from vecalc.bounded import refuse_irregular
from vecalc.errors import FileProblem
from vecalc.space.files import unreadable

LONGEST_REASON = 100  # characters of what numpy says


def mapped(path: Path, hint: str) -> AnyArray:
    """The array of a file. Raises `FileProblem`, with a hint, for what is no such file; also of objects."""
    try:
        refuse_irregular(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python 2, of types that numpy gives up: the header decides
            array: AnyArray = np.lib.format.open_memmap(path, mode="r")  # refuses object arrays
    except FileProblem:
        raise
    except OSError as error:
        raise unreadable(path, error) from None
    except Exception as error:  # a header is Python source to numpy, and can be wrong in every way
        why = str(error).partition("\n")[0][:LONGEST_REASON]
        message = f"damaged: not a .npy array that can be mapped: {why}"
        raise FileProblem(message, where=str(path), hint=hint) from None
    return array.view(np.ndarray)  # a map's own class makes each slice of it ten times as long


def write_array(stream: IO[bytes], array: AnyArray) -> None:
    """Write what `np.save` writes, by the stream's own means.

    numpy goes past the stream and does not see that the last of its writes fails. Raises `OSError`, here or
    when the stream is flushed.
    """
    np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(array))
    if array.size:  # of nothing there is no view
        stream.write(np.ascontiguousarray(array).data.cast("B"))


class GrowingArray:
    """An array [n, *shape] in a stream that can seek; the header, which holds n, is written again at the end.

    numpy leaves room in the header for n to grow.
    """

    def __init__(self, stream: IO[bytes], kind: str, shape: tuple[int, ...]) -> None:
        self.stream = stream
        self.kind = np.dtype(kind)
        self.shape = shape
        self.rows = 0
        self._header()

    def append(self, rows: AnyArray) -> None:
        """Write the next rows [b, *shape]."""
        if len(rows):  # of nothing there is no view
            self.stream.write(np.ascontiguousarray(rows, dtype=self.kind).data.cast("B"))
            self.rows += len(rows)

    def finish(self) -> None:
        """Write the header with the number of rows."""
        self.stream.seek(0)
        self._header()

    def _header(self) -> None:
        shape = (self.rows, *self.shape)
        np.lib.format.write_array_header_1_0(
            self.stream, {"descr": self.kind.str, "fortran_order": False, "shape": shape}
        )
