"""Writes a store: rows stream in, a folder appears when it is complete (the format is `store.py`'s).

Memory: two blocks of rows, and 24 bytes a word. Until the end everything lies in a folder beside the final
one, under another name, which vanishes after a failure.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.errors import FileProblem, StorageProblem
from vecalc.space import codes
from vecalc.space.growing import GrowingArray
from vecalc.space.index import WordsWriter
from vecalc.space.store import FACTS, FORMAT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.space.subwords import Subwords

AT_ONCE = 1024  # rows that are coded at once: they and their copies stay in the second-level cache
HASHED = 1 << 20


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
    subwords: Callable[[], Subwords | None] = lambda: None,
) -> Written:
    """Write words [b] and rows [b, d], block after block, as a store; an older one in its place is replaced.

    `kind` is float32 or float16. Further `facts` are written as they are once the blocks have come to
    their end; `subwords` is asked for n-grams when the first block has come. Raises `StorageProblem` when
    it can't be written, `FileProblem` when there is no row or a number that float16 can't hold, and
    whatever the blocks raise; then nothing is left behind.
    """
    try:
        with _replacing(folder) as place:
            writer = _Writer(place, kind, subwords)
            with writer.open_files:
                for words, rows in _one_behind(blocks, writer.add_rows):
                    writer.add_words(words)
                    del rows
                written = writer.finish()
            if not written.rows:
                raise FileProblem("no row is left", hint="see whether the file holds vectors at all")
            _write_facts(
                place, {"name": name, "type": kind, **written._asdict(), **writer.more_facts, **(facts or {})}
            )
    except OSError as problem:
        raise StorageProblem(f"can't be written: {problem.strerror}", where=str(folder)) from None
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

    def __init__(self, place: Path, kind: str, subwords: Callable[[], Subwords | None]) -> None:
        self.place = place
        self.subwords = subwords
        self.more_facts: dict[str, Any] = {}
        self.kind = kind
        self.open_files = ExitStack()
        self.words = WordsWriter(self._file("words.txt"))
        self.arrays: tuple[GrowingArray, GrowingArray] | None = None
        self.lengths: list[NDArray[np.float32]] = []
        self.residuals: list[NDArray[np.float32]] = []
        self.loss = 0.0
        self.rotation = np.empty((0, 0), np.float32)

    def _file(self, name: str) -> Any:
        return self.open_files.enter_context((self.place / name).open("wb"))

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

        if found := self.subwords():
            self._add_subwords(found)

    def _add_subwords(self, subwords: Subwords) -> None:
        """Write the n-grams while their source is open."""
        array = GrowingArray(self._file("subwords.npy"), self.kind, (subwords.rows.shape[1],))
        for first in range(0, len(subwords.rows), AT_ONCE):
            rows = np.array(subwords.rows[first : first + AT_ONCE], np.float32)
            array.append(self._rounded(rows) if self.kind != "float32" else rows)
        array.finish()
        buckets, shortest, longest = len(subwords.rows), subwords.shortest, subwords.longest
        self.more_facts["subwords"] = {"buckets": buckets, "shortest": shortest, "longest": longest}

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
    """The facts, with the digest of every file; everything is on the disk afterwards."""
    names = sorted(path.name for path in place.iterdir())
    with ThreadPoolExecutor() as pool:
        digests = dict(zip(names, pool.map(lambda name: _synced_digest(place / name), names), strict=True))
    text = json.dumps({"format": FORMAT, "digests": digests, **facts}, indent=2, sort_keys=True) + "\n"
    with (place / FACTS).open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _synced_digest(path: Path) -> str:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A folder beside this one, which takes its name and place when it is complete."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}.", suffix=".part"))
    try:
        yield place
        _take_place(place, folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _take_place(place: Path, folder: Path) -> None:
    """Rename; folders don't replace each other, so an older one steps aside first, and back in need."""
    if not folder.exists():
        place.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}.", suffix=".old"))
    try:
        old = folder.rename(aside / folder.name)
    except BaseException:
        aside.rmdir()
        raise
    try:
        place.rename(folder)
    except BaseException:
        old.rename(folder)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)
