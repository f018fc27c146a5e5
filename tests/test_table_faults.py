"""Damaged, hostile and unclear tables.

The numbers are those of the list of faults to survive (section A, model files).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from array_files import (
    ROWS,
    WORDS,
    problem,
    words,
)
from pyarrow import feather

from vecalc.errors import FileProblem
from vecalc.formats.load import load
from vecalc.formats.parquet import ParquetTable
from vecalc.sources import compression

TABLES = pytest.mark.parametrize("name", ["arrow", "arrow_stream", "parquet"])


def write_table(name: str, folder: Path, made: pa.Table) -> Path:
    path = folder / "model"
    if name == "parquet":
        pq.write_table(made, path)
    elif name == "arrow":
        feather.write_feather(made, path)
    else:
        with pa.ipc.new_stream(path, made.schema) as writer:
            writer.write_table(made)
    return path


LISTS = pa.array(ROWS.tolist(), pa.list_(pa.float32()))


@TABLES
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"v": LISTS}, "no column of words that could be meant: it holds 'v' (lists)"),
        ({"w": WORDS}, "no column of numbers that may be a vector's: 'w' (text)"),
        (
            {"a": WORDS, "b": WORDS, "v": LISTS},
            "not clear which column of words is meant: it holds 'a' (text), 'b' (text)",
        ),
        ({"word": WORDS, "a": LISTS, "b": LISTS}, "not clear which column of vectors is meant"),
        ({"word": WORDS, "a": ROWS[:, 0], "b": ROWS[:, 1].astype(float)}, "they hold double, float"),
        ({"a": [1] * 6, "b": [2] * 6, "v": LISTS}, "not clear which column of words is meant"),
        ({"word": WORDS, "v": [["a", "b"]] * 6}, "no column of numbers"),
        ({"word": WORDS, "v": [[]] * 6}, "no column of numbers"),
        ({"word": WORDS, "v": pa.array([[]] * 6, pa.list_(pa.float32()))}, "the first row has 0 numbers"),
    ],
)
def test_columns_that_are_not_clear(name: str, columns: Any, message: str, tmp_path: Path) -> None:
    assert message in problem(write_table(name, tmp_path, pa.table(columns))).message


@TABLES
def test_16_rows_of_other_widths(name: str, tmp_path: Path) -> None:
    lists = [[1, 2], [3, 4], [5], [6, 7], None, [8, 9, 10]]
    made = pa.table({"word": WORDS, "vector": pa.array(lists, pa.list_(pa.float32()))})
    path = write_table(name, tmp_path, made)
    assert problem(path, strict=True).message == "row 3 has 1 numbers, 2 are expected"
    assert "so are 3 of 6 rows, too many for a sound file" in problem(path).message
    loaded = load(path, skip_bad_rows=True)
    assert list(loaded.space.words()) == ["the", "king", "man"]
    assert loaded.space.vectors([0, 1, 2]).tolist() == [[1, 2], [3, 4], [6, 7]]
    assert loaded.notes == ("malformed rows left out: 3",)


@TABLES
def test_missing_words_and_numbers(name: str, tmp_path: Path) -> None:
    lists = pa.array([[1, 2], [3, None], [5, 6]], pa.list_(pa.float32(), 2))
    path = write_table(name, tmp_path, pa.table({"word": ["a", "b", None], "vector": lists}))
    assert "row 2 (word 'b') holds a number that is not finite" in problem(path).message
    assert words(path, skip_bad_rows=True) == ["a"]


@pytest.mark.parametrize("name", ["arrow", "parquet"])
def test_24_tables_that_repeat_themselves(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "GRACE", 1 << 20)
    zeros = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(3_000_000, np.float32)), 100)
    made = pa.table({"word": [str(i) for i in range(30_000)], "vector": zeros})
    if name == "parquet":
        pq.write_table(made, tmp_path / "model", compression="zstd")
    else:
        feather.write_feather(made, tmp_path / "model", compression="zstd")
    monkeypatch.setattr(compression, "RATIO", 20)
    assert "yields more than" in problem(tmp_path / "model").message


def _renamed_in_chunks(path: Path, name: bytes, other: bytes) -> None:
    """Give a column another name in each chunk of a Parquet file, but not in its schema."""
    data = path.read_bytes()
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    schema = data.index(name, start) + len(name)
    assert name in data[schema:]
    path.write_bytes(data[:schema] + data[schema:].replace(name, other))


def test_21_parquet_columns_go_by_the_schema(tmp_path: Path) -> None:
    path = write_table("parquet", tmp_path, pa.table({"Word": WORDS, "vector": LISTS}))
    _renamed_in_chunks(path, b"Word", b"W\x7frd")
    assert words(path) == list(WORDS)


def test_24_no_other_name_hides_what_a_column_holds(tmp_path: Path) -> None:
    zeros = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(60_000, np.float32)), 10_000)
    path = write_table("parquet", tmp_path, pa.table({"word": WORDS, "Vector": zeros}))
    _renamed_in_chunks(path, b"Vector", b"Nobody")
    with path.open("rb") as file, pytest.raises(FileProblem, match="yields more than"):
        ParquetTable(file, path).batches(100_000, ["word", "Vector"])


def test_a_table_whose_offsets_lie(tmp_path: Path) -> None:
    """pyarrow would read beyond the buffer, and crash."""
    text = "".join(f"word{i:06}" for i in range(1000)).encode()
    offsets = np.arange(0, 10_001, 10, dtype=np.int32)
    strings = pa.StringArray.from_buffers(1000, pa.py_buffer(offsets.tobytes()), pa.py_buffer(text))
    rows = pa.FixedSizeListArray.from_arrays(pa.array(np.ones(2000, np.float32)), 2)
    made = pa.table({"word": strings, "vector": rows})
    feather.write_feather(made, tmp_path / "model", compression="uncompressed")
    data = (tmp_path / "model").read_bytes()
    assert len(load(tmp_path / "model").space) == 1000
    for lie in (1 << 30, -5):
        wrong = offsets.copy()
        wrong[500] = lie
        (tmp_path / "model").write_bytes(data.replace(offsets.tobytes(), wrong.tobytes()))
        assert "damaged Arrow table" in problem(tmp_path / "model").message
