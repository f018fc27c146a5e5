"""Features on their way to a file: a folder beside it that a later run can go on from.

OUT.part/values.bin    rows of numbers, one after another
OUT.part/lines.bin     the line of the table that each is of, int64
OUT.part/kept.jsonl    the cells of the columns that are kept, a JSON array a line
OUT.part/journal.json  the note of how much of these counts, and what it was made of
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from vecalc.arrays import AnyArray, Numbers
from vecalc.errors import StorageProblem
from vecalc.space.unfinished import Unfinished
from vecalc.space.work_files import Places, in_folder

VALUES, LINES, KEPT = "values.bin", "lines.bin", "kept.jsonl"
COPIED = 1 << 16  # rows' numbers that are read back at a time, 512 KB of float64


def places(output: Path) -> Places:
    """Where the unfinished features of a file lie."""
    return in_folder(output, "features", (VALUES, LINES, KEPT))


class Spool(Unfinished):
    """An unfinished or finished spool, open for more rows."""

    def __init__(self, output: Path, identity: Mapping[str, Any], *, resume: bool) -> None:
        """Begin one, or go on with one of the same identity."""
        super().__init__(places(output), identity, resume=resume)
        self.identity = identity
        noted = self.facts
        self.rows_read: int = noted.get("rows_read", 0)  # of the table
        self.rows: int = noted.get("rows", 0)
        self.names: tuple[str, ...] = tuple(noted.get("names", ()))
        self.state: dict[str, Any] = noted.get("state", {})  # of the maker
        # Characters of the kept columns' cells.
        self.longest: list[int] = noted.get("longest", [0] * len(identity["keep"]))

    def add(self, values: AnyArray, lines: Sequence[int], kept: Iterable[Sequence[str]]) -> None:
        """Write a block of rows [k, w], the line of each, and its kept cells."""
        self.append(VALUES, np.ascontiguousarray(values).tobytes())
        self.append(LINES, np.asarray(lines, "<i8").tobytes())
        texts = []
        for cells in kept:
            self.longest = [max(n, len(cell)) for n, cell in zip(self.longest, cells, strict=True)]
            texts.append(json.dumps(cells) + "\n")
        self.append(KEPT, "".join(texts).encode())
        self.rows += len(values)

    def commit(self, rows_read: int, names: tuple[str, ...], state: dict[str, Any]) -> None:
        """All that was appended counts from now on, as made of so many rows of the table."""
        self.rows_read, self.names, self.state = rows_read, names, state
        self.note(
            {
                "rows_read": rows_read,
                "rows": self.rows,
                "names": names,
                "state": state,
                "longest": self.longest,
            }
        )

    # --- reading back -----------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """The type of the numbers."""
        return str(self.identity["type"])

    def values(self) -> Iterator[AnyArray]:
        """The rows again, some at a time [b, w]."""
        width = len(self.names)
        at_once = max(1, COPIED // max(width, 1))
        with self._reading(VALUES) as stream:
            while data := stream.read(at_once * width * np.dtype(self.kind).itemsize):
                yield np.frombuffer(data, self.kind).reshape(-1, width)

    def lines(self) -> Iterator[Numbers]:
        """The lines of the rows again, some at a time [b]."""
        with self._reading(LINES) as stream:
            while data := stream.read(8 * COPIED):
                yield np.frombuffer(data, "<i8")

    def kept(self) -> Iterator[list[str]]:
        """The kept cells of the rows again."""
        with self._reading(KEPT) as stream:
            yield from map(json.loads, stream)

    @contextmanager
    def _reading(self, name: str) -> Iterator[IO[bytes]]:
        """An open file. Where there are no locks, another run may have written into it: what can't be read
        back is a `StorageProblem`.
        """
        path = self.places.files[0].parent / name
        with path.open("rb") as stream:
            try:
                yield stream
            except ValueError:
                what = "it has been changed since it was written"
                raise StorageProblem(what, where=str(path), hint="begin again, one run at a time") from None
