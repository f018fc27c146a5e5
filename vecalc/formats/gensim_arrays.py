"""Arrays of a model that gensim saved: inside its pickle, or in .npy files beside it.

Only arrays of floats of two dimensions are made, when they are asked for: of bytes that are there already,
or as maps of a file that holds no objects.
"""

from __future__ import annotations

import re
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from vecalc.arrays import AnyArray
from vecalc.errors import FileProblem, VecalcError
from vecalc.formats import MAX_WIDTH
from vecalc.formats.pickled_machine import DAMAGED, Inert
from vecalc.formats.pickled_names import DTYPE, FROM_BUFFER, NDARRAY, RECONSTRUCT
from vecalc.space.npy_files import mapped

_FLOATS = re.compile(r"[<>=|]?f[248]")
_NATIVE = {"|", "="}


def inside(array: Inert, where: str) -> AnyArray:
    """The matrix that a pickle holds. Raises `FileProblem` unless its bytes are what its shape promises."""
    if array.name == FROM_BUFFER and len(array.arguments) == 4:
        data, kind, shape, order = array.arguments
        fortran = order == "F"
    elif array.name == RECONSTRUCT and array.arguments[:1] == (NDARRAY,) and _is_state(array.state):
        shape, kind, fortran, data = array.state[-4:]
    else:
        raise _wrong("a matrix is missing, or is something else", where)
    dtype = _dtype(kind, where)
    if isinstance(data, str):  # Python 2's bytes
        data = data.encode("latin-1") if len(data) == len(data.encode("latin-1", "ignore")) else None
    if not isinstance(data, bytes | bytearray) or not _is_shape(shape):
        raise _wrong("a matrix without its numbers or its shape", where)
    if prod(shape) * dtype.itemsize != len(data):
        message = f"a matrix of {' x '.join(map(str, shape))} {dtype.name} in {len(data):,} bytes"
        raise _wrong(message, where)
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def beside(path: Path) -> AnyArray:
    """The matrix of a .npy file, mapped. Raises `FileProblem` unless it holds floats in two dimensions."""
    try:
        array = mapped(path, DAMAGED)
    except VecalcError as problem:
        if not path.is_file():
            problem.hint = f"the model keeps its vectors in {path.name}, beside it"
        raise
    if array.dtype.kind != "f" or not _is_shape(array.shape):
        message = f"an array of {array.dtype} and shape {list(array.shape)}, no matrix of floats"
        raise _wrong(message, str(path))
    return array


def _is_state(state: Any) -> bool:
    """Version (absent in very old files), shape, type, order of the numbers, numbers."""
    return isinstance(state, tuple) and len(state) in (4, 5)


def _is_shape(shape: Any) -> bool:
    two = isinstance(shape, tuple) and len(shape) == 2
    return two and all(type(side) is int and 0 <= side < 1 << 40 for side in shape) and shape[1] <= MAX_WIDTH


def _dtype(kind: Any, where: str) -> np.dtype[Any]:
    """float16, float32 or float64, of either byte order."""
    if isinstance(kind, Inert) and kind.name == DTYPE and kind.arguments:
        text, state = kind.arguments[0], kind.state
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else "="
        if isinstance(text, str) and _FLOATS.fullmatch(text) and order in ("<", ">", *_NATIVE):
            return np.dtype(text if order in _NATIVE else f"{order}{text.lstrip('<>=|')}")
    raise _wrong("a matrix of numbers that are no floats", where)


def _wrong(message: str, where: str) -> FileProblem:
    return FileProblem(message, where=where, hint=DAMAGED)
