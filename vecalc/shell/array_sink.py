"""Answers as an array of numbers: `-o vectors.npy`."""

from __future__ import annotations

from typing import IO

import numpy as np

from vecalc.answers import Answer, Number, Ranking, Rows, Scored, Sheet, Tabled
from vecalc.arrays import Floats
from vecalc.errors import UsageError
from vecalc.space.npy_files import GrowingArray


class ArraySink:
    """Answers as one .npy array of float64, a row per expression: [n, d], or [n] if all are numbers.

    An error becomes a row of NaN, so that row k stays expression k. Only a list takes a row per vector, and a
    table one per row of it.
    """

    def __init__(self, stream: IO[bytes], where: str) -> None:
        self.stream = stream
        self.where = where
        self.array: GrowingArray | None = None
        self.owed = 0  # errors before the width is known

    def write(self, shown: Answer | Sheet) -> None:
        """Append the numbers of one answer. Raises `UsageError` for a table."""
        if isinstance(shown, Sheet):
            raise UsageError("an array can't hold a table", where=self.where)
        numbers = _numbers(shown)
        if numbers is not None:
            self._of_width(numbers.shape[1:]).append(numbers)
        elif self.array is None:
            self.owed += 1
        else:
            self.array.append(np.full((1, *self.array.shape), np.nan))

    def _of_width(self, shape: tuple[int, ...]) -> GrowingArray:
        if self.array is None:
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


def _numbers(answer: Answer) -> Floats | None:
    match answer.result:
        case Ranking():
            return answer.result.vector[None]
        case Rows():
            return answer.result.vectors
        case Tabled(values=values):
            return values
        case Number(value):
            return np.array([value])
        case Scored() | None:  # a score has no vector, nor has an error
            return None
