"""Which files are called tables: their texts are the cells of a column, and not their lines."""

from __future__ import annotations

from pathlib import PurePath

TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet")  # that `vecalc.tables` reads
_PACKED = (".gz", ".bz2", ".xz", ".zst")


def is_table(name: str) -> bool:
    """Whether a file's name says that it is a table."""
    path = PurePath(name.lower())
    return (PurePath(path.stem).suffix if path.suffix in _PACKED else path.suffix) in TABLES
