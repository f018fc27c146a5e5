"""What stands for a value that every row has one of, while a formula for many rows is made into steps.

They are scalars and vectors to whoever checks types and widths; their numbers are placeholders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from vecalc.calc.values import NO_SPACE, Scalar, Spaces, Value, Vector, spaces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class EachNumber(Scalar):
    """A number for every row."""

    slot: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class EachVector(Vector):
    """A vector for every row; `components` only tell the width."""

    slot: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Affine(Vector):
    """scale·? + shift, the words at a norm; `components` only tell the width."""

    scale: float = 1.0
    shift: Floats | None = None
    norm: str = "rms"

    @property
    def is_plain(self) -> bool:
        """Whether it is `?` itself."""
        return self.scale == 1 and self.shift is None


def is_each(value: Value) -> bool:
    """Whether every row has one."""
    return isinstance(value, EachNumber | EachVector | Affine)


def wide(width: int) -> Floats:
    """Components that only tell their number, and take no memory."""
    return np.broadcast_to(np.float64(0), (width,))


def taken_apart(value: Vector) -> tuple[float, Floats]:
    """s and v of s·? + v."""
    if not isinstance(value, Affine):
        return 0.0, value.components
    return value.scale, np.zeros(len(value.components)) if value.shift is None else value.shift


def scaled(value: Affine, factor: float) -> Affine:
    """The vectors times a number."""
    shift = None if value.shift is None else value.shift * factor
    return Affine(value.components, value.spaces, value.scale * factor, shift, value.norm)


def affine_sum(signs: Sequence[float], values: Sequence[Value]) -> Value | None:
    """A sum of affine vectors of one norm, constant vectors and numbers; None when there are other terms."""
    affines = [value for value in values if isinstance(value, Affine)]
    if len({value.norm for value in affines}) != 1 or any(
        isinstance(value, EachNumber | EachVector) for value in values
    ):
        return None
    scale, shift = 0.0, np.zeros(len(affines[0].components))
    for sign, value in zip(signs, values, strict=True):
        if isinstance(value, Scalar):
            shift = shift + sign * value.value
        elif isinstance(value, Vector):
            s, v = taken_apart(value)
            scale, shift = scale + sign * s, shift + sign * v
    origin: Spaces = NO_SPACE.union(*map(spaces, values))
    return Affine(affines[0].components, origin, scale, shift, affines[0].norm)


def affine_multiple(op: str, a: Value, b: Value) -> Value | None:
    """A constant number times an affine vector, or the vector by the number; None for other operands."""
    if type(a) is Scalar and isinstance(b, Affine) and op == "*":
        return scaled(b, a.value)
    if isinstance(a, Affine) and type(b) is Scalar and (op == "*" or b.value != 0):
        return scaled(a, b.value if op == "*" else 1 / b.value)
    return None
