"""One suite for everything that is a VectorSpace: in memory, in a folder, in a gensim KeyedVectors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from data import write_store
from hypothesis import given
from hypothesis import strategies as st

import vecalc.space.matrix
from vecalc.errors import FileProblem, StorageProblem
from vecalc.formats.keyed_vectors import from_keyed_vectors
from vecalc.formats.load import load
from vecalc.space import VectorSpace
from vecalc.space.matrix import MatrixSpace
from vecalc.space.spelling import fold, fold_all
from vecalc.space.store import open_store
from vecalc.space.store_writer import write_store as write_written
from vecalc.space.words import FINDS_BEFORE_DICTIONARY, WordFile, WordList

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"
WORDS = [
    *["the", "sign", "king", "queen", "King", "woman", "man", "kings", "KING", "it", "monarchy", "kingdom"],
    *[COMPOSED, DECOMPOSED, "CAFÉ", "new york", "tab\tin it", "\x1b[31mred", "[red]", "+", "1984", "-", "'"],
    *["日本", "👑", "a\u2028b", "\u00a0", "straße", "STRASSE", "the king", "queen_consort", "\ufeffmark"],
]
ROWS = np.random.default_rng(1).normal(size=(len(WORDS), 5)).astype(np.float32)
ABSENT = ["", "absent", "kin", "the\nsign", "\n", "the\n", "\udc80", "\ud800", "the ", "\0"]


def in_memory(_: Path) -> VectorSpace:
    return MatrixSpace(WORDS, ROWS, "small")


def in_folder(tmp_path: Path) -> VectorSpace:
    return open_store(write_store(tmp_path, WORDS, ROWS))


def in_written_store(tmp_path: Path) -> VectorSpace:
    blocks = [(WORDS[first : first + 5], ROWS[first : first + 5]) for first in range(0, len(WORDS), 5)]
    write_written(tmp_path / "store", blocks, name="small")
    return open_store(tmp_path / "store")


def in_gensim(_: Path) -> VectorSpace:
    from gensim.models import KeyedVectors

    kv = KeyedVectors(5)
    kv.add_vectors(WORDS, ROWS)
    return from_keyed_vectors(kv, "small")


@pytest.fixture(params=[in_memory, in_folder, in_written_store, in_gensim])
def space(request: pytest.FixtureRequest, tmp_path: Path) -> VectorSpace:
    make: Callable[[Path], VectorSpace] = request.param
    return make(tmp_path)


def test_it_knows_its_name_and_its_size(space: VectorSpace) -> None:
    assert (space.name, len(space), space.dim) == ("small", len(WORDS), 5)


def test_word_and_row_are_inverse(space: VectorSpace) -> None:
    # More words than a store finds before it builds a dictionary, so that both ways are gone.
    assert len(WORDS) > FINDS_BEFORE_DICTIONARY
    assert [space.row(word) for word in WORDS] == list(range(len(WORDS)))
    assert [space.word(row) for row in range(len(WORDS))] == WORDS == list(space.words())


@pytest.mark.parametrize("word", ABSENT)
def test_an_absent_word_has_no_row(space: VectorSpace, word: str) -> None:
    for _ in range(FINDS_BEFORE_DICTIONARY + 1):
        assert space.row(word) is None


def test_without_subwords_no_word_is_composed(space: VectorSpace) -> None:
    assert [space.compose(word) for word in (*WORDS[:3], *ABSENT)] == [None] * (3 + len(ABSENT))


def test_no_word_beyond_the_last(space: VectorSpace) -> None:
    with pytest.raises(IndexError):
        space.word(len(WORDS))


@pytest.mark.parametrize("rows", [[], [3], [3, 0, 3], np.array([5, 1])])
def test_vectors_are_float64_in_the_order_asked(space: VectorSpace, rows: list[int]) -> None:
    vectors = space.vectors(rows)
    assert vectors.dtype == np.float64
    assert vectors.shape == (len(rows), 5)
    assert np.array_equal(vectors, ROWS[np.asarray(rows, int)])


def test_vectors_belong_to_the_caller(space: VectorSpace) -> None:
    space.vectors([0])[:] = 0
    assert np.array_equal(space.vectors([0]), ROWS[:1])


def test_lengths_are_euclidean(space: VectorSpace) -> None:
    lengths = space.lengths([4, 2, 4])
    assert lengths.dtype == np.float64
    assert lengths == pytest.approx(np.linalg.norm(ROWS[[4, 2, 4]], axis=1), rel=1e-6)


def test_blocks_cover_the_matrix_once(space: VectorSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vecalc.space.matrix, "BLOCK_ROWS", 7)
    blocks = list(space.blocks())
    assert [first for first, _, _ in blocks] == list(range(0, len(WORDS), 7))
    assert {(rows.dtype, lengths.dtype) for _, rows, lengths in blocks} == {(np.dtype("f4"), np.dtype("f8"))}
    assert np.array_equal(np.concatenate([rows for _, rows, _ in blocks]), ROWS)
    assert np.array_equal(
        np.concatenate([lengths for *_, lengths in blocks]), space.lengths(range(len(WORDS)))
    )


def test_nobody_can_write_into_a_space(space: VectorSpace) -> None:
    _, rows, _ = next(iter(space.blocks()))
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 1


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("king", ["king", "King", "KING"]),
        ("kInG", ["king", "King", "KING"]),
        (DECOMPOSED, [COMPOSED, DECOMPOSED, "CAFÉ"]),
        ("cafE\u0301", [COMPOSED, DECOMPOSED, "CAFÉ"]),
        ("strasse", ["straße", "STRASSE"]),
        ("queen", ["queen"]),
        ("\ufeff", []),
        ("absent", []),
    ],
)
def test_variants_differ_in_case_and_composition(space: VectorSpace, word: str, expected: list[str]) -> None:
    assert [WORDS[row] for row in space.variants(word)] == expected


@pytest.mark.parametrize(
    ("word", "likeliest"),
    [
        ("kign", "king"),  # the same letters win over the more frequent `sign`
        ("KIGN", "KING"),  # of the spellings of one word the one in the case that was typed
        ("qeen", "queen"),
        ("womann", "woman"),
        ("monarchie", "monarchy"),
        ("cafè", COMPOSED),
        ("kingdoms", "kingdom"),
    ],
)
def test_a_slip_suggests_the_word(space: VectorSpace, word: str, likeliest: str) -> None:
    assert space.near(word)[0] == likeliest


def test_near_words_are_few_different_and_really_near(space: VectorSpace) -> None:
    assert list(space.near("kign", 1)) == ["king"]
    assert list(space.near("kign", 9)) == ["king", "sign"]
    assert not space.near("ki")
    assert not space.near("xylophone")
    assert not space.near("king" * 100_000)


def test_of_equally_near_words_the_more_frequent_comes_first() -> None:
    words = ["bat", "cat", "hat"]
    assert list(MatrixSpace(words, np.ones((3, 2))).near("zat")) == words
    assert list(MatrixSpace(words[::-1], np.ones((3, 2))).near("zat")) == words[::-1]


def test_of_equal_words_the_first_row_counts(tmp_path: Path) -> None:
    words, rows = ["b", "a", "b"], np.eye(3, dtype=np.float32)
    store = open_store(write_store(tmp_path, words, rows))
    assert [store.row("b") for _ in range(FINDS_BEFORE_DICTIONARY + 2)] == [0] * (FINDS_BEFORE_DICTIONARY + 2)
    assert MatrixSpace(words, rows).row("b") == 0


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "int8"])
def test_a_matrix_of_any_type_is_read_as_numbers(kind: str) -> None:
    matrix = np.array([[3, -4], [0, 0]], kind)
    space = MatrixSpace(["a", "b"], matrix)
    assert space.vectors([0, 1]).tolist() == [[3, -4], [0, 0]]
    assert space.lengths([0, 1]).tolist() == [5, 0]
    assert [rows.dtype for _, rows, _ in space.blocks()] == [np.float32]


def test_lengths_of_float16_do_not_overflow() -> None:
    assert MatrixSpace(["a"], np.full((1, 4), 60_000, np.float16)).lengths([0])[0] == 120_000


def test_words_and_matrix_must_fit() -> None:
    with pytest.raises(ValueError, match="2 words do not fit a matrix of shape"):
        MatrixSpace(["a", "b"], np.ones((3, 2)))


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]) | st.just("\udc80")))
)
def test_both_vocabularies_answer_alike(words: list[str]) -> None:
    data = "".join(f"{word}\n" for word in words).encode("utf-8", "surrogateescape")
    file, memory = WordFile(data), WordList(words)
    assert list(file) == list(memory) == [file.word(row) for row in range(len(words))]
    assert [file.row(word) for word in words] == [memory.row(word) for word in words]


@given(st.lists(st.text()))
def test_folding_together_is_folding_one_by_one(words: list[str]) -> None:
    assert fold_all(words) == [fold(word) for word in words]


@given(st.text())
def test_folding_forgets_composition_and_is_done_once(word: str) -> None:
    spellings = [word, fold(word), *(unicodedata.normalize(form, word) for form in ("NFC", "NFD"))]
    assert {fold(spelling) for spelling in spellings} == {fold(word)}


def test_a_words_file_needs_no_last_newline() -> None:
    assert list(WordFile(b"a\nb")) == list(WordFile(b"a\nb\n")) == ["a", "b"]
    assert len(WordFile(b"")) == 0


# Stores: what may be in the folder


@pytest.mark.parametrize("kind", ["int8", "float16", "float32"])
def test_a_store_keeps_its_type(tmp_path: Path, kind: str) -> None:
    matrix = np.array([[3, -4], [127, 0]], kind)
    store = open_store(write_store(tmp_path, ["a", "b"], matrix), "mine")
    assert store.name == "mine"
    assert store.vectors([1, 0]).tolist() == [[127, 0], [3, -4]]
    assert store.lengths([0, 1]).tolist() == [5, 127]


def test_words_that_are_not_utf8_stay_reachable(tmp_path: Path) -> None:
    folder = write_store(tmp_path, ["a", "b"], ROWS[:2])
    (folder / "words.txt").write_bytes(b"a\nb\xff\n")
    store = open_store(folder)
    assert store.word(1) == "b\udcff"
    assert store.row("b\udcff") == 1


def test_load_opens_a_store(tmp_path: Path) -> None:
    loaded = load(write_store(tmp_path, WORDS, ROWS))
    assert (len(loaded.space), loaded.space.name, loaded.notes) == (len(WORDS), "small", ())


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"format": 2}, "a store of format 2; this version reads format 1"),
        ({"rows": 3}, r"facts.json promises float32 \[3, 5\], the file holds float32 \[2, 5\]"),
        ({"width": 6}, r"promises float32 \[2, 6\]"),
        ({"type": "float16"}, r"promises float16 \[2, 5\], the file holds float32"),
        ({"type": "object"}, "without its name, rows, width and type"),
        ({"rows": "2"}, "without its name, rows, width and type"),
        ({"rows": True}, "without its name, rows, width and type"),
        ({"rows": -2}, "without its name, rows, width and type"),
        ({"name": None}, "without its name, rows, width and type"),
    ],
)
def test_false_facts_are_found_out(tmp_path: Path, facts: dict[str, object], message: str) -> None:
    with pytest.raises(FileProblem, match=message) as caught:
        open_store(write_store(tmp_path, ["a", "b"], ROWS[:2], **facts))
    assert caught.value.where.startswith(str(tmp_path))
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000, '"a"', "\0", "null"])
def test_facts_that_are_no_facts(tmp_path: Path, text: str) -> None:
    (write_store(tmp_path, WORDS, ROWS) / "facts.json").write_text(text)
    with pytest.raises(FileProblem):
        open_store(tmp_path)


@pytest.mark.parametrize("name", ["facts.json", "vectors.npy", "lengths.npy", "words.txt"])
def test_a_missing_part_is_named(tmp_path: Path, name: str) -> None:
    (write_store(tmp_path, WORDS, ROWS) / name).unlink()
    with pytest.raises(FileProblem, match="no such file") as caught:
        open_store(tmp_path)
    assert caught.value.where == str(tmp_path / name)


@pytest.mark.parametrize("name", ["vectors.npy", "lengths.npy", "words.txt"])
@pytest.mark.parametrize("lost", [5, 8, 40, 1000])
def test_a_cut_part_is_found_out(tmp_path: Path, name: str, lost: int) -> None:
    path = write_store(tmp_path, ["one", "two"], ROWS[:2]) / name
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(FileProblem) as caught:
        open_store(tmp_path)
    assert caught.value.where == str(path)


def test_an_array_of_objects_is_never_unpickled(tmp_path: Path) -> None:
    marker = tmp_path / "code was run"
    folder = write_store(tmp_path / "store", ["a"], ROWS[:1])

    class Payload:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (marker,))

    np.save(folder / "vectors.npy", np.array([[Payload()]], object), allow_pickle=True)
    with pytest.raises(FileProblem):
        open_store(folder)
    assert not marker.exists()


def test_lack_of_open_files_is_not_the_files_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more(*_: object) -> int:
        raise OSError(24, "Too many open files")

    write_store(tmp_path, WORDS, ROWS)
    monkeypatch.setattr(os, "open", no_more)
    with pytest.raises(StorageProblem, match="too many files open"):
        open_store(tmp_path)


def test_opening_a_store_loads_nothing_it_does_not_need(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from vecalc.space.store import open_store
from vecalc.space.store_writer import write_store as write_written
space = open_store(Path({str(write_store(tmp_path, WORDS, ROWS))!r}))
space.vectors([space.row("king")]), space.variants("KING")
unwanted = {{"gensim", "rapidfuzz", "gzip", "dataclasses", "importlib.resources"}}
print(sorted(unwanted & set(sys.modules)), [m for m in sys.modules if m.startswith("vecalc.formats")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"


# KeyedVectors: what may be handed over


def test_keyed_vectors_are_shared_not_copied() -> None:
    vectors = np.ones((3, 2), np.float16)
    kv = SimpleNamespace(key_to_index={"a": 0, "b": 1}, index_to_key=["a", "b"], vectors=vectors)
    space = from_keyed_vectors(kv)
    assert len(space) == 2  # room for a third word is left out
    vectors[1] = 7
    assert space.vectors([1]).tolist() == [[7, 7]]
    assert vectors.flags.writeable


def test_a_model_is_taken_by_its_vectors() -> None:
    kv = SimpleNamespace(key_to_index={"a": 0}, index_to_key=["a"], vectors=np.ones((1, 2)))
    assert from_keyed_vectors(SimpleNamespace(wv=kv), "model").name == "model"


@pytest.mark.parametrize("other", [None, "king", {"king": 1}, np.ones(3)])
def test_other_objects_are_refused_by_name(other: object) -> None:
    with pytest.raises(TypeError, match=f"{type(other).__name__} is not a gensim KeyedVectors"):
        from_keyed_vectors(other)


def test_keys_must_be_strings_or_whole_numbers() -> None:
    kv = SimpleNamespace(key_to_index={7.5: 0}, index_to_key=[7.5], vectors=np.ones((1, 2)))
    with pytest.raises(TypeError, match="keys of the KeyedVectors must be strings or whole"):
        from_keyed_vectors(kv)


def test_facts_may_say_more(tmp_path: Path) -> None:
    folder = write_store(tmp_path, WORDS, ROWS, licence="MIT", digest={"vectors.npy": "..."})
    assert "licence" in json.loads((folder / "facts.json").read_text())
    assert len(open_store(folder)) == len(WORDS)
