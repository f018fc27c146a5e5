"""Databases as their own programs write them: SQLite, llm's collections, sqlite-vec, DuckDB, LanceDB."""

from __future__ import annotations

import ctypes
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

# As `llm embed-multi` makes them (llm/embeddings_migrations.py).
LLM = """
CREATE TABLE [collections] ([id] INTEGER PRIMARY KEY, [name] TEXT, [model] TEXT);
CREATE TABLE "embeddings" (
    [collection_id] INTEGER REFERENCES [collections]([id]), [id] TEXT, [embedding] BLOB, [content] TEXT,
    [content_blob] BLOB, [content_hash] BLOB, [metadata] TEXT, [updated] INTEGER,
    PRIMARY KEY ([collection_id], [id])
);
CREATE UNIQUE INDEX [idx_collections_name] ON [collections] ([name]);
CREATE INDEX [idx_embeddings_content_hash] ON [embeddings] ([content_hash]);
"""


@contextmanager
def sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    """A database that is written, closed when the block ends."""
    with closing(sqlite3.connect(path)) as database:
        yield database
        database.commit()


def write_sqlite(path: Path, words: Sequence[str], rows: np.ndarray, kind: str = "<f4") -> Path:
    """A table of words, blobs, and the number of each row."""
    with sqlite(path) as database:
        database.execute("CREATE TABLE films (title TEXT, number INTEGER, embedding BLOB)")
        cells = (
            (word, i, row.astype(kind).tobytes())
            for i, (word, row) in enumerate(zip(words, rows, strict=True))
        )
        database.executemany("INSERT INTO films VALUES (?, ?, ?)", cells)
    return path


def write_llm(path: Path, collections: dict[str, tuple[Sequence[str], np.ndarray]]) -> Path:
    """Collections of llm's, every other entry with metadata."""
    with sqlite(path) as database:
        database.executescript(LLM)
        for number, (name, (words, rows)) in enumerate(collections.items(), 1):
            database.execute("INSERT INTO collections VALUES (?, ?, 'minilm')", (number, name))
            for i, (word, row) in enumerate(zip(words, rows, strict=True)):
                metadata = (
                    json.dumps({"year": 1900 + i, "seen": bool(i % 3), "tags": ["a"]}) if i % 2 else None
                )
                cells = (
                    number,
                    word,
                    row.tobytes(),
                    f"text {i}",
                    None,
                    bytes(16),
                    metadata,
                    1_700_000_000 + i,
                )
                database.execute("INSERT INTO embeddings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", cells)
    return path


@contextmanager
def sqlite_vec(path: Path) -> Iterator[sqlite3.Connection]:
    """A database with sqlite-vec loaded, whatever this Python's sqlite3 was built without."""
    import sqlite_vec

    library = ctypes.CDLL("libsqlite3.so.0")
    start = ctypes.CDLL(f"{sqlite_vec.loadable_path()}.so").sqlite3_vec_init
    library.sqlite3_auto_extension(start)
    try:
        with sqlite(path) as database:
            yield database
    finally:
        library.sqlite3_cancel_auto_extension(start)


def write_vec0(path: Path, words: Sequence[str], rows: np.ndarray) -> Path:
    """A virtual table of sqlite-vec's, with a column of each kind."""
    columns = (
        "id text primary key, embedding float[{}], lang text partition key, price float, n integer, "
        "ok boolean, genre text, +plot text, chunk_size=8"
    )
    with sqlite_vec(path) as database:
        database.execute(f"CREATE VIRTUAL TABLE films USING vec0({columns.format(rows.shape[1])})")
        for i, (word, row) in enumerate(zip(words, rows, strict=True)):
            genre = "short" if i % 2 else "a genre of more than twelve bytes"
            cells = (word, row.tobytes(), "en" if i % 3 else "fr", i / 2, i, i % 2, genre, f"plot {i}")
            database.execute("INSERT INTO films VALUES (?, ?, ?, ?, ?, ?, ?, ?)", cells)
    return path


def write_duckdb(path: Path, words: Sequence[str], rows: np.ndarray) -> Path:
    """A table of words, lists of one size, and the number of each row."""
    import duckdb
    import pyarrow as pa

    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), rows.shape[1])
    table = pa.table({"title": list(words), "number": list(range(len(words))), "v": vectors})
    with duckdb.connect(str(path)) as database:
        database.register("given", table)
        database.execute("CREATE TABLE films AS SELECT * FROM given")
    return path


def write_lance(folder: Path, words: Sequence[str], rows: np.ndarray, name: str = "films") -> Path:
    """A table of LanceDB's in a folder; the folder."""
    import lancedb
    import pyarrow as pa

    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), rows.shape[1])
    table = pa.table({"title": list(words), "number": list(range(len(words))), "v": vectors})
    lancedb.connect(str(folder)).create_table(name, table, mode="overwrite")
    return folder
