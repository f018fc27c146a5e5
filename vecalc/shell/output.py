"""Where answers go: text of some format, or an array of numbers."""

from __future__ import annotations

import io
from types import ModuleType
from typing import IO, TYPE_CHECKING, Protocol

import numpy as np

from vecalc.answers import Answer, Number, Ranking, Rows, Scored, Sheet
from vecalc.errors import UsageError
from vecalc.render import Style

if TYPE_CHECKING:
    from vecalc.space.npy_files import GrowingArray

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

    def write(self, answer: Answer) -> None:
        """Write one answer; at once if someone is waiting for it."""
        self._write(self.renderer.answer(answer, self.style, self.index))

    def write_sheet(self, sheet: Sheet) -> None:
        """Write the table of a command."""
        self._write(self.renderer.sheet(sheet, self.style, self.index))

    def _write(self, text: str) -> None:
        self._begin()
        self.stream.write(text)
        self.index += 1
        if self.flush:
            self.stream.flush()

    def _begin(self) -> None:
        """What comes before the first answer, once there is one: what fails at once writes nothing."""
        if not self.index:
            self.stream.write(self.renderer.begin(self.style))

    def close(self) -> None:
        """Write the end of the document."""
        self._begin()
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
            from vecalc.space.npy_files import GrowingArray

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
