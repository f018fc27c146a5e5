"""Compressed files: known by their first bytes, read to the last member, refused when damaged or too good."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard
from data import as_binary, as_text, data_file, needs_data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vecalc.errors import FileProblem
from vecalc.formats.load import load
from vecalc.sources import compression

WORDS = ["the", "king", "queen", "man", "woman", "naïve"]
ROWS = np.random.default_rng(3).normal(size=(len(WORDS), 5)).astype(np.float32)
BINARY, TEXT, GLOVE = as_binary(WORDS, ROWS), as_text(WORDS, ROWS), as_text(WORDS, ROWS, header=False)


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
}
EVERY = pytest.mark.parametrize("name", PACKS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.bin"


def problem(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        load(path)
    assert caught.value.where.startswith(str(path))
    assert caught.value.hint
    return caught.value


def words(path: Path) -> list[str]:
    return list(load(path).space.words())


@EVERY
@pytest.mark.parametrize("data", [BINARY, TEXT, GLOVE])
@pytest.mark.parametrize("suffix", [".bin", ".gz", ".xz", ""])
def test_a_packed_file_is_read_whatever_its_name(name: str, data: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{suffix}"
    path.write_bytes(PACKS[name](data))
    loaded = load(path)
    assert list(loaded.space.words()) == WORDS
    assert np.array_equal(loaded.space.vectors(range(6), np.float32), ROWS)


@pytest.mark.slow
@EVERY
@pytest.mark.parametrize("size", [100, 70_000])
def test_large_files_come_out_whole(name: str, size: int, path: Path) -> None:
    rows = np.random.default_rng(5).normal(size=(size, 10)).astype(np.float32)
    names = [str(i) for i in range(size)]
    path.write_bytes(PACKS[name](as_binary(names, rows)))
    loaded = load(path)
    assert list(loaded.space.words()) == names
    assert np.array_equal(loaded.space.vectors(range(size), np.float32), rows)


@EVERY
@pytest.mark.parametrize("middle", [2, 50, 101])
def test_25_all_members_are_read(name: str, middle: int, path: Path) -> None:
    pack = PACKS[name]
    path.write_bytes(pack(TEXT[:middle]) + pack(b"") + pack(TEXT[middle:]))
    assert words(path) == WORDS


def test_25_xz_may_be_padded(path: Path) -> None:
    path.write_bytes(lzma.compress(TEXT[:40]) + b"\0" * 8 + lzma.compress(TEXT[40:]) + b"\0" * 4)
    assert words(path) == WORDS


@EVERY
def test_25_what_follows_a_member_must_be_one(name: str, path: Path) -> None:
    path.write_bytes(PACKS[name](TEXT) + b"garbage")
    assert f"damaged {name} data" in problem(path).message


@EVERY
@pytest.mark.parametrize("data", [BINARY, GLOVE])
def test_25_cut_anywhere(name: str, data: bytes, path: Path) -> None:
    whole = PACKS[name](data)
    for cut in range(10, len(whole), 3):
        path.write_bytes(whole[:cut])
        said = problem(path)
        assert f"damaged {name} data after " in said.message
        assert "cut short" in said.message


@pytest.mark.parametrize("name", ["bzip2", "xz", "zstd"])
def test_25_cut_names_the_bytes_that_were_read(name: str, path: Path) -> None:
    """So much of a long file as was unpacked before its end was missed."""
    rows = np.random.default_rng(5).normal(size=(30_000, 10)).astype(np.float32)
    content = as_binary([str(i) for i in range(len(rows))], rows)
    path.write_bytes(PACKS[name](content)[:-20])
    read = int(problem(path).message.split(" bytes of content")[0].split()[-1].replace(",", ""))
    assert 0.25 * len(content) < read <= len(content)


@pytest.mark.parametrize(("name", "place"), [("gzip", -5), ("bzip2", -6), ("xz", -40), ("zstd", -2)])
def test_25_bad_checksum(name: str, place: int, path: Path) -> None:
    whole = bytearray(PACKS[name](GLOVE))
    whole[place] ^= 1
    path.write_bytes(bytes(whole))
    assert f"damaged {name} data after " in problem(path).message


@EVERY
def test_1_nothing_inside(name: str, path: Path) -> None:
    path.write_bytes(PACKS[name](b""))
    assert "no content" in problem(path).message


@EVERY
@pytest.mark.parametrize("inner", PACKS)
def test_packed_twice_is_named(name: str, inner: str, path: Path) -> None:
    path.write_bytes(PACKS[name](PACKS[inner](TEXT)))
    said = problem(path)
    assert "twice" in said.message or f"{inner} file, compressed once more" in said.message


@pytest.mark.slow
@EVERY
def test_24_bomb(name: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "GRACE", 1 << 20)
    path.write_bytes(PACKS[name](b"the 1 2\nking 3 4\n" + b"x 0 0\n" * 2_000_000))
    said = problem(path)
    assert "yields more than" in said.message
    assert "200 times" in said.message


@pytest.mark.slow
@EVERY
def test_24_a_bomb_takes_little_memory(name: str, path: Path) -> None:
    """A hundred megabytes of NULs are a line without end long before they are too much."""
    path.write_bytes(PACKS[name](b"a 1 2\n" + b"\0" * (1 << 27)))
    tracemalloc.start()
    try:
        said = problem(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "a line of more than" in said.message or "yields more than" in said.message
    assert peak < 60e6


def test_24_a_window_of_gigabytes_is_refused(path: Path) -> None:
    far = zstandard.ZstdCompressionParameters(window_log=29, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=far).compressobj()
    path.write_bytes(packer.compress(TEXT) + packer.flush())
    assert "memory" in problem(path).message


def test_zstd_without_its_package(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(zstd(TEXT))
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    said = problem(path)
    assert said.message == "a zstd file needs the package zstandard, which is not installed"
    assert said.hint == "pip install 'vecalc[zstd]'"


def test_a_word_may_begin_like_bzip2(path: Path) -> None:
    path.write_bytes(b"BZh9 1 2\nthe 3 4\n")
    assert words(path) == ["BZh9", "the"]


@pytest.mark.slow
@needs_data
@pytest.mark.parametrize("name", ["bzip2", "xz", "zstd"])
@pytest.mark.parametrize(
    "file", ["emoji2vec-1661x300/emoji2vec.bin", "glove-twitter-11925x25/glove-twitter-11925x25.glove.txt.gz"]
)
def test_real_files_packed_another_way(name: str, file: str, path: Path) -> None:
    data = data_file(file).read_bytes()
    path.write_bytes(PACKS[name](gzip.decompress(data) if file.endswith(".gz") else data))
    there, here = load(data_file(file)).space, load(path).space
    assert list(here.words()) == list(there.words())
    assert np.array_equal(here.vectors(range(len(here))), there.vectors(range(len(there))))


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=2000)
@given(
    name=st.sampled_from(sorted(PACKS)),
    place=st.integers(0, 400),
    scrap=st.binary(max_size=8),
    drop=st.integers(0, 8),
)
def test_damage_ends_in_a_space_or_a_problem(
    name: str, place: int, scrap: bytes, drop: int, path: Path
) -> None:
    data = bytearray(PACKS[name](BINARY))
    data[place : place + drop] = scrap
    path.write_bytes(bytes(data))
    try:
        loaded = load(path)
    except FileProblem as problem:
        said = problem
    else:
        assert list(loaded.space.words()) == WORDS  # the checksum holds: nothing was changed that matters
        return
    assert said.where
    assert said.hint
