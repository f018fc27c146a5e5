"""The model as `vecalc publish` writes it: what the stores of servers have in common."""

from __future__ import annotations

import tempfile
from pathlib import Path

from running import vecalc

from . import parquet
from .model import Model


def publish(model: Model, target: str) -> str:
    """Publish it; the address."""
    with tempfile.TemporaryDirectory() as folder:
        done = vecalc("publish", parquet.filled(model, Path(folder)), target)
    assert done.code == 0, done
    return target
