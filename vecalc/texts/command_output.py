"""What a program that encodes texts has written: JSON lines or one `.npy`, to vectors.

[0.1, 0.2, ...]                      a line for each text
{"embedding": [0.1, 0.2, ...]}       or `vector`; other keys are left alone
b"\\x93NUMPY..."                      an array [t, d] instead of all lines
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from io import BytesIO

import numpy as np

from vecalc.arrays import AnyArray, Singles
from vecalc.errors import EncoderProblem, FileProblem
from vecalc.sources import MAX_WIDTH

NPY = b"\x93NUMPY"
NAMES = ("embedding", "vector")  # of a vector in an object
SHOWN = 60  # characters of a line that is wrong
_EXPECTED = "a line has to be a list of numbers, or an object with 'embedding'; messages go to standard error"


def vectors_of(written: bytes, count: int) -> Singles:
    """The vectors [count, d] that were written. Raises `EncoderProblem` for anything else."""
    rows = _array(written) if written.startswith(NPY) else _lines(written, count)
    if len(rows) != count:
        raise _miscounted(len(rows), count)
    with np.errstate(over="ignore"):
        singles = rows.astype(np.float32)
    unsound = np.flatnonzero(~np.isfinite(singles).all(axis=1))
    if len(unsound):
        row = int(unsound[0])
        what = "a number beyond float32" if np.isfinite(rows[row]).all() else "NaN or infinity"
        raise EncoderProblem(f"vector {row + 1:,} holds {what}")
    return singles


def _array(written: bytes) -> AnyArray:
    """An array; nothing is allocated by what its header says before that is compared with its size."""
    from vecalc.codecs.npy_array import check_matrix, check_size, pieces, read_header

    stream = BytesIO(written)
    try:
        array = read_header(stream, "")
        check_matrix(array, "")
        check_size(array, len(written), "", exact=True)
    except FileProblem as problem:
        raise EncoderProblem(f"its array can't be read: {problem.message}", hint=problem.hint) from None
    if array.fortran:
        return np.frombuffer(written[array.offset :], array.dtype).reshape(array.shape, order="F")
    return np.concatenate(list(pieces(array, stream, "")))


def _lines(written: bytes, count: int) -> AnyArray:
    """The vectors of some lines; blank ones are left out. Those beyond `count` are only counted."""
    rows: list[Singles | AnyArray] = []
    beyond = 0
    for number, line in _numbered(written):
        if len(rows) == count:
            beyond += 1
            continue
        row = np.array(_numbers(line, number), np.float64)
        if rows and len(row) != len(rows[0]):
            message = f"vector {len(rows) + 1:,} has {len(row):,} numbers, the first {len(rows[0]):,}"
            raise EncoderProblem(message)
        rows.append(row)
    if beyond:
        raise _miscounted(count + beyond, count)
    return np.stack(rows) if rows else np.empty((0, 0))


def _numbered(written: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, and their numbers from 1."""
    for number, line in enumerate(BytesIO(written), start=1):
        if line.strip():
            yield number, line


def _numbers(line: bytes, number: int) -> Sequence[float]:
    """The numbers of one line."""
    try:
        found = json.loads(line.decode())
    except (ValueError, RecursionError):
        raise _wrong(line, number, "is not JSON") from None
    if isinstance(found, dict):
        found = next((found[name] for name in NAMES if name in found), None)
    if not isinstance(found, list) or not found or not set(map(type, found)) <= {int, float}:
        raise _wrong(line, number, "is not a vector")
    if len(found) > MAX_WIDTH:
        raise EncoderProblem(
            f"line {number:,} has {len(found):,} numbers; a vector has at most {MAX_WIDTH:,}"
        )
    try:
        return list(map(float, found))
    except OverflowError:
        raise EncoderProblem(f"line {number:,} holds a number beyond float64") from None


def _wrong(line: bytes, number: int, what: str) -> EncoderProblem:
    text = line[: 4 * SHOWN].decode(errors="replace").strip()
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
    return EncoderProblem(f"line {number:,} of what it writes {what}: {shown}", hint=_EXPECTED)


def _miscounted(found: int, count: int) -> EncoderProblem:
    hint = "it has to write one vector for each line that it reads"
    return EncoderProblem(f"{_counted(found, 'vector')} for {_counted(count, 'text')}", hint=hint)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
