"""Formats of files rather than streams: arrays with words beside them, tables, tensors, whole folders."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from array_files import (
    MAKERS,
    WRITERS,
    in_arrow_stream,
    in_npy,
    in_safetensors,
    listed,
    tokenizer,
)
from data import as_text, data_file, needs_data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyarrow import feather
from safetensors.numpy import load_file, save_file

from vecalc.formats.load import load
from vecalc.formats.recognition import formats
from vecalc.sources import Head
from vecalc.space.matrix import MatrixSpace

WORDS = ["the", "king", "naïve", "日本", "👑", "\x1b[31m", "1984", "</s>", "a b", "+", "##ing", "Ġthe"]
ROWS = np.random.default_rng(7).normal(size=(len(WORDS), 4)).astype(np.float32)
MODEL2VEC = "model2vec-safetensors"


def check(path: Path, words: list[str], rows: np.ndarray, notes: tuple[str, ...] = ()) -> None:
    loaded = load(path)
    assert list(loaded.space.words()) == words
    assert loaded.space.vectors(range(len(words)), np.float32).tobytes() == rows.astype("<f4").tobytes()
    assert (loaded.space.name, loaded.notes) == (path.name, notes)


def note_of(name: str) -> tuple[str, ...]:
    """What is said of a list of words that was found."""
    return (f"the words are those of {name}",)


# --- all of them ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", MAKERS)
def test_exactly_one_format_recognises_a_file(name: str, tmp_path: Path) -> None:
    data = MAKERS[name](tmp_path, WORDS, ROWS).read_bytes()
    for size in (len(data), 60):
        head = Head(data[:size], size == len(data))
        assert [known for known, form in formats().items() if form.recognise(head)] == [name]


@pytest.mark.parametrize("name", MAKERS)
def test_what_other_programs_write_is_read(name: str, tmp_path: Path) -> None:
    check(MAKERS[name](tmp_path, WORDS, ROWS), WORDS, ROWS)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("kind", ["float16", "float64", "float32"])
def test_any_float_is_read(name: str, kind: str, tmp_path: Path) -> None:
    if name.startswith("arrow") or name == "parquet":
        kind_of_list = pa.from_numpy_dtype(np.dtype(kind))
        made = pa.table({"word": WORDS, "vector": pa.array(list(ROWS.astype(kind)), pa.list_(kind_of_list))})
        path = {"arrow": _feather, "arrow_stream": _stream, "parquet": _parquet}[name](tmp_path, made)
    else:
        path = MAKERS[name](tmp_path, WORDS, ROWS.astype(kind))
    check(path, WORDS, ROWS.astype(kind).astype(np.float32))


def _feather(folder: Path, made: pa.Table) -> Path:
    feather.write_feather(made, folder / "x")
    return folder / "x"


def _stream(folder: Path, made: pa.Table) -> Path:
    with pa.ipc.new_stream(folder / "x", made.schema) as writer:
        writer.write_table(made)
    return folder / "x"


def _parquet(folder: Path, made: pa.Table) -> Path:
    pq.write_table(made, folder / "x")
    return folder / "x"


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_many_rows_are_read_in_blocks(name: str, tmp_path: Path) -> None:
    words = [f"word{i}" for i in range(40_000)]
    rows = np.random.default_rng(1).normal(size=(len(words), 3)).astype(np.float32)
    path = MAKERS[name](tmp_path, words, rows)
    check(path, words, rows)


@pytest.mark.parametrize(("name", "suffix"), WRITERS)
def test_what_is_written_reads_back(name: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"made.up{suffix}"
    formats()[name].write(path, MatrixSpace(WORDS, ROWS, "x"))  # type: ignore[attr-defined]
    assert all(file.name.startswith("made.up") for file in tmp_path.iterdir())
    check(path, WORDS, ROWS)


words_of_text = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=" \ufeff"), min_size=1, max_size=8
)
finite = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def models(draw: st.DrawFn) -> tuple[list[str], np.ndarray]:
    words = draw(st.lists(words_of_text, min_size=1, max_size=12, unique=True))
    return words, draw(arrays(np.float32, (len(words), draw(st.integers(1, 5))), elements=finite))


@pytest.mark.parametrize(("name", "suffix"), WRITERS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(model=models())
def test_round_trip(name: str, suffix: str, tmp_path: Path, model: tuple[list[str], np.ndarray]) -> None:
    path = tmp_path / f"model{suffix}"
    formats()[name].write(path, MatrixSpace(*model, "x"))  # type: ignore[attr-defined]
    check(path, *model)


@pytest.mark.parametrize(("name", "suffix"), WRITERS)
@pytest.mark.parametrize(
    "words", [["windows 95"], ["a 1", "b 2"], ["a 1 2", "b 3 4"], ["3 2", " x", "y\t", "z"]]
)
def test_words_that_look_like_something_else_survive(
    name: str, suffix: str, words: list[str], tmp_path: Path
) -> None:
    formats()[name].write(tmp_path / f"m{suffix}", MatrixSpace(words, ROWS[: len(words)], "x"))  # type: ignore[attr-defined]
    check(tmp_path / f"m{suffix}", words, ROWS[: len(words)])


def test_other_programs_read_what_is_written(tmp_path: Path) -> None:
    space = MatrixSpace(WORDS, ROWS, "x")
    for name, suffix in WRITERS:
        formats()[name].write(tmp_path / f"model{suffix}", space)  # type: ignore[attr-defined]
    assert np.array_equal(np.load(tmp_path / "model.npy"), ROWS)
    with np.load(tmp_path / "model.npz") as archive:
        assert archive["words"].tolist() == WORDS
        assert np.array_equal(archive["vectors"], ROWS)
    assert np.array_equal(load_file(tmp_path / "model.safetensors")["embeddings"], ROWS)
    for made in (pq.read_table(tmp_path / "model.parquet"), feather.read_table(tmp_path / "model.feather")):
        assert made["word"].to_pylist() == WORDS
        assert np.array_equal(np.array(made["vector"].to_pylist(), np.float32), ROWS)


# --- .npy -----------------------------------------------------------------------------------

NUMBERS = np.arange(-12, 12).reshape(12, 2)


@pytest.mark.parametrize("kind", ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "i1", "<i2", ">i4", "<i8", "g"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_npy_of_any_type_and_order(kind: str, order: str, pack: Any, tmp_path: Path) -> None:
    path = in_npy(tmp_path, WORDS, np.asarray(NUMBERS, kind, order=order))
    path.write_bytes(pack(path.read_bytes()))
    check(path, WORDS, NUMBERS)


def test_npy_of_unsigned_numbers(tmp_path: Path) -> None:
    check(in_npy(tmp_path, WORDS, (NUMBERS + 12).astype(np.uint8)), WORDS, NUMBERS + 12)


@pytest.mark.parametrize("name", ["npy", "npz"])
def test_a_wide_array_in_fortran_order(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vecalc.codecs.npy_array.COLUMNS_CHUNK", 1 << 12)
    words = [f"word{i}" for i in range(3_000)]
    rows = np.random.default_rng(1).normal(size=(len(words), 20)).astype(np.float32)
    check(MAKERS[name](tmp_path, words, np.asfortranarray(rows)), words, rows)


def test_npy_of_the_second_version(tmp_path: Path) -> None:
    path = in_npy(tmp_path, WORDS, ROWS)
    with path.open("wb") as stream:
        np.lib.format.write_array(stream, ROWS, version=(2, 0))
    check(path, WORDS, ROWS)


@pytest.mark.parametrize(
    "name",
    [
        "model.words",
        "model.txt",
        "model.vocab",
        "model.json",
        "tokenizer.json",
        "words.txt",
        "vocab.txt",
        "vocab.json",
    ],
)
def test_words_beside_an_array(name: str, tmp_path: Path) -> None:
    """Each file of the list is found, and goes before all that come after it."""
    names = [
        "model.words",
        "model.txt",
        "model.vocab",
        "model.json",
        "tokenizer.json",
        "words.txt",
        "vocab.txt",
    ]
    np.save(tmp_path / "model.npy", ROWS)
    for other in [*names, "vocab.json"][[*names, "vocab.json"].index(name) :]:
        words = WORDS if other == name else [f"{other}-{i}" for i in range(len(WORDS))]
        if other == "tokenizer.json":
            (tmp_path / other).write_text(tokenizer({word: i for i, word in enumerate(words)}), "utf-8")
        elif other.endswith(".json"):
            (tmp_path / other).write_text(json.dumps(words), "utf-8")
        else:
            listed(tmp_path / other, words)
    certain = name in {"model.words", "tokenizer.json"}
    check(tmp_path / "model.npy", WORDS, ROWS, () if certain else note_of(name))


@pytest.mark.parametrize(
    "data",
    [
        b"a\nb\nc",
        b"a\r\nb\r\nc\r\n",
        b"\xef\xbb\xbfa\nb\nc\n",
        b"a 10\nb 9\nc 1\n",
        b"a\t10\nb\t9\nc\t1\n",
        gzip.compress(b"a\nb\nc\n", mtime=0),
    ],
)
def test_ways_to_write_a_list_of_words(data: bytes, tmp_path: Path) -> None:
    np.save(tmp_path / "model.npy", ROWS[:3])
    (tmp_path / "vocab.txt").write_bytes(data)
    counts = ("the numbers beside the words of vocab.txt are no part of them",) if b"10" in data else ()
    check(tmp_path / "model.npy", ["a", "b", "c"], ROWS[:3], (*counts, *note_of("vocab.txt")))


def test_numbers_behind_some_words_belong_to_them(tmp_path: Path) -> None:
    np.save(tmp_path / "model.npy", ROWS[:3])
    (tmp_path / "words.txt").write_bytes(b"windows 95\nnew york\n \xe2\x96\x81x \n")
    check(tmp_path / "model.npy", ["windows 95", "new york", " ▁x "], ROWS[:3], note_of("words.txt"))


@pytest.mark.parametrize("header", [True, False])
def test_vectors_of_the_same_name_are_no_list_of_words(header: bool, tmp_path: Path) -> None:
    np.save(tmp_path / "model.npy", ROWS)
    (tmp_path / "model.txt").write_bytes(as_text([f"w{i}" for i in range(len(WORDS))], ROWS, header))
    listed(tmp_path / "words.txt", WORDS)
    check(tmp_path / "model.npy", WORDS, ROWS, note_of("words.txt"))


@pytest.mark.parametrize(
    "value",
    [
        ["a", "b", "c"],
        {"a": 0, "b": 1, "c": 2},
        {"c": 2, "a": 0, "b": 1},
        {"model": {"vocab": {"b": 1, "a": 0}}, "added_tokens": [{"id": 2, "content": "c"}]},
        {"model": {"vocab": {"b": 1, "a": 0, "c": 2}}, "added_tokens": [{"id": 2, "content": "c"}]},
        {"model": {"vocab": [["a", -1.5], ["b", -2], ["c", 0]]}},
    ],
)
def test_words_in_json(value: object, tmp_path: Path) -> None:
    np.save(tmp_path / "model.npy", ROWS[:3])
    (tmp_path / "vocab.json").write_text(json.dumps(value))
    check(tmp_path / "model.npy", ["a", "b", "c"], ROWS[:3], note_of("vocab.json"))


# --- .npz -----------------------------------------------------------------------------------


def test_npz_by_the_shape_of_its_arrays(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", np.array(WORDS), ROWS)  # arr_0, arr_1
    check(tmp_path / "a.npz", WORDS, ROWS)
    np.savez(tmp_path / "b.npz", vectors=ROWS, other=np.eye(3), words=np.array(WORDS), counts=np.arange(12))
    check(tmp_path / "b.npz", WORDS, ROWS)


def test_npz_with_words_as_bytes(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", words=np.array([word.encode() for word in WORDS]), vectors=ROWS)
    check(tmp_path / "a.npz", WORDS, ROWS)


def test_npz_with_words_beside_it(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", vectors=ROWS)
    listed(tmp_path / "words.txt", WORDS)
    check(tmp_path / "a.npz", WORDS, ROWS, note_of("words.txt"))


# --- safetensors ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["embeddings", "embedding.weight", "vectors", "whatever"])
def test_the_tensor_with_the_rows(name: str, tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    save_file({name: ROWS, "other": ROWS[0]}, path)
    check(path, WORDS, ROWS)


def test_bfloat16_is_the_upper_half_of_a_float32(tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    halves = (ROWS.view(np.uint32) >> 16).astype(np.uint16)
    save_file({"embeddings": halves}, path)
    path.write_bytes(path.read_bytes().replace(b'"U16"', b'"BF16"').replace(b"}}  ", b"}} ", 1))
    check(path, WORDS, (halves.astype(np.uint32) << 16).view(np.float32))


def test_rows_that_words_share(tmp_path: Path) -> None:
    path = in_safetensors(tmp_path, WORDS, ROWS)
    mapping = np.array([0, 1, 2, 0, 1, 2, 2, 2, 1, 0, 0, 1], np.int32)
    weights = np.linspace(0.1, 2, 12)
    save_file({"embeddings": ROWS[:3], "mapping": mapping, "weights": weights}, path)
    check(path, WORDS, (ROWS[mapping] * weights[:, None]).astype(np.float32))
    save_file({"embeddings": ROWS[:3], "mapping": mapping}, path)
    check(path, WORDS, ROWS[mapping])
    save_file({"embeddings": ROWS, "weights": weights}, path)
    check(path, WORDS, (ROWS * weights[:, None]).astype(np.float32))


# --- tables ---------------------------------------------------------------------------------

LISTS = pa.array(ROWS.tolist(), pa.list_(pa.float32()))
COLUMNS = {f"d{i}": ROWS[:, i] for i in range(4)}


@pytest.mark.parametrize(
    "columns",
    [
        {"anything": WORDS, "numbers": LISTS},
        {"w": WORDS, "v": LISTS.cast(pa.list_(pa.float32(), 4))},
        {"w": WORDS, "v": LISTS.cast(pa.large_list(pa.float64()))},
        {"w": pa.array(WORDS, pa.large_string()), "v": LISTS},
        {"w": pa.array(WORDS, pa.binary()), "v": LISTS},
        {"w": pa.array(WORDS, pa.string_view()), "v": LISTS},
        {"w": pa.array(WORDS).dictionary_encode(), "v": LISTS},
        {**COLUMNS, "__index_level_0__": WORDS},
        {"word": WORDS, "date": pa.array([0] * 12, pa.timestamp("s")), **COLUMNS},
    ],
)
@pytest.mark.parametrize("write", [_parquet, _feather, _stream])
def test_which_columns_are_the_word_and_its_numbers(columns: Any, write: Any, tmp_path: Path) -> None:
    check(write(tmp_path, pa.table(columns)), WORDS, ROWS)


@pytest.mark.parametrize("pack", [gzip.compress])
def test_a_stream_of_arrow_may_be_compressed(pack: Any, tmp_path: Path) -> None:
    path = in_arrow_stream(tmp_path, WORDS, ROWS)
    path.write_bytes(pack(path.read_bytes()))
    check(path, WORDS, ROWS)


# --- folders --------------------------------------------------------------------------------


def test_a_folder_of_a_model_is_the_model(tmp_path: Path) -> None:
    in_safetensors(tmp_path, WORDS, ROWS)
    (tmp_path / "config.json").write_text('{"normalize": true}')
    check(tmp_path, WORDS, ROWS)


def test_a_folder_of_sentence_transformers(tmp_path: Path) -> None:
    inner = tmp_path / "0_StaticEmbedding"
    inner.mkdir()
    in_safetensors(inner, WORDS, ROWS)
    save_file({"embedding.weight": ROWS}, inner / "model.safetensors")
    check(tmp_path, WORDS, ROWS)


def test_a_folder_with_an_array(tmp_path: Path) -> None:
    in_npy(tmp_path, WORDS, ROWS).rename(tmp_path / "vectors.npy")
    (tmp_path / "model.words").rename(tmp_path / "words.txt")
    check(tmp_path, WORDS, ROWS, note_of("words.txt"))


# --- real files -----------------------------------------------------------------------------


def words_of(path: Path) -> list[str]:
    model = json.loads(path.read_bytes())["model"]
    vocab = model["vocab"]
    return [piece for piece, _ in vocab] if isinstance(vocab, list) else sorted(vocab, key=vocab.__getitem__)


@needs_data
@pytest.mark.parametrize("kind", ["float32", "float16", "int8"])
def test_a_real_model2vec_folder(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / kind
    shutil.copytree(data_file(MODEL2VEC) / kind, folder)
    shutil.copy(data_file(MODEL2VEC) / "tokenizer.json", folder)
    check(folder, words_of(folder / "tokenizer.json"), load_file(folder / "model.safetensors")["embeddings"])


@needs_data
def test_a_real_model2vec_folder_whose_words_share_rows() -> None:
    folder = data_file(MODEL2VEC) / "vocab-quantized"
    tensors = load_file(folder / "model.safetensors")
    rows = tensors["embeddings"][tensors["mapping"]] * tensors["weights"][:, None]
    check(folder, words_of(folder / "tokenizer.json"), rows.astype(np.float32))


@needs_data
@pytest.mark.parametrize(("name", "suffix"), WRITERS)
def test_real_vectors_survive_every_format(name: str, suffix: str, tmp_path: Path) -> None:
    space = load(data_file("emoji2vec-1661x300/emoji2vec.bin")).space
    formats()[name].write(tmp_path / f"emoji{suffix}", space)  # type: ignore[attr-defined]
    check(tmp_path / f"emoji{suffix}", list(space.words()), space.vectors(range(len(space)), np.float32))
