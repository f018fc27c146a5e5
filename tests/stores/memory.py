"""In memory, which all others are compared with; here it is compared with itself, made anew."""

from __future__ import annotations

from pathlib import Path

from vecalc.space import VectorSpace

from .model import Model


def make(model: Model, place: Path) -> VectorSpace:
    return model.space()
