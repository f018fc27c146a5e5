"""An Arrow file."""

from __future__ import annotations

from pathlib import Path

import pyarrow.feather

import vecalc
from vecalc.space import VectorSpace

from .model import Model
from .tables import as_arrow

METADATA = True


def make(model: Model, place: Path) -> VectorSpace:
    pyarrow.feather.write_feather(as_arrow(model), place / "model.arrow")
    return vecalc.open(place / "model.arrow")
