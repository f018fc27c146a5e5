"""Keys of gensim's that are numbers, and the documents of its Doc2Vec, of every version."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path
from typing import Any

import gensim.models.doc2vec
import numpy as np
import pytest
from data import gensim_file
from gensim.models import Doc2Vec, KeyedVectors, Word2Vec
from gensim.models.doc2vec import TaggedDocument
from running import vecalc

from vecalc.errors import FileProblem
from vecalc.formats.keyed_vectors import from_keyed_vectors
from vecalc.formats.load import load

DECIMALS = "keys that are numbers, read as their decimals"
ROWS = np.random.default_rng(5).normal(size=(4, 6)).astype(np.float32)
APART = 1  # bytes from which gensim puts an array into a file of its own


def saved(path: Path, keys: list[Any], **how: Any) -> Path:
    kv = KeyedVectors(ROWS.shape[1])
    kv.add_vectors(keys, ROWS)
    kv.save(str(path), **how)
    return path


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys", [[3, 0, 12, 5], list(np.array([3, 0, 12, 5])), list(np.array([3, 0, 12, 5], "u1"))]
)
@pytest.mark.parametrize("protocol", [2, 4])
def test_they_are_their_decimals(tmp_path: Path, keys: list[Any], protocol: int) -> None:
    space, notes = load(saved(tmp_path / "items.kv", keys, pickle_protocol=protocol))
    assert list(space.words()) == ["3", "0", "12", "5"]
    assert np.array_equal(space.vectors(range(4), np.float32), ROWS)
    assert notes == (f"{DECIMALS}: 4",)


def test_texts_of_numpys_are_words(tmp_path: Path) -> None:
    space, notes = load(saved(tmp_path / "items.kv", list(np.array(["a", "b", "naïve", "d"]))))
    assert (list(space.words()), notes) == (["a", "b", "naïve", "d"], ())


def test_a_number_and_its_decimals_are_one_word(tmp_path: Path) -> None:
    space, notes = load(saved(tmp_path / "items.kv", [3, "3", "a", 4]))
    assert list(space.words()) == ["3", "a", "4"]
    assert space.vectors([0])[0] == pytest.approx(ROWS[0])
    assert notes == (f"{DECIMALS}: 2", "duplicate words left out, the first row of each kept: 1")


def test_a_model_of_items_is_answered_for(tmp_path: Path) -> None:
    """item2vec: sessions of numbers, as gensim trains them."""
    sessions = [[1, 2, 3], [2, 3, 4]] * 5
    model = Word2Vec(sessions, vector_size=6, min_count=1, seed=1)
    model.save(str(tmp_path / "item2vec.model"))
    done = vecalc("-m", tmp_path / "item2vec.model", '"3"', "-k", "9")
    assert done.code == 0
    assert sorted(done.words) == ["1", "2", "4"]


def test_a_space_over_keyed_vectors_has_them() -> None:
    kv = KeyedVectors(ROWS.shape[1])
    kv.add_vectors([3, "3", np.int64(4), "a"], ROWS)
    space = from_keyed_vectors(kv)
    assert list(space.words()) == ["3", "4", "a"]
    assert [space.row(word) for word in ("3", "4", "a", "5")] == [0, 1, 2, None]
    assert np.array_equal(space.vectors(range(3), np.float32), ROWS[[0, 2, 3]])
    for keys in ([1.5], [True], [None]):
        kv.index_to_key = keys
        with pytest.raises(TypeError, match="whole numbers"):
            from_keyed_vectors(kv)


# --- documents ----------------------------------------------------------------------------------

TEXTS = [["cat", "dog"], ["dog", "bird"], ["bird", "cat", "cat"]]


def doc2vec(tags: list[Any]) -> Doc2Vec:
    texts = [TaggedDocument(text, [tag]) for text, tag in zip(TEXTS, tags, strict=True)]
    return Doc2Vec(texts, vector_size=5, min_count=1, epochs=2, seed=1)


@pytest.mark.parametrize("tags", [[0, 1, 2], ["a", "b", "c"], [0, 2, "x"]])
@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("part", ["dv", "docvecs"])
def test_documents_are_read_and_words_without_a_word(
    tmp_path: Path, tags: list[Any], apart: bool, part: str
) -> None:
    model, path = doc2vec(tags), tmp_path / "texts.model"
    model.save(str(path), sep_limit=APART if apart else 10 << 20)
    space, _ = load(f"{path}#{part}")
    assert list(space.words()) == list(map(str, model.dv.index_to_key))
    assert np.array_equal(space.vectors(range(len(space)), np.float32), model.dv.vectors)
    for name in (path, f"{path}#wv"):
        words, notes = load(name)
        assert list(words.words()) == model.wv.index_to_key
        assert np.array_equal(words.vectors(range(len(words)), np.float32), model.wv.vectors)
        assert notes == (
            ("the set of vectors 'wv' is read, and not 'dv' (documents)",) if name == path else ()
        )


def test_documents_go_into_a_store_and_answer(tmp_path: Path) -> None:
    model = doc2vec(["one", "two", "three"])
    model.save(str(tmp_path / "texts.model"))
    done = vecalc("-m", f"{tmp_path}/texts.model#dv", "one", "-k", "2")
    assert (done.code, sorted(done.words)) == (0, ["three", "two"])
    assert vecalc("import", f"{tmp_path}/texts.model#dv", "--name", "texts").code == 0


def test_what_has_no_documents_says_what_it_has(tmp_path: Path) -> None:
    Word2Vec(TEXTS, vector_size=5, min_count=1).save(str(tmp_path / "words.model"))
    with pytest.raises(FileProblem, match=r"there is no set of vectors 'dv'; it holds 'wv' \(words\)"):
        load(f"{tmp_path}/words.model#dv")
    with pytest.raises(FileProblem, match="no parts"):
        load(f"{saved(tmp_path / 'items.kv', list('abcd'))}#dv")


@pytest.mark.parametrize("name", ["doc2vec_old", "doc2vec_old_sep"])
def test_documents_of_gensim_1_are_read_where_gensim_4_fails(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = gensim_file(name)
    monkeypatch.setattr(gensim.models.doc2vec, "DocvecsArray", type("DocvecsArray", (), {}), raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        documents = vars(pickle.loads(path.read_bytes(), encoding="latin1"))["docvecs"]  # noqa: S301 - gensim's own
    space, notes = load(f"{path}#dv")
    assert list(space.words()) == list(map(str, range(300)))
    assert np.array_equal(space.vectors(range(300), np.float32), documents.doctag_syn0)
    assert f"{DECIMALS}: 300" in notes


def test_documents_of_gensim_0_stand_beside_words_of_the_model_itself(tmp_path: Path) -> None:
    model, documents = doc2vec([0, 1, 2]), KeyedVectors(5)
    rows, wv = vars(model).pop("dv").vectors, vars(model).pop("wv")
    vars(documents).clear()
    vars(documents).update(doctag_syn0=rows, max_rawint=2, offset2doctag=[], doctags={})
    vars(model).update(docvecs=documents, syn0=wv.vectors, index2word=wv.index_to_key)
    path = tmp_path / "texts.model"
    path.write_bytes(pickle.dumps(model, 2))
    for name in (path, f"{path}#wv"):
        space, _ = load(name)
        assert list(space.words()) == wv.index_to_key
        assert np.array_equal(space.vectors(range(len(space)), np.float32), wv.vectors)
    assert "'wv' is read, and not 'docvecs' (documents)" in load(path).notes[0]
    assert np.array_equal(load(f"{path}#dv").space.vectors(range(3), np.float32), rows)


@pytest.mark.parametrize(("highest", "texts"), [(-1, ["a", "b", "c"]), (2, []), (0, ["x", "y"])])
def test_documents_of_gensim_3_are_in_docvecs(tmp_path: Path, highest: int, texts: list[str]) -> None:
    """Its attributes; numbers come before texts."""
    model, documents = doc2vec([0, 1, 2]), KeyedVectors(5)
    rows = vars(model).pop("dv").vectors
    vars(documents).clear()
    vars(documents).update(vectors=rows[:0], vectors_docs=rows, max_rawint=highest, offset2doctag=texts)
    vars(model)["docvecs"] = documents
    path = tmp_path / "texts.model"
    path.write_bytes(pickle.dumps(model, 2))
    for part in ("docvecs", "dv"):
        space, _ = load(f"{path}#{part}")
        assert list(space.words()) == [*map(str, range(highest + 1)), *texts]
        assert np.array_equal(space.vectors(range(3), np.float32), rows)
    vars(documents).update(max_rawint=1 << 50)
    path.write_bytes(pickle.dumps(model, 2))
    with pytest.raises(FileProblem, match="without their tags"):
        load(f"{path}#dv")
