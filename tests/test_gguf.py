"""GGUF: the numbers that llama.cpp's own package dequantises, its tokens as words; what else is named."""

from __future__ import annotations

import struct
from pathlib import Path

import gguf
import numpy as np
import pytest
from array_files import problem, tokenizer, write_gguf
from running import vecalc

from vecalc.formats.load import load
from vecalc.library import open_model
from vecalc.library.cache import folder_of
from vecalc.sources import Reading
from vecalc.space.store import FACTS, read_facts

WORDS = ["<s>", "▁king", "▁queen", "naïve", "日本", "<0x0A>", "▁"]
ROWS = np.random.default_rng(9).normal(size=(len(WORDS), 64)).astype(np.float32)
NAME = "token_embd.weight"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CACHE_DIR", "MODELS", "CONFIG"):
        monkeypatch.setenv(f"VECALC_{name}", str(tmp_path / "home" / name))


def made(folder: Path, kind: str = "", words: list[str] = WORDS, **tensors: np.ndarray) -> Path:
    path = folder / "model.gguf"
    named = {name.replace("__", "."): rows for name, rows in tensors.items()}
    write_gguf(path, words, named or {"blk.0.up.weight": np.ones((3, 64), np.float32), NAME: ROWS}, kind)
    return path


def by_the_package(path: Path, name: str = NAME) -> np.ndarray:
    tensor = next(tensor for tensor in gguf.GGUFReader(path).tensors if tensor.name == name)
    return gguf.dequantize(tensor.data, tensor.tensor_type)


def check(path: Path, words: list[str], rows: np.ndarray, *notes: str, part: str = "") -> None:
    loaded = load(f"{path}#{part}" if part else path)
    assert list(loaded.space.words()) == words
    np.testing.assert_array_equal(loaded.space.vectors(range(len(words)), np.float32), rows)
    assert loaded.notes == notes


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16", "Q8_0"])
def test_the_numbers_are_the_packages(kind: str, tmp_path: Path) -> None:
    path = made(tmp_path, kind)
    check(path, WORDS, by_the_package(path))
    assert kind == "F32" or not np.array_equal(by_the_package(path), ROWS)


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "int64", "float64"])
def test_plain_numbers(kind: str, tmp_path: Path) -> None:
    rows = (100 * ROWS).astype(kind)
    check(made(tmp_path, token_embd__weight=rows), WORDS, rows.astype(np.float32))


@pytest.mark.parametrize("scale", [np.inf, np.nan])
def test_scales_that_are_no_numbers_are_no_rows(scale: float, tmp_path: Path) -> None:
    path = made(tmp_path, "Q8_0")
    data = bytearray(path.read_bytes())
    start = gguf.GGUFReader(path).tensors[1].data_offset
    data[start : start + 2] = np.array([scale], "<f2").tobytes()
    path.write_bytes(data)
    assert "is not finite" in problem(path, strict=True).message


@pytest.mark.parametrize("kind", ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "MXFP4"])
def test_other_quantisations_are_named(kind: str, tmp_path: Path) -> None:
    said = problem(made(tmp_path, kind))
    assert f"the tensor '{NAME}', which is {kind}, but F32, F16, BF16" in said.message
    assert f"GGUFReader('model.gguf').tensors if t.name == '{NAME}')" in said.hint


def test_every_type_of_the_package_has_its_name(tmp_path: Path) -> None:
    for kind in gguf.GGMLQuantizationType:
        path = made(tmp_path)
        data = path.read_bytes()
        place = data.index(NAME.encode()) + len(NAME) + 4 + 2 * 8
        path.write_bytes(data[:place] + struct.pack("<I", kind) + data[place + 4 :])
        assert f"{NAME}' ({kind.name} [7, 64])" in problem(Path(f"{path}#?")).message
    path.write_bytes(data[:place] + struct.pack("<I", 1000) + data[place + 4 :])
    assert "which is type 1,000" in problem(path).message


def test_a_row_that_is_not_of_blocks(tmp_path: Path) -> None:
    path = made(tmp_path, token_embd__weight=ROWS[:, :40].copy())
    data = path.read_bytes()
    place = data.index(NAME.encode()) + len(NAME) + 4 + 2 * 8
    path.write_bytes(data[:place] + struct.pack("<I", 8) + data[place + 4 :])
    assert "rows of 40 numbers, and not of blocks of 32" in problem(path).message


# --- words and tensors ------------------------------------------------------------------------------


def test_a_tensor_is_named(tmp_path: Path) -> None:
    path = made(tmp_path, token_embd__weight=ROWS, output__weight=-ROWS, blk__0__up__weight=ROWS[:3])
    told = f"the tensor '{NAME}' is read, and not 'output.weight' (F32 [7, 64])"
    check(path, WORDS, ROWS, told)
    check(path, WORDS, -ROWS, part="output")
    check(path, WORDS, -ROWS, part="output.weight")
    assert "there are 3 rows and 7 words" in problem(Path(f"{path}#up")).message
    assert "there is no tensor 'x'" in problem(Path(f"{path}#x")).message
    assert problem(Path(f"{path}#?")).message.startswith(f"it holds '{NAME}' (F32 [7, 64]), 'output.weight'")


@pytest.mark.parametrize("shape", [(7,), (7, 2, 32)])
def test_other_dimensions_are_named(shape: tuple[int, ...], tmp_path: Path) -> None:
    path = made(tmp_path, x=np.ones(shape, np.float32))
    told = "1 dimension" if len(shape) == 1 else f"{len(shape)} dimensions"
    assert problem(Path(f"{path}#x")).message == f"the tensor 'x' has {told}"


def test_rows_of_no_token_are_left_out(tmp_path: Path) -> None:
    """Room for more tokens holds numbers, too."""
    check(
        made(tmp_path, words=WORDS[:5]), WORDS[:5], ROWS[:5], "rows without a word in model.gguf, left out: 2"
    )
    assert "there are 7 rows and 8 words" in problem(made(tmp_path, words=[*WORDS, "more"])).message


def test_without_a_tokenizer_the_words_are_beside_it(tmp_path: Path) -> None:
    path = made(tmp_path, words=[])
    assert "no list of words beside it" in problem(path).message
    (tmp_path / "tokenizer.json").write_text(tokenizer({word: row for row, word in enumerate(WORDS)}))
    check(path, WORDS, ROWS)
    (tmp_path / "other.txt").write_text("".join(f"w{i}\n" for i in range(7)))
    named = load(made(tmp_path), words_file=str(tmp_path / "other.txt")).space
    assert list(named.words())[:2] == ["w0", "w1"]


def test_a_control_vector_has_a_row_for_each_layer(tmp_path: Path) -> None:
    tensors = {f"direction__{i}": ROWS[i % 7] for i in (2, 11, 3, 1)}
    path = made(tmp_path, words=[], **tensors)
    words = ["layer 1", "layer 2", "layer 3", "layer 11"]
    note = "a control vector: its rows are layers"
    check(path, words, ROWS[[1, 2, 3, 4]], note)
    done = vecalc("-m", path, 'cos("layer 1", "layer 2")')
    assert done.code == 0
    assert note in done.err
    assert "it holds 'direction.2' (F32 [64])" in problem(Path(f"{path}#?")).message
    uneven = made(tmp_path, words=[], direction__1=ROWS[0], direction__2=ROWS[0, :32])
    assert "'direction.2' has the shape [32], and not one row like the others" in problem(uneven).message


# --- only what is wanted ------------------------------------------------------------------------------


def test_of_gigabytes_only_the_tensor_is_read(tmp_path: Path) -> None:
    """Its numbers are moved behind a hole of four gigabytes."""
    words = [f"w{i}" for i in range(5_000)]
    rows = np.random.default_rng(3).normal(size=(5_000, 64)).astype(np.float32)
    path = made(tmp_path, words=words, token_embd__weight=rows)
    data, start = path.read_bytes(), gguf.GGUFReader(path).tensors[0].data_offset
    place = data.index(NAME.encode()) + len(NAME) + 4 + 2 * 8 + 4
    with path.open("wb") as stream:
        stream.write(data[:place] + struct.pack("<Q", 4 << 30) + data[place + 8 : start])
        stream.seek(start + (4 << 30))
        stream.write(rows.tobytes())
    assert path.stat().st_blocks * 512 < 10_000_000
    space = open_model.load(path).space
    np.testing.assert_array_equal(space.vectors([0, 4_999], np.float32), rows[[0, -1]])
    told = read_facts(folder_of(path, Reading()) / FACTS).rest["source"]
    assert sum(last - first for first, last in told["spans"]) < 2 * rows.nbytes


# --- headers -------------------------------------------------------------------------------------------


def string(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def fact(name: bytes, kind: int, value: bytes) -> bytes:
    return string(name) + struct.pack("<I", kind) + value


def header(*facts: bytes, tensors: bytes = b"", count: int = 1, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, count, len(facts)) + b"".join(facts) + tensors


def tensor(*shape: int, name: bytes = NAME.encode(), kind: int = 0, offset: int = 0) -> bytes:
    dims = struct.pack(f"<{len(shape)}Q", *reversed(shape))
    return string(name) + struct.pack("<I", len(shape)) + dims + struct.pack("<IQ", kind, offset)


TOKENS = fact(b"tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 2) + string(b"a") + string(b"b"))
PAD = bytes(64)
FAULTS = {
    "version 1": (header(version=1), "a GGUF model of version 1; versions that are read: 2, 3"),
    "version 9": (header(version=9), "a GGUF model of version 9"),
    "big-endian": (b"GGUF\0\0\0\3" + bytes(100), "with big-endian numbers"),
    "cut in the counts": (b"GGUF\3\0\0\0\1", "the file ends before that"),
    "facts": (b"GGUF" + struct.pack("<IQQ", 3, 1, 10**9), "the header says 1,000,000,000 facts"),
    "tensors": (header(count=1 << 60), "the header says 1,152,921,504,606,846,976 tensors"),
    "tokens": (
        header(fact(b"tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 1 << 50))) + PAD,
        "the header says 1,125,899,906,842,624 strings",
    ),
    "a long key": (header(struct.pack("<Q", 1 << 63)) + PAD, "goes on for 9,223,372,036,854,775,808"),
    "a type": (header(fact(b"x", 99, b"")) + PAD, "a value of type 99"),
    "too deep": (header(fact(b"x", 9, struct.pack("<IQ", 9, 1) * 9)) + PAD, "arrays, too deep in arrays"),
    "twice": (header(TOKENS, TOKENS, tensors=tensor(2, 4)) + PAD, "'tokenizer.ggml.tokens' comes twice"),
    "names twice": (header(TOKENS, tensors=tensor(2, 4) * 2, count=2) + PAD, "have the same name"),
    "alignment 0": (
        header(fact(b"general.alignment", 4, struct.pack("<I", 0)), TOKENS, tensors=tensor(2, 4)) + PAD,
        "begin at multiples of 0",
    ),
    "alignment 24": (
        header(fact(b"general.alignment", 4, struct.pack("<I", 24)), TOKENS, tensors=tensor(2, 4)) + PAD,
        "begin at multiples of 24",
    ),
    "alignment by name": (
        header(fact(b"general.alignment", 8, string(b"x")), TOKENS, tensors=tensor(2, 4)) + PAD,
        "begin at multiples of b'x'",
    ),
    "no dimension": (header(TOKENS, tensors=tensor()) + PAD, "has 0 dimensions"),
    "dimensions": (header(TOKENS, tensors=tensor(*[1] * 7)) + PAD, "has 7 dimensions"),
    "wide": (header(TOKENS, tensors=tensor(2, 1 << 40)) + PAD, "2 rows of 1,099,511,627,776 numbers"),
    "long": (header(TOKENS, tensors=tensor(1 << 50, 4)) + PAD, "ends at byte"),
    "offset": (header(TOKENS, tensors=tensor(2, 4, offset=1 << 63)) + PAD, "ends at byte"),
    "astray": (header(TOKENS, tensors=tensor(2, 4, offset=4)) + PAD, "does not begin at a multiple of 32"),
    "overlap": (
        header(TOKENS, tensors=tensor(2, 4) + tensor(4, name=b"norm", offset=0), count=2) + bytes(256),
        "and the next begins at",
    ),
    "too many rows": (
        header(TOKENS, tensors=tensor(2, 40) + tensor(4, name=b"norm", offset=32), count=2) + bytes(512),
        "and the next begins at",
    ),
    "no row": (header(TOKENS, tensors=tensor(0, 4)) + PAD, "0 rows of 4 numbers"),
    "nothing": (header(TOKENS, count=0) + PAD, "no tensor that could be meant: it holds none"),
    "cut": (header(TOKENS, tensors=tensor(2, 4)), "ends at byte"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_8_hostile_headers(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    data, message = FAULTS[name]
    path.write_bytes(data)
    assert message in problem(path).message


def test_version_2_and_other_alignments(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    alignment = fact(b"general.alignment", 4, struct.pack("<I", 128))
    nested = fact(b"a", 9, struct.pack("<IQIQ", 9, 1, 8, 0))
    data = header(TOKENS, alignment, nested, tensors=tensor(2, 4), version=2)
    data += bytes(-len(data) % 128) + ROWS[:2, :4].tobytes()
    path.write_bytes(data)
    check(path, ["a", "b"], ROWS[:2, :4])
    path.write_bytes(data[:-1])
    assert "ends at byte" in problem(path).message
