"""Small files of arrays, tables and tensors, and the problem that a damaged one makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather
from safetensors.numpy import save_file

from vecalc.errors import FileProblem, VecalcError
from vecalc.formats.load import load
from vecalc.formats.recognition import formats

WORDS = ["the", "king", "queen", "man", "woman", "naïve"]
ROWS = np.random.default_rng(3).normal(size=(len(WORDS), 5)).astype(np.float32)


def listed(path: Path, words: list[str]) -> None:
    path.write_text("".join(f"{word}\n" for word in words), "utf-8", newline="\n")


def in_npy(folder: Path, words: list[str], rows: np.ndarray) -> Path:
    np.save(folder / "model.npy", rows)
    listed(folder / "model.words", words)
    return folder / "model.npy"


def in_npz(folder: Path, words: list[str], rows: np.ndarray) -> Path:
    np.savez_compressed(folder / "model.npz", words=np.array(words), vectors=rows)
    return folder / "model.npz"


def in_safetensors(folder: Path, words: list[str], rows: np.ndarray) -> Path:
    save_file({"embeddings": rows}, folder / "model.safetensors")
    (folder / "tokenizer.json").write_text(tokenizer({word: i for i, word in enumerate(words)}), "utf-8")
    return folder / "model.safetensors"


def tokenizer(vocab: Any, added: Any = ()) -> str:
    return json.dumps({"version": "1.0", "added_tokens": list(added), "model": {"type": "W", "vocab": vocab}})


def table(words: list[str], rows: np.ndarray) -> pa.Table:
    return pa.table({"word": words, "vector": pa.array(rows.tolist(), pa.list_(pa.float32()))})


def in_parquet(folder: Path, words: list[str], rows: np.ndarray) -> Path:
    pq.write_table(table(words, rows), folder / "model.parquet", row_group_size=5)
    return folder / "model.parquet"


def in_arrow(folder: Path, words: list[str], rows: np.ndarray) -> Path:
    feather.write_feather(table(words, rows), folder / "model.arrow", chunksize=5)
    return folder / "model.arrow"


def in_arrow_stream(folder: Path, words: list[str], rows: np.ndarray) -> Path:
    with pa.ipc.new_stream(folder / "model.arrows", table(words, rows).schema) as writer:
        writer.write_table(table(words, rows), max_chunksize=5)
    return folder / "model.arrows"


def in_gguf(folder: Path, words: list[str], rows: np.ndarray) -> Path:
    write_gguf(folder / "model.gguf", words, {"token_embd.weight": rows})
    return folder / "model.gguf"


def write_gguf(
    path: Path, words: list[str], tensors: Mapping[str, np.ndarray], kind: str = "", tokenizer: str = "llama"
) -> None:
    """A model as llama.cpp's own package writes it, its tensors quantised to a kind where one is named."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_float32("llama.rope.freq_base", 1e4)
    writer.add_bool("tokenizer.ggml.add_bos_token", True)
    if words:
        writer.add_tokenizer_model(tokenizer)
        writer.add_token_list(words)
        writer.add_token_scores([0.5] * len(words))
        writer.add_token_types([1] * len(words))
        writer.add_token_merges(["a b", "ab c"])
    for name, rows in tensors.items():
        if kind:
            quantised = gguf.GGMLQuantizationType[kind]
            writer.add_tensor(name, gguf.quantize(rows, quantised), raw_dtype=quantised)
        else:
            writer.add_tensor(name, rows)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


MAKERS: dict[str, Callable[[Path, list[str], np.ndarray], Path]] = {
    "arrow": in_arrow,
    "arrow_stream": in_arrow_stream,
    "gguf": in_gguf,
    "npy": in_npy,
    "npz": in_npz,
    "parquet": in_parquet,
    "safetensors": in_safetensors,
}


WRITERS = [(name, suffix) for name in sorted(MAKERS) for suffix in getattr(formats()[name], "SUFFIXES", ())]


def problem(path: Path, **options: Any) -> FileProblem:
    """The problem that a path makes, which must name it and say what to do."""
    with pytest.raises(FileProblem) as caught:
        load(path, **options)
    assert caught.value.where.startswith(str(path.parent))
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value


def words(path: Path, **options: Any) -> list[str]:
    return list(load(path, **options).space.words())


class Payload:
    """What a hostile pickle looks like: loading it touches a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.marker,))


# --- damage of any kind ---------------------------------------------------------------------

SCRAPS = [b"\n", b" ", b"9", b"\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"]


def outcome(path: Path, tolerant: bool) -> Any:
    escape = "surrogateescape" if tolerant else "strict"
    try:
        return load(path, skip_bad_rows=tolerant, allow_trailing=tolerant, encoding_errors=escape)
    except VecalcError as said:
        return said
