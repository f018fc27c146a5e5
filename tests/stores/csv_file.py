"""A CSV file: the numbers in one cell each, the metadata in others."""

from __future__ import annotations

import csv
from pathlib import Path

from .model import Model

METADATA = True


def filled(model: Model, place: Path) -> str:
    with (place / "model.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["word", *model.columns, "vector"])
        for word, vector, record in zip(model.words, model.vectors.tolist(), model.records(), strict=True):
            lines.writerow([word, *map(cell, record.values()), str(vector)])
    return str(place / "model.csv")


def cell(value: object) -> object:
    """A value as a person's program would write it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else value
