"""A table of SQLite: a blob of float32 for each word."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from .cells import as_text
from .model import Model

METADATA = True  # of fewer kinds: SQLite has neither flags nor times
TABLE = 'words of "the" model'


def filled(model: Model, place: Path) -> str:
    names = ", ".join(f'"{name}"' for name in model.columns)
    table = TABLE.replace('"', '""')
    with closing(sqlite3.connect(place / "model.db")) as database, database:
        database.execute(f'create table "{table}" (word text, {names}, vector blob)')
        database.executemany(
            f'insert into "{table}" values ({", ".join("?" * (len(model.columns) + 2))})',  # noqa: S608
            (
                (word, *map(as_text, record.values()), vector.tobytes())
                for word, vector, record in zip(model.words, model.vectors, model.records(), strict=True)
            ),
        )
    return f"sqlite:{place / 'model.db'}#{TABLE}"


def digest(place: Path, kept: str) -> str:
    return hashlib.sha256((place / "model.db").read_bytes()).hexdigest()
