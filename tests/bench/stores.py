"""How long one answer takes from a store of each kind, against a Parquet file of the same rows.

    python tests/bench/stores.py [--rows 100000] [--width 384] [--runs 5] [--servers postgres hnsw milvus]

Prints the median wall time of a whole process and its ratio to the same question about the Parquet file, and
what comes before the first answer: converting a file into the cache, publishing to a server. Of
servers there are Postgres, which looks at all rows or asks an HNSW index, and Milvus, started as the tests
start them. Nothing in the test suite asserts these numbers.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from measure import VECALC

sys.path.insert(0, str(Path(__file__).parents[1]))
from servers.milvus import MilvusServer
from servers.postgres import PostgresServer

PARQUET = "parquet"
QUESTIONS = {
    "w7 - w8 + w9": [],
    "the same --where (one row in 100)": ["--where", "year < 1910"],
    "the same --show price,year": ["--show", "price,year"],
}
EXPRESSION = "w7 - w8 + w9"


def table(rows: int, width: int) -> pa.Table:
    """Words, prices, a year from 1900 to 2899, and vectors."""
    chance = np.random.default_rng(1)
    vectors = chance.normal(size=rows * width).astype(np.float32)
    return pa.table(
        {
            "word": [f"w{row}" for row in range(rows)],
            "price": chance.uniform(0, 100, size=rows),
            "year": chance.integers(1900, 2900, size=rows),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors), width),
        }
    )


def write_sqlite(made: pa.Table, path: Path) -> None:
    """The same as a table with blobs."""
    blobs = np.stack(made["vector"].to_numpy(zero_copy_only=False)).astype(np.float32)
    others = (made[name].to_pylist() for name in ("word", "price", "year"))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("create table words (word text, price real, year integer, vector blob)")
        rows = zip(*others, map(np.ndarray.tobytes, blobs), strict=True)
        database.executemany("insert into words values (?, ?, ?, ?)", rows)


def write_duckdb(made: pa.Table, path: Path) -> None:
    """The same as a table of DuckDB."""
    import duckdb

    with duckdb.connect(str(path)) as database:
        database.register("made", made)
        database.execute("create table words as select * from made")


def run(*arguments: str) -> float:
    """Wall seconds of the program."""
    start = time.perf_counter()
    subprocess.run([VECALC, "--quiet", *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


@contextmanager
def servers(folder: Path, parquet: str, wanted: list[str]) -> Iterator[dict[str, str]]:
    """The model published to servers: the addresses."""
    for name in ("postgres", "milvus"):
        (folder / name).mkdir()
    with PostgresServer(folder / "postgres") as postgres, MilvusServer(folder / "milvus") as milvus:
        os.environ["PGPASSWORD"] = postgres.at.password
        with postgres.at.connect() as connection:
            connection.execute("create extension vector")
            connection.execute("alter role current_user set maintenance_work_mem = '1GB'")  # for the index
        targets = {
            "postgres": f"{postgres.at.address}#words",
            "hnsw": f"{postgres.at.address}#indexed",
            "milvus": f"{milvus.at.address}/words",
        }
        for name in wanted:
            more = ["--index", "hnsw"] if name == "hnsw" else []
            taken = run("publish", parquet, targets[name], "--store-timeout", "600", *more)
            print(f"publish to {name}: {taken:.1f} s", flush=True)
        targets["hnsw"] = targets["hnsw"].replace("#", "?index=yes#")
        yield {name: targets[name] for name in wanted}


def compared(models: dict[str, str], runs: int) -> None:
    """Print the medians, taken in turns, and their ratios to Parquet."""
    for question, options in QUESTIONS.items():
        print(f"\n{question}")
        taken: dict[str, list[float]] = {name: [] for name in models}
        for _ in range(runs):
            for name, model in models.items():
                taken[name].append(run("-m", model, EXPRESSION, *options))
        for name, seconds in taken.items():
            ratios = [a / b for a, b in zip(seconds, taken[PARQUET], strict=True)]
            print(f"  {name:<16} {statistics.median(seconds):7.2f} s  {statistics.median(ratios):5.2f} x")


def main() -> None:
    """Make the files, answer once, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("--rows", 100_000), ("--width", 384), ("--runs", 5)):
        parser.add_argument(name, type=int, default=usual)
    parser.add_argument("--servers", nargs="*", choices=("postgres", "hnsw", "milvus"), default=[])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["VECALC_CACHE_DIR"] = str(folder / "cache")
        made = table(asked.rows, asked.width)
        writers: dict[str, Callable[[Path], None]] = {
            PARQUET: lambda path: pa.parquet.write_table(made, path),
            "sqlite": lambda path: write_sqlite(made, path),
            "duckdb": lambda path: write_duckdb(made, path),
        }
        models = {name: str(folder / f"model.{name}") for name in writers}
        for name, write in writers.items():
            write(Path(models[name]))
            print(f"first answer, {name}: {run('-m', models[name], EXPRESSION):.1f} s", flush=True)
        if not asked.servers:
            compared(models, asked.runs)
            return
        with servers(folder, models[PARQUET], asked.servers) as addresses:
            compared(models | addresses, asked.runs)


if __name__ == "__main__":
    main()
