"""The functions of several values, and of vectors that make vectors (see `vecalc.calc.kernels`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vecalc.arrays import Floats
from vecalc.calc.kernels import (
    ALONE,
    EPSILON,
    ROUNDING,
    Kernel,
    RowContext,
    angle,
    dot,
    largest_of,
    lengths,
    unit,
)

# --- geometry -------------------------------------------------------------------------------


def basis(xs: Floats) -> Floats:
    """An orthonormal basis [r, d] of the span of the rows, r their rank. Raises `NoValue` for a zero row."""
    scaled = unit(ALONE, xs)
    if len(xs) == 1:  # it is one, with the bits of a span that is another in every row
        return scaled
    _, sizes, directions = np.linalg.svd(scaled, full_matrices=False)
    rank = int(np.sum(sizes > ROUNDING * sizes[0]))
    return np.asarray(directions[:rank])


def inside(rows: RowContext, directions: Sequence[Floats], a: Floats) -> Floats:
    """The part of `a` in the span of orthonormal directions, each a constant or one for every row."""
    return _settled(_within(rows, a, directions), a)


def outside(rows: RowContext, directions: Sequence[Floats], a: Floats) -> Floats:
    """What is left of `a` without that part."""
    rest = a - _within(rows, a, directions)
    rest = rest - _within(rows, rest, directions)  # twice is enough (Kahan; Giraud et al. 2005)
    return _settled(rest, a)


def _within(rows: RowContext, a: Floats, directions: Sequence[Floats]) -> Floats:
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


def of_each(rows: RowContext, part: Kernel, a: Floats, *xs: Floats) -> Floats:
    """`inside` or `outside` of the span of all `xs`, which differs from row to row."""
    if len(xs) == 1:
        return part(rows, [unit(rows, xs[0])], a)
    count = max(len(x) for x in (a, *xs))
    result = np.full((count, a.shape[-1]), np.nan)
    for i in range(count):
        own, *others = (x[i : i + 1] if len(x) > 1 else x for x in (a, *xs))
        stacked = np.concatenate(others)
        if np.isfinite(own).all() and np.isfinite(stacked).all() and stacked.any(axis=1).all():
            result[i] = part(ALONE, basis(stacked), own)[0]
    return result


def slerp(rows: RowContext, a: Floats, b: Floats, t: Floats) -> Floats:
    """Along the great circle from `a` to `b` (Shoemake 1985).

    The length goes evenly from one to the other, and stays beyond them: a length below 0 would turn round.
    """
    u, v = unit(rows, a), unit(rows, b)
    theta = np.radians(angle(rows, a, b))[..., None]
    along = np.clip(t, 0.0, 1.0)
    size = (1 - along) * lengths(a)[..., None] + along * lengths(b)[..., None]
    one_way = np.sin(theta) <= ROUNDING
    opposite = one_way & (np.cos(theta) < 0)
    rows.refuse(opposite[..., 0], "the vectors are opposite: every great circle joins them")
    sine = np.where(one_way, 1.0, np.sin(theta))
    mixed = np.where(one_way, u, (np.sin((1 - t) * theta) * u + np.sin(t * theta) * v) / sine)
    return size * np.where(opposite, np.nan, mixed)


# --- composition, features, space -----------------------------------------------------------


def bind(rows: RowContext, a: Floats, b: Floats) -> Floats:
    """Circular convolution (Plate 1995)."""
    p, q = np.fft.rfft(a), np.fft.rfft(b)
    # Part by part, so that bind(b, a) has the same bits: numpy's complex product rounds one term less.
    product = (p.real * q.real - p.imag * q.imag) + 1j * (p.real * q.imag + p.imag * q.real)
    return np.fft.irfft(product, n=a.shape[-1])


def unbind(rows: RowContext, a: Floats, c: Floats) -> Floats:
    """Circular correlation, the approximate inverse of `bind(a, .)` (Plate 1995)."""
    return np.fft.irfft(np.conj(np.fft.rfft(a)) * np.fft.rfft(c), n=a.shape[-1])


def concat(rows: RowContext, *xs: Floats) -> Floats:
    """[x₁; x₂; …]."""
    count = max(map(len, xs))
    return np.concatenate([np.broadcast_to(x, (count, x.shape[-1])) for x in xs], axis=1)


def turn(rows: RowContext, rotation: Floats, x: Floats) -> Floats:
    """x @ rotation."""
    if not rows.exact:
        return x @ rotation
    return np.stack([dot(rows, x, column) for column in np.ascontiguousarray(rotation.T)], axis=1)


# --- many to one: of several values, or of the components of one vector -----------------------


def add_up(rows: RowContext, *xs: Floats) -> Floats:
    """x₁ + x₂ + …, with cancelled terms settled."""
    if len(xs) == 1:
        (x,) = xs
        result, size, share = x.sum(axis=-1), largest_of(x), EPSILON * x.shape[-1]
        return np.where(np.abs(result) <= share * size, 0.0, result)
    result = _spread(xs)[0]
    for x in xs[1:]:
        result = result + x
    if result.ndim > 1:
        size = sum((lengths(x) for x in _spread(xs)), np.zeros(()))
        noise = (lengths(result) <= ROUNDING * size)[:, None]
    else:
        size = np.max(np.abs(np.stack(np.broadcast_arrays(*xs))), axis=0)
        noise = np.abs(result) <= EPSILON * len(xs) * size
    return np.where(noise, 0.0, result)


def mean(rows: RowContext, *xs: Floats) -> Floats:
    """(x₁ + x₂ + …) / n."""
    return add_up(rows, *xs) / (len(xs) if len(xs) > 1 else xs[0].shape[-1])


def deviation(rows: RowContext, *xs: Floats) -> Floats:
    """√((x₁ - mean)² + …) / n), the standard deviation of all there are: of a population, not of a sample."""
    x = xs[0] if len(xs) == 1 else np.stack(_spread(xs), axis=-1)
    steps = x - x.mean(axis=-1, keepdims=True)
    found = np.sqrt((steps * steps).mean(axis=-1))
    return np.where(found <= EPSILON * x.shape[-1] * largest_of(x), 0.0, found)


def _folded(combine: np.ufunc) -> Kernel:
    """The kernel that combines values element by element, or the components of one vector."""

    def kernel(rows: RowContext, *xs: Floats) -> Floats:
        if len(xs) == 1:
            return np.asarray(combine.reduce(xs[0], axis=-1))
        result = _spread(xs)[0]
        for x in xs[1:]:
            result = combine(result, x)
        return result

    return kernel


smallest, largest = _folded(np.minimum), _folded(np.maximum)


def _spread(xs: tuple[Floats, ...]) -> list[Floats]:
    return list(np.broadcast_arrays(*xs)) if len({np.shape(x) for x in xs}) > 1 else list(xs)
