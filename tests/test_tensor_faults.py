"""Damaged and hostile safetensors, tokenizers and lists of words.

The numbers are those of the list of faults to survive (section A, model files).
"""

from __future__ import annotations

import json
import struct
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from array_files import (
    ROWS,
    SCRAPS,
    WORDS,
    in_safetensors,
    outcome,
    problem,
    tokenizer,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from vecalc.errors import FileProblem
from vecalc.formats.load import load
from vecalc.sources import compression


@pytest.mark.parametrize("lone", ["\ud800", "\udce9x"])
def test_14_lone_surrogates_are_no_utf8(lone: str, tmp_path: Path) -> None:
    np.save(tmp_path / "model.npy", ROWS)
    (tmp_path / "vocab.json").write_text(json.dumps([*WORDS[:5], lone]))
    assert "is not UTF-8" in problem(tmp_path / "model.npy", strict=True).message
    for how in ({}, {"encoding_errors": "surrogateescape"}):
        word = load(tmp_path / "model.npy", **how).space.word(5)
        assert word.encode("utf-8", "surrogateescape") == lone.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not sound JSON"),
        ("[" * 5_000, "not sound JSON"),
        ("[" * 100_000, "far more lists in it than a list of words has"),
        ("3", "no list of words"),
        ("{}", "no list of words"),
        ('["a", 1]', "no list of words"),
        ('{"model": {"vocab": 3}}', "no list of words"),
        ('{"model": {"vocab": [["a", 1], ["a", 2]]}}', "no list of words"),
        ('{"model": {"vocab": [["a", 1], 7]}}', "no list of words"),
        ('{"a": 0, "b": 4}', "are not 0, 1, 2"),
        ('{"a": 0, "b": 0}', "are not 0, 1, 2"),
        ('{"the": 10523, "of": 9000, "a": 77}', "are not 0, 1, 2"),
        ('{"0": "a", "0x1": "b"}', "are not 0, 1, 2"),
        ('{"1": "a", "01": "b"}', "are not 0, 1, 2"),
        ('{"a": 0, "b": -1}', "are not 0, 1, 2"),
        ('{"a": 0, "b": 1.0}', "are not 0, 1, 2"),
        ('{"a": false, "b": true}', "are not 0, 1, 2"),
        ('{"a": 0, "b": 1e999}', "are not 0, 1, 2"),
        ('{"a": 0, "b": 1000000000000000000}', "are not 0, 1, 2"),
    ],
)
def test_lists_of_words_that_are_none(text: str, message: str, tmp_path: Path) -> None:
    np.save(tmp_path / "model.npy", ROWS)
    (tmp_path / "vocab.json").write_text(text)
    said = problem(tmp_path / "model.npy")
    assert message in said.message
    assert said.where == str(tmp_path / "vocab.json")


def tensors(header: object, data: bytes = bytes(96), length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(start: int, end: int, shape: tuple[int, ...] = (6, 4), kind: str = "F32") -> dict[str, object]:
    return {"dtype": kind, "shape": list(shape), "data_offsets": [start, end]}


TWICE = json.dumps({"a": tensor(0, 96)})[:-1] + ", " + json.dumps({"a": tensor(0, 96)})[1:]


HOSTILE = {
    "longer than the file": tensors({"a": tensor(0, 96)}, length=1 << 20),
    "over the cap": tensors(b"{" + b" " * 200, length=200 << 20),
    "absurd": tensors(b"{" + b" " * 200, length=1 << 62),
    "overlap": tensors({"a": tensor(0, 96), "b": tensor(48, 144)}, bytes(144)),
    "hole": tensors({"a": tensor(0, 96), "b": tensor(100, 196)}, bytes(196)),
    "past the end": tensors({"a": tensor(0, 960, (60, 4))}),
    "data after it": tensors({"a": tensor(0, 96)}, bytes(100)),
    "the same key": tensors(TWICE.encode()),
    "another shape": tensors({"a": tensor(0, 96, (7, 4))}),
    "negative": tensors({"a": tensor(0, 96, (-6, -4))}),
    "overflow": tensors({"a": tensor(0, 96, (2**63, 2**63))}),
    "backwards": tensors({"a": tensor(96, 0)}),
    "unknown type": tensors({"a": tensor(0, 96, kind="F99")}),
    "no type": tensors({"a": {"shape": [6, 4]}}),
    "no object": tensors(b"{abc}"),
    "deep": tensors(b'{"a":' * 100_000),
    "nothing": tensors({}, b""),
    "many": tensors({f"a{i}": tensor(8 * i, 8 * i + 8, (2, 1)) for i in range(100_001)}, bytes(800_008)),
    "two matrices": tensors({"a": tensor(0, 96), "b": tensor(96, 192)}, bytes(192)),
    "no rows": tensors({"embeddings": tensor(0, 0, (0, 4))}, b""),
    "too wide": tensors({"embeddings": tensor(0, 100_000, (1, 100_000), "I8")}, bytes(100_000)),
    "one dimension": tensors({"embeddings": tensor(0, 96, (24,))}),
    "truth values": tensors({"embeddings": tensor(0, 24, kind="BOOL")}, bytes(24)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_26_hostile_headers(name: str, tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    path.write_bytes(HOSTILE[name])
    started = time.perf_counter()
    tracemalloc.start()
    try:
        problem(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 150e6
    assert time.perf_counter() - started < 20  # 0.3 s when it is alone


def test_26_what_is_wrong_is_said(tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    for name, message in {
        "over the cap": "a header at most 100,000,000",
        "the same key": "'a' comes twice",
        "many": "100,001 tensors",
        "two matrices": "not clear which tensor is meant: it holds 'a' (F32 [6, 4]), 'b' (F32 [6, 4])",
        "truth values": "holds BOOL, which is not read",
    }.items():
        path.write_bytes(HOSTILE[name])
        assert message in problem(path).message


@pytest.mark.parametrize(
    ("mapping", "weights", "message"),
    [
        ([0, 1, 2, 3, 0, 1], None, "sends word 4 to 3, no row of 3"),
        ([0, 1, -1, 0, 0, 1], None, "sends word 3 to -1, no row of 3"),
        ([0.0, 1, 1, 0, 0, 1], None, "no row of 3"),
        ([[0, 1, 1, 0, 0, 1]], None, "'mapping' has 2 dimensions"),
        ([0, 1, 2, 2, 0, 1], [1.0] * 5, "6 rows and 5 weights"),
        ([0, 1, 2, 2, 0, 1], [1.0] * 5 + [np.nan], "row 6 (word 'naïve') holds a number that is not finite"),
    ],
)
def test_shared_rows_that_do_not_fit(mapping: Any, weights: Any, message: str, tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    parts = {"embeddings": ROWS[:3], "mapping": np.array(mapping)}
    save_file(parts if weights is None else {**parts, "weights": np.array(weights)}, path)
    assert message in problem(path, strict=True).message


def test_24_shared_rows_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "GRACE", 0)
    names = [str(i) for i in range(1000)]
    path = in_safetensors(tmp_path, names, ROWS)
    wide = np.ones((1, 1 << 16), np.int8)
    save_file({"embeddings": wide, "mapping": np.zeros(1000, np.uint8)}, path)
    assert "yields more than" in problem(path).message


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_damaged_tokenizer_ends_in_a_space_or_a_problem(data: st.DataObject, tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    text = bytearray(
        tokenizer({word: i for i, word in enumerate(WORDS)}, [{"id": 0, "content": "the"}]).encode()
    )
    place = data.draw(st.integers(0, len(text)))
    text[place : place + data.draw(st.integers(0, 8))] = data.draw(
        st.binary(max_size=4) | st.sampled_from(SCRAPS)
    )
    (tmp_path / "tokenizer.json").write_bytes(bytes(text))
    result = outcome(path, False)
    assert isinstance(result, FileProblem) or len(result.space) == len(WORDS) or result.notes
