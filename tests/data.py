"""Where the shared data lie, and small files of every kind that tests write themselves."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import pickle
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

_BESIDE = Path(__file__).parents[1].parent / "shared" / "data"


def shared_data() -> Path | None:
    """The folder of shared test data: VECALC_TEST_DATA, or shared/data beside the checkout; None without."""
    folder = Path(os.environ.get("VECALC_TEST_DATA") or _BESIDE)
    return folder if folder.is_dir() else None


def data_file(name: str) -> Path:
    """A file of the shared data; for tests marked `needs_data`."""
    return (shared_data() or Path()) / name


def gensim_file(name: str) -> Path:
    """A file of the test data inside gensim's package, which is not imported for it."""
    spec = importlib.util.find_spec("gensim")
    assert spec is not None
    (root,) = spec.submodule_search_locations or ()
    return Path(root) / "test" / "test_data" / name


needs_data = pytest.mark.skipif(
    shared_data() is None, reason="no shared test data: set VECALC_TEST_DATA to their folder"
)


def as_binary(words: Sequence[str | bytes], rows: np.ndarray, newline: bytes = b"") -> bytes:
    """word2vec binary; `newline` ends every row (word2vec.c writes one, gensim none)."""
    start = f"{len(words)} {rows.shape[1]}\n".encode()
    pairs = zip(words, rows.astype("<f4"), strict=True)
    return start + b"".join(_raw(word) + b" " + row.tobytes() + newline for word, row in pairs)


def as_text(words: Sequence[str | bytes], rows: np.ndarray, header: bool = True) -> bytes:
    """word2vec text, or GloVe without the header; every number reads back to the same float32."""
    start = f"{len(words)} {rows.shape[1]}\n".encode() if header else b""
    pairs = zip(words, rows.tolist(), strict=True)
    return start + b"".join(
        _raw(word) + b" " + " ".join(map(repr, row)).encode() + b"\n" for word, row in pairs
    )


def as_csv(words: Sequence[str], rows: np.ndarray, delimiter: str = ",", header: bool = True) -> bytes:
    """A table as pandas writes one; every number reads back to the same float32."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow(["word", *range(rows.shape[1])])
    writer.writerows([word, *row] for word, row in zip(words, rows.tolist(), strict=True))
    return out.getvalue().encode()


def as_json_lines(words: Sequence[str], rows: np.ndarray) -> bytes:
    """A record a line."""
    pairs = zip(words, rows.tolist(), strict=True)
    return "".join(f"{json.dumps({'word': word, 'vector': row})}\n" for word, row in pairs).encode()


def as_fasttext(words: Sequence[str | bytes], rows: np.ndarray, *, newer: bool = True) -> bytes:
    """A fastText model without n-grams, in the layout with a magic number or in the one before it."""
    start = struct.pack("<2i", 793712314, 12) if newer else b""
    arguments = struct.pack("<12id", rows.shape[1], 5, 5, 1, 5, 1, 2, 2, 0, 0, 0, 100, 1e-4)
    sizes = struct.pack("<3iq", len(words), len(words), 0, 99) + (struct.pack("<q", -1) if newer else b"")
    entries = b"".join(_raw(word) + b"\0" + struct.pack("<qb", 3, 0) for word in words)
    matrix = b"\0" * newer + struct.pack("<2q", *rows.shape) + rows.astype("<f4").tobytes()
    return start + arguments + sizes + entries + 2 * matrix


def as_keyed_vectors(words: Sequence[str], rows: np.ndarray, protocol: int = 4) -> bytes:
    """What gensim's KeyedVectors.save writes."""
    from gensim.models import KeyedVectors

    kv = KeyedVectors(rows.shape[1])
    kv.add_vectors(list(words), rows)
    return pickle.dumps(kv, protocol)


def write_store(folder: Path, words: Sequence[str], matrix: np.ndarray, **facts: object) -> Path:
    """A store of format 1; further facts replace the true ones."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, width = matrix.shape
    true = {"format": 1, "name": "small", "rows": rows, "width": width, "type": str(matrix.dtype)}
    (folder / "facts.json").write_text(json.dumps(true | facts))
    np.save(folder / "vectors.npy", matrix)
    np.save(folder / "lengths.npy", np.linalg.norm(matrix.astype(np.float64), axis=1).astype(np.float32))
    (folder / "words.txt").write_text("".join(f"{word}\n" for word in words), "utf-8", newline="\n")
    return folder


def _raw(word: str | bytes) -> bytes:
    return word if isinstance(word, bytes) else word.encode("utf-8", "surrogateescape")
