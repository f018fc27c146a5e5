"""Lines of JSON: an object each."""

from __future__ import annotations

import json
from pathlib import Path

from .model import Model

METADATA = True


def filled(model: Model, place: Path) -> str:
    with (place / "model.jsonl").open("w", encoding="utf-8") as file:
        for word, vector, record in zip(model.words, model.vectors.tolist(), model.records(), strict=True):
            told = {"word": word, **record, "vector": vector}
            file.write(json.dumps(told, ensure_ascii=False, default=str) + "\n")
    return str(place / "model.jsonl")
