"""Where answers go: standard output, a file that appears when it is complete, or an array of numbers."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Protocol

import numpy as np

from vecalc.answers import Answer, Number, Ranking, Rows, Scored, Sheet
from vecalc.errors import StorageProblem, UsageError
from vecalc.render import Style
from vecalc.space.files import mode_for

if TYPE_CHECKING:
    from vecalc.space.growing import GrowingArray

BY_SUFFIX = {
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".md": "markdown",
    ".npy": "npy", ".txt": "plain",
}  # fmt: skip


class Sink(Protocol):
    """Takes answers, one after another."""

    def write(self, answer: Answer) -> None:
        """Take one answer."""

    def close(self) -> None:
        """Write what comes after the last."""


class TextSink:
    """Answers as text of one format."""

    def __init__(
        self, renderer: ModuleType, style: Style, stream: IO[str], *, flush: bool = False, index: int = 0
    ) -> None:
        self.renderer = renderer
        self.style = style
        self.stream = stream
        self.flush = flush
        self.index = index  # answers that are in the document already
        if not index:
            stream.write(renderer.begin(style))

    def write(self, answer: Answer) -> None:
        """Write one answer; at once if someone is waiting for it."""
        self._write(self.renderer.answer(answer, self.style, self.index))

    def write_sheet(self, sheet: Sheet) -> None:
        """Write the table of a command."""
        self._write(self.renderer.sheet(sheet, self.style, self.index))

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.index += 1
        if self.flush:
            self.stream.flush()

    def close(self) -> None:
        """Write the end of the document."""
        self.stream.write(self.renderer.end(self.style))
        self.stream.flush()


class ArraySink:
    """Answers as one .npy array of float64, a row per expression: [n, d], or [n] if all are numbers.

    An error becomes a row of NaN, so that row k stays expression k.
    """

    def __init__(self, stream: IO[bytes], where: str) -> None:
        self.stream = stream
        self.where = where
        self.array: GrowingArray | None = None
        self.owed = 0  # errors before the width is known

    def write(self, answer: Answer) -> None:
        """Append the numbers of one answer."""
        numbers = _numbers(answer)
        if numbers is not None:
            self._of_width(numbers.shape[1:]).append(numbers)
        elif self.array is None:
            self.owed += 1
        else:
            self.array.append(np.full((1, *self.array.shape), np.nan))

    def _of_width(self, shape: tuple[int, ...]) -> GrowingArray:
        if self.array is None:
            from vecalc.space.growing import GrowingArray

            self.array = GrowingArray(self.stream, "<f8", shape)
            self.array.append(np.full((self.owed, *shape), np.nan))
        elif self.array.shape != shape:
            one, other = (f"{s[0]} components" if s else "a number" for s in (self.array.shape, shape))
            raise UsageError(
                f"an array needs rows of one width, there are {one} and {other}",
                where=self.where,
                hint="--format jsonl takes any mixture",
            )
        return self.array

    def close(self) -> None:
        """Write the header with the number of rows."""
        self._of_width(() if self.array is None else self.array.shape).finish()


def _numbers(answer: Answer) -> np.typing.NDArray[np.float64] | None:
    match answer.result:
        case Ranking():
            return answer.result.vector[None]
        case Rows():
            return answer.result.vectors
        case Number(value):
            return np.array([value])
        case Scored() | None:  # a score has no vector, nor has an error
            return None


def text_of(stream: IO[bytes], *, at_once: bool = False) -> io.TextIOWrapper:
    """A stream of bytes as one of text, as output files have it; it keeps nothing back with `at_once`."""
    return io.TextIOWrapper(
        stream, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=at_once
    )


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name when it is complete; until then, and after a failure, the old one stays.

    A link stays a link, and a file keeps its permissions. What is no file (a device, a named pipe) is
    written to directly: it must not be replaced; neither must what this process writes to already
    (/dev/stdout by any name), which goes on where it stands. Raises `StorageProblem` when it can't be
    written.
    """
    try:
        if path.exists() and (number := _already_open(path.stat())) is not None:
            with os.fdopen(os.dup(number), "wb") as stream:
                yield stream
            return
        if path.exists() and not path.is_file():
            with path.open("ab") as stream:
                yield stream
            return
        with _temporary_for(path.resolve()) as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise StorageProblem(f"can't be written: {problem.strerror}", where=str(path)) from None


def _already_open(target: os.stat_result) -> int | None:
    """The standard stream that is open on this very file."""
    for number in (1, 2):
        with suppress(OSError):
            if os.path.samestat(target, os.fstat(number)):
                return number
    return None


@contextmanager
def _temporary_for(path: Path) -> Iterator[IO[bytes]]:
    """A file beside the path, which takes its name at the end and vanishes after a failure."""
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    try:
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode_for(path))  # noqa: PTH101 - mkstemp makes private files
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
