"""An Arrow file."""

from __future__ import annotations

from pathlib import Path

import pyarrow.feather

from .model import Model
from .tables import as_arrow

METADATA = True


def filled(model: Model, place: Path) -> str:
    pyarrow.feather.write_feather(as_arrow(model), place / "model.arrow")
    return str(place / "model.arrow")
