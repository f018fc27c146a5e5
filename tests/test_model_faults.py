"""The list of faults to survive, section A, through the command line: exit code, one line, nothing cached.

Every row is tried with a file that is read into memory and with one that is converted into a store; tests and
their parameters begin with the number of the row. What the readers say in detail is in test_format_faults.py.
"""

from __future__ import annotations

import gzip
import json
import os
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from data import as_binary, as_text
from running import Done, vecalc
from vector_files import (
    BINARY,
    BINARY_C,
    CLAIMS,
    GLOVE,
    ROWS,
    TEXT,
    WORDS,
    File,
    file,
    grown,
    replaced,
    touched,
)  # fmt: skip

from vecalc.formats import Block
from vecalc.formats import load as load_module
from vecalc.library import vector_models
from vecalc.sources import Source, compression, open_file
from vecalc.space.files import unreadable

__all__ = ["file"]  # a fixture


class Fault(NamedTuple):
    """A file, what the command line says of it, and the option with which it is good, if there is one.

    What is refused only with an option is good without it.
    """

    data: bytes
    told: str
    option: str = ""
    refused: tuple[str, ...] = ()


def with_number(bad: float) -> np.ndarray:
    rows = ROWS.copy()
    rows[2, 3] = bad
    return rows


STRICT = {"refused": ("--strict",)}
REFUSE = "--encoding-errors=strict"
ESCAPE = "--encoding-errors=surrogateescape"
TAIL_TEXT, TAIL_BINARY = TEXT.partition(b"\n")[2], BINARY.partition(b"\n")[2]
FAULTS = {
    "1 empty": Fault(b"", "the file is empty"),
    "1 empty gzip": Fault(gzip.compress(b""), "file has no content"),
    "3 header of words": Fault(b"6 five\n" + TAIL_TEXT, "it must be two integers", **STRICT),
    "3 no header": Fault(b"6\n" + TAIL_BINARY, "not a file of word vectors"),
    "4 cut in a vector": Fault(BINARY[:60], "byte 60: the file ends inside the vector of row 3; 2 of 6 rows"),
    "4 cut in a word": Fault(BINARY[: BINARY.index(b"king") + 2], "inside the word of row 2; 1 of 6 rows"),
    "5 rows missing": Fault(b"9" + TEXT[1:], "the header promises 9 rows, the file has 6", **STRICT),
    "5 rows missing in binary": Fault(b"9" + BINARY[1:], "the header promises 9 rows, the file has 6"),
    "6 rows too many": Fault(b"4" + TEXT[1:], "data after the last row", "--allow-trailing"),
    "6 rows too many in binary": Fault(b"4" + BINARY[1:], "data after the last row", "--allow-trailing"),
    "7 one number less": Fault(TEXT.replace(b"6 5", b"6 4", 1), "says 4 numbers in a row, the rows have 5"),
    "7 one number more": Fault(TEXT.replace(b"6 5", b"6 6", 1), "says 6 numbers in a row, the rows have 5"),
    "7 one number less in binary": Fault(BINARY_C.replace(b"6 5", b"6 4", 1), "the word of row 2"),
    "8 a thousand million rows": Fault(b"1000000000 5\n" + TAIL_BINARY, "the file holds"),
    "8 2^62 numbers": Fault(b"6 4611686018427387904\n" + TAIL_TEXT, "more than the 65,536 of any model"),
    "9 no rows": Fault(b"0 5\n" + TAIL_TEXT, "both must be positive"),
    "9 negative": Fault(b"6 -5\n" + TAIL_BINARY, "both must be positive"),
    "10 nan": Fault(as_text(WORDS, with_number(np.nan)), "row 3", **STRICT),
    "10 infinity": Fault(as_binary(WORDS, with_number(np.inf)), "row 3", **STRICT),
    "11 too large": Fault(b"2 2\nthe 1 2\nqueen 1e999 2\n", "row 2 (word 'queen')", **STRICT),
    "13 no word": Fault(b"2 2\nthe 1 2\n 3 4\n", "has no word", **STRICT),
    "14 not UTF-8": Fault(b"2 2\nthe 1 2\ncaf\xe9 3 4\n", "is not UTF-8", ESCAPE, (REFUSE,)),
    "14 not UTF-8, strict": Fault(b"2 2\nthe 1 2\ncaf\xe9 3 4\n", "is not UTF-8", **STRICT),
    "15 word of megabytes": Fault(b"2 2\nthe 1 2\n" + b"x" * (2 << 20) + b" 3 4\n", "a word of more than"),
    "16 cut in a row": Fault(b"the 1 2\nking 3", ":2: the row 'king 3' has 1", "--skip-bad-rows"),
    "16 numbers missing": Fault(b"2 2\nthe 1 2\nking 3\n", ":3: the row 'king 3' has 1", **STRICT),
    "16 no number": Fault(b"the 1 2\nking 3 x\n", ":2:8: 'x' is not a number", **STRICT),
    "18 a blank and a number": Fault(b"2 2\nthe 1 2\nwindows 95 3 4\n", "has 3 numbers", **STRICT),
    "24 zip": Fault(b"PK\x03\x04" + GLOVE, "zip archive"),
    "25 gzip cut": Fault(gzip.compress(TEXT)[:-20], "damaged gzip data"),
    "25 gzip with a bad checksum": Fault(gzip.compress(TEXT)[:-8] + bytes(8), "damaged gzip data"),
}  # fmt: skip


@pytest.fixture(params=["in memory", "converted"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """How a file is read; afterwards the cache holds no store unless it was converted well."""
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    if request.param == "converted":
        monkeypatch.setattr(vector_models, "WORTH_STORING", 0)
    return request.param


def nothing_cached(tmp_path: Path) -> bool:
    return not list((tmp_path / "cache").glob("models/*"))


def assert_refused(done: Done, told: str, path: Path | str) -> None:
    assert done.code == 4
    assert done.out == ""
    assert told in done.err
    assert done.err.startswith(f"vecalc: {path}")
    assert len(done.err.splitlines()) == 1
    assert "; " in done.err  # what to do


@pytest.mark.parametrize("row", FAULTS)
def test_the_command_line_ends_with_4(file: File, tmp_path: Path, way: str, row: str) -> None:
    data, told, option, refused = FAULTS[row]
    path = file(data)
    assert_refused(vecalc("-m", path, "the", *refused), told, path)
    assert nothing_cached(tmp_path)
    if option or refused:
        done = vecalc("-m", path, "the", *[option] * bool(option))
        assert done.code == 0
        assert done.err.startswith(f"vecalc: note: {path}: ")  # what was put up with, counted
        assert nothing_cached(tmp_path) == (way == "in memory")


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "socket", "device"])
def test_2_the_command_line_ends_with_4(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo("pipe")
    told = {
        "missing": "no such file",
        "folder": "a folder",
        "pipe": "FIFO",
        "socket": "a socket",
        "device": "a device",
    }
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        path = os.devnull if kind == "device" else kind
        assert_refused(vecalc("-m", path, "the"), told[kind], path)


def test_2_no_permission_on_the_command_line(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file(TEXT)
    monkeypatch.setattr(
        open_file, "_open", lambda path: (_ for _ in ()).throw(unreadable(path, OSError(13, "")))
    )
    assert_refused(vecalc("-m", path, "the"), "permission denied", path)


GOOD = {
    "12 of duplicates the first": (b"the 1 2\nking 3 4\nking 5 6\n", "[3, 4]", "duplicate words left out"),
    "17 byte-order mark": (b"\xef\xbb\xbfking 3 4\nthe 1 2\n", "[3, 4]", ""),
    "17 CRLF": (b"2 2\r\nthe 1 2\r\nking 3 4\r\n", "[3, 4]", ""),
    "17 no last newline": (b"2 2\nthe 1 2\nking 3 4", "[3, 4]", ""),
    "18 blank in a word": (b"2 2\nnew york 1 2\nking 3 4\n", "[3, 4]", ""),
    "19 zeros": (b"2 2\nking 0 0\nthe 1 2\n", "[0, 0]", ""),
    "25 two members": (gzip.compress(b"2 2\nthe 1 2\n") + gzip.compress(b"king 3 4\n"), "[3, 4]", ""),
}


@pytest.mark.parametrize("row", GOOD)
def test_the_command_line_answers(file: File, way: str, row: str) -> None:
    data, vector, told = GOOD[row]
    done = vecalc("-m", file(data), "king", "--norm", "raw", "--format", "vector", stdin="")
    assert done.code == 0
    assert [float(field) for field in done.out.split()] == json.loads(vector)
    assert told in done.err


def test_19_zeros_have_no_cosine(file: File, way: str) -> None:
    assert vecalc("-m", file(GOOD["19 zeros"][0]), "king").code == 3


@pytest.mark.parametrize("claim", CLAIMS)
def test_8_a_promise_takes_no_memory_on_the_command_line(file: File, way: str, claim: bytes) -> None:
    path = file(claim + TAIL_BINARY)
    tracemalloc.start()
    try:
        assert vecalc("-m", path, "the").code == 4
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def test_24_a_gzip_bomb_on_the_command_line(
    file: File, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "GRACE", 1 << 20)
    path = file(gzip.compress(b"the 1 2\nking 3 4\n" + b"x 0 0\n" * (1 << 20)))
    assert_refused(vecalc("-m", path, "the"), "yields more than", path)
    assert nothing_cached(tmp_path)


@pytest.mark.parametrize("change", [touched, grown, replaced, Path.unlink])
def test_29_a_file_that_changes_is_not_cached(
    file: File, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    path = file(GLOVE)

    def changing(blocks: Iterator[Block], source: Source) -> Iterator[Block]:
        yield from blocks
        change(source.path)

    monkeypatch.setattr(load_module, "sound", changing)
    done = vecalc("-m", path, "the")
    assert (done.code, done.out) == (4, "")
    assert "changed while it was being read" in done.err or "no such file" in done.err
    assert nothing_cached(tmp_path)
