"""Files of .npy, written whole, or row by row until the end."""

from __future__ import annotations

from typing import IO

import numpy as np

from vecalc.arrays import AnyArray


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
