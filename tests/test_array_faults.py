"""Damaged and hostile arrays, tables and tensors: a space, or one problem that says where and what to do.

The numbers are those of the list of faults to survive (section A, model files).
"""

from __future__ import annotations

import gzip
import itertools
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from array_files import (
    MAKERS,
    ROWS,
    SCRAPS,
    WORDS,
    WRITERS,
    Payload,
    in_npy,
    in_safetensors,
    listed,
    outcome,
    problem,
    table,
    words,
)
from folding import all_hold
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather
from running import vecalc
from vector_files import replaced, touched

from vecalc.errors import FileProblem, StorageProblem, UsageError, VecalcError
from vecalc.formats import Block
from vecalc.formats import load as load_module
from vecalc.formats.load import load
from vecalc.formats.recognition import formats
from vecalc.sources import Source
from vecalc.sources.word_text import shown
from vecalc.space.matrix import MatrixSpace

EVERY = pytest.mark.parametrize("name", MAKERS)


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
    assert "row 3 (word 'queen') holds a number that is not finite" in problem(path, strict=True).message
    for loaded in (load(path), load(path, skip_bad_rows=True)):
        assert list(loaded.space.words()) == ["the", "king", "man", "woman", "naïve"]
        assert loaded.notes == ("rows with numbers that are not finite, left out: 1",)


@pytest.mark.parametrize("name", ["npy", "npz", "safetensors"])
def test_10_numbers_beyond_float32(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, WORDS, np.where(ROWS[1, 1] == ROWS, 1e39, ROWS.astype(np.float64)))
    assert "row 2 (word 'king') holds a number that is not finite" in problem(path, strict=True).message


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
    assert loaded.notes[-1] == "duplicate words left out, the first row of each kept: 3"


@EVERY
def test_13_row_without_a_word(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, ["the", "", *WORDS[2:]], ROWS)
    assert "row 2 (word '')" in problem(path, strict=True).message
    for loaded in (load(path), load(path, skip_bad_rows=True)):
        assert len(loaded.space) == 5
        assert loaded.notes == ("rows without a word, left out: 1",)


@EVERY
@pytest.mark.parametrize("word", ["  ", "\t"])
def test_13_blanks_are_a_word(name: str, word: str, tmp_path: Path) -> None:
    loaded = load(MAKERS[name](tmp_path, listing := ["the", word, *WORDS[2:]], ROWS))
    assert (list(loaded.space.words()), loaded.notes) == (listing, ())


@pytest.mark.parametrize("name", ["arrow", "npz", "parquet", "safetensors"])
def test_13_word_of_several_lines(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, ["the", "new\nyork", *WORDS[2:]], ROWS)
    assert "row 2 (word 'new\\nyork') holds a newline in its word" in problem(path, strict=True).message
    assert len(load(path).space) == len(load(path, skip_bad_rows=True).space) == 5


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
    assert "words that are not UTF-8, their bytes escaped reversibly: 3" in loaded.notes


@pytest.mark.parametrize("name", ["arrow", "npy", "parquet", "safetensors"])
def test_15_word_of_megabytes(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, [*WORDS[:5], "x" * (3 << 20)], ROWS)
    assert "a word of more than 1,048,576 bytes" in problem(path).message


@EVERY
def test_19_row_of_zeros_is_loaded(name: str, tmp_path: Path) -> None:
    path = MAKERS[name](tmp_path, WORDS, np.vstack([ROWS[:5], np.zeros((1, 5), np.float32)]))
    assert load(path).space.lengths([5]).tolist() == [0]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        *((name, count) for name in ("npy", "npz") for count in (1, 5, 7, 5000)),
        *(("safetensors", count) for count in (1, 7, 5000)),  # a tokenizer may give some rows no word
    ],
)
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
    assert "--words-file" in said.hint


def test_21_pickle_with_the_name_of_an_array(tmp_path: Path) -> None:
    marker = tmp_path / "code was run"
    for name in ("model.npy", "model.npz", "model.safetensors", "model.parquet"):
        (tmp_path / name).write_bytes(pickle.dumps(Payload(marker)))
        assert "would run code" in problem(tmp_path / name).message
    assert not marker.exists()


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


@pytest.mark.parametrize(("name", "suffix"), WRITERS)
def test_a_word_is_carried_exactly_or_refused_by_name(name: str, suffix: str, tmp_path: Path) -> None:
    def check(word: str, place: int) -> None:
        listed = ["a", "b", "c"]
        listed[place] = word
        path = Path(tempfile.mkdtemp(dir=tmp_path)) / f"model{suffix}"
        try:
            formats()[name].write(path, MatrixSpace(listed, ROWS[:3], "x"))  # type: ignore[attr-defined]
        except UsageError as problem:
            said = problem
        else:
            assert words(path, encoding_errors="surrogateescape") == listed
            return
        assert f"can't hold the word {shown(word)} (row {place + 1})" in said.message
        assert said.hint

    all_hold(itertools.product(NASTY, (0, 2)), lambda each: check(*each), lambda each: ascii(each)[:40])


# --- damage of any kind ---------------------------------------------------------------------


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
