"""The functions of vectors that make vectors, for many rows at once (see `vecalc.calc.steps`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from vecalc.calc import algebra
from vecalc.calc.algebra import ROUNDING
from vecalc.calc.steps import angle, dot, lengths, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vecalc.calc.program import Rows

    Floats: TypeAlias = NDArray[np.float64]


def project(rows: Rows, a: Floats, *xs: Floats) -> Floats:
    """The part of `a` in the span of all `xs`, which differs from row to row."""
    if len(xs) == 1:
        return inside(rows, [unit(rows, xs[0])], a)
    return _by_row(algebra.project, a, *xs)


def without(rows: Rows, a: Floats, *xs: Floats) -> Floats:
    """`a` minus its part in the span of all `xs`, which differs from row to row."""
    if len(xs) == 1:
        return outside(rows, [unit(rows, xs[0])], a)
    return _by_row(algebra.without, a, *xs)


def inside(rows: Rows, directions: Sequence[Floats], a: Floats) -> Floats:
    """The part of `a` in the span of orthonormal directions, each a constant or one for every row."""
    return _settled(_within(rows, a, directions), a)


def outside(rows: Rows, directions: Sequence[Floats], a: Floats) -> Floats:
    """What is left of `a` without that part."""
    rest = a - _within(rows, a, directions)
    rest = rest - _within(rows, rest, directions)  # twice is enough (Kahan; Giraud et al. 2005)
    return _settled(rest, a)


def _within(rows: Rows, a: Floats, directions: Sequence[Floats]) -> Floats:
    if not rows.exact and isinstance(directions, np.ndarray):
        return (a @ directions.T) @ directions
    shape = np.broadcast_shapes(a.shape, *(q.shape for q in directions))
    result, room = np.empty(shape), np.empty(shape)  # of hundreds of directions, each would take its own
    for i, q in enumerate(directions):
        along = np.asarray(dot(rows, a, q, room))[..., None]
        np.multiply(along, q, out=room if i else result)
        if i:
            result += room
    return result


def _settled(x: Floats, a: Floats) -> Floats:
    noise = np.asarray(lengths(x) <= ROUNDING * lengths(a))
    return np.where(noise[:, None], 0.0, x)


def _by_row(function: Callable[[Floats, Floats], Floats], a: Floats, *xs: Floats) -> Floats:
    """One row after the other: the span is another for each."""
    count = max(len(x) for x in (a, *xs) if x.ndim > 1)
    result = np.full((count, a.shape[-1]), np.nan)
    for i in range(count):
        own, *others = (x[i] if x.ndim > 1 else x for x in (a, *xs))
        stacked = np.stack(others)
        if np.isfinite(own).all() and np.isfinite(stacked).all() and stacked.any(axis=1).all():
            result[i] = function(own, stacked)
    return result


def slerp(rows: Rows, a: Floats, b: Floats, t: Floats) -> Floats:
    """Along the great circle from `a` to `b`; the length goes from one to the other, and stays beyond."""
    u, v = unit(rows, a), unit(rows, b)
    theta = np.radians(angle(rows, a, b))[..., None]
    along = np.clip(t, 0.0, 1.0)
    size = (1 - along) * np.asarray(lengths(a))[..., None] + along * np.asarray(lengths(b))[..., None]
    one_way = np.sin(theta) <= ROUNDING
    opposite = one_way & (np.cos(theta) < 0)
    rows.refuse(opposite[..., 0], "the vectors are opposite: every great circle joins them")
    sine = np.where(one_way, 1.0, np.sin(theta))
    mixed = np.where(one_way, u, (np.sin((1 - t) * theta) * u + np.sin(t * theta) * v) / sine)
    return size * np.where(opposite, np.nan, mixed)


# --- composition, features, space -----------------------------------------------------------


def bind(rows: Rows, a: Floats, b: Floats) -> Floats:
    """Circular convolution."""
    return algebra.bind(a, b)


def unbind(rows: Rows, a: Floats, c: Floats) -> Floats:
    """Circular correlation."""
    return algebra.unbind(a, c)


def concat(rows: Rows, *xs: Floats) -> Floats:
    """[x₁; x₂; …]."""
    count = max(len(x) for x in xs if x.ndim > 1)
    return np.concatenate([np.broadcast_to(x, (count, x.shape[-1])) for x in xs], axis=1)


def turn(rows: Rows, x: Floats, rotation: Floats) -> Floats:
    """x @ rotation."""
    if not rows.exact:
        return x @ rotation
    return np.stack([dot(rows, x, column) for column in np.ascontiguousarray(rotation.T)], axis=1)
