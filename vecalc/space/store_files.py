"""The files of a store in the making: words, vectors, codes, and what belongs to them (see `store.py`).

Reading rows, coding them and writing them cost about the same, so each has a thread of its own; and what is
written is sent to the disk while more is coming.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from vecalc.answers import Stored
from vecalc.arrays import AnyArray, Singles, Small
from vecalc.errors import FileProblem
from vecalc.space import quantization
from vecalc.space.files import private_file
from vecalc.space.index import WordsWriter
from vecalc.space.npy_files import GrowingArray, write_array
from vecalc.space.threads import ahead, products_alone

if TYPE_CHECKING:
    from vecalc.space.subwords import Subwords
    from vecalc.space.text_encoder import TextRules, TokenRows

Block: TypeAlias = tuple[Sequence[str], "Singles"]

AT_ONCE = 1024  # rows that are coded at once: they and their copies stay in the second-level cache
NUMBERS = 1 << 20  # and fewer of them where they are wide
SENT = 64 << 20  # bytes after which a file is sent to the disk, so that little is left to wait for at the end


class Written(NamedTuple):
    """What went into a store."""

    rows: int
    width: int
    loss: float  # the largest |x - stored x| / |x| of a row; 0 for float32


class _Coded(NamedTuple):
    """Some rows, as they will lie in the files."""

    rows: Singles  # [b, d]
    values: Small  # [b, w]
    residuals: Singles  # [b]
    lengths: Singles  # [b]
    loss: float


def write_files(place: Path, blocks: Iterable[Block], kind: Stored) -> Written:
    """Write words [b] and rows [b, d], block after block, as the files of a store in a folder.

    Memory: five blocks, and 24 bytes a word. Raises `OSError`, `FileProblem` for a number that the type
    `kind` can't hold, and whatever the blocks raise.
    """
    with ExitStack() as stack, products_alone():
        files = _Files(place, kind, stack)
        deque(ahead(files.write, ahead(files.code, files.with_words(blocks))), maxlen=0)
        return files.finish()


def write_subwords(place: Path, subwords: Subwords, kind: Stored) -> dict[str, int]:
    """Write the n-grams of a model into the folder of a store; what the facts say of them."""
    with private_file(place / "subwords.npy") as stream:
        array = GrowingArray(stream, kind, subwords.rows.shape[1:])
        for first in range(0, len(subwords.rows), AT_ONCE):
            rows = np.array(subwords.rows[first : first + AT_ONCE], np.float32)
            array.append(rows if kind == "float32" else rounded(rows, kind)[0])
        array.finish()
    return {"buckets": len(subwords.rows), "shortest": subwords.shortest, "longest": subwords.longest}


def write_texts(place: Path, rules: TextRules, tokens: TokenRows) -> dict[str, Any]:
    """Write how a textual model reads a text into the folder of a store; what the facts say of it."""
    with private_file(place / "tokenizer.json") as stream:
        stream.write(bytes(rules.tokenizer))
    with private_file(place / "tokens.npy") as stream:
        write_array(stream, tokens.places.astype(np.int32))
    if len(tokens.others):
        with private_file(place / "others.npy") as stream:
            write_array(stream, tokens.others.astype(np.float32))
    counts = {"tokens": len(tokens.places), "others": len(tokens.others)}
    return {**counts, "characters": rules.characters, "normalized": rules.normalized}


class _Files:
    """The open files."""

    def __init__(self, place: Path, kind: Stored, stack: ExitStack) -> None:
        self.place = place
        self.kind = kind
        self.stack = stack
        self.disk = _Disk(stack)
        self.words = WordsWriter(self._file("words.txt"))
        self.arrays: tuple[GrowingArray, GrowingArray] | None = None
        self.lengths: list[Singles] = []
        self.residuals: list[Singles] = []
        self.loss = 0.0
        self.rotation = np.empty((0, 0), np.float32)

    def _file(self, name: str) -> IO[bytes]:
        return self.stack.enter_context(private_file(self.place / name))

    def with_words(self, blocks: Iterable[Block]) -> Iterator[Singles]:
        """The rows of the blocks, whose words are written meanwhile."""
        for words, rows in blocks:
            if self.arrays is None:
                self._begin(rows.shape[1])
            self.words.add(words)
            yield rows

    def _begin(self, dim: int) -> None:
        self.rotation = quantization.rotation(dim)
        self.arrays = (
            GrowingArray(self._file("vectors.npy"), self.kind, (dim,)),
            GrowingArray(self._file("codes.npy"), "int8", (quantization.width(dim),)),
        )

    def code(self, rows: Singles) -> _Coded:
        """What will be written of some rows [b, d]."""
        loss = 0.0
        if self.kind != "float32":
            rows, loss = rounded(rows, self.kind)
        some = max(min(AT_ONCE, NUMBERS // rows.shape[1]), 1)
        parts = [
            quantization.encode(rows[first : first + some], self.rotation)
            for first in range(0, len(rows), some)
        ]
        values, residuals, lengths = (np.concatenate(part) for part in zip(*parts, strict=True))
        return _Coded(rows, values, residuals, lengths, loss)

    def write(self, coded: _Coded) -> None:
        """Write some rows."""
        assert self.arrays is not None  # noqa: S101 - begun
        vectors, codes_ = self.arrays
        vectors.append(coded.rows)
        codes_.append(coded.values)
        self.disk.written(vectors.stream, coded.rows.nbytes)
        self.disk.written(codes_.stream, coded.values.nbytes)
        self.lengths.append(coded.lengths)
        self.residuals.append(coded.residuals)
        self.loss = max(self.loss, coded.loss)

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

    def _save(self, name: str, array: AnyArray) -> None:
        write_array(self._file(name), array)


class _Disk:
    """Sends files to the disk as they grow, one at a time, without anybody waiting."""

    def __init__(self, stack: ExitStack) -> None:
        self.pool = stack.enter_context(ThreadPoolExecutor(1))
        self.owed: dict[int, int] = {}
        self.running: deque[Future[None]] = deque()

    def written(self, stream: IO[bytes], size: int) -> None:
        """So much more was written to a stream. Raises the `OSError` of an earlier sending."""
        number = stream.fileno()
        self.owed[number] = self.owed.get(number, 0) + size
        while self.running and self.running[0].done():
            self.running.popleft().result()
        if self.owed[number] >= SENT and not self.running:
            self.owed[number] = 0
            self.running.append(self.pool.submit(os.fsync, number))


def rounded(rows: Singles, kind: Stored) -> tuple[Singles, float]:
    """The rows [b, d] as a narrower type holds them, and the largest share of its length that one loses.

    Codes and lengths are those of what is stored. Raises `FileProblem` for a number too large for the type.
    """
    with np.errstate(over="ignore"):
        stored = rows.astype(kind).astype(np.float32)
    if not np.isfinite(stored).all():
        raise FileProblem(f"a number is too large for {kind}", hint="keep float32")
    off, size = (np.sqrt(np.einsum("bd,bd->b", x, x, dtype=np.float64)) for x in (rows - stored, rows))
    return stored, float(np.max(off / np.where(size > 0, size, 1.0), initial=0.0))
