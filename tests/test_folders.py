"""A folder is a model when it holds one: sentence-transformers' word embeddings, Spark's parts, an array."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from array_files import problem
from data import as_text
from safetensors.numpy import save_file
from test_beside import expected, read
from vector_files import replaced

from vecalc.formats import folders
from vecalc.formats.load import load
from vecalc.library import open_model, vector_models

WORDS = ["king", "queen", "man", "woman", "paris", "rome"]
ROWS = np.random.default_rng(13).normal(size=(6, 4)).astype(np.float32)
SUFFIX = "-5e1d-c000.snappy.parquet"


# --- sentence-transformers --------------------------------------------------------------------


def word_embeddings(folder: Path, words: list[str], rows: np.ndarray) -> Path:
    inner = folder / "0_WordEmbeddings"
    inner.mkdir(parents=True)
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "path": "0_WordEmbeddings"}]))
    save_file({"emb_layer.weight": rows}, inner / "model.safetensors")
    config = {"vocab": words, "stop_words": ["the"], "do_lower_case": False}
    (inner / "whitespacetokenizer_config.json").write_text(json.dumps(config))
    (inner / "wordembedding_config.json").write_text('{"tokenizer_class": "...", "max_seq_length": 1000000}')
    return folder


@pytest.mark.parametrize("place", ["", "0_WordEmbeddings", "0_WordEmbeddings/model.safetensors"])
def test_word_embeddings_of_sentence_transformers(place: str, tmp_path: Path) -> None:
    folder = word_embeddings(tmp_path / "glove", ["PADDING_TOKEN", *WORDS[1:]], ROWS)
    assert read(folder / place) == expected(["PADDING_TOKEN", *WORDS[1:]], ROWS)
    assert load(folder / place).notes == ()


@pytest.mark.parametrize("place", ["", "0_WordEmbeddings"])
def test_a_pickle_of_pytorch_is_named_with_the_line_that_converts_it(place: str, tmp_path: Path) -> None:
    folder = word_embeddings(tmp_path / "glove", WORDS, ROWS)
    (folder / "0_WordEmbeddings" / "model.safetensors").unlink()
    (folder / "0_WordEmbeddings" / "pytorch_model.bin").write_bytes(b"PK\3\4")
    said = problem(folder / place)
    assert re.search(r"pytorch_model\.bin, a pickle of PyTorch, which is not read", said.message)
    assert "weights_only=True" in said.hint
    assert "model.safetensors" in said.hint


# --- Spark ------------------------------------------------------------------------------------


def parts(folder: Path, *sizes: int, words: str = "word", vector: str = "vector", keys: Any = None) -> Path:
    """Rows in parts of so many, as Spark writes them."""
    folder.mkdir(parents=True)
    (folder / "_SUCCESS").touch()
    first = 0
    for number, size in enumerate(sizes):
        name = f"part-{number:05}{SUFFIX}"
        some = pa.array(ROWS[first : first + size].tolist(), pa.list_(pa.float32()))
        named = pa.array((keys or WORDS)[first : first + size], pa.string())
        pq.write_table(pa.table({words: named, vector: some}), folder / name)
        (folder / f".{name}.crc").write_bytes(b"crc\0")
        first += size
    return folder


def metadata(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "part-00000").write_text('{"class":"org.apache.spark.ml.feature.Word2VecModel"}\n')
    (folder / "_SUCCESS").touch()


def test_the_parts_of_a_model_are_read_one_after_the_other(tmp_path: Path) -> None:
    folder = parts(tmp_path / "model" / "data", 2, 0, 3, 1)
    metadata(tmp_path / "model" / "metadata")
    for path in (folder, folder.parent):
        loaded = load(path)
        assert read(path) == expected(WORDS, ROWS)
        assert list(loaded.space.words()) == WORDS
        assert [file.name[:10] for file in loaded.files] == [f"part-0000{i}" for i in range(4)]
    assert len(load(folder / f"part-00002{SUFFIX}").space) == 3


def test_factors_of_a_recommender(tmp_path: Path) -> None:
    parts(tmp_path / "als" / "itemFactors", 4, 2, words="id", vector="features")
    metadata(tmp_path / "als" / "metadata")
    assert read(tmp_path / "als") == expected(WORDS, ROWS)
    parts(tmp_path / "als" / "userFactors", 6, words="id", vector="features")
    said = problem(tmp_path / "als")
    assert said.message == "a folder with several models: itemFactors, userFactors"
    assert read(tmp_path / "als" / "userFactors") == expected(WORDS, ROWS)


def test_parts_of_text(tmp_path: Path) -> None:
    """Any format will do; numbers are sorted by what they are worth, and empty parts have none."""
    for number, first in ((0, 0), (2, 2), (10, 4)):
        rows = ROWS[first : first + 2]
        (tmp_path / f"part.{number}.txt").write_bytes(as_text(WORDS[first : first + 2], rows, header=False))
    (tmp_path / "part.1.txt").touch()
    assert list(load(tmp_path).space.words()) == WORDS
    assert read(tmp_path) == expected(WORDS, ROWS)


def test_rows_are_counted_through_all_parts(tmp_path: Path) -> None:
    folder = parts(tmp_path / "data", 2, 4, keys=["a", "b", "c", "d", "", "f"])
    assert load(folder).notes == ("rows without a word, left out: 1",)
    said = problem(folder, strict=True)
    assert "row 5 (word '')" in said.message


def test_16_parts_of_other_widths(tmp_path: Path) -> None:
    folder = parts(tmp_path / "data", 3, 3)
    table = pa.table({"word": WORDS[3:], "vector": ROWS[3:, :3].tolist()})
    pq.write_table(table, last := folder / f"part-00001{SUFFIX}")
    said = problem(folder)
    assert said.where == str(last)
    assert said.message == "rows of 3 numbers; those of the parts before have 4"


def test_a_part_that_is_damaged_is_named(tmp_path: Path) -> None:
    folder = parts(tmp_path / "data", 3, 3)
    (last := folder / f"part-00001{SUFFIX}").write_bytes(b"PAR1\x15 and no more")
    assert problem(folder).where == str(last)


def test_90_there_are_not_more_parts_than_open_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = parts(tmp_path / "data", 2, 2, 2)
    monkeypatch.setattr(folders, "MOST_PARTS", 2)
    assert "3 parts, at most 2 are read" in problem(folder).message


def test_37_a_part_that_changes_or_is_added_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(vector_models, "WORTH_STORING", 0)
    folder = parts(tmp_path / "model", 2, 2)
    assert list(open_model.load(folder).space.words()) == WORDS[:4]
    one = folder / f"part-00001{SUFFIX}"
    pq.write_table(pa.table({"word": ["x", "y"], "vector": ROWS[:2].tolist()}), one)
    replaced(one)
    assert list(open_model.load(folder).space.words()) == [*WORDS[:2], "x", "y"]
    pq.write_table(pa.table({"word": ["z"], "vector": ROWS[:1].tolist()}), folder / f"part-00002{SUFFIX}")
    assert list(open_model.load(folder).space.words()) == [*WORDS[:2], "x", "y", "z"]
    assert list(open_model.load(one).space.words()) == ["x", "y"]


# --- an array alone, and nothing --------------------------------------------------------------


def test_the_only_array_of_a_folder(tmp_path: Path) -> None:
    np.save(tmp_path / "glove_6B_50d_emb.npy", ROWS)
    pq.write_table(pa.table({"index": WORDS}), tmp_path / "glove_6B_index.parquet")
    (tmp_path / "README").write_text("read me")
    assert read(tmp_path) == expected(WORDS, ROWS)
    assert load(tmp_path).notes == ("the words are those of glove_6B_index.parquet",)
    np.save(tmp_path / "wordsList.npy", np.array(WORDS))
    assert read(tmp_path) == expected(WORDS, ROWS)
    np.save(tmp_path / "other.npy", ROWS)
    assert "a folder, and not a vecalc store" in problem(tmp_path).message


def test_the_only_array_of_a_package(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "__init__.py").touch()
    np.save(tmp_path / "data" / "emb.npy", ROWS)
    (tmp_path / "data" / "labels.tsv").write_text("\n".join(WORDS))
    assert read(tmp_path) == expected(WORDS, ROWS)


def test_a_folder_of_none_says_what_would_be_read(tmp_path: Path) -> None:
    metadata(tmp_path / "metadata")
    said = problem(tmp_path)
    assert said.message == "a folder, and not a vecalc store; it holds 'metadata'"
    for kind in ("0_WordEmbeddings/model.safetensors", "spaCy's vectors", "Spark's parts"):
        assert kind in said.hint
