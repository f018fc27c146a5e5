"""spaCy's vectors: its hash, its map from keys to rows, its folders, and what is wrong with some of them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from array_files import problem
from bounded import bounded, memory_for
from hypothesis import given
from hypothesis import strategies as st
from spacy_files import in_spacy, murmur, packed, packed_integer
from vector_files import replaced

from vecalc.codecs.murmur import hashes
from vecalc.errors import FileProblem
from vecalc.formats.load import load
from vecalc.formats.spacy_words import key_to_row, keys_of, symbols
from vecalc.library import open_model, vector_models

WORDS = ["king", "queen", "日本", "prince", "duck|NOUN", "New York"]
WITH_A_SYMBOL = ["king", "queen", "日本", "agent", "duck|NOUN", "New York"]  # which spaCy has a number for
ROWS = np.random.default_rng(12).normal(size=(6, 3)).astype(np.float32)
# What spaCy 3.8 says: `spacy.strings.hash_string`, and `spacy.symbols.IDS`.
HASHES = {
    "a": 11901859001352538922,
    "king": 7464393751932445219,
    "12345678": 9871996032675327904,
    "123456789": 2056675840866671865,
    "日本": 2324319125191504834,
    "hello world, this": 5149825115649590268,
}
SYMBOLS = {
    "IS_ALPHA": 1,
    "ORTH": 65,
    "NOUN": 92,
    "SPACE": 103,
    "PERSON": 380,
    "agent": 401,
    "root": 449,
    "_": 456,
}


# --- the hash ---------------------------------------------------------------------------------


def test_words_have_the_hashes_that_spacy_gives_them() -> None:
    assert keys_of(list(HASHES)).tolist() == list(HASHES.values())
    assert keys_of([*SYMBOLS, ""]).tolist() == [*SYMBOLS.values(), 0]
    assert len(set(symbols().values())) == len(symbols())


@given(texts=st.lists(st.binary(max_size=40), max_size=30))
def test_many_are_hashed_at_once_as_one_by_one(texts: list[bytes]) -> None:
    assert hashes(texts).tolist() == [murmur(text) for text in texts]


def test_a_long_text_among_short_ones() -> None:
    texts = [b"x" * size for size in (0, 1, 7, 8, 9, 100_000, 64, 3)]
    assert hashes(texts).tolist() == [murmur(text) for text in texts]


# --- folders ----------------------------------------------------------------------------------


def read(path: Path) -> dict[str, list[float]]:
    space = load(path).space
    return dict(zip(space.words(), space.vectors(range(len(space)), np.float32).tolist(), strict=True))


def in_order(words: list[str]) -> dict[str, int]:
    return {word: row for row, word in enumerate(words)}


@pytest.mark.parametrize("inner", [".", "vocab", "xx_made-1.0/vocab"])
def test_the_folders_of_vectors_of_a_pipeline_and_of_a_package(inner: str, tmp_path: Path) -> None:
    folder = in_spacy(tmp_path / inner, in_order(WITH_A_SYMBOL), ROWS, {"agent": 401})
    (tmp_path / "meta.json").write_text("{}")
    (tmp_path / "tok2vec").mkdir()
    for path in (tmp_path, folder, folder / "vectors"):
        assert read(path) == dict(zip(WITH_A_SYMBOL, ROWS.tolist(), strict=True))
        assert load(path).notes == ()


def test_two_pipelines_in_a_folder_have_to_be_named(tmp_path: Path) -> None:
    for name in ("one", "two"):
        in_spacy(tmp_path / name / "vocab", in_order(WORDS), ROWS)
    said = problem(tmp_path)
    assert "several models: one/vocab/vectors, two/vocab/vectors" in said.message


def test_words_that_share_rows_come_behind_those_that_were_first(tmp_path: Path) -> None:
    """As `prune_vectors` leaves them: so --first N asks one word of each row."""
    shared = {"king": 0, "queen": 1, "prince": 0, "rex": 0, "regina": 1, "duke": 2}
    in_spacy(tmp_path, shared, ROWS)
    loaded = load(tmp_path)
    assert list(loaded.space.words()) == ["king", "queen", "duke", "prince", "rex", "regina"]
    assert read(tmp_path) == {word: ROWS[row].tolist() for word, row in shared.items()}
    assert "6 words share 3 rows" in loaded.notes[1]
    assert "--first 3 takes one of each" in loaded.notes[1]
    assert "rows without a word in key2row, left out: 3" in loaded.notes[0]


def test_many_words_that_share_rows(tmp_path: Path) -> None:
    rows = np.arange(30_000, dtype=np.float32).reshape(-1, 1)
    drawn = np.random.default_rng(2).integers(0, 30_000, 60_000)
    shared = {f"w{i}": int(row) for i, row in enumerate(drawn)}
    in_spacy(tmp_path, shared, rows)
    assert read(tmp_path) == {word: [float(row)] for word, row in shared.items()}


def test_floret_is_named(tmp_path: Path) -> None:
    in_spacy(tmp_path, {}, ROWS)
    (tmp_path / "vectors.cfg").write_text('{"mode":"floret","minn":2,"maxn":3,"hash_count":2}')
    said = problem(tmp_path)
    assert "floret" in said.message
    assert "nlp.vocab[word].vector" in said.hint
    (tmp_path / "vectors.cfg").write_text('["default"]')
    assert "of a kind" in problem(tmp_path).message


def test_keys_without_a_word_or_a_row_are_left_out(tmp_path: Path) -> None:
    in_spacy(tmp_path, in_order(WORDS), ROWS)
    keys = {murmur(word.encode()): row for row, word in enumerate(WORDS)} | {12345: 2, murmur(b"x"): 1, 0: 1}
    keys[murmur(b"king")] = -1
    (tmp_path / "key2row").write_bytes(packed(keys))
    assert list(load(tmp_path).space.words()) == WORDS[1:]
    assert "4 keys of key2row have no word in strings.json, or no row: left out" in load(tmp_path).notes


@pytest.mark.parametrize("rows", [{"king": 6}, {"king": 1 << 40}])
def test_28_rows_that_there_are_none_of(rows: dict[str, int], tmp_path: Path) -> None:
    in_spacy(tmp_path, rows, ROWS)
    assert problem(tmp_path).message == "there are 6 rows and 1 words in key2row"


def test_28_keys_of_another_model(tmp_path: Path) -> None:
    in_spacy(tmp_path, in_order(WORDS), ROWS)
    (tmp_path / "strings.json").write_text('["other", "words"]')
    assert "none of the 6 keys of key2row has a word in strings.json" in problem(tmp_path).message


# --- damage and change ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not sound JSON"),
        ('{"a": 1}', "no list of words"),
        ('["a", 1]', "no list of words"),
        ("[" * 100_000, "far more lists"),
    ],
)
def test_strings_that_are_none(text: str, message: str, tmp_path: Path) -> None:
    in_spacy(tmp_path, in_order(WORDS), ROWS)
    (tmp_path / "strings.json").write_text(text)
    said = problem(tmp_path)
    assert message in said.message
    assert said.where == str(tmp_path / "strings.json")


MAP = packed({murmur(word.encode()): row for row, word in enumerate([*WORDS, *"abcdefghijkl"])})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x93\1\2\3", "does not begin with a map"),
        (b"\xdf\xff\xff\xff\xff\1\1", "promises 4,294,967,295 entries, and has 7 bytes"),
        (b"\x81\xa1a\1", "byte 1 begins no integer"),
        (b"\x81\xcf\1\2", "cut short"),
        (b"\xdf\0", "cut short"),
        (b"\x81\1\2\3", "1 bytes follow the map"),
        (b"\x80", "no key"),
        (b"\x81\xff\1", "no key, or one that is no hash"),
        (b"\x81\1\xcf" + b"\xff" * 8, "a row that there can't be"),
    ],
)
def test_maps_that_are_none(data: bytes, message: str, tmp_path: Path) -> None:
    in_spacy(tmp_path, in_order(WORDS), ROWS)
    (tmp_path / "key2row").write_bytes(data)
    said = problem(tmp_path)
    assert message in said.message
    assert said.where == str(tmp_path / "key2row")


@given(
    entries=st.dictionaries(st.integers(0, 2**64 - 1), st.integers(-(2**63), 2**62), min_size=1, max_size=40)
)
def test_what_msgpack_writes_is_read(entries: dict[int, int]) -> None:
    keys, rows = key_to_row(packed(entries), Path("key2row"))
    assert dict(zip(keys.tolist(), rows.tolist(), strict=True)) == entries


def test_shorter_maps_and_signed_integers(tmp_path: Path) -> None:
    data = b"\xde\0\2" + packed_integer(5) + b"\xd0\xff" + packed_integer(300) + b"\xd1\0\7"
    keys, rows = key_to_row(data, Path("key2row"))
    assert (keys.tolist(), rows.tolist()) == ([5, 300], [-1, 7])


def test_damaged_maps_end_in_a_map_or_a_problem() -> None:
    rng = random.Random(5)  # noqa: S311
    for _ in range(20_000):
        data = bytearray(MAP)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(20 if rng.random() < 0.3 else len(data))] = rng.randrange(256)
        del data[rng.choice([len(data), rng.randrange(len(data))]) :]
        try:
            keys, rows = key_to_row(bytes(data), Path("key2row"))
        except FileProblem as said:
            assert "key2row" in said.where  # noqa: PT017
        else:
            assert len(keys) == len(rows) > 0


@pytest.mark.parametrize("name", ["vectors", "key2row", "strings.json", "vectors.cfg"])
def test_damaged_folders_end_in_a_space_or_a_problem(name: str, tmp_path: Path) -> None:
    in_spacy(tmp_path, in_order(WORDS), ROWS)
    good = (tmp_path / name).read_bytes()
    rng = random.Random(name)  # noqa: S311
    for _ in range(150):
        data = bytearray(good)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        if rng.random() < 0.3:
            del data[rng.randrange(len(data)) :]
        (tmp_path / name).write_bytes(data)
        try:
            assert len(load(tmp_path, skip_bad_rows=True).space)
        except FileProblem as said:
            assert str(tmp_path) in said.where  # noqa: PT017


@pytest.mark.parametrize("name", ["vectors", "key2row", "strings.json", "vectors.cfg"])
def test_37_each_file_of_a_folder_is_watched_by_the_cache(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(vector_models, "WORTH_STORING", 0)
    folder = in_spacy(tmp_path / "model", in_order(WORDS), ROWS)
    assert list(open_model.load(folder).space.words()) == WORDS
    other = in_spacy(tmp_path / "other", in_order(WORDS[::-1]), 2 * ROWS)
    (other / "strings.json").write_text(json.dumps([*WORDS, "king "]))
    (other / "vectors.cfg").write_text('{"mode": "floret"}')
    (folder / name).write_bytes((other / name).read_bytes())
    replaced(folder / name)
    try:
        space = open_model.load(folder).space
    except FileProblem as said:
        assert name == "vectors.cfg"
        assert "floret" in said.message  # noqa: PT017
    else:
        assert list(space.words()) == (WORDS[::-1] if name == "key2row" else WORDS)
        assert (
            space.vectors([0], np.float32)[0].tolist() == ((2 if name == "vectors" else 1) * ROWS[0]).tolist()
        )


@pytest.mark.parametrize("name", ["key2row", "strings.json"])
def test_2_a_missing_file_makes_it_an_array_without_words(name: str, tmp_path: Path) -> None:
    in_spacy(tmp_path, in_order(WORDS), ROWS)
    (tmp_path / name).unlink()
    assert "no list of words beside it" in problem(tmp_path / "vectors").message
    assert "a folder, and not a vecalc store" in problem(tmp_path).message


HOSTILE = {
    "a million strings": json.dumps([f"w{i}" for i in range(1_000_000)]),
    "a million of the same": json.dumps([""] * 1_000_000),
    "one long string": json.dumps(["x" * 5_000_000, "king"]),
    "strings of all lengths": json.dumps(["x" * 8 * i for i in range(1_000)]),
    "lists": "[" + "[]," * 1_000_000 + "[]]",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_90_hostile_strings_take_little(kind: str, tmp_path: Path) -> None:
    folder = in_spacy(tmp_path / "model", in_order(WORDS), ROWS)
    (folder / "strings.json").write_text(HOSTILE[kind])
    memory = memory_for(*folder.iterdir())
    taken = bounded("-m", folder, "king", memory=memory)
    assert taken.code == 4
    assert len(taken.err.splitlines()) == 1
