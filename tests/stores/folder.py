"""A store of the cache: a folder of plain arrays, mapped."""

from __future__ import annotations

from pathlib import Path

from vecalc.space import VectorSpace
from vecalc.space.store import open_store
from vecalc.space.store_writer import write_store

from .model import Model


def make(model: Model, place: Path) -> VectorSpace:
    write_store(place / "store", [(list(model.words), model.vectors)], name="model")
    return open_store(place / "store")
