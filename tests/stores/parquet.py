"""A Parquet file: a column of words, one of lists, and the metadata."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet

from .model import Model
from .tables import as_arrow

METADATA = True


def filled(model: Model, place: Path) -> str:
    pyarrow.parquet.write_table(as_arrow(model), place / "model.parquet")
    return str(place / "model.parquet")
