"""Arrays of numpy's .npy files, mapped into memory: headers may hold anything, and fail as FileProblems."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vecalc.bounded import refuse_irregular
from vecalc.errors import FileProblem
from vecalc.space.files import unreadable

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_REASON = 100  # characters of what numpy says


def mapped(path: Path, hint: str) -> NDArray[Any]:
    """The array of a file. Raises `FileProblem`, with a hint, for what is no such file; also of objects."""
    try:
        refuse_irregular(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python 2, of types that numpy gives up: the header decides
            array: NDArray[Any] = np.lib.format.open_memmap(path, mode="r")  # refuses object arrays
    except FileProblem:
        raise
    except OSError as error:
        raise unreadable(path, error) from None
    except Exception as error:  # a header is Python source to numpy, and can be wrong in every way
        why = str(error).partition("\n")[0][:LONGEST_REASON]
        message = f"damaged: not a .npy array that can be mapped: {why}"
        raise FileProblem(message, where=str(path), hint=hint) from None
    return array.view(np.ndarray)  # a map's own class makes each slice of it ten times as long
