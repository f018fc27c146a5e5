"""A table of LanceDB."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .model import Model
from .tables import as_arrow

METADATA = True


def filled(model: Model, place: Path) -> str:
    import lancedb

    lancedb.connect(place / "lance").create_table("words", as_arrow(model))
    return f"lance:{place / 'lance'}#words"


def digest(place: Path, kept: str) -> str:
    files = sorted(file for file in (place / "lance").rglob("*") if file.is_file())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
