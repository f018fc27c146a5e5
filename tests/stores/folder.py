"""A store of the cache: a folder of plain arrays, mapped."""

from __future__ import annotations

from pathlib import Path

from vecalc.space.store_writer import write_store

from .model import Model


def filled(model: Model, place: Path) -> str:
    write_store(place / "store", [(list(model.words), model.vectors)], name="model")
    return str(place / "store")
