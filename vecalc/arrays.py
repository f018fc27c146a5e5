"""The arrays that everything computes with, by what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

# As texts: numpy.typing takes long to load, and nothing that runs asks for it.
Floats: TypeAlias = "NDArray[np.float64]"
Numbers: TypeAlias = "NDArray[np.int64]"  # whole ones: rows, ranks, counts
Mask: TypeAlias = "NDArray[np.bool_]"
Singles: TypeAlias = "NDArray[np.float32]"
Bytes: TypeAlias = "NDArray[np.uint8]"  # of a text, or counts as small
Bits: TypeAlias = "NDArray[np.uint32]"  # masks and hashes
Hashes: TypeAlias = "NDArray[np.uint64]"
Small: TypeAlias = "NDArray[np.int8]"  # numbers of codes
AnyArray: TypeAlias = "NDArray[Any]"  # of any type
