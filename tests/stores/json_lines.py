"""Lines of JSON: an object each."""

from __future__ import annotations

import json
from pathlib import Path

import vecalc
from vecalc.space import VectorSpace

from .model import Model

METADATA = True


def make(model: Model, place: Path) -> VectorSpace:
    with (place / "model.jsonl").open("w", encoding="utf-8") as file:
        for word, vector, record in zip(model.words, model.vectors.tolist(), model.records(), strict=True):
            told = {"word": word, **record, "vector": vector}
            file.write(json.dumps(told, ensure_ascii=False, default=str) + "\n")
    return vecalc.open(place / "model.jsonl")
