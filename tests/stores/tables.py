"""The model as a table of pyarrow, for the stores that take one."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from .model import Model


def as_arrow(model: Model, *, first: tuple[str, Any] | None = None) -> Any:
    """Columns `word` and `vector`, and those of the metadata; `first` is one more."""
    width = model.vectors.shape[1]
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(model.vectors.reshape(-1)), width)
    more = dict([first] if first else [])
    return pa.table({**more, "word": list(model.words), "vector": vectors, **model.columns})
