"""Files that can't be read: each is named for what it is, with the line that converts it."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
from data import as_text
from database_files import sqlite
from running import vecalc

from vecalc.errors import FileProblem
from vecalc.formats.load import load

ROWS = np.random.default_rng(9).normal(size=(12, 6)).astype(np.float32)


def zipped(**members: bytes | str) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    return make


def holding(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def magnitude(path: Path) -> None:
    with sqlite(path) as database:
        database.execute("CREATE TABLE magnitude (key TEXT, dim_0 INTEGER, dim_1 INTEGER)")
        database.execute("CREATE TABLE magnitude_format (key TEXT, value INTEGER)")


FAISS = b"IxFI" + struct.pack("<iqqqBi", 6, 12, 1 << 20, 1 << 20, 1, 1) + ROWS.tobytes()
ONNX = b"\x08\x07\x12\x07pytorch\x1a\x052.1.0:\x10"
GGUF = (
    b"GGUF" + struct.pack("<IQQQ17sIQQIQ", 3, 1, 0, 17, b"token_embd.weight", 2, 256, 1, 12, 0) + bytes(144)
)
KERAS = {
    "metadata.json": '{"keras_version": "3.3.3", "date_saved": "2024"}',
    "config.json": "{}",
    "model.weights.h5": "",
}

# The file's name, how it is made, what it is called, and a part of the line that converts it.
KINDS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "model.pt": (
        zipped(**{"model/data.pkl": b"\x80\x02}.", "model/version": "3"}),
        "PyTorch",
        "torch.load('model.pt'",
    ),
    "pytorch_model.bin": (
        zipped(**{"archive/data.pkl": b"\x80\x02}."}),
        "PyTorch",
        "safetensors.torch.save_file",
    ),
    "model.keras": (zipped(**KERAS), "a Keras model", "load_model('model.keras')"),
    "book.xlsx": (
        zipped(**{"[Content_Types].xml": "<x/>", "xl/workbook.xml": ""}),
        "Excel",
        "pd.read_excel('book.xlsx')",
    ),
    "model.h5": (holding(b"\x89HDF\r\n\x1a\n\0\0"), "HDF5", "h5py.File('model.h5')"),
    "model.magnitude": (magnitude, "Magnitude", "pymagnitude.Magnitude('model.magnitude')"),
    "llama.gguf": (holding(GGUF), "Q4_K", "gguf.GGUFReader('llama.gguf')"),
    "model.onnx": (holding(ONNX), "an ONNX model", "onnx.load('model.onnx')"),
    "flat.index": (holding(FAISS), "an index of faiss", "faiss.read_index('flat.index')"),
    "words.ann": (holding(bytes(range(256))), "an index of Annoy", "get_item_vector"),
    "hnsw_words.bin": (holding(bytes(range(256))), "an index of hnswlib", "get_items"),
    "model.ckpt.data-00000-of-00001": (holding(ROWS.tobytes()), "TensorFlow", "load_checkpoint"),
    "model.mat": (
        holding(b"MATLAB 5.0 MAT-file, Platform"),
        "a MATLAB file",
        "scipy.io.loadmat('model.mat')",
    ),
    "paper.pdf": (holding(b"%PDF-1.7\n%\xe2"), "a PDF", "fetch"),
    "model.7z": (holding(b"7z\xbc\xaf\x27\x1c\0\4"), "a 7z or RAR archive", "unpack"),
    "model.fifu": (holding(b"FiFu\0\0\0\0"), "finalfusion", "-t word2vec model.fifu"),
    "utf16.txt": (holding("king 1 2\n".encode("utf-16")), "UTF-16", "iconv -f UTF-16 -t UTF-8 utf16.txt"),
    "utf32.txt": (holding("king 1 2\n".encode("utf-32")), "UTF-32", "iconv -f UTF-32 -t UTF-8 utf32.txt"),
    "ppmi.npz": (
        lambda path: scipy.sparse.save_npz(path, scipy.sparse.csr_matrix(ROWS)),
        "sparse",
        "toarray()",
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_it_is_named_with_the_line_that_converts_it(tmp_path: Path, name: str) -> None:
    make, what, line = KINDS[name]
    make(tmp_path / name)
    done = vecalc("-m", tmp_path / name, "king")
    assert (done.code, done.out, len(done.err.splitlines())) == (4, "", 1)
    assert what in done.err
    assert line in done.err


def test_a_name_that_can_not_be_typed_is_in_no_line(tmp_path: Path) -> None:
    (tmp_path / "a'); import os #.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(FileProblem) as caught:
        load(tmp_path / "a'); import os #.h5")
    assert "h5py.File('FILE')" in caught.value.hint


def test_words_that_look_like_the_beginning_of_one_are_words(tmp_path: Path) -> None:
    words = ["IxFI", "GGUF", "%PDF-1.5", "IHNf", "PK", "MATLAB", "Rar!", "7z"]
    for first in words:
        (tmp_path / "hnsw.txt").write_bytes(as_text([first, *words], ROWS[: len(words) + 1], header=False))
        assert next(iter(load(tmp_path / "hnsw.txt").space.words())) == first


# --- numbers alone ------------------------------------------------------------------------------


def test_numbers_that_fit_no_list_are_no_kind(tmp_path: Path) -> None:
    (tmp_path / "tensors.bytes").write_bytes(ROWS.tobytes() + b"\1")
    (tmp_path / "metadata.tsv").write_text("a\nb\n")
    with pytest.raises(FileProblem, match="not a file of word vectors"):
        load(tmp_path / "tensors.bytes")
