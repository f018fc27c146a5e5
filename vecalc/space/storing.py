"""Writes a store: rows stream in, a folder appears when it is complete (the format is `store.py`'s).

Memory: two blocks of rows, and 24 bytes a word. Until the end everything lies in a folder beside the final
one, under another name, which vanishes after a failure; a lock on it tells others that it is being written.
All files and folders are their owner's alone.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.errors import FileProblem, NoSpace
from vecalc.space import codes
from vecalc.space.files import private_file, unwritable
from vecalc.space.growing import GrowingArray
from vecalc.space.holding import held
from vecalc.space.index import WordsWriter
from vecalc.space.store import FACTS, FORMAT

if TYPE_CHECKING:
    from numpy.typing import NDArray

PART, OLD = ".part", ".old"  # ends of the names of what is in the making, and of what is being replaced
AT_ONCE = 1024  # rows that are coded at once: they and their copies stay in the second-level cache
RACES = 5  # how often in a row others may come first to a name
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT)


class Written(NamedTuple):
    """What went into a store."""

    rows: int
    width: int
    loss: float  # the largest |x - stored x| / |x| of a row; 0 for float32


def write_store(
    folder: Path,
    blocks: Iterable[tuple[Sequence[str], NDArray[np.float32]]],
    *,
    name: str,
    kind: str = "float32",
    facts: Mapping[str, Any] | None = None,
) -> Written:
    """Write words [b] and rows [b, d], block after block, as a store; an older one in its place is replaced.

    `kind` is float32 or float16. Further `facts` are written as they are once the blocks have come to
    their end. Raises `StorageProblem` when it can't be written (`NotWritable`, `NoSpace`), `FileProblem`
    when there is no row or a number that float16 can't hold, and whatever the blocks raise; then nothing
    is left behind.
    """
    written_bytes = 0
    try:
        with _replacing(folder) as place:
            try:
                written = _write_arrays(place, blocks, kind)
                _write_facts(place, {"name": name, "type": kind, **written._asdict(), **(facts or {})})
            finally:
                written_bytes = sum(path.stat().st_size for path in place.iterdir())
    except OSError as error:
        problem = unwritable(folder, error)
        if isinstance(problem, NoSpace):
            problem.written = written_bytes
        raise problem from None
    return written


def _write_arrays(
    place: Path, blocks: Iterable[tuple[Sequence[str], NDArray[np.float32]]], kind: str
) -> Written:
    writer = _Writer(place, kind)
    with writer.open_files:
        for words, rows in _one_behind(blocks, writer.add_rows):
            writer.add_words(words)
            del rows
        written = writer.finish()
    if not written.rows:
        raise FileProblem("no row is left", hint="see whether the file holds vectors at all")
    return written


def _one_behind(
    blocks: Iterable[tuple[Sequence[str], NDArray[np.float32]]], work: Any
) -> Iterator[tuple[Sequence[str], NDArray[np.float32]]]:
    """The blocks, while the rows of each are worked on in another thread, one at a time, in order."""
    with ThreadPoolExecutor(1) as pool:
        running: Future[None] | None = None
        for block in blocks:
            if running is not None:
                running.result()
            running = pool.submit(work, block[1])
            yield block
        if running is not None:
            running.result()


class _Writer:
    """The open files of a store in the making."""

    def __init__(self, place: Path, kind: str) -> None:
        self.place = place
        self.kind = kind
        self.open_files = ExitStack()
        self.words = WordsWriter(self._file("words.txt"))
        self.arrays: tuple[GrowingArray, GrowingArray] | None = None
        self.lengths: list[NDArray[np.float32]] = []
        self.residuals: list[NDArray[np.float32]] = []
        self.loss = 0.0
        self.rotation = np.empty((0, 0), np.float32)

    def _file(self, name: str) -> Any:
        return self.open_files.enter_context(private_file(self.place / name))

    def add_words(self, words: Sequence[str]) -> None:
        """Take the words of the next rows."""
        self.words.add(words)

    def add_rows(self, rows: NDArray[np.float32]) -> None:
        """Take the next rows [b, d]."""
        if self.arrays is None:
            self._begin(rows.shape[1])
        for first in range(0, len(rows), AT_ONCE):
            self._add(rows[first : first + AT_ONCE])

    def _begin(self, dim: int) -> None:
        self.rotation = codes.rotation(dim)
        self.arrays = (
            GrowingArray(self._file("vectors.npy"), self.kind, (dim,)),
            GrowingArray(self._file("codes.npy"), "int8", (codes.width(dim),)),
        )

    def _add(self, rows: NDArray[np.float32]) -> None:
        assert self.arrays is not None  # noqa: S101 - begun
        vectors, coded = self.arrays
        if self.kind != "float32":
            rows = self._rounded(rows)
        values, residuals, lengths = codes.encode(rows, self.rotation)
        vectors.append(rows)
        coded.append(values)
        self.lengths.append(lengths)
        self.residuals.append(residuals)

    def _rounded(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """The rows as they will be stored; codes and lengths are theirs."""
        with np.errstate(over="ignore"):
            stored = rows.astype(self.kind).astype(np.float32)
        if not np.isfinite(stored).all():
            raise FileProblem(f"a number is too large for {self.kind}", hint="keep float32")
        off, size = (np.sqrt(np.einsum("bd,bd->b", x, x, dtype=np.float64)) for x in (rows - stored, rows))
        self.loss = max(self.loss, float(np.max(off / np.where(size > 0, size, 1.0), initial=0.0)))
        return stored

    def finish(self) -> Written:
        """Write what is known at the end only."""
        if self.arrays is None:
            return Written(0, 0, 0.0)
        for array in self.arrays:
            array.finish()
        self._save("lengths.npy", np.concatenate(self.lengths))
        self._save("residuals.npy", np.concatenate(self.residuals))
        self._save("rotation.npy", self.rotation)
        self.words.finish(self._save)
        return Written(self.arrays[0].rows, self.arrays[0].shape[0], self.loss)

    def _save(self, name: str, array: NDArray[Any]) -> None:
        np.save(self._file(name), array)


# --- files ------------------------------------------------------------------------------------


def _write_facts(place: Path, facts: Mapping[str, Any]) -> None:
    """The facts, with the digest and the size of every file; everything is on the disk afterwards."""
    names = sorted(path.name for path in place.iterdir())
    sizes = {name: (place / name).stat().st_size for name in names}
    with ThreadPoolExecutor() as pool:
        digests = dict(zip(names, pool.map(lambda name: _synced_digest(place / name), names), strict=True))
    whole = {"format": FORMAT, "digests": digests, "sizes": sizes, **facts}
    with private_file(place / FACTS) as stream:
        stream.write((json.dumps(whole, indent=2, sort_keys=True) + "\n").encode())
        stream.flush()
        os.fsync(stream.fileno())
    _sync(place)


def _synced_digest(path: Path) -> str:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A folder beside this one, which takes its name and place when it is complete."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}.", suffix=PART))
    try:
        with held(place):
            yield place
            _take_place(place, folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _sync(folder: Path) -> None:
    """What a folder lists is on the disk too; where a system can't do that, it has other ways."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _take_place(place: Path, folder: Path) -> None:
    """Rename, again if somebody else took the name in between: whoever comes last has it."""
    for left in reversed(range(RACES)):
        try:
            return _rename_over(place, folder)
        except OSError as problem:
            if problem.errno not in _TAKEN or not left:
                raise
    return None


def _rename_over(place: Path, folder: Path) -> None:
    """Rename; folders don't replace each other, so an older one steps aside first, and back in need."""
    if not folder.exists():
        place.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}.", suffix=OLD))
    try:
        old = folder.rename(aside / folder.name)
    except BaseException:
        aside.rmdir()
        raise
    try:
        place.rename(folder)
    except BaseException:
        if not folder.exists():
            old.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)
        raise
    shutil.rmtree(aside, ignore_errors=True)
