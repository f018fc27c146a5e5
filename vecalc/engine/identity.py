"""What makes two runs the same: digests of what they are made of, for work that is gone on with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

import vecalc
from vecalc.engine.calculator import Calculator
from vecalc.engine.records import columns_in, records_of
from vecalc.errors import FileProblem
from vecalc.lang.show import show
from vecalc.space import VectorSpace, digest

SAMPLED = 256  # rows of a space that tell it from others


def of_calculator(calculator: Calculator) -> dict[str, Any]:
    """The program, the names that are bound and defined, and the models."""
    scope = calculator.scope
    names = [f"{name} = {show(tree)}" for name, tree in scope.names.items()]
    definitions = [show(definition.function) for definition in scope.functions.values()]
    return {
        "names": of_text(json.dumps([names, definitions])),
        "model": {name: _of_space(space) for name, space in calculator.spaces.items()},
        "vecalc": vecalc.__version__,
    }


def of_file(path: str) -> str:
    """Of a file's bytes; of what can be read once only, nothing. Raises `FileProblem`."""
    if not Path(path).is_file():
        return ""
    try:
        return digest.of_file(Path(path))
    except OSError as problem:
        raise FileProblem(f"can't be read: {problem.strerror}", where=path) from None


def of_text(text: str) -> str:
    """Of a text."""
    return _of_bytes(text.encode("utf-8", "surrogatepass"))


def _of_bytes(data: bytes) -> str:
    told = digest.running()
    told.update(data)
    return digest.noted(told)


def _of_space(space: VectorSpace) -> str:
    """Of a space's size, of some words, vectors and metadata from all over it (reading all would take too
    long), and of what encodes its texts; the width of one without words may not be known yet.
    """
    n = len(space)
    rows = np.unique(np.linspace(0, max(n - 1, 0), SAMPLED).astype(np.int64))[:n]
    words = json.dumps([n, n and space.dim, *(space.word(int(row)) for row in rows)])
    encoder = space.encoder.identity if space.encoder else ""
    names = [column.name for column in columns_in(space)]
    known = json.dumps([names, records_of(space, rows.tolist(), names)]) if names else ""
    return _of_bytes(words.encode() + space.vectors(rows).tobytes() + f"{encoder}{known}".encode())
