"""numpy's arrays and numbers as a pickle holds them, made of bytes that are there already.

A shape is believed when the bytes are as many as it says. Source: numpy's `ndarray.__reduce_ex__`, in the
versions 1 and 2, of protocols 0 to 5.
"""

from __future__ import annotations

import re
from math import prod
from typing import Any, NamedTuple

import numpy as np

from vecalc.arrays import AnyArray
from vecalc.codecs.pickled_machine import Inert
from vecalc.codecs.pickled_names import DTYPE, FROM_BUFFER, NDARRAY, RECONSTRUCT, SCALAR
from vecalc.errors import FileProblem
from vecalc.sources import DAMAGED, MAX_WIDTH

FLOATS = re.compile(r"f[248]")
NUMBERS = re.compile(r"f[248]|[iu][1248]")
TEXTS = re.compile(r"[US]\d{1,7}")
_OBJECTS = re.compile(r"O8?")
_LONGEST = 1 << 40  # of a side
_NATIVE = {"|", "="}


class Plan(NamedTuple):
    """What an array says of itself: its shape, the type of its numbers, their order, and its bytes."""

    shape: Any
    kind: Any
    fortran: bool
    data: Any


def plan_of(value: Any) -> Plan | None:
    """What an array says of itself; None for anything else."""
    if not isinstance(value, Inert):
        return None
    # Version (absent in very old files), shape, type, order of the numbers, numbers.
    is_state = isinstance(value.state, tuple) and len(value.state) in (4, 5)
    if value.name == FROM_BUFFER and len(value.arguments) == 4:
        data, kind, shape, order = value.arguments
        return Plan(shape, kind, order == "F", data)
    if value.name == RECONSTRUCT and value.arguments[:1] == (NDARRAY,) and is_state:
        shape, kind, fortran, data = value.state[-4:]
        return Plan(shape, kind, bool(fortran), data)
    return None


def shape_of(value: Any) -> tuple[int, ...]:
    """The shape that an array claims, if it can be one; () for anything else."""
    plan = plan_of(value)
    sides = plan.shape if plan else ()
    if not isinstance(sides, tuple) or not all(type(side) is int and 0 <= side < _LONGEST for side in sides):
        return ()
    return sides


def array_of(value: Any, where: str, kinds: re.Pattern[str] = NUMBERS, sides: int = 2) -> AnyArray:
    """The array of a pickle, with so many sides, of some kinds of numbers or of texts.

    FileProblem unless its bytes are what its shape promises.
    """
    plan = plan_of(value)
    if plan is None:
        raise _wrong("a matrix is missing, or is something else", where)
    dtype = dtype_of(plan.kind, kinds)
    if dtype is None:
        raise _wrong(f"a matrix of numbers that are not {'floats' if kinds is FLOATS else 'read'}", where)
    data = plan.data
    if isinstance(data, str):  # Python 2's bytes
        data = data.encode("latin-1") if len(data) == len(data.encode("latin-1", "ignore")) else None
    shape = shape_of(value)
    if (
        not isinstance(data, bytes | bytearray)
        or len(shape) != sides
        or (sides == 2 and shape[1] > MAX_WIDTH)
    ):
        raise _wrong("a matrix without its numbers or its shape", where)
    if not dtype.itemsize or prod(shape) * dtype.itemsize != len(data):
        message = f"a matrix of {' x '.join(map(str, shape))} {dtype.name} in {len(data):,} bytes"
        raise _wrong(message, where)
    return np.frombuffer(data, dtype).reshape(shape, order="F" if plan.fortran else "C")


def objects_of(value: Any) -> list[Any] | None:
    """What an array of objects with one side holds; None for anything else."""
    plan = plan_of(value)
    if plan is None or type(plan.data) is not list or _type(plan.kind, _OBJECTS) is None:
        return None
    return plan.data if shape_of(value) == (len(plan.data),) else None


def texts_of(value: Any, where: str) -> list[Any] | None:
    """What an array of texts with one side holds; None for anything else, FileProblem where it is damaged."""
    plan = plan_of(value)
    if plan is None or dtype_of(plan.kind, TEXTS) is None:
        return None
    try:
        texts: list[Any] = array_of(value, where, TEXTS, sides=1).tolist()
    except ValueError:  # a letter beyond the last of Unicode
        raise _wrong("an array of texts that are none", where) from None
    return texts


def plain(value: Any) -> Any:
    """A number or text of numpy's as one of Python's; other values as they are."""
    if not isinstance(value, Inert) or value.name != SCALAR or len(value.arguments) != 2:
        return value
    kind, data = value.arguments
    dtype = dtype_of(kind, NUMBERS) or dtype_of(kind, TEXTS)
    if dtype is None or type(data) is not bytes or len(data) != dtype.itemsize:
        return value
    try:
        return np.frombuffer(data, dtype)[0].item()
    except ValueError:  # a letter beyond the last of Unicode
        return value


def dtype_of(kind: Any, kinds: re.Pattern[str]) -> np.dtype[Any] | None:
    """The type of an array's numbers or texts, of either byte order; None unless it is of some kinds."""
    found = _type(kind, kinds)
    return None if found is None else np.dtype("".join(found))


def _type(kind: Any, kinds: re.Pattern[str]) -> tuple[str, str] | None:
    """Byte order and name of a type."""
    if not (isinstance(kind, Inert) and kind.name == DTYPE and kind.arguments):
        return None
    text, state = kind.arguments[0], kind.state
    order = state[1] if isinstance(state, tuple) and len(state) > 1 else "="
    if not isinstance(text, str) or order not in ("<", ">", *_NATIVE):
        return None
    name = text.lstrip("<>=|")
    return ("" if order in _NATIVE else order, name) if kinds.fullmatch(name) else None


def _wrong(message: str, where: str) -> FileProblem:
    return FileProblem(message, where=where, hint=DAMAGED)
