"""Checkpoints: only the tensor that is wanted is read, of one file or of several that an index names."""

from __future__ import annotations

import errno
import json
import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from array_files import problem, tokenizer
from running import vecalc
from safetensors.numpy import save_file
from test_cache import failing

from vecalc.formats.load import load
from vecalc.library import open_model
from vecalc.library.cache import folder_of
from vecalc.sources import Reading
from vecalc.space.store import FACTS, read_facts

HOLE = 4 << 30
NAME = "model.embed_tokens.weight"
WORDS = [f"word{i}" for i in range(5_000)]
ROWS = np.random.default_rng(2).normal(size=(len(WORDS), 60)).astype(np.float32)
FIRST, SECOND = (f"model-0000{i}-of-00002.safetensors" for i in (1, 2))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CACHE_DIR", "MODELS", "CONFIG"):
        monkeypatch.setenv(f"VECALC_{name}", str(tmp_path / "home" / name))


def listed(folder: Path) -> None:
    (folder / "tokenizer.json").write_text(tokenizer({word: row for row, word in enumerate(WORDS)}))


def sparse(path: Path) -> Path:
    """Four gigabytes before the tensor and one behind it, which are holes on the disk."""
    end = HOLE + ROWS.nbytes
    header = {
        "layers.0.up.weight": {"dtype": "BF16", "shape": [HOLE // 8, 4], "data_offsets": [0, HOLE]},
        NAME: {"dtype": "F32", "shape": list(ROWS.shape), "data_offsets": [HOLE, end]},
        "layers.1.up.weight": {
            "dtype": "F16",
            "shape": [HOLE // 8, 1],
            "data_offsets": [end, end + HOLE // 4],
        },
    }
    text = json.dumps(header).encode()
    with path.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        stream.seek(HOLE, os.SEEK_CUR)
        stream.write(ROWS.tobytes())
        stream.truncate(8 + len(text) + end + HOLE // 4)
    listed(path.parent)
    return path


def overwrite(path: Path, place: int, data: bytes) -> None:
    """Some bytes, and a new time."""
    with path.open("r+b") as stream:
        stream.seek(place)
        stream.write(data)
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 10**9))


def store_of(path: Path) -> Path:
    return folder_of(path, Reading())


def same(path: Path, rows: np.ndarray = ROWS) -> bool:
    space = open_model.load(path).space
    return list(space.words()) == WORDS and np.array_equal(space.vectors(range(len(WORDS)), np.float32), rows)


# --- only what is wanted ------------------------------------------------------------------------


def test_of_gigabytes_only_the_tensor_is_read_and_digested(tmp_path: Path) -> None:
    path = sparse(tmp_path / "model.safetensors")
    assert path.stat().st_blocks * 512 < 10_000_000
    assert same(path)
    told = read_facts(store_of(path) / FACTS).rest["source"]
    assert told["size"] > HOLE
    assert sum(last - first for first, last in told["spans"]) < 2 * ROWS.nbytes
    assert same(path)  # by the store


def test_37_a_change_elsewhere_makes_no_new_store_and_one_of_the_tensor_does(tmp_path: Path) -> None:
    path = sparse(tmp_path / "model.safetensors")
    assert same(path)
    made = store_of(path).stat().st_ino
    overwrite(path, HOLE // 2, b"another layer")
    assert same(path)
    assert store_of(path).stat().st_ino == made
    with path.open("rb") as stream:
        start = 8 + int.from_bytes(stream.read(8), "little") + HOLE
    overwrite(path, start, np.float32(7).tobytes())
    changed = ROWS.copy()
    changed[0, 0] = 7
    assert same(path, changed)
    assert store_of(path).stat().st_ino != made


def test_another_header_or_size_is_another_file(tmp_path: Path) -> None:
    path = sparse(tmp_path / "model.safetensors")
    assert same(path)
    with path.open("rb") as stream:
        place = stream.read(400).index(b"layers.0")
    overwrite(path, place, b"loyers.0")
    made = store_of(path).stat().st_ino
    assert same(path)
    assert store_of(path).stat().st_ino != made
    with path.open("ab") as stream:
        stream.write(b"x")
    assert vecalc("-m", path, "word1").code == 4


def test_32_a_full_disk_lacks_room_for_the_tensor_and_not_for_the_file(tmp_path: Path) -> None:
    path = sparse(tmp_path / "model.safetensors")
    with failing("write", 5, OSError(errno.ENOSPC, "No space left on device")):
        done = vecalc("-m", path, "word1")
    assert done.code == 5
    needed = re.search(r"the store needs about ([\d,]+) MB", done.err)
    assert needed
    assert int(needed[1]) < 10


@pytest.mark.parametrize("spans", [[], [[0, 5]], "x", [[0]], [[-5, 3]], [["a", "b"]], [[0, 1 << 80]], {}])
def test_spans_that_we_did_not_write_are_of_no_file(tmp_path: Path, spans: object) -> None:
    save_file({"wte.weight": ROWS, "other": ROWS}, tmp_path / "model.safetensors")
    listed(tmp_path)
    path = tmp_path / "model.safetensors"
    assert same(path)
    facts = json.loads((store_of(path) / FACTS).read_text())
    facts["source"] |= {"spans": spans, "mtime_ns": 1}
    (store_of(path) / FACTS).write_text(json.dumps(facts))
    assert same(path)
    assert read_facts(store_of(path) / FACTS).rest["source"]["spans"] != spans


# --- an index -----------------------------------------------------------------------------------


def sharded(folder: Path, where: Mapping[str, str] | None = None, text: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    listed(folder)
    save_file({"layers.0.up": ROWS, NAME: ROWS}, folder / FIRST)
    save_file({"lm_head.weight": -ROWS}, folder / SECOND)
    where = where or {"layers.0.up": FIRST, NAME: FIRST, "lm_head.weight": SECOND}
    index = folder / "model.safetensors.index.json"
    index.write_text(text or json.dumps({"metadata": {"total_size": 7}, "weight_map": where}))
    return index


@pytest.mark.parametrize("part", ["", "#embed_tokens", "#embed_tokens.weight", f"#{NAME}"])
def test_a_tensor_of_several_files(tmp_path: Path, part: str) -> None:
    index = sharded(tmp_path / "model")
    for path in (index, index.parent):
        named = Path(f"{path}{part}")
        assert same(named)
        told = f"the tensor '{NAME}' of {FIRST} is read"
        assert open_model.load(named).notes == (() if part else (told,))
        assert load(named).notes == (() if part else (told,))
    assert vecalc("models", "check", f"{index.parent}{part}").code == 0


def test_another_tensor_is_in_another_file(tmp_path: Path) -> None:
    index = sharded(tmp_path / "model")
    assert same(Path(f"{index}#lm_head"), -ROWS)
    assert "(model-00001-of-00002.safetensors)" in problem(Path(f"{index.parent}#?")).message
    assert "there is no tensor 'wte'" in problem(Path(f"{index}#wte")).message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    index = sharded(tmp_path / "model")
    (index.parent / FIRST).unlink()
    said = problem(index)
    assert said.where == str(index.with_name(FIRST))
    assert said.message.startswith(f"no such file, though {index.name} says it has the tensor '{NAME}'")
    assert same(Path(f"{index}#lm_head"), -ROWS)


@pytest.mark.parametrize(
    "file", ["../a.safetensors", "/etc/passwd", "..", ".", "", "x/a.safetensors", "a\\b"]
)
def test_41_no_file_lies_elsewhere(tmp_path: Path, file: str) -> None:
    save_file({NAME: ROWS}, tmp_path / "a.safetensors")
    index = sharded(tmp_path / "model", {NAME: file})
    assert "is not a file beside it" in problem(index).message


@pytest.mark.parametrize("file", ["other.safetensors", "a" * 5000, "a\0b", "\ud800"])
def test_41_a_name_that_no_file_has(tmp_path: Path, file: str) -> None:
    assert "no such file" in problem(sharded(tmp_path / "model", {NAME: file})).message


@pytest.mark.parametrize(
    "text",
    [
        '{"weight_map": {}}',
        '{"weight_map": {"a": 3}}',
        '{"weight_map": {"a": "b"}',
        '{"weight_map": {"a": "b"}, "c": ' + "[" * 20_000,
        '{"weight_map": {"' + '"a": "b",' * 100 + "}}",
    ],
)
def test_an_index_that_is_none(tmp_path: Path, text: str) -> None:
    problem(sharded(tmp_path / "model", text=text))


def test_what_only_mentions_a_map_is_read_as_json(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text('{"weight_map": [1, 2], "king": [3, 4]}')
    assert list(load(path).space.words()) == ["weight_map", "king"]


def test_shards_of_pytorch_are_named(tmp_path: Path) -> None:
    """The folder, its index, and one of them."""
    with zipfile.ZipFile(tmp_path / "pytorch_model-00001-of-00001.bin", "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}.")
    index = tmp_path / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"weight_map": {NAME: "pytorch_model-00001-of-00001.bin"}}))
    said = problem(tmp_path)
    assert said.message.endswith(
        "pytorch_model.bin.index.json, an index of pickles of PyTorch, which are not read"
    )
    assert "save_pretrained('converted')" in said.hint
    assert "a PyTorch file" in problem(index).message


# --- tensors that are no rows -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "shape", "message"),
    [
        ("F8_E4M3", [6, 4], "holds F8_E4M3, which is not read"),
        ("F32", [6], "has 1 dimension"),
        ("F32", [2, 1, 3], "has 3 dimensions"),
    ],
)
def test_what_is_no_matrix_of_numbers_is_named(
    tmp_path: Path, kind: str, shape: list[int], message: str
) -> None:
    size = int(np.prod(shape)) * (1 if kind.startswith("F8") else 4)
    text = json.dumps({"x": {"dtype": kind, "shape": shape, "data_offsets": [0, size]}}).encode()
    path = tmp_path / "m.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(size))
    (tmp_path / "m.words").write_text("".join(f"w{i}\n" for i in range(6)))
    assert message in problem(Path(f"{path}#x")).message
