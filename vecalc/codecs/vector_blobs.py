"""Vectors as bytes in a cell of a database: numbers one behind the other, little-endian.

Nothing in a blob says what it holds. It is float32, as nearly all programs write it, where these bytes are
numbers as embeddings have them; else what else they can be. A hash, a picture or text is none of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from vecalc.arrays import AnyArray, Numbers, Singles
from vecalc.codecs.npy_array import as_float32

NAMES: Final = {"<f4": "float32", "<f2": "float16", "<f8": "float64", "i1": "int8"}
NARROWEST = 2  # numbers of a vector
# What components are between, or zero: of random bits a sixth is so as float32, and a half as float16.
_USUAL = {"<f4": (1e-7, 1e5), "<f8": (1e-7, 1e5), "<f2": (1e-3, 1e2)}
_MOST = 0.9  # of the numbers


class Blobs(NamedTuple):
    """What a column of blobs holds: numbers of a type, so many in each."""

    kind: str  # a key of NAMES
    width: int


class BlobRows(NamedTuple):
    """The rows of some blobs, and which they are."""

    rows: Singles  # [g, width]
    good: Numbers  # [g]


def kind_of(blobs: Sequence[bytes], declared: str = "") -> Blobs | None:
    """What the first blobs of a column hold, which may be `declared` ("float16"); None for no vectors."""
    sizes = {len(blob) for blob in blobs}
    size = max(sizes, key=[len(blob) for blob in blobs].count, default=0)
    alike = [blob for blob in blobs if len(blob) == size]
    kinds = [kind for kind, name in NAMES.items() if name in declared.lower()] or ["<f4", "<f8", "<f2"]
    for kind in kinds:
        width, rest = divmod(size, np.dtype(kind).itemsize)
        if not rest and width >= NARROWEST and _may_be(np.frombuffer(b"".join(alike), kind)):
            return Blobs(kind, width)
    return None


def _may_be(numbers: AnyArray) -> bool:
    """Whether these are numbers as vectors have them."""
    if numbers.dtype.kind == "i":
        return True
    smallest, largest = _USUAL[numbers.dtype.str]
    sizes = np.nan_to_num(np.abs(numbers), nan=np.inf)
    usual = (sizes == 0) | ((sizes >= smallest) & (sizes <= largest))
    return bool(sizes.any() and usual.mean() >= _MOST)


def rows_of(blobs: Sequence[Any], held: Blobs) -> BlobRows:
    """The rows of those that are blobs of the right size."""
    size = held.width * np.dtype(held.kind).itemsize
    fits = [type(blob) is bytes and len(blob) == size for blob in blobs]
    good = np.flatnonzero(fits)
    joined = b"".join(blobs if len(good) == len(blobs) else [blobs[i] for i in good.tolist()])
    return BlobRows(as_float32(np.frombuffer(joined, held.kind)).reshape(-1, held.width), good)
