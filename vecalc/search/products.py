"""Products of codes with queries, by whatever multiplies small whole numbers fastest on this machine.

Which library that is depends on the processor, on how many queries there are at once, and on what is
installed; so it is tried, once there is enough to do that the trial doesn't show. All of them are exact, so
no answer depends on it. `VECALC_PRODUCT` names one for those who know better.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from vecalc.arrays import AnyArray, Small
from vecalc.errors import UsageError
from vecalc.space.quantization import LARGEST
from vecalc.space.threads import products_alone

Products: TypeAlias = AnyArray  # [b, q] int32
Multiply: TypeAlias = Callable[[Small], Products]  # codes [b, w] to their products with all queries

VARIABLE = "VECALC_PRODUCT"
# Queries at once from which it pays to make the codes numbers of another type first. Below, the
# library that takes them as they are is the fastest on every machine that was tried.
SEVERAL = 16
PAYS = 1 << 36  # multiplications that take so long, about a second, that a trial doesn't show
TRIAL_ROWS, TRIAL_TIMES = 4_096, 6
TOLD = 320, 256  # the width and the number of queries
EXACT = 1 << 10  # terms of which float32 adds up products of two codes exactly: 2^10 x 127 x 127 < 2^24


class Product(NamedTuple):
    """A way to multiply; exact for queries of whole numbers from `-largest` to `largest`."""

    name: str
    largest: int
    with_queries: Callable[[Small], Multiply]  # queries [q, w]


def chosen(width: int, count: int, rows: int) -> Product | None:
    """What multiplies codes of a width with so many queries; None where float32 does the work as fast.

    `rows` says how much there is to do. Raises `UsageError` if `VECALC_PRODUCT` names none that is here.
    """
    if wanted := os.environ.get(VARIABLE, ""):
        return _named(wanted)
    usual = _numkong()
    if count < SEVERAL:
        return usual
    kind = width, count.bit_length()
    if kind not in _CHOICES:
        _DONE[kind] += width * count * rows
        if _DONE[kind] < PAYS:
            return usual or _blas()
        _CHOICES[kind] = max(speeds(width, count).items(), key=lambda tried: tried[1])[0]
    return _CHOICES[kind]


_CHOICES: dict[tuple[int, int], Product] = {}  # by the width and the magnitude of the number of queries
_DONE: Counter[tuple[int, int]] = Counter()  # multiplications so far


def told() -> str:
    """What multiplies the codes of 300 components with the queries of a batch here, as a trial tells."""
    with products_alone():
        tried = {one.name: speed / 1e9 for one, speed in speeds(*TOLD).items()}
    first = os.environ.get(VARIABLE) or max(tried, key=tried.__getitem__)
    each = ", ".join(f"{name} {speed:.0f}" for name, speed in sorted(tried.items(), key=lambda one: -one[1]))
    return f"{_named(first).name} (billions of operations a second on one core: {each})"


def speeds(width: int, count: int) -> dict[Product, float]:
    """Operations a second of each that is here, on one core: of a product of two terms and their sum, two."""
    random = np.random.default_rng(0)
    codes = random.integers(-LARGEST, LARGEST, (TRIAL_ROWS, width), np.int8, endpoint=True)
    return {one: 2 * codes.size * count / _seconds(one, codes, codes[:count] // 2) for one in _possible()}


def _seconds(one: Product, codes: Small, queries: Small) -> float:
    multiply, least = one.with_queries(np.resize(queries, (len(queries), codes.shape[1]))), np.inf
    for _ in range(TRIAL_TIMES):
        start = time.thread_time()  # what other programs do on this core meanwhile does not count
        multiply(codes)
        least = min(least, time.thread_time() - start)
    return max(float(least), 1e-9)


# --- what there is ----------------------------------------------------------------------------


def _possible() -> Iterator[Product]:
    for find in FINDERS.values():
        if (one := find()) is not None:
            yield one


def _named(name: str) -> Product:
    if name not in FINDERS:
        raise UsageError(
            f"{VARIABLE}={name}: there is none called so", hint=f"there are {', '.join(FINDERS)}"
        )
    one = FINDERS[name]()
    if one is None:
        raise UsageError(
            f"{VARIABLE}={name}: it is not installed, or can't do it on this processor",
            hint="pip install 'vecalc[fast]'" if name == "mlas" else f"without {VARIABLE}, another does it",
        )
    return one


@cache
def _numkong() -> Product | None:
    """numkong: kernels for many processors, AMX and those of Arm among them, chosen as it is loaded."""
    try:
        import numkong
    except ImportError:
        return None

    def with_queries(queries: Small) -> Multiply:
        if len(queries) == 1:  # packing pays from two queries on
            return lambda codes: np.asarray(numkong.cdist(queries, codes, "dot")).astype(np.int32).T
        packed = numkong.dots_pack(queries)
        return lambda codes: np.asarray(numkong.dots_packed(np.ascontiguousarray(codes), packed))

    return Product("numkong", LARGEST, with_queries)


@cache
def _mlas() -> Product | None:
    """The products of onnxruntime, which are of unsigned with signed bytes.

    Where the processor adds them up in pairs, in 16 bits that overflow, queries keep to seven bits.
    """
    try:
        from vecalc.search import mlas
    except ImportError:
        return None
    largest = next((most for most in (LARGEST, mlas.HALF) if mlas.is_exact(most)), None)
    return None if largest is None else Product("mlas", largest, mlas.with_queries)


@cache
def _blas() -> Product:
    """Numpy's products of matrices; whole numbers are exact in float32 as long as sums are below 2^24."""
    kept = threading.local()

    def with_queries(queries: Small) -> Multiply:
        across = range(0, queries.shape[1], EXACT)
        parts = [queries[:, at : at + EXACT].astype(np.float32).T for at in across]

        def multiply(codes: Small) -> Products:
            # Used again and again: fresh pages cost as much as the copying.
            space = kept.__dict__.get("space")
            if space is None or space.size < codes.size:
                space = kept.space = np.empty(codes.size, np.float32)
            wide = space[: codes.size].reshape(codes.shape)
            wide[:] = codes
            products = [wide[:, at : at + EXACT] @ part for at, part in zip(across, parts, strict=True)]
            found: Any = products[0].astype(np.int32)
            for more in products[1:]:
                found += more.astype(np.int32)
            return np.asarray(found)

        return multiply

    return Product("blas", LARGEST, with_queries)


FINDERS: dict[str, Callable[[], Product | None]] = {"numkong": _numkong, "mlas": _mlas, "blas": _blas}
