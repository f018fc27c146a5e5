"""What formats of tensors share: which shapes are rows, and how many rows are read at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from vecalc.codecs.npy_array import CHUNK, MOST_ROWS
from vecalc.errors import FileProblem
from vecalc.sources import MAX_WIDTH
from vecalc.sources.parts import LONGEST_NAME
from vecalc.sources.word_text import shown


def check_matrix(name: str, shape: Sequence[int], path: Path) -> None:
    """FileProblem unless a tensor is [n, d], and neither n nor d is absurd."""
    if len(shape) != 2:
        dimensions = "1 dimension" if len(shape) == 1 else f"{len(shape)} dimensions"
        message = f"the tensor {shown(name, LONGEST_NAME)} has {dimensions}"
        raise FileProblem(message, where=str(path), hint="name one with two, of rows and their numbers")
    rows, width = shape
    if rows < 1 or not 1 <= width <= MAX_WIDTH:
        message = f"the header says {rows:,} rows of {width:,} numbers"
        hint = f"both must be positive, a row has at most {MAX_WIDTH:,}"
        raise FileProblem(message, where=str(path), hint=hint)


def steps(rows: int, size: int) -> Iterator[tuple[int, int]]:
    """The first and the last of the rows that are read at a time; `size` is that of a row in bytes."""
    step = min(max(CHUNK // size, 1), MOST_ROWS)
    for first in range(0, rows, step):
        yield first, min(first + step, rows)
