"""Damaged and hostile arrays, tables and tensors: a space, or one problem that says where and what to do.

The numbers are those of the list of faults to survive (section A, model files).
"""

from __future__ import annotations

import gzip
import json
import os
import pickle
import struct
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather
from running import vecalc
from safetensors.numpy import save_file
from test_array_formats import MAKERS, WRITERS, in_npy, in_npz, in_safetensors, listed, table, tokenizer

from vecalc.errors import FileProblem, StorageProblem, UsageError, VecalcError
from vecalc.formats import Block, Source, stream_limits
from vecalc.formats import load as load_module
from vecalc.formats.load import formats, load
from vecalc.formats.parquet import Table
from vecalc.formats.word_text import shown
from vecalc.space.matrix import MatrixSpace

WORDS = ["the", "king", "queen", "man", "woman", "naïve"]
ROWS = np.random.default_rng(3).normal(size=(len(WORDS), 5)).astype(np.float32)
EVERY = pytest.mark.parametrize("name", MAKERS)
TABLES = pytest.mark.parametrize("name", ["arrow", "arrow_stream", "parquet"])


def problem(path: Path, **options: Any) -> FileProblem:
    """The problem that a path makes, which must name it and say what to do."""
    with pytest.raises(FileProblem) as caught:
        load(path, **options)
    assert caught.value.where.startswith(str(path.parent))
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value


def words(path: Path, **options: Any) -> list[str]:
    return list(load(path, **options).space.words())


class Payload:
    """What a hostile pickle looks like: loading it touches a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.marker,))


# --- rows and words -------------------------------------------------------------------------


@EVERY
def test_the_command_ends_with_4_and_one_line(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, WORDS, ROWS)
    path.write_bytes(path.read_bytes()[:-60])
    done = vecalc("-m", path, "king")
    assert (done.code, done.out) == (4, "")
    assert done.err.startswith(f"vecalc: {path}")
    assert done.err.count("\n") == 1


@EVERY
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_10_numbers_that_are_not_finite(name: str, bad: float, tmp_path: Path) -> None:
    rows = ROWS.copy()
    rows[2, 3] = bad
    path = MAKERS[name](tmp_path, WORDS, rows)
    assert "row 3 (word 'queen') holds a number that is not finite" in problem(path).message
    loaded = load(path, skip_bad_rows=True)
    assert list(loaded.space.words()) == ["the", "king", "man", "woman", "naïve"]
    assert loaded.notes == ("rows with numbers that are not finite, left out: 1",)


@pytest.mark.parametrize("name", ["npy", "npz", "safetensors"])
def test_10_numbers_beyond_float32(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, WORDS, np.where(ROWS[1, 1] == ROWS, 1e39, ROWS.astype(np.float64)))
    assert "row 2 (word 'king') holds a number that is not finite" in problem(path).message


@EVERY
def test_12_of_duplicate_words_the_first_is_kept(name: str, tmp_path: Path) -> None:
    if name == "safetensors":  # words of a tokenizer are keys
        path = in_safetensors(tmp_path, WORDS, ROWS)
        (tmp_path / "tokenizer.json").unlink()
        listed(tmp_path / "words.txt", ["a", "b", "a", "c", "b", "a"])
    else:
        path = MAKERS[name](tmp_path, ["a", "b", "a", "c", "b", "a"], ROWS)
    loaded = load(path)
    assert list(loaded.space.words()) == ["a", "b", "c"]
    assert np.array_equal(loaded.space.vectors([0, 1, 2], np.float32), ROWS[[0, 1, 3]])
    assert loaded.notes == ("duplicate words left out, the first row of each kept: 3",)


@EVERY
@pytest.mark.parametrize("word", ["", "  "])
def test_13_row_without_a_word(name: str, word: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, ["the", word, *WORDS[2:]], ROWS)
    assert "row 2 (word '" in problem(path).message
    loaded = load(path, skip_bad_rows=True)
    assert len(loaded.space) == 5
    assert loaded.notes == ("rows without a word, left out: 1",)


@pytest.mark.parametrize("name", ["arrow", "npz", "parquet", "safetensors"])
def test_13_word_of_several_lines(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, ["the", "new\nyork", *WORDS[2:]], ROWS)
    assert "row 2 (word 'new\\nyork') holds a newline in its word" in problem(path).message
    assert len(load(path, skip_bad_rows=True).space) == 5


RAW = [b"the", b"caf\xe9", b"caf\xe8", b"\xff", "café".encode(), b"x"]


def raw_npy(folder: Path) -> Path:
    path = in_npy(folder, WORDS, ROWS)
    (folder / "model.words").write_bytes(b"\n".join(RAW))
    return path


def raw_npz(folder: Path) -> Path:
    np.savez(folder / "model.npz", words=np.array(RAW), vectors=ROWS)
    return folder / "model.npz"


def raw_table(folder: Path) -> pa.Table:
    made = table(WORDS, ROWS)
    text = pa.array(RAW, pa.binary())
    return made.set_column(0, "word", pa.StringArray.from_buffers(6, *text.buffers()[1:]))


def raw_parquet(folder: Path) -> Path:
    pq.write_table(raw_table(folder), folder / "model.parquet")
    return folder / "model.parquet"


def raw_arrow(folder: Path) -> Path:
    feather.write_feather(raw_table(folder), folder / "model.arrow")
    return folder / "model.arrow"


@pytest.mark.parametrize("make", [raw_npy, raw_npz, raw_parquet, raw_arrow])
def test_14_words_that_are_not_utf8(make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path)
    said = problem(path)
    assert "the word 'caf\\xe9' is not UTF-8 (byte 0xe9)" in said.message
    assert said.where.endswith(("model.words:2", "word 2", "row 2"))
    loaded = load(path, encoding_errors="surrogateescape")
    assert [word.encode("utf-8", "surrogateescape") for word in loaded.space.words()] == RAW
    assert loaded.notes == ("words that are not UTF-8, their bytes escaped reversibly: 3",)


@pytest.mark.parametrize("lone", ["\ud800", "\udce9x"])
def test_14_lone_surrogates_are_no_utf8(lone: str, tmp_path: Path) -> None:
    np.save(tmp_path / "model.npy", ROWS)
    (tmp_path / "vocab.json").write_text(json.dumps([*WORDS[:5], lone]))
    assert "is not UTF-8" in problem(tmp_path / "model.npy").message
    loaded = load(tmp_path / "model.npy", encoding_errors="surrogateescape")
    assert loaded.space.word(5).encode("utf-8", "surrogateescape") == lone.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("name", ["arrow", "npy", "parquet", "safetensors"])
def test_15_word_of_megabytes(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, [*WORDS[:5], "x" * (3 << 20)], ROWS)
    assert "a word of more than 1,048,576 bytes" in problem(path).message


def test_15_word_of_megabytes_in_npz(tmp_path: Path) -> None:
    path = in_npz(tmp_path, ["the", "x" * (3 << 20)], ROWS[:2])
    assert "words of up to 12,582,912 bytes each" in problem(path).message


@EVERY
def test_19_row_of_zeros_is_loaded(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, WORDS, np.vstack([ROWS[:5], np.zeros((1, 5), np.float32)]))
    assert load(path).space.lengths([5]).tolist() == [0]


@pytest.mark.parametrize("name", ["npy", "npz", "safetensors"])
@pytest.mark.parametrize("count", [1, 5, 7, 5000])
def test_28_words_and_rows_differ_in_number(name: str, count: int, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, [f"w{i}" for i in range(count)], ROWS)
    assert problem(path).message.startswith(f"there are 6 rows and {count:,} words")


@pytest.mark.parametrize("name", ["npy", "npz", "safetensors"])
def test_28_no_words_at_all(name: str, tmp_path: Path) -> None:
    path = tmp_path / MAKERS[name](tmp_path, WORDS, ROWS).name
    if name == "npz":
        np.savez(path, vectors=ROWS)
    for other in tmp_path.iterdir():
        if other != path:
            other.unlink()
    said = problem(path)
    assert "no list of words beside it" in said.message
    assert "a word a line, into model.words or words.txt beside it" in said.hint


def test_1_empty_list_of_words(tmp_path: Path) -> None:
    path = in_npy(tmp_path, [], ROWS)
    said = problem(path)
    assert (said.message, said.where) == ("the file is empty", str(tmp_path / "model.words"))


# --- .npy and .npz --------------------------------------------------------------------------


def test_23_objects_are_refused_and_never_unpickled(tmp_path: Path) -> None:
    marker = tmp_path / "code was run"
    for path in (tmp_path / "model.npy", tmp_path / "model.npz"):
        objects = np.array([[Payload(marker)] * 2] * 6, object)
        if path.suffix == ".npy":
            np.save(path, objects, allow_pickle=True)
            listed(tmp_path / "model.words", WORDS)
        else:
            np.savez(path, words=np.array(WORDS), vectors=objects)
        assert "Python objects" in problem(path).message
    np.savez(tmp_path / "model.npz", words=np.array([Payload(marker)] * 6, object), vectors=ROWS)
    said = problem(tmp_path / "model.npz")
    assert "words" in said.where
    assert "would run code" in said.message
    assert not marker.exists()


def test_21_pickle_with_the_name_of_an_array(tmp_path: Path) -> None:
    marker = tmp_path / "code was run"
    for name in ("model.npy", "model.npz", "model.safetensors", "model.parquet"):
        (tmp_path / name).write_bytes(pickle.dumps(Payload(marker)))
        assert "would run code" in problem(tmp_path / name).message
    assert not marker.exists()


@pytest.mark.parametrize("name", ["npy", "npz"])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS[:, 0], "1 dimensions (6)"),
        (ROWS[:, :, None], "3 dimensions (6 x 5 x 1)"),
        (np.float32(1), "0 dimensions"),
        (ROWS.astype(complex), "complex numbers"),
        (ROWS > 0, "truth values"),
        (ROWS.astype("U5"), "no number"),
        (np.zeros((6, 5), [("a", "f4")]), "no number"),
        (ROWS[:0], "0 rows of 5 numbers"),
        (ROWS[:, :0], "6 rows of 0 numbers"),
    ],
)
def test_23_arrays_that_are_no_rows_of_numbers(name: str, rows: Any, message: str, tmp_path: Path) -> None:
    assert message in problem(MAKERS[name](tmp_path, WORDS, rows)).message


def npy_header(text: str, version: bytes = b"\1\0") -> bytes:
    data = text.encode("latin-1")
    return b"\x93NUMPY" + version + struct.pack("<H" if version[0] == 1 else "<I", len(data)) + data


CLAIM = "{'descr': '<f4', 'fortran_order': %s, 'shape': %s, }\n"
CLAIMS = ["(1000000000, 5)", "(6, 4611686018427387904)", "(4611686018427387904, 5)", "(10**9, 5)", "(-6, 5)"]


@pytest.mark.parametrize(
    "claim", [*CLAIMS, "(0, 5)", "(6, 0)", "(6, 1000000)", "(9, 5)", "6", "'x'", "(True, 5)"]
)
@pytest.mark.parametrize("order", ["True", "False"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_8_promises_that_the_file_does_not_keep(claim: str, order: str, pack: Any, tmp_path: Path) -> None:
    path = in_npy(tmp_path, WORDS, ROWS)
    path.write_bytes(pack(npy_header(CLAIM % (order, claim)) + ROWS.tobytes()))
    with zipfile.ZipFile(tmp_path / "model.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("vectors.npy", npy_header(CLAIM % (order, claim)) + ROWS.tobytes())
    tracemalloc.start()
    try:
        problem(path)
        problem(tmp_path / "model.npz")
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def test_array_of_python_2_is_read_without_a_word(tmp_path: Path) -> None:
    path = in_npy(tmp_path, WORDS, ROWS)
    path.write_bytes(npy_header(CLAIM % ("False", "(6L, 5L)")) + ROWS.tobytes())
    assert words(path) == WORDS


def test_5_array_that_is_cut(tmp_path: Path) -> None:
    path = in_npy(tmp_path, WORDS, ROWS)
    whole = path.read_bytes()
    for cut in range(1, len(whole), 7):
        path.write_bytes(whole[:cut])
        problem(path)
    path.write_bytes(whole[:-4])
    assert "the header says 6 x 5 numbers, 120 bytes; the file holds 116" in problem(path).message
    path.write_bytes(gzip.compress(whole[:-4]))
    assert "120 bytes are promised, 116 were read" in problem(path).message


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("order", ["C", "F"])
def test_6_data_after_the_array(pack: Any, order: Any, tmp_path: Path) -> None:
    path = in_npy(tmp_path, WORDS, np.array(ROWS, order=order))
    path.write_bytes(pack(path.read_bytes() + b"more"))
    assert "data after the array" in problem(path).message
    assert words(path, allow_trailing=True) == WORDS


@pytest.mark.parametrize(
    "header",
    [
        b"\x93NUMPY\3\0\x76\0{",
        b"\x93NUMPY\1\0\xff\xff{}",
        npy_header("{'descr': '<f4'}"),
        npy_header("[" * 20_000),
    ],
)
def test_3_header_that_is_none(header: bytes, tmp_path: Path) -> None:
    path = in_npy(tmp_path, WORDS, ROWS)
    path.write_bytes(header + ROWS.tobytes())
    assert "not a sound numpy .npy header" in problem(path).message


def test_24_zip_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_limits, "GRACE", 1 << 20)
    monkeypatch.setattr(stream_limits, "RATIO", 20)
    path = in_npz(tmp_path, [str(i) for i in range(100_000)], np.zeros((100_000, 50), np.float32))
    assert "yields more than" in problem(path).message


def test_24_archive_of_many_arrays(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.npz", "w") as archive:
        for i in range(1001):
            archive.writestr(f"{i}.npy", b"")
    assert "1,001 arrays" in problem(tmp_path / "model.npz").message


@pytest.mark.parametrize("name", ["../escaped.npy", "/escaped.npy", "..\\escaped.npy", "a/../../escaped.npy"])
def test_24_nothing_is_written_whatever_a_member_is_called(name: str, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    stream = BytesIO()
    np.save(stream, ROWS)
    with zipfile.ZipFile(inside / "model.npz", "w") as archive:
        archive.writestr(name, stream.getvalue())
    listed(inside / "words.txt", WORDS)
    before = sorted(tmp_path.rglob("*"))
    assert words(inside / "model.npz") == WORDS
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/escaped.npy").exists()


def test_25_archive_with_a_bad_checksum(tmp_path: Path) -> None:
    np.savez(tmp_path / "model.npz", words=np.array(WORDS), vectors=ROWS)
    data = (tmp_path / "model.npz").read_bytes()
    for part in (ROWS.tobytes(), np.array(WORDS).tobytes()):
        place = data.index(part)
        (tmp_path / "model.npz").write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert "damaged .npz archive: Bad CRC-32" in problem(tmp_path / "model.npz").message


def test_npz_where_it_is_not_clear_what_is_what(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    np.savez(path, a=ROWS, b=ROWS, words=np.array(WORDS))
    assert "several arrays may be meant for a matrix: 'a' <f4 [6, 5], 'b' <f4 [6, 5]" in problem(path).message
    np.savez(path, a=ROWS, b=np.array(WORDS), c=np.array(WORDS))
    assert "several arrays may be meant for text" in problem(path).message
    np.savez(path, b=np.array(WORDS))
    assert "no array with rows and columns: 'b' <U5 [6]" in problem(path).message


# --- lists of words -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not sound JSON"),
        ("[" * 100_000, "not sound JSON"),
        ("3", "no list of words"),
        ("{}", "no list of words"),
        ('["a", 1]', "no list of words"),
        ('{"model": {"vocab": 3}}', "no list of words"),
        ('{"model": {"vocab": [["a", 1], ["a", 2]]}}', "no list of words"),
        ('{"model": {"vocab": [["a", 1], 7]}}', "no list of words"),
        ('{"a": 0, "b": 2}', "are not 0, 1, 2"),
        ('{"a": 0, "b": 0}', "are not 0, 1, 2"),
        ('{"a": 0, "a": 1}', "are not 0, 1, 2"),
        ('{"a": 0, "b": -1}', "are not 0, 1, 2"),
        ('{"a": 0, "b": 1.0}', "are not 0, 1, 2"),
        ('{"a": false, "b": true}', "are not 0, 1, 2"),
        ('{"a": 0, "b": 1e999}', "are not 0, 1, 2"),
        ('{"a": 0, "b": 1000000000000000000}', "are not 0, 1, 2"),
    ],
)
def test_lists_of_words_that_are_none(text: str, message: str, tmp_path: Path) -> None:
    np.save(tmp_path / "model.npy", ROWS)
    (tmp_path / "vocab.json").write_text(text)
    said = problem(tmp_path / "model.npy")
    assert message in said.message
    assert said.where == str(tmp_path / "vocab.json")


# --- safetensors ----------------------------------------------------------------------------


def tensors(header: object, data: bytes = bytes(96), length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(start: int, end: int, shape: tuple[int, ...] = (6, 4), kind: str = "F32") -> dict[str, object]:
    return {"dtype": kind, "shape": list(shape), "data_offsets": [start, end]}


TWICE = json.dumps({"a": tensor(0, 96)})[:-1] + ", " + json.dumps({"a": tensor(0, 96)})[1:]
HOSTILE = {
    "longer than the file": tensors({"a": tensor(0, 96)}, length=1 << 20),
    "over the cap": tensors(b"{" + b" " * 200, length=200 << 20),
    "absurd": tensors(b"{" + b" " * 200, length=1 << 62),
    "overlap": tensors({"a": tensor(0, 96), "b": tensor(48, 144)}, bytes(144)),
    "hole": tensors({"a": tensor(0, 96), "b": tensor(100, 196)}, bytes(196)),
    "past the end": tensors({"a": tensor(0, 960, (60, 4))}),
    "data after it": tensors({"a": tensor(0, 96)}, bytes(100)),
    "the same key": tensors(TWICE.encode()),
    "another shape": tensors({"a": tensor(0, 96, (7, 4))}),
    "negative": tensors({"a": tensor(0, 96, (-6, -4))}),
    "overflow": tensors({"a": tensor(0, 96, (2**63, 2**63))}),
    "backwards": tensors({"a": tensor(96, 0)}),
    "unknown type": tensors({"a": tensor(0, 96, kind="F99")}),
    "no type": tensors({"a": {"shape": [6, 4]}}),
    "no object": tensors(b"{abc}"),
    "deep": tensors(b'{"a":' * 100_000),
    "nothing": tensors({}, b""),
    "many": tensors({f"a{i}": tensor(8 * i, 8 * i + 8, (2, 1)) for i in range(100_000)}, bytes(800_000)),
    "two matrices": tensors({"a": tensor(0, 96), "b": tensor(96, 192)}, bytes(192)),
    "no rows": tensors({"embeddings": tensor(0, 0, (0, 4))}, b""),
    "too wide": tensors({"embeddings": tensor(0, 100_000, (1, 100_000), "I8")}, bytes(100_000)),
    "one dimension": tensors({"embeddings": tensor(0, 96, (24,))}),
    "truth values": tensors({"embeddings": tensor(0, 24, kind="BOOL")}, bytes(24)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_26_hostile_headers(name: str, tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    path.write_bytes(HOSTILE[name])
    started = time.perf_counter()
    tracemalloc.start()
    try:
        problem(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 150e6
    assert time.perf_counter() - started < 20  # 0.3 s when it is alone


def test_26_what_is_wrong_is_said(tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    for name, message in {
        "over the cap": "a header at most 100,000,000",
        "the same key": "'a' comes twice",
        "many": "100,000 tensors",
        "two matrices": "which tensor holds the rows: the file holds 'a' F32 [6, 4], 'b' F32 [6, 4]",
        "truth values": "holds BOOL, which is not read",
    }.items():
        path.write_bytes(HOSTILE[name])
        assert message in problem(path).message


@pytest.mark.parametrize(
    ("mapping", "weights", "message"),
    [
        ([0, 1, 2, 3, 0, 1], None, "sends word 4 to 3, no row of 3"),
        ([0, 1, -1, 0, 0, 1], None, "sends word 3 to -1, no row of 3"),
        ([0.0, 1, 1, 0, 0, 1], None, "no row of 3"),
        ([[0, 1, 1, 0, 0, 1]], None, "'mapping' has 2 dimensions"),
        ([0, 1, 2, 2, 0, 1], [1.0] * 5, "6 rows and 5 weights"),
        ([0, 1, 2, 2, 0, 1], [1.0] * 5 + [np.nan], "row 6 (word 'naïve') holds a number that is not finite"),
    ],
)
def test_shared_rows_that_do_not_fit(mapping: Any, weights: Any, message: str, tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    parts = {"embeddings": ROWS[:3], "mapping": np.array(mapping)}
    save_file(parts if weights is None else {**parts, "weights": np.array(weights)}, path)
    assert message in problem(path).message


def test_24_shared_rows_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_limits, "GRACE", 0)
    names = [str(i) for i in range(1000)]
    path = in_safetensors(tmp_path, names, ROWS)
    wide = np.ones((1, 1 << 16), np.int8)
    save_file({"embeddings": wide, "mapping": np.zeros(1000, np.uint8)}, path)
    assert "yields more than" in problem(path).message


# --- tables ---------------------------------------------------------------------------------


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
        ({"v": LISTS}, "no column of words: 'v' (lists)"),
        ({"w": WORDS}, "no column of numbers: 'w' (text)"),
        (
            {"a": WORDS, "b": WORDS, "v": LISTS},
            "not clear which column holds the words: 'a' (text), 'b' (text)",
        ),
        ({"word": WORDS, "a": LISTS, "b": LISTS}, "not clear which column holds the vectors"),
        ({"word": WORDS, "count": [1] * 6, "a": ROWS[:, 0], "b": ROWS[:, 1]}, "they hold float, int64"),
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
    assert problem(path).message == "row 3 has 1 numbers, 2 are expected"
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
    monkeypatch.setattr(stream_limits, "GRACE", 1 << 20)
    zeros = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(3_000_000, np.float32)), 100)
    made = pa.table({"word": [str(i) for i in range(30_000)], "vector": zeros})
    if name == "parquet":
        pq.write_table(made, tmp_path / "model", compression="zstd")
    else:
        feather.write_feather(made, tmp_path / "model", compression="zstd")
    monkeypatch.setattr(stream_limits, "RATIO", 20)
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
        Table(file, path).batches(100_000, ["word", "Vector"])


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


# --- packages, folders, changes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("parquet", "pyarrow.parquet", "parquet"),
        ("arrow", "pyarrow.ipc", "parquet"),
        ("arrow_stream", "pyarrow.ipc", "parquet"),
        ("safetensors", "safetensors", "safetensors"),
    ],
)
def test_a_package_that_is_missing_is_named(
    name: str, package: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = MAKERS[name](tmp_path, WORDS, ROWS)
    monkeypatch.setitem(sys.modules, package, None)
    said = problem(path)
    assert f"needs the package {package.split('.', maxsplit=1)[0]}, which is not installed" in said.message
    assert said.hint == f"pip install 'vecalc[{extra}]'"


@pytest.mark.parametrize("name", ["npz", "parquet", "arrow", "safetensors"])
def test_what_can_not_be_read_as_a_stream_is_not_packed(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, WORDS, ROWS)
    path.write_bytes(gzip.compress(path.read_bytes()))
    said = problem(path)
    assert "compressed" in said.message
    assert said.hint.startswith("decompress it once")


def test_2_folder_names_what_it_holds(tmp_path: Path) -> None:
    assert problem(tmp_path).message == "a folder, and not a vecalc store; it holds nothing"
    (tmp_path / "b.txt").touch()
    (tmp_path / "a\x1b.txt").touch()
    said = problem(tmp_path)
    assert said.message == "a folder, and not a vecalc store; it holds 'a\\x1b.txt', 'b.txt'"
    assert "model.safetensors" in said.hint
    for i in range(9):
        (tmp_path / f"{i}").touch()
    assert problem(tmp_path).message.endswith("it holds '0', '1', '2', '3' and more")


def test_2_folder_of_two_models(tmp_path: Path) -> None:
    in_safetensors(tmp_path, WORDS, ROWS)
    np.save(tmp_path / "vectors.npy", ROWS)
    assert "several models: model.safetensors, vectors.npy" in problem(tmp_path).message


def touched(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def replaced(path: Path) -> None:
    path.with_name("new").write_bytes(path.read_bytes())
    path.with_name("new").replace(path)


@pytest.mark.parametrize("change", [touched, replaced, Path.unlink])
@pytest.mark.parametrize(
    ("name", "file"), [("npy", "model.npy"), ("npy", "model.words"), ("parquet", "model.parquet")]
)
def test_29_any_file_that_changes_while_being_read(
    name: str, file: str, change: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = MAKERS[name](tmp_path, WORDS, ROWS)

    def changing(blocks: Iterator[Block], source: Source) -> Iterator[Block]:
        yield from blocks
        change(tmp_path / file)

    monkeypatch.setattr(load_module, "sound", changing)
    said = problem(path)
    assert "changed while it was being read" in said.message or "no such file" in said.message
    assert said.where == str(tmp_path / file)


NASTY = [
    "",
    "  ",
    "\n",
    "a\nb",
    "a\r",
    "a\0",
    "\0",
    "\ufeffa",
    "caf\udce9",
    "\ud800",
    "\udcc3\udca9",
    "x" * (1 << 21),
]


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("word", NASTY, ids=lambda word: ascii(word[:9]))
@pytest.mark.parametrize(("name", "suffix"), WRITERS)
def test_a_word_is_carried_exactly_or_refused_by_name(
    name: str, suffix: str, word: str, place: int, tmp_path: Path
) -> None:
    path, listed = tmp_path / f"model{suffix}", ["a", "b", "c"]
    listed[place] = word
    try:
        formats()[name].write(path, MatrixSpace(listed, ROWS[:3], "x"))  # type: ignore[attr-defined]
    except UsageError as problem:
        said = problem
    else:
        assert words(path, encoding_errors="surrogateescape") == listed
        return
    assert f"can't hold the word {shown(word)} (row {place + 1})" in said.message
    assert said.hint


# --- damage of any kind ---------------------------------------------------------------------

SCRAPS = [b"\n", b" ", b"9", b"\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"]


def outcome(path: Path, tolerant: bool) -> Any:
    escape = "surrogateescape" if tolerant else "strict"
    try:
        return load(path, skip_bad_rows=tolerant, allow_trailing=tolerant, encoding_errors=escape)
    except VecalcError as said:
        return said


@pytest.mark.slow
@EVERY
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), tolerant=st.booleans())
def test_a_damaged_file_ends_in_a_space_or_a_problem(
    name: str, data: st.DataObject, tolerant: bool, tmp_path: Path
) -> None:
    path = MAKERS[name](tmp_path, WORDS, ROWS)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(len(content) - 1, 0)))
        scrap = data.draw(st.binary(max_size=8) | st.sampled_from([*SCRAPS, bytes(content[place:][:40])]))
        content[place : place + data.draw(st.integers(0, 8))] = scrap
    path.write_bytes(bytes(content))
    result = outcome(path, tolerant)
    if isinstance(result, VecalcError):
        assert isinstance(result, FileProblem | StorageProblem)
        assert result.where
        assert result.hint
    else:
        assert np.isfinite(result.space.vectors(range(len(result.space)))).all()


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_damaged_tokenizer_ends_in_a_space_or_a_problem(data: st.DataObject, tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    text = bytearray(
        tokenizer({word: i for i, word in enumerate(WORDS)}, [{"id": 0, "content": "the"}]).encode()
    )
    place = data.draw(st.integers(0, len(text)))
    text[place : place + data.draw(st.integers(0, 8))] = data.draw(
        st.binary(max_size=4) | st.sampled_from(SCRAPS)
    )
    (tmp_path / "tokenizer.json").write_bytes(bytes(text))
    result = outcome(path, False)
    assert isinstance(result, FileProblem) or len(result.space) == len(WORDS)
