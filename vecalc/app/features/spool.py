"""Features on their way to a file: a folder beside it that a later run can go on from.

    OUT.part/values.bin    rows of numbers, one after another
    OUT.part/lines.bin     the line of the table that each is of, int64
    OUT.part/kept.jsonl    the cells of the columns that are kept, a JSON array a line
    OUT.part/journal.json  how much of these counts, and what it was made of

The journal is replaced after each block, when the block's bytes are written. What stands in the files
behind the journal's sizes is of a block that was not finished, and is cut off.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from vecalc.errors import StorageProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
FILES = ("values.bin", "lines.bin", "kept.jsonl")
JOURNAL = "journal.json"
COPIED = 1 << 16  # rows' numbers that are read back at a time, 512 KB of float64


class Spool:
    """An unfinished or finished spool, open for more rows."""

    def __init__(self, folder: Path, identity: dict[str, Any], *, resume: bool) -> None:
        """Begin one, or go on with one of the same identity.

        Raises `StorageProblem` when one is there and is not to be resumed, or was made of something else.
        """
        self.folder = folder
        self.identity = {"version": VERSION, **identity}
        self.rows_read = 0  # of the table
        self.rows = 0
        self.names: tuple[str, ...] = ()
        self.state: dict[str, Any] = {}  # of the maker
        self.longest = [0] * len(identity["keep"])  # characters of the kept columns' cells
        sizes = dict.fromkeys(FILES, 0)
        if folder.exists():
            sizes = self._take_up(resume=resume)
        else:
            folder.mkdir(mode=0o700)
        with ExitStack() as opened:
            self._streams = {name: opened.enter_context((folder / name).open("ab")) for name in FILES}
            for name, size in sizes.items():
                self._streams[name].truncate(size)
            self._close = opened.pop_all().close

    def _take_up(self, *, resume: bool) -> dict[str, int]:
        where = str(self.folder)
        if not resume:
            raise StorageProblem(
                "an unfinished run is kept here", where=where, hint="--resume goes on, or remove the folder"
            )
        try:
            journal = json.loads((self.folder / JOURNAL).read_text("utf-8"))
            made_of, sizes = journal["identity"], {name: int(journal["sizes"][name]) for name in FILES}
            self.rows_read, self.rows = int(journal["rows_read"]), int(journal["rows"])
            self.names, self.state = tuple(journal["names"]), journal["state"]
            self.longest = list(journal["longest"])
            short = any((self.folder / name).stat().st_size < size for name, size in sizes.items())
        except FileNotFoundError:  # it ended before its first block
            return dict.fromkeys(FILES, 0)
        except (ValueError, KeyError, TypeError, AttributeError):
            short, made_of, sizes = True, self.identity, {}
        if short:
            raise StorageProblem("the unfinished run is damaged", where=where, hint="remove the folder")
        changed = [key for key, value in self.identity.items() if made_of.get(key) != value]
        if changed:
            raise StorageProblem(
                f"the unfinished run was made with another {', '.join(changed)}",
                where=where,
                hint="run it as it was begun, or remove the folder",
            )
        return sizes

    def append(self, values: NDArray[Any], lines: Sequence[int], kept: Iterable[Sequence[str]]) -> None:
        """Write a block of rows [k, w], the line of each, and its kept cells."""
        self._streams["values.bin"].write(np.ascontiguousarray(values).tobytes())
        self._streams["lines.bin"].write(np.asarray(lines, "<i8").tobytes())
        for cells in kept:
            self.longest = [max(n, len(cell)) for n, cell in zip(self.longest, cells, strict=True)]
            self._streams["kept.jsonl"].write(json.dumps(cells).encode() + b"\n")
        self.rows += len(values)

    def commit(self, rows_read: int, names: tuple[str, ...], state: dict[str, Any]) -> None:
        """All that was appended counts from now on, as made of so many rows of the table."""
        self.rows_read, self.names, self.state = rows_read, names, state
        for stream in self._streams.values():
            stream.flush()
        journal = {
            "identity": self.identity,
            "sizes": {name: stream.tell() for name, stream in self._streams.items()},
            "rows_read": rows_read,
            "rows": self.rows,
            "names": names,
            "state": state,
            "longest": self.longest,
        }
        fresh = self.folder / f"{JOURNAL}.new"
        fresh.write_text(json.dumps(journal), encoding="utf-8")
        fresh.replace(self.folder / JOURNAL)

    def close(self) -> None:
        """Let go of the files; the folder stays."""
        self._close()

    def remove(self) -> None:
        """Let go of the files, and remove the folder."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- reading back -----------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """The type of the numbers."""
        return str(self.identity["type"])

    def values(self) -> Iterator[NDArray[Any]]:
        """The rows again, some at a time [b, w]."""
        width = len(self.names)
        at_once = max(1, COPIED // max(width, 1))
        with self._reading("values.bin") as stream:
            while data := stream.read(at_once * width * np.dtype(self.kind).itemsize):
                yield np.frombuffer(data, self.kind).reshape(-1, width)

    def lines(self) -> Iterator[NDArray[np.int64]]:
        """The lines of the rows again, some at a time [b]."""
        with self._reading("lines.bin") as stream:
            while data := stream.read(8 * COPIED):
                yield np.frombuffer(data, "<i8")

    def kept(self) -> Iterator[list[str]]:
        """The kept cells of the rows again."""
        with self._reading("kept.jsonl") as stream:
            yield from map(json.loads, stream)

    def _reading(self, name: str) -> IO[bytes]:
        self._streams[name].flush()
        return (self.folder / name).open("rb")
