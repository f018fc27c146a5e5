"""A Parquet file: a column of words, one of lists, and the metadata."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet

import vecalc
from vecalc.space import VectorSpace

from .model import Model
from .tables import as_arrow

METADATA = True


def make(model: Model, place: Path) -> VectorSpace:
    pyarrow.parquet.write_table(as_arrow(model), place / "model.parquet")
    return vecalc.open(place / "model.parquet")
