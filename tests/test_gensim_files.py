"""gensim's own files: the same words and numbers as gensim reads from them, and back again."""

from __future__ import annotations

import gzip
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data import data_file, needs_data
from gensim.models import Doc2Vec, FastText, KeyedVectors, Word2Vec
from gensim.models.doc2vec import TaggedDocument
from gensim.models.poincare import PoincareModel
from gensim.utils import SaveLoad
from running import vecalc

import vecalc as api
from vecalc.errors import FileProblem
from vecalc.formats.gensim_native import SUFFIXES, write
from vecalc.formats.load import Loaded, convert, load
from vecalc.space.matrix import MatrixSpace
from vecalc.space.store import open_store

SENTENCES = [["cat", "dog", "bird", "naïve", "日本"]] * 6
APART = 1  # bytes from which gensim puts an array into a file of its own
UNKNOWN = ["cats", "dogbird", "日", "naïveté", "\U0001f600", "a b", "x" * 300]


def keyed_vectors() -> KeyedVectors:
    kv = KeyedVectors(3)
    kv.add_vectors(["king", "queen", "日本"], np.random.default_rng(1).normal(size=(3, 3)).astype("f4"))
    return kv


def fasttext(**options: Any) -> FastText:
    return FastText(SENTENCES, vector_size=4, min_count=1, bucket=50, **options)


MODELS = {
    "KeyedVectors": keyed_vectors,
    "Word2Vec": lambda: Word2Vec(SENTENCES, vector_size=4, min_count=1),
    "Word2Vec.wv": lambda: Word2Vec(SENTENCES, vector_size=4, min_count=1).wv,
    "Doc2Vec": lambda: Doc2Vec([TaggedDocument(SENTENCES[0], [0])], vector_size=4, min_count=1),
    "FastText": fasttext,
    "FastText.wv": lambda: fasttext().wv,
    "FastText of other n-grams": lambda: fasttext(min_n=1, max_n=2).wv,
    "FastText without n-grams": lambda: fasttext(max_n=0),
    "Poincare": lambda: PoincareModel([("a", "b"), ("a", "c")], size=2),
}


def by_gensim(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = SaveLoad.load(str(path))
    return getattr(model, "wv", getattr(model, "kv", model))


def check_same(loaded: Loaded, kv: Any) -> None:
    """The same words and float32 rows, and the same vectors of unknown words."""
    space = loaded.space
    assert list(space.words()) == kv.index_to_key
    rows = space.vectors(range(len(space)), np.float32)
    if not hasattr(kv, "vectors_ngrams"):
        assert np.array_equal(rows, kv.vectors.astype(np.float32))
        assert space.compose("cats") is None
        return
    assert rows == pytest.approx(kv.vectors, abs=1e-6)
    for word in UNKNOWN:
        check_composed(space.compose(word), word, kv)


def check_composed(vector: np.ndarray | None, word: str, kv: Any) -> None:
    if vector is None:  # gensim gives a zero vector, or refuses
        assert kv.bucket == 0 or not kv[word].any()
    else:
        assert vector == pytest.approx(kv[word], abs=1e-6)


@pytest.mark.parametrize("how", ["in one file", "in several", "as a store"])
@pytest.mark.parametrize("name", MODELS)
def test_what_gensim_saves_is_read(tmp_path: Path, name: str, how: str) -> None:
    path = tmp_path / "a model.kv"
    MODELS[name]().save(str(path), sep_limit=10 << 20 if how == "in one file" else APART)
    assert (len(list(tmp_path.iterdir())) > 1) == (how != "in one file")
    if how == "as a store":
        convert(path, tmp_path / "store", name="a model")
        check_same(Loaded(open_store(tmp_path / "store"), ()), by_gensim(path))
    else:
        check_same(load(path), by_gensim(path))


REAL = {
    "gensim-native/whatlies_custom_gensim_vectors.kv": (12, 10),
    "gensim-native/old_keyedvectors_320.dat": (12, 100),
    "gensim-native/poincare_test_3.4.0": (239, 2),
    "gensim-native/model-from-gensim-3.8.0.w2v": (3, 300),
}


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_files_of_old_versions_are_read_as_gensim_reads_them(name: str) -> None:
    loaded = load(data_file(name))
    assert (len(loaded.space), loaded.space.dim) == REAL[name]
    check_same(loaded, by_gensim(data_file(name)))


@needs_data
def test_words_are_read_of_a_model_whose_ngrams_were_packed() -> None:
    """gensim 4 reads its words, and fails with an IndexError at words that it lacks."""
    path = data_file("gensim-native/compatible-hash-true.model")
    loaded, kv = load(path), by_gensim(path)
    assert list(loaded.space.words()) == kv.index_to_key
    assert np.array_equal(loaded.space.vectors(range(22), np.float32), kv.vectors)
    assert loaded.space.compose("governmentz") is None
    assert "packed" in loaded.notes[0]


@needs_data
def test_a_model_from_before_key_vectors_is_read_though_gensim_4_refuses_it() -> None:
    space = load(data_file("gensim-native/word2vec_pre_kv_py3_4")).space
    assert (len(space), space.dim, space.word(0)) == (9, 2, "the")
    assert (space.lengths(range(9)) > 0).all()


@needs_data
def test_ngrams_of_the_old_hash_are_refused_as_gensim_refuses_them() -> None:
    with pytest.raises(FileProblem, match=r"before gensim 3\.8"):
        load(data_file("gensim-native/ft_kv_3.6.0.model.gz"))


def gensim_test_data() -> Path:
    import gensim

    return Path(gensim.__file__).parent / "test" / "test_data"


OLDER = [
    *(f"old_w2v_models/w2v_{v}.mdl" for v in ("0.12.0", "0.13.4", "1.0.1", "2.3.0", "3.0.0", "3.4.0")),
    *("word2vec_3.3", "word2vec_old", "word2vec_pre_kv_py2", "word2vec_pre_kv_sep_py3", "w2v-lee-v0.12.0"),
    *("doc2vec_old", "word2vec_old_sep"),
]


@pytest.mark.parametrize("name", OLDER)
def test_every_version_since_0_12_is_read(name: str) -> None:
    path = gensim_test_data() / name
    space = load(path).space
    lengths = space.lengths(range(len(space)))
    assert len(space) > 1
    assert (lengths > 0).all()


@pytest.mark.parametrize("name", ["fasttext_old", "ft_model_2.3.0", "lee_fasttext"])
def test_old_fasttext_models_are_refused(name: str) -> None:
    with pytest.raises(FileProblem, match="hashed in another way"):
        load(gensim_test_data() / name)


# Arrays beside the pickle


@pytest.fixture
def apart(tmp_path: Path) -> tuple[Path, Path]:
    """A model, and the file beside it that has its vectors."""
    path = tmp_path / "model.kv"
    keyed_vectors().save(str(path), sep_limit=APART)
    return path, tmp_path / "model.kv.vectors.npy"


def test_vectors_that_are_missing_are_named(apart: tuple[Path, Path]) -> None:
    path, vectors = apart
    vectors.unlink()
    done = vecalc("-m", path, "king")
    assert done.code == 4
    assert "model.kv.vectors.npy" in done.err
    assert "no such file" in done.err


def test_vectors_in_a_pipe_do_not_hang(apart: tuple[Path, Path]) -> None:
    path, vectors = apart
    vectors.unlink()
    os.mkfifo(vectors)
    with pytest.raises(FileProblem, match="FIFO"):
        load(path)


@pytest.mark.parametrize(
    "array",
    [
        np.array([[{}]], object),
        np.ones((4, 3), np.float32),
        np.ones((3, 2, 1), np.float32),
        np.ones(9, np.float32),
        np.ones((3, 3), np.int32),
        np.ones((3, 3), np.complex64),
        np.ones((3, 0), np.float32),
    ],
)
def test_vectors_of_another_kind_are_refused(apart: tuple[Path, Path], array: np.ndarray) -> None:
    path, vectors = apart
    np.save(vectors, array, allow_pickle=True)
    with pytest.raises(FileProblem):
        load(path)


@pytest.mark.parametrize("cut", [0, 6, 60, 130])
def test_vectors_that_are_cut_short_are_refused(apart: tuple[Path, Path], cut: int) -> None:
    path, vectors = apart
    vectors.write_bytes(vectors.read_bytes()[:cut])
    with pytest.raises(FileProblem):
        load(path)


@pytest.mark.parametrize("kind", ["<f2", ">f4", "<f8", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_vectors_of_any_float_type_and_order_are_converted(
    apart: tuple[Path, Path], kind: str, order: Any
) -> None:
    path, vectors = apart
    rows = np.array(keyed_vectors().vectors.astype(kind), order=order)
    np.save(vectors, rows)
    assert np.array_equal(load(path).space.vectors(range(3), np.float32), rows.astype(np.float32))


def test_numbers_that_are_not_finite_name_the_word(tmp_path: Path) -> None:
    kv = keyed_vectors()
    kv.vectors[1, 0] = np.nan
    kv.save(str(tmp_path / "model.kv"))
    with pytest.raises(FileProblem, match="'queen'"):
        load(tmp_path / "model.kv", strict=True)
    assert list(load(tmp_path / "model.kv").space.words()) == ["king", "日本"]


@pytest.mark.parametrize("word", ["two\nlines", ""])
def test_words_that_no_list_can_hold_are_refused_or_left_out(tmp_path: Path, word: str) -> None:
    kv = keyed_vectors()
    kv.index_to_key[1] = word
    kv.save(str(tmp_path / "model.kv"))
    with pytest.raises(FileProblem):
        load(tmp_path / "model.kv", strict=True)
    loaded = load(tmp_path / "model.kv")
    assert (list(loaded.space.words()), len(loaded.notes)) == (["king", "日本"], 1)


def test_half_a_character_in_a_word_is_escaped(tmp_path: Path) -> None:
    kv = keyed_vectors()
    kv.index_to_key[1] = "half \ud83d"
    kv.save(str(tmp_path / "model.kv"))
    with pytest.raises(FileProblem, match="is not UTF-8"):
        load(tmp_path / "model.kv", strict=True)
    loaded = load(tmp_path / "model.kv")
    assert (list(loaded.space.words())[1], len(loaded.notes)) == ("half \udced\udca0\udcbd", 1)


@pytest.mark.parametrize("keys", [[1.5, 2.5, 3.5], [None, "a", "b"], ["king", "queen"], [], None])
def test_keys_that_are_no_words_for_the_rows_are_refused(tmp_path: Path, keys: object) -> None:
    kv = keyed_vectors()
    kv.index_to_key = keys
    kv.save(str(tmp_path / "model.kv"))
    with pytest.raises(FileProblem):
        load(tmp_path / "model.kv")


def test_data_behind_the_pickle_need_a_word_of_the_user(tmp_path: Path) -> None:
    path = tmp_path / "model.kv"
    keyed_vectors().save(str(path))
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(FileProblem, match="after the end"):
        load(path)
    assert len(load(path, allow_trailing=True).space) == 3


def test_a_compressed_pickle_is_read_and_one_with_arrays_apart_is_explained(tmp_path: Path) -> None:
    keyed_vectors().save(str(tmp_path / "model.kv"))
    packed = tmp_path / "packed.kv.gz"
    packed.write_bytes(gzip.compress((tmp_path / "model.kv").read_bytes()))
    assert list(load(packed).space.words()) == ["king", "queen", "日本"]
    keyed_vectors().save(str(tmp_path / "apart.kv.gz"), sep_limit=APART)
    with pytest.raises(FileProblem, match=r"\.npz file beside"):
        load(tmp_path / "apart.kv.gz")


def test_gensim_itself_reads_what_it_is_trusted_with(tmp_path: Path) -> None:
    for name, model in MODELS.items():
        path = tmp_path / "model.kv"
        model().save(str(path))
        loaded = load(path, trust_pickle=True)
        assert "handed to gensim" in loaded.notes[0], name
        check_same(loaded, by_gensim(path))


@pytest.mark.slow
@needs_data
def test_a_real_model_of_8000_words_is_the_same_from_its_text_and_from_what_gensim_saves(
    tmp_path: Path,
) -> None:
    text = data_file("googlenews-8000x300/googlenews-8000x300.w2v.txt.gz")
    kv = KeyedVectors.load_word2vec_format(str(text))
    kv.save(str(tmp_path / "news.kv"), sep_limit=APART)
    assert {file.suffix for file in tmp_path.iterdir()} == {".kv", ".npy"}
    loaded = load(tmp_path / "news.kv")
    check_same(loaded, kv)
    answer = api.Calculator(loaded.space)("king - man + woman").result
    assert isinstance(answer, api.Ranking)
    assert answer.neighbours[0].word == "queen"
    assert answer.neighbours[0].score == pytest.approx(0.712, abs=1e-3)


def test_a_model_in_memory_composes_unknown_words_too() -> None:
    wv = fasttext().wv
    space = api.from_keyed_vectors(wv)
    for word in UNKNOWN:
        check_composed(space.compose(word), word, wv)
    assert api.from_keyed_vectors(keyed_vectors()).compose("kings") is None


# Writing


def test_what_is_written_is_read_by_gensim_and_by_us(tmp_path: Path) -> None:
    words = ["king", "naïve", "a b", "日本", "\x1b[31m"]
    rows = np.random.default_rng(9).normal(size=(5, 4)).astype(np.float32)
    path = tmp_path / f"new{SUFFIXES[0]}"
    write(path, MatrixSpace(words, rows))
    assert {file.name for file in tmp_path.iterdir()} == {"new.kv"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kv = KeyedVectors.load(str(path))
    assert type(kv) is KeyedVectors
    assert (kv.index_to_key, kv.key_to_index["日本"], kv.vectors.dtype) == (words, 3, np.float32)
    assert np.array_equal(kv.vectors, rows)
    assert kv.most_similar("king", topn=1)[0][0] in words
    check_same(load(path), kv)


def test_a_large_space_is_written_with_its_vectors_beside(tmp_path: Path) -> None:
    words = [f"word{i}" for i in range(1_100)]
    rows = np.random.default_rng(9).normal(size=(1_100, 9_600)).astype(np.float32)
    write(tmp_path / "large.kv", MatrixSpace(words, rows))
    assert {file.name for file in tmp_path.iterdir()} == {"large.kv", "large.kv.vectors.npy"}
    check_same(load(tmp_path / "large.kv"), by_gensim(tmp_path / "large.kv"))


def test_a_space_that_is_mapped_is_written(tmp_path: Path) -> None:
    space = api.starter()
    write(tmp_path / "starter.kv", space)
    back = load(tmp_path / "starter.kv").space
    assert list(back.words()) == list(space.words())
    assert np.array_equal(back.vectors(range(999), np.float32), space.vectors(range(999), np.float32))


def test_a_store_is_made_anew_when_the_vectors_beside_the_model_change(
    apart: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, vectors = apart
    monkeypatch.setattr("vecalc.library.vector_models.WORTH_STORING", 0)
    before = api.load(path).space.vectors([0])
    assert np.array_equal(api.load(path).space.vectors([0]), before)
    np.save(vectors, 2 * np.load(vectors))
    assert np.array_equal(api.load(path).space.vectors([0]), 2 * before)


def test_who_trusts_a_model_once_has_not_done_so_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.kv"
    kv = keyed_vectors()
    kv.extra = Path("whatever")
    kv.save(str(path))
    monkeypatch.setattr("vecalc.library.vector_models.WORTH_STORING", 0)
    assert len(api.load(path, trust_pickle=True).space) == 3
    with pytest.raises(FileProblem, match="would run code"):
        api.load(path)


@pytest.mark.parametrize(
    "header",
    [
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3",
        b"{" * 60,
        b"'''",
        b"(" * 100 + b"\0",
        b"\\",
        b"{}",
    ],
)
def test_an_array_beside_with_a_damaged_header_is_refused(tmp_path: Path, header: bytes) -> None:
    """numpy reads headers as Python, which fails in a dozen ways; none is a fault of ours."""
    kv = KeyedVectors(4)
    kv.add_vectors(["a", "b"], np.ones((2, 4), np.float32))
    kv.save(str(tmp_path / "m.kv"), sep_limit=0)
    (array,) = tmp_path.glob("*.npy")
    array.write_bytes(
        b"\x93NUMPY\1\0" + len(header + b"\n").to_bytes(2, "little") + header + b"\n" + bytes(32)
    )
    with pytest.raises(FileProblem, match=r"not a \.npy array that can be mapped") as caught:
        load(tmp_path / "m.kv")
    assert caught.value.where == str(array)


def test_a_pickle_of_opcodes_alone_is_refused_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "m.kv").write_bytes(b"\x80\x04" + b"N0" * 5_000_000 + b".")
    with pytest.raises(FileProblem, match="throws away") as caught:
        load(tmp_path / "m.kv")
    assert int(caught.value.where.rpartition(" ")[2].replace(",", "")) < 100_000
