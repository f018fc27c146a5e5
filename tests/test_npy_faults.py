"""Damaged and hostile .npy and .npz: a space, or one problem that says where and what to do.

The numbers are those of the list of faults to survive (section A, model files).
"""

from __future__ import annotations

import gzip
import struct
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from array_files import (
    MAKERS,
    ROWS,
    WORDS,
    Payload,
    in_npy,
    in_npz,
    listed,
    problem,
    words,
)

from vecalc.sources import compression, zip_files


def test_15_word_of_megabytes_in_npz(tmp_path: Path) -> None:
    path = in_npz(tmp_path, ["the", "x" * (3 << 20)], ROWS[:2])
    assert "words of up to 12,582,912 bytes each" in problem(path).message


def test_1_empty_list_of_words(tmp_path: Path) -> None:
    path = in_npy(tmp_path, [], ROWS)
    said = problem(path)
    assert (said.message, said.where) == ("the file is empty", str(tmp_path / "model.words"))


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


@pytest.mark.parametrize("name", ["npy", "npz"])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS[:, 0], "1 dimensions (6)"),
        (ROWS[:, :, None], "3 dimensions (6 x 5 x 1)"),
        (np.float32(1), "0 dimensions"),
        (ROWS.astype(complex), "complex numbers"),
        (ROWS > 0, "truth values"),
        (ROWS.astype("U5"), "not a number"),
        (np.zeros((6, 5), [("a", "f4")]), "not a number"),
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
    monkeypatch.setattr(compression, "GRACE", 1 << 20)
    monkeypatch.setattr(compression, "RATIO", 20)
    path = in_npz(tmp_path, [str(i) for i in range(100_000)], np.zeros((100_000, 50), np.float32))
    assert "yields more than" in problem(path).message


def test_24_archive_of_many_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_files, "MOST_MEMBERS", 1000)
    with zipfile.ZipFile(tmp_path / "model.npz", "w") as archive:
        for i in range(1001):
            archive.writestr(f"{i}.npy", b"")
    assert "about 1,001 members" in problem(tmp_path / "model.npz").message


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
    assert (
        "it is not clear which array is meant: it holds 'a' (<f4 [6, 5]), 'b' (<f4 [6, 5])"
        in problem(path).message
    )
    np.savez(path, a=ROWS, b=np.array(WORDS), c=np.array(WORDS))
    assert "several arrays may be meant for text" in problem(path).message
    np.savez(path, b=np.array(WORDS))
    assert "no array that could be meant: it holds 'b' (<U5 [6])" in problem(path).message
