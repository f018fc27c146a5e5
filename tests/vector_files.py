"""Small files of binary and text, claims that they do not keep, and what happens to a file that is read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from data import as_binary, as_text

WORDS = ["the", "king", "queen", "man", "woman", "naïve"]


ROWS = np.random.default_rng(3).normal(size=(len(WORDS), 5)).astype(np.float32)


BINARY, BINARY_C = as_binary(WORDS, ROWS), as_binary(WORDS, ROWS, b"\n")


TEXT, GLOVE = as_text(WORDS, ROWS), as_text(WORDS, ROWS, header=False)


WHOLE = {"binary": BINARY, "binary of word2vec.c": BINARY_C, "text": TEXT, "glove": GLOVE}


File = Callable[[bytes], Path]


Pack = Callable[[bytes], bytes]


@pytest.fixture
def file(tmp_path: Path) -> File:
    def write(data: bytes) -> Path:
        path = tmp_path / "model"
        path.write_bytes(data)
        return path

    return write


CLAIMS = [
    b"1000000000 5\n",
    b"6 4611686018427387904\n",
    b"99999999999999999999999999999999 99999999999999999999\n",
    b"1000000000 65536\n",
    b"6 65536\n",
]


def touched(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def grown(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"more 1 2 3 4 5\n")


def replaced(path: Path) -> None:
    path.with_name("new").write_bytes(path.read_bytes())
    path.with_name("new").replace(path)
