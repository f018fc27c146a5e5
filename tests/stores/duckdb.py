"""A table of DuckDB, made by itself from Arrow."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .model import Model
from .tables import as_arrow

METADATA = True
TABLE = "the words"


def filled(model: Model, place: Path) -> str:
    import duckdb

    with duckdb.connect(str(place / "model.duckdb")) as database:
        database.register("given", as_arrow(model))
        database.execute(f'create table "{TABLE}" as select * from given')  # noqa: S608
    return f"duckdb:{place / 'model.duckdb'}#{TABLE}"


def digest(place: Path, kept: str) -> str:
    return hashlib.sha256((place / "model.duckdb").read_bytes()).hexdigest()
