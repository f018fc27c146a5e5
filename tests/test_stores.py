"""Stores: written whole or not at all, opened by mapping, and known again by the file they came from."""

from __future__ import annotations

import errno
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from data import as_binary, as_text
from running import forked, vecalc

from vecalc.errors import FileProblem, StorageProblem
from vecalc.formats.load import convert
from vecalc.library import vector_models
from vecalc.library.open_model import load
from vecalc.library.vector_models import WORTH_STORING
from vecalc.search import quantized
from vecalc.search.exact import search
from vecalc.sources import MAX_WIDTH
from vecalc.space import VectorSpace, atomic, digest, quantization, store_files
from vecalc.space.index import MappedWords
from vecalc.space.matrix import MatrixSpace
from vecalc.space.store import FACTS, open_store
from vecalc.space.store_writer import write_store

WIDTH = 40
WORDS = [f"word{i}" for i in range(7_000)]
ROWS = np.random.default_rng(2).normal(size=(len(WORDS), WIDTH)).astype(np.float32)


def blocks(size: int = 999) -> Iterator[tuple[list[str], np.ndarray[Any, Any]]]:
    for first in range(0, len(WORDS), size):
        yield WORDS[first : first + size], ROWS[first : first + size]


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the cache and the models folder of a test are."""
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("VECALC_MODELS", str(tmp_path / "models"))
    return tmp_path


@pytest.fixture
def file(folders: Path) -> Path:
    path = folders / "model.bin"
    path.write_bytes(as_binary(WORDS, ROWS))
    assert path.stat().st_size >= WORTH_STORING
    return path


def stores(folders: Path) -> list[Path]:
    return sorted((folders / "cache" / "models").glob("*"))


def written(store: Path) -> int:
    return (store / "vectors.npy").stat().st_mtime_ns


# --- writing --------------------------------------------------------------------------------


def test_a_store_holds_what_was_written(tmp_path: Path) -> None:
    done = write_store(tmp_path / "store", blocks(), name="all", facts={"notes": ["one"]})
    space = open_store(tmp_path / "store")
    assert (done.rows, done.width, done.loss) == (len(space), space.dim, 0.0) == (len(WORDS), WIDTH, 0.0)
    assert list(space.words()) == WORDS
    assert np.array_equal(space.vectors(range(len(WORDS)), np.float32), ROWS)
    assert space.codes is not None
    facts = json.loads((tmp_path / "store" / FACTS).read_text("utf-8"))
    assert facts["notes"] == ["one"]
    for name, noted in facts["digests"].items():
        assert digest.of_file(tmp_path / "store" / name) == noted
    assert {path.name for path in (tmp_path / "store").iterdir()} == {FACTS, *facts["digests"]}


def test_the_blocks_make_no_difference(tmp_path: Path) -> None:
    for size in (1_000, 1_024, 7_000):
        write_store(tmp_path / str(size), blocks(size), name="all")
    one, two, three = ((tmp_path / str(size) / FACTS).read_text() for size in (1_000, 1_024, 7_000))
    digests = [json.loads(text)["digests"] for text in (one, two, three)]
    for name in ("vectors.npy", "words.txt", "lengths.npy", "exact.npy"):
        assert len({found[name] for found in digests}) == 1


def test_float16_takes_half_and_tells_its_loss(tmp_path: Path) -> None:
    done = write_store(tmp_path / "half", blocks(), name="half", kind="float16")
    space = open_store(tmp_path / "half")
    stored = space.vectors(range(len(WORDS)))
    off = np.linalg.norm(stored - ROWS, axis=1) / np.linalg.norm(ROWS, axis=1)
    assert done.loss == pytest.approx(off.max(), rel=1e-3)
    assert 1e-5 < done.loss < 1e-3
    query = ROWS[:1].astype(np.float64)
    assert search(space, query, 5).rows.tolist() == search(MatrixSpace(WORDS, stored), query, 5).rows.tolist()


def test_what_float16_can_not_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="too large for float16"):
        write_store(tmp_path / "half", [(["a"], np.array([[1e6]], np.float32))], name="half", kind="float16")
    assert list(tmp_path.iterdir()) == []


def failed_to_write(store: Path) -> bool:
    try:
        write_store(store, blocks(3_000), name="new")
    except StorageProblem as problem:
        return "No space left" in problem.message
    return False


@contextmanager
def failing_after(calls: int, what: str, once: bool = False) -> Iterator[list[int]]:
    """The disk is full from the given call on of one of the functions that write."""
    module, name = {
        "fsync": (os, "fsync"),
        "rename": (Path, "rename"),
        "exchange": (atomic, "exchange"),
        "save": (store_files._Files, "_save"),
    }[what]
    two_steps = mock.patch.object(atomic, "exchange", return_value=False)
    in_steps = two_steps if what == "rename" else nullcontext()
    true, count, failed = getattr(module, name), 0, []

    def fails(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count == calls or (count > calls and not once):
            failed.append(count)
            raise OSError(errno.ENOSPC, "No space left on device")
        return true(*arguments, **named)

    with in_steps, mock.patch.object(module, name, fails):
        yield failed


@pytest.mark.parametrize("what", ["fsync", "rename", "save"])
def test_a_full_disk_leaves_the_old_store_or_none(what: str, tmp_path: Path) -> None:
    """The n-th write fails, for n = 1, 2, ... until all goes well; in between nothing is half there."""
    store = tmp_path / "store"
    for calls in range(1, 40):
        with failing_after(calls, what) as failed:
            if not failed_to_write(store):
                break
        assert failed
        assert list(tmp_path.iterdir()) == []
    assert calls > 1
    assert len(open_store(store)) == len(WORDS)


def test_a_problem_of_the_source_leaves_the_old_store(tmp_path: Path) -> None:
    write_store(tmp_path / "store", blocks(), name="old")

    def broken() -> Iterator[tuple[list[str], np.ndarray[Any, Any]]]:
        yield WORDS[:5], ROWS[:5]
        raise FileProblem("the file ends", where="x")

    with pytest.raises(FileProblem, match="the file ends"):
        write_store(tmp_path / "store", broken(), name="new")
    assert open_store(tmp_path / "store").name == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


@pytest.mark.parametrize(("call", "what"), [(1, "rename"), (2, "rename"), (1, "exchange")])
def test_an_old_store_stays_when_the_new_one_can_not_take_its_place(
    call: int, what: str, tmp_path: Path
) -> None:
    write_store(tmp_path / "store", [(["only"], np.ones((1, 3), np.float32))], name="old")
    with failing_after(call, what, once=True):
        assert failed_to_write(tmp_path / "store")
    assert open_store(tmp_path / "store").name == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_an_older_store_is_replaced(tmp_path: Path) -> None:
    write_store(tmp_path / "store", blocks(), name="old")
    old = open_store(tmp_path / "store")
    write_store(tmp_path / "store", [(["only"], np.ones((1, 3), np.float32))], name="new")
    assert list(open_store(tmp_path / "store").words()) == ["only"]
    assert old.word(5) == "word5"  # whoever has the old one open keeps it
    assert np.array_equal(old.vectors([5], np.float32), ROWS[5:6])


@pytest.mark.parametrize("name", ["codes.npy", "rotation.npy", "residuals.npy", "offsets.npy", "exact.npy"])
def test_a_damaged_part_is_named(name: str, tmp_path: Path) -> None:
    write_store(tmp_path / "store", blocks(), name="all")
    whole = (tmp_path / "store" / name).read_bytes()
    for damage in (b"", whole[:50], whole[:-8], b"not an array" + whole):
        (tmp_path / "store" / name).write_bytes(damage)
        with pytest.raises(FileProblem) as caught:
            open_store(tmp_path / "store")
        assert name in caught.value.where
    (tmp_path / "store" / name).unlink()
    with pytest.raises(FileProblem, match="no such file"):
        open_store(tmp_path / "store")


def test_words_that_share_a_hash_are_told_apart() -> None:
    """CRC-32 of these two is the same; every lookup compares the words as well."""
    first, second = "plumless", "buckeroo"
    assert zlib.crc32(first.encode()) == zlib.crc32(second.encode())
    data = np.frombuffer(f"{first}\n{second}\n".encode(), np.uint8)
    index = np.array([[zlib.crc32(first.encode())] * 2, [0, 1]], np.uint32)
    words = MappedWords(data, np.array([0, len(first) + 1, len(data)]), index, index)
    assert (words.row(first), words.row(second), words.row("other")) == (0, 1, None)
    assert (words.variants(first), words.variants(second)) == ([0], [1])


# --- recognised afterwards --------------------------------------------------------------------


def test_a_file_is_converted_once(file: Path, folders: Path) -> None:
    first = load(file).space
    (store,) = stores(folders)
    before = written(store)
    again = load(file).space
    assert written(store) == before
    for space in (first, again):
        assert (space.name, len(space)) == ("model.bin", len(WORDS))
        assert np.array_equal(space.vectors([3], np.float32), ROWS[3:4])


def test_another_time_with_the_same_bytes_is_the_same_file(file: Path, folders: Path) -> None:
    load(file)
    (store,) = stores(folders)
    before = written(store)
    os.utime(file, ns=(1, 1))
    load(file)
    assert written(store) == before
    facts = json.loads((store / FACTS).read_text("utf-8"))
    assert facts["source"]["mtime_ns"] == 1


def test_a_changed_file_is_read_anew(file: Path, folders: Path) -> None:
    load(file)
    file.write_bytes(as_binary(WORDS, 2 * ROWS))
    os.utime(file, ns=(5, 5))
    assert np.array_equal(load(file).space.vectors([3], np.float32), 2 * ROWS[3:4])
    assert len(stores(folders)) == 1


def test_a_damaged_cache_is_made_anew(file: Path, folders: Path) -> None:
    load(file)
    (store,) = stores(folders)
    (store / FACTS).write_text("{", "utf-8")
    assert len(load(file).space) == len(WORDS)


def test_each_way_of_reading_has_its_own_store(folders: Path) -> None:
    rows = ROWS.copy()
    rows[5] = np.nan
    (folders / "bad.txt").write_bytes(as_text(WORDS, rows))
    with pytest.raises(FileProblem, match="not finite"):
        load(folders / "bad.txt", strict=True)
    assert stores(folders) == []
    for _ in range(2):
        loaded = load(folders / "bad.txt")
        assert len(loaded.space) == len(WORDS) - 1
        assert loaded.notes == ("rows with numbers that are not finite, left out: 1",)
    with pytest.raises(FileProblem, match="not finite"):
        load(folders / "bad.txt", strict=True)


def test_small_files_are_not_kept(folders: Path) -> None:
    (folders / "small.txt").write_bytes(as_text(WORDS[:10], ROWS[:10]))
    assert len(load(folders / "small.txt").space) == 10
    assert not (folders / "cache").exists()


def test_a_cache_that_can_not_be_written_is_done_without(file: Path, folders: Path) -> None:
    (folders / "cache").write_text("a file")
    loaded = load(file)
    assert len(loaded.space) == len(WORDS)
    assert "read into memory" in loaded.notes[0]


def test_the_answer_is_the_same_from_memory_and_from_the_cache(file: Path, folders: Path) -> None:
    asked = ["-m", str(file), "--format", "jsonl", "word1 - word2 + word3", "word5 * word6", "[word1, word9]"]
    first, second = vecalc(*asked), vecalc(*asked)
    assert first == second
    with mock.patch.object(vector_models, "WORTH_STORING", 1 << 40):
        assert vecalc(*asked) == first


# --- import ---------------------------------------------------------------------------------


def test_import_makes_a_model_that_needs_its_file_no_longer(file: Path, folders: Path) -> None:
    done = vecalc("import", file, "--name", "mine")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("mine: 7,000 words x 40, float32; ")
    file.unlink()
    assert vecalc("-m", "mine", "word1", "-k", "1").code == 0
    assert vecalc("-m", "other=mine", "other:word1", "-k", "1").code == 0


def test_the_name_is_the_files_unless_given(file: Path) -> None:
    assert vecalc("import", file).out.startswith("model: ")
    assert vecalc("-m", "model", "word1").code == 0


def test_half_an_import_is_told(file: Path) -> None:
    done = vecalc("import", file, "--name", "half", "--type", "float16")
    assert "float16, the largest loss of a vector 3.2e-04" in done.out


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a=b", "-m", "x:y"])
def test_a_name_is_no_path(name: str, file: Path, folders: Path) -> None:
    done = vecalc("import", file, f"--name={name}")
    assert done.code == 2
    assert not (folders / "models").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "missing argument 'FILE'"),
        (["nowhere.bin"], 4, "nowhere.bin: no such file"),
        (["."], 4, "a folder"),
        (["x", "y"], 2, "unexpected extra argument"),
        (["x", "--typ", "float16"], 2, "no such option"),
        (["x", "--type", "float8"], 2, "float8"),
    ],
)
def test_mistakes(arguments: list[str], code: int, message: str, folders: Path) -> None:
    done = vecalc("import", *arguments)
    assert done.code == code
    assert message in done.err
    assert done.err.count("\n") == 1


def test_import_has_help() -> None:
    assert "Usage: vecalc import FILE" in vecalc("import", "--help").out


def test_two_at_once_are_one_in_the_end(file: Path, folders: Path) -> None:
    """One converts; the other waits for it, may say so, and answers the same."""
    from concurrent.futures import ThreadPoolExecutor

    where = {"VECALC_CACHE_DIR": str(folders / "cache")}
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: forked("-m", file, "word1", "-k", "1", **where), range(2)))
    assert runs[0].out == runs[1].out
    assert (runs[0].code, runs[1].code) == (0, 0)
    assert len(stores(folders)) == 1


def test_memory_is_bounded_by_the_blocks(file: Path, tmp_path: Path) -> None:
    """While a store is written, never more than a few blocks of the source are alive."""
    import weakref

    alive: list[weakref.ref[Any]] = []
    most = 0

    def many() -> Iterator[tuple[list[str], np.ndarray[Any, Any]]]:
        nonlocal most
        for i in range(50):
            block = ROWS[:100].copy()
            alive.append(weakref.ref(block))
            most = max(most, sum(ref() is not None for ref in alive))
            yield [f"{i}-{word}" for word in WORDS[:100]], block

    write_store(tmp_path / "store", many(), name="many")
    assert most <= 4


def test_a_source_is_described(file: Path, tmp_path: Path) -> None:
    seen = []
    convert(file, tmp_path / "store", name="it", tap=lambda data: seen.append(len(data)))
    facts = json.loads((tmp_path / "store" / FACTS).read_text("utf-8"))
    status = file.stat()
    assert facts["source"] == {
        "path": str(file),
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "digest": digest.of_file(file),
    }
    assert sum(seen) == status.st_size


# --- wide models ------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [quantization.WIDE, quantization.WIDE + 1, 5_000, MAX_WIDTH])
def test_a_wide_model_costs_no_square_of_its_width(folders: Path, width: int) -> None:
    """Some rows of any width that is read: the store is little larger than they are, and the search exact."""
    rows = np.random.default_rng(5).normal(size=(6, width)).astype(np.float32)
    write_store(folders / "wide", [(list("abcdef"), rows)], name="wide")
    space = open_store(folders / "wide")
    assert (folders / "wide" / "rotation.npy").stat().st_size < 5e6
    assert_exact(space, rows)


def test_a_wide_store_of_an_earlier_version_still_opens(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They held a whole matrix for every width."""
    rows = np.random.default_rng(5).normal(size=(6, 1_500)).astype(np.float32)
    with monkeypatch.context() as earlier:
        earlier.setattr(quantization, "WIDE", 1 << 16)
        write_store(folders / "wide", [(list("abcdef"), rows)], name="wide")
    space = open_store(folders / "wide")
    assert space.codes is not None
    assert space.codes.rotation.shape == (1_500, quantization.width(1_500))
    assert_exact(space, rows)


def assert_exact(space: VectorSpace, rows: np.ndarray[Any, Any]) -> None:
    """By codes, whatever few rows there are."""
    with mock.patch.object(quantized, "WORTH_IT", 1.0):
        found = search(space, rows.astype(np.float64) + 0.01, 3)
    units = rows / np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    queries = (rows.astype(np.float64) + 0.01) / np.linalg.norm(rows + 0.01, axis=1, keepdims=True)
    scores = queries @ units.T
    assert np.array_equal(found.rows, np.argsort(-scores, axis=1)[:, :3])
    np.testing.assert_allclose(found.scores, -np.sort(-scores, axis=1)[:, :3], rtol=1e-6)


# --- large numbers ----------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
def test_48_lengths_and_sums_beyond_float32_are_those_of_float64(folders: Path) -> None:
    """Of a file that is read into memory; a store, whose lengths are float32, refuses such rows."""
    rows = np.array([[3e38, 1e38, 0], [3e38, 2e38, 1], [3e38, -1e38, 2e38]], np.float32)
    model = folders / "large.bin"
    model.write_bytes(as_binary(["a", "b", "c"], rows))
    exact = rows.astype(np.float64)
    shown = vecalc("words", "-m", model, "--format", "jsonl").records
    assert [one["length"] for one in shown] == pytest.approx(np.linalg.norm(exact, axis=1), rel=1e-6)
    total = exact[0] + exact[1]
    done = vecalc("-m", model, "norm(raw(a) + raw(b))", "--json", "--precision", "17")
    assert done.records[0]["value"] == pytest.approx(np.linalg.norm(total), rel=1e-9)
    done = vecalc("-m", model, "raw(a) + raw(b)", "--json", "--precision", "17")
    cosine = total @ exact[2] / np.linalg.norm(total) / np.linalg.norm(exact[2])
    assert done.records[0]["results"][0]["score"] == pytest.approx(cosine, rel=1e-9)
    assert vecalc("-m", model, "*".join(["raw(a)"] * 9), "--norm", "raw").code == 3  # beyond float64
