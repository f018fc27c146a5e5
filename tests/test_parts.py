"""Which column, tensor or array of a file is read: the usual one, the only one, or the one that is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather
from running import vecalc
from safetensors.numpy import save_file

from vecalc.errors import FileProblem
from vecalc.formats.load import load
from vecalc.sources.column_names import SURE_WORDS

WORDS = ["the", "king", "queen", "man", "woman"]
OTHERS = ["le", "roi", "reine", "homme", "femme"]
ROWS = np.random.default_rng(5).normal(size=(5, 4)).astype(np.float32)
LISTS, TWICE = (pa.array((k * ROWS).tolist(), pa.list_(pa.float32())) for k in (1, 2))


def _stream(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


TABLES: dict[str, Callable[[pa.Table, Path], object]] = {
    "parquet": pq.write_table,
    "arrow": feather.write_feather,
    "arrow stream": _stream,
}


@pytest.fixture(params=TABLES)
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Path]:
    def write(**columns: Any) -> Path:
        TABLES[request.param](pa.table(columns), tmp_path / "table")
        return tmp_path / "table"

    return write


def check(path: Path, words: list[str], rows: np.ndarray, *notes: str, part: str = "") -> None:
    named = Path(f"{path}#{part}") if part else path
    loaded = load(named)
    assert list(loaded.space.words()) == words
    assert loaded.space.vectors(range(len(words)), np.float32).tobytes() == rows.astype("<f4").tobytes()
    assert loaded.notes == notes


def problem(path: Path, part: str = "") -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        load(f"{path}#{part}" if part else path)
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value


# --- columns --------------------------------------------------------------------------------


def test_a_usual_column_is_chosen_and_told(table: Callable[..., Path]) -> None:
    path = table(lang=["en"] * 5, word=WORDS, year=[1] * 5, other=TWICE, Embedding=LISTS)
    vectors = "the column of vectors 'Embedding' is read, and not 'other' (lists)"
    check(path, WORDS, ROWS, vectors)  # what is called word is it


@pytest.mark.parametrize("name", ["word", "token", "term", "key", "text", "title", "name", "label"])
def test_names_of_words(table: Callable[..., Path], name: str) -> None:
    path = table(another=OTHERS, **{name: WORDS}, features=LISTS)
    note = f"the words are from the column '{name}'; other columns: 'another' (text)"
    check(path, WORDS, ROWS, *([] if name in SURE_WORDS else [note]))


def test_a_column_is_named(table: Callable[..., Path]) -> None:
    """One of vectors, or one of words, or both."""
    path = table(word=WORDS, mot=OTHERS, vector=LISTS, twice=TWICE)
    vectors = "the column of vectors 'vector' is read, and not 'twice' (lists)"
    check(path, WORDS, 2 * ROWS, part="twice")
    check(path, OTHERS, ROWS, vectors, part="mot")
    check(path, OTHERS, 2 * ROWS, part="mot,twice")
    check(path, OTHERS, 2 * ROWS, part="twice,mot")


def test_a_name_with_a_comma_is_one(table: Callable[..., Path]) -> None:
    check(table(**{"a,b": WORDS, "c": OTHERS, "v": LISTS}), WORDS, ROWS, part="a,b")


def test_what_can_not_be_named(table: Callable[..., Path]) -> None:
    path = table(word=WORDS, vector=LISTS, twice=TWICE, score=ROWS[:, 0])
    every = "'word' (text), 'vector' (lists), 'twice' (lists), 'score' (numbers)"
    assert problem(path, "?").message == f"it holds {every}"
    assert problem(path, "words").message == f"there is no column 'words'; it holds {every}"
    assert (
        problem(path, "score").message == "'score' (numbers) can't be a column of words, nor one of vectors"
    )
    assert problem(path, "vector,twice").message == "two columns of vectors are named: 'vector,twice'"


@pytest.mark.parametrize("name", ["id", "user", "item_id", "anything"])
@pytest.mark.parametrize("kind", [pa.int64(), pa.uint8(), pa.int32()])
def test_integers_are_words_where_no_text_is(table: Callable[..., Path], name: str, kind: Any) -> None:
    ids = pa.array([7, 3, 120, 0, 55], kind)
    words, note = ["7", "3", "120", "0", "55"], f"the words are the numbers of the column '{name}' (integers)"
    check(table(**{name: ids}, features=LISTS), words, ROWS, note)
    columns = {f"d{i}": ROWS[:, i] for i in range(4)}
    check(table(**columns, **{name: ids}), words, ROWS, note)


def test_of_several_integers_the_usual_one_or_the_one_that_is_named(table: Callable[..., Path]) -> None:
    path = table(count=[9] * 5, id=[1, 2, 3, 4, 5], features=LISTS)
    note = "the words are the numbers of the column 'id' (integers)"
    check(path, list("12345"), ROWS, note)
    path = table(title=WORDS, id=[1, 2, 3, 4, 5], features=LISTS)
    check(path, WORDS, ROWS)
    check(path, list("12345"), ROWS, note, part="id")


def test_numbered_columns_are_the_vector_and_the_rest_is_metadata(table: Callable[..., Path]) -> None:
    """A count of the same type would be one more component, unnoticed."""
    columns = {f"d{i}": ROWS[:, i] for i in range(4)}
    path = table(word=WORDS, count=ROWS[:, 0], **columns, pc=ROWS[:, 1])
    check(path, WORDS, ROWS)
    path = table(word=WORDS, **{str(i + 1): ROWS[:, i] for i in range(4)}, year=[1] * 5)
    check(path, WORDS, ROWS)


def test_columns_that_are_not_numbered_are_all_of_one_type_but_for_counts(table: Callable[..., Path]) -> None:
    columns = dict(zip("abcd", ROWS.T, strict=True))
    check(table(word=WORDS, freq=ROWS[:, 0], **columns), WORDS, ROWS)
    check(table(word=WORDS, n=[1] * 5, **columns), WORDS, ROWS)
    check(table(word=WORDS, **columns), WORDS, ROWS)


def test_a_file_that_is_really_called_so_is_meant_first(tmp_path: Path) -> None:
    for i, name in enumerate(("a.npz", "a.npz#v", "a.npz#v#u", "b.zip:c.npz")):
        np.savez(tmp_path / f"{i}.npz", words=np.array(WORDS), u=i * ROWS, v=10 * i * ROWS, vectors=ROWS)
        (tmp_path / f"{i}.npz").rename(tmp_path / name)
        part = "the array 'vectors' is read, and not 'u' (<f4 [5, 4]), 'v' (<f4 [5, 4])"
        check(tmp_path / name, WORDS, ROWS, part)
    check(tmp_path / "a.npz#v#u", WORDS, ROWS, part)
    check(tmp_path / "a.npz#v", WORDS, 10 * ROWS, part="v")
    check(tmp_path / "b.zip:c.npz", WORDS, 3 * ROWS, part="u")


# --- arrays ---------------------------------------------------------------------------------


def test_an_array_a_word(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    words = ["the", "naïve", "日本", "a/b", "x y"]
    np.savez(path, **dict(zip(words, ROWS, strict=True)))
    check(path, words, ROWS, "the words are the names of its arrays")
    np.savez_compressed(path, **dict(zip(words, ROWS.astype(np.float64), strict=True)))
    check(path, words, ROWS, "the words are the names of its arrays")


def test_an_array_of_another_width_is_a_malformed_row(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    np.savez(path, **dict(zip(WORDS, ROWS, strict=True)), odd=np.zeros(3))
    check(path, WORDS, ROWS, "the words are the names of its arrays", "malformed rows left out: 1")
    with pytest.raises(FileProblem, match="the array 'odd' is not a row of 4 numbers"):
        load(path, strict=True)


def test_an_array_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    np.savez(path, words=np.array(WORDS), u=ROWS, v=2 * ROWS, small=np.eye(3))
    assert "it is not clear which array is meant: it holds 'u' (<f4 [5, 4]), 'v'" in problem(path).message
    check(path, WORDS, 2 * ROWS, part="v")
    assert problem(path, "?").message.startswith("it holds 'words' (<U5 [5]), 'u' (<f4 [5, 4])")
    assert "there is no array 'w'" in problem(path, "w").message
    assert problem(path, "words").message == "the array holds '<U5', which is not a number"


def test_the_matrix_with_as_many_rows_as_words(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    np.savez(path, words=np.array(WORDS), a=ROWS, projection=np.eye(4))
    check(path, WORDS, ROWS)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "dia"])
def test_a_sparse_matrix_is_named(tmp_path: Path, form: str) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    path = tmp_path / "model.npz"
    sparse.save_npz(path, sparse.csr_matrix(np.eye(5, 8)).asformat(form))
    said = problem(path)
    assert said.message == "a sparse matrix of scipy's"
    assert "scipy.sparse.load_npz(FILE).toarray()" in said.hint


def test_an_npy_has_no_parts(tmp_path: Path) -> None:
    np.save(tmp_path / "model.npy", ROWS)
    (tmp_path / "model.words").write_text("\n".join(WORDS), "utf-8")
    check(tmp_path / "model.npy", WORDS, ROWS)
    assert "it has no parts to choose from, such as 'x'" in problem(tmp_path / "model.npy", "x").message


# --- tensors --------------------------------------------------------------------------------


def _checkpoint(folder: Path, **tensors: np.ndarray) -> Path:
    save_file({name: np.ascontiguousarray(rows) for name, rows in tensors.items()}, folder / "m.safetensors")
    (folder / "m.words").write_text("\n".join(WORDS), "utf-8")
    return folder / "m.safetensors"


LAYERS = {
    "layers.0.up.weight": np.zeros((7, 4), np.float32),
    "layers.0.down.weight": np.zeros((4, 7), np.float32),
}


@pytest.mark.parametrize(
    "name",
    [
        "embeddings",
        "embedding.weight",
        "vectors",
        "model.embed_tokens.weight",
        "transformer.wte.weight",
        "wte.weight",
        "bert.embeddings.word_embeddings.weight",
        "shared.weight",
        "tok_embeddings.weight",
        "token_embd.weight",
    ],
)
def test_the_usual_tensor_of_a_checkpoint(tmp_path: Path, name: str) -> None:
    """What has other rows than there are words could not be meant, and is not told."""
    check(_checkpoint(tmp_path, **{name: ROWS}, **LAYERS), WORDS, ROWS)


def test_positions_are_no_tokens(tmp_path: Path) -> None:
    path = _checkpoint(tmp_path, **{"position.embedding.weight": np.zeros((9, 4)), "x.wte.weight": ROWS})
    check(path, WORDS, ROWS)


def test_two_vocabularies_are_told_from_each_other(tmp_path: Path) -> None:
    tensors = {"text.embed_tokens.weight": ROWS, "audio.embed_tokens.weight": np.zeros((9, 4), np.float32)}
    path = _checkpoint(tmp_path, **tensors)
    check(path, WORDS, ROWS, part="text.embed_tokens.weight")
    assert "several tensors are called 'embed_tokens.weight'" in problem(path, "embed_tokens.weight").message


def test_a_tensor_with_rows_for_the_same_words_is_told(tmp_path: Path) -> None:
    path = _checkpoint(tmp_path, **{"lm_head.weight": 2 * ROWS, "model.embed_tokens.weight": ROWS}, **LAYERS)
    note = "the tensor 'model.embed_tokens.weight' is read, and not 'lm_head.weight' (F32 [5, 4])"
    check(path, WORDS, ROWS, note)
    check(path, WORDS, 2 * ROWS, part="lm_head.weight")
    check(path, WORDS, ROWS, part="embed_tokens.weight")  # the only one that ends so


def test_a_tensor_with_a_row_for_each_word(tmp_path: Path) -> None:
    check(_checkpoint(tmp_path, lookup=ROWS, **LAYERS), WORDS, ROWS)
    path = _checkpoint(tmp_path, lookup=ROWS, reverse=ROWS, **LAYERS)
    said = problem(path).message
    assert (
        said
        == "it is not clear which tensor is meant: it holds 'lookup' (F32 [5, 4]), 'reverse' (F32 [5, 4])"
    )


def test_names_of_tensors_are_shown_whole(tmp_path: Path) -> None:
    names = [f"encoder.text_model.block.{i}.attention.self.query_key_value.weight" for i in (1, 2)]
    path = _checkpoint(tmp_path, **dict.fromkeys(names, LAYERS["layers.0.up.weight"]))
    assert all(f"'{name}'" in problem(path).message for name in names)
    assert all(f"'{name}'" in problem(path, "?").message for name in names)
    assert all(f"'{name}'" in problem(path, "query").message for name in names)


def test_model2vecs_weights_are_no_other_tensors(tmp_path: Path) -> None:
    weights = np.array([1, 2, 3, 4, 5], np.float32)
    path = _checkpoint(tmp_path, embeddings=ROWS, weights=weights, other=ROWS)
    told = "the tensor 'embeddings' is read, and not 'other' (F32 [5, 4])"
    check(path, WORDS, ROWS * weights[:, None], told)
    check(path, WORDS, ROWS, part="other")


def test_only_the_tensor_that_is_named_is_read(tmp_path: Path) -> None:
    """What the others hold is of no concern: half of the file is a hole on the disk."""
    hole = 1 << 30
    header = {
        "layers.0.up.weight": {"dtype": "BF16", "shape": [hole // 8, 4], "data_offsets": [0, hole]},
        "wte.weight": {"dtype": "F32", "shape": [5, 4], "data_offsets": [hole, hole + ROWS.nbytes]},
    }
    text = json.dumps(header).encode()
    path = _checkpoint(tmp_path)
    with path.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        stream.seek(hole, 1)
        stream.write(ROWS.tobytes())
    check(path, WORDS, ROWS)
    done = vecalc("models", "check", path, "--format", "json")
    assert done.code == 0, done.err
