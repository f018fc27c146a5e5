"""`vecalc models check`: what is wrong with a model is found, however bad, and what is right left alone."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data import as_binary, as_text, data_file, needs_data
from hypothesis import given
from hypothesis import strategies as st
from running import FAMILY, vecalc

from vecalc.space.store_writer import write_store
from vecalc.studies.check import word_check as of_words
from vecalc.studies.check.geometry import geometry
from vecalc.studies.check.row_check import Drawn, RowsSeen, repeated

RANDOM = np.random.default_rng(3)
WORDS = [f"w{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}" for i in range(2_000)]
ROWS = RANDOM.normal(size=(2_000, 20)).astype(np.float32)


def sheets(path: Path | str, *options: str, code: int = 0) -> dict[str, Any]:
    done = vecalc("models", "check", path, "--json", "--sample", "500", *options)
    assert (done.code, done.err) == (code, "")
    return {sheet["sheet"]: sheet["rows"] for sheet in json.loads(done.out)}


def findings(path: Path, code: int = 1) -> dict[str, dict[str, Any]]:
    return {row["finding"]: row for row in sheets(path, code=code)["findings"]}


def found(path: Path, code: int = 1) -> dict[str, int]:
    """What was found at all, and how often."""
    return {what: row["count"] for what, row in findings(path, code).items() if row["count"]}


def model(folder: Path, words: list[str], rows: np.ndarray[Any, Any], binary: bool = True) -> Path:
    path = folder / "model"
    path.write_bytes((as_binary if binary else as_text)(words, rows))
    return path


def test_a_sound_model_has_nothing_wrong(tmp_path: Path) -> None:
    told = sheets(model(tmp_path, WORDS, ROWS))
    assert list(told) == ["model", "findings", "lengths", "geometry"]
    assert {row["verdict"] for row in told["findings"]} == {"ok"}
    (row,) = told["model"]
    assert (row["words"], row["width"], row["type"]) == (2_000, 20, "float32")


def test_a_small_model_can_be_checked_too() -> None:
    assert sheets(FAMILY)["model"][0]["words"] == 13


@pytest.mark.parametrize(
    ("misread", "what"),
    [
        ("-1.{}5", "words that are decimal numbers"),
        ("word,-0.{}", "words that end with a comma and a number"),
        ('"word{}"', "words in quotes"),
        ("{}\tword", "words behind a number and a blank"),
        ("word{},", "words that end with a delimiter"),
    ],
)
def test_a_vocabulary_that_was_misread_is_wrong(misread: str, what: str, tmp_path: Path) -> None:
    """A store of an earlier version, or made by another program: its words are all that is left."""
    words = [misread.format(i) for i in range(100)]
    write_store(tmp_path / "store", [(words, ROWS[:100])], name="x")
    told = findings(tmp_path / "store")[what]
    assert (told["count"], told["verdict"]) == (100, "wrong")
    write_store(tmp_path / "few", [([*words[:40], *WORDS[:60]], ROWS[:100])], name="x")
    code = int("\t" in misread)  # a tab is a control character
    few = {row["finding"]: row for row in sheets(tmp_path / "few", code=code)["findings"]}
    assert (few[what]["count"], few[what]["verdict"]) == (40, "ok")


@pytest.mark.parametrize("binary", [True, False])
def test_bad_rows_are_counted_and_named(binary: bool, tmp_path: Path) -> None:
    rows = ROWS.copy()
    rows[[3, 7, 8]] = np.array([np.nan, np.inf, 0])[:, None]
    rows[1_000:1_030] = rows[0]
    path = model(tmp_path, WORDS, rows, binary)
    assert found(path) == {
        "rows with nan or infinity": 2,
        "zero rows, which have no direction": 1,
        "rows that repeat another row": 30,
    }
    told = findings(path)
    assert told["rows with nan or infinity"]["examples"] == f"{WORDS[3]} (row 4), {WORDS[7]} (row 8)"
    assert told["rows that repeat another row"]["examples"].startswith(f"{WORDS[1000]} = {WORDS[0]}, ")
    assert {what: row["verdict"] for what, row in told.items() if row["count"]} == {
        "rows with nan or infinity": "wrong",
        "zero rows, which have no direction": "note",
        "rows that repeat another row": "wrong",
    }


def test_a_few_equal_rows_are_worth_a_note(tmp_path: Path) -> None:
    rows = ROWS.copy()
    rows[5] = rows[4]
    assert found(model(tmp_path, WORDS, rows), code=0) == {"rows that repeat another row": 1}


def test_bad_words_are_counted_and_named(tmp_path: Path) -> None:
    words = WORDS.copy()
    words[10:17] = ["Waaa", "12,345.6", "...", "a\x1bb", "new\u00a0york", "b\udcffd", "waaa"]
    rows = findings(model(tmp_path, words, ROWS))
    assert {what: (row["count"], row["verdict"]) for what, row in rows.items() if row["count"]} == {
        "repeated words": (1, "wrong"),
        "repeated words in another case": (1, "ok"),
        "words that are not UTF-8": (1, "wrong"),
        "words with control characters": (1, "wrong"),
        "words with blanks inside": (1, "note"),
        "numbers": (1, "ok"),
        "punctuation alone": (1, "ok"),
    }
    assert rows["repeated words"]["examples"] == "waaa (row 17)"


def test_what_stops_a_reader_is_a_finding(tmp_path: Path) -> None:
    whole = as_binary(WORDS, ROWS)
    for name, data, words in [
        ("cut", whole[:50_000], None),
        ("promises more", whole.replace(b"2000 20", b"2500 20", 1), None),
        ("a pickle", b"\x80\x04\x95" + bytes(100), 0),
        ("nothing", b"", 0),
        ("noise", RANDOM.bytes(5_000), 0),
        ("gzip cut", gzip.compress(whole)[:-20], None),
    ]:
        path = tmp_path / name
        path.write_bytes(data)
        told = sheets(path, code=1)
        first = told["findings"][0]
        assert (first["finding"], first["count"]) == ("places where reading stopped", 1)
        assert str(path) in first["examples"]
        if words is not None:
            assert told["model"][0]["words"] == words


def test_more_rows_than_the_header_promises_are_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(as_text(WORDS, ROWS).replace(b"2000 20", b"1990 20", 1))
    assert sum(row["verdict"] == "wrong" for row in findings(path).values()) == 1


def test_malformed_rows_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(as_text(WORDS, ROWS, header=False) + b"short 1 2 3\n" + b"odd " + b"x " * 20 + b"\n")
    wrong = [row["count"] for row in findings(path).values() if row["verdict"] == "wrong"]
    assert sum(wrong) == 2


def test_a_store_is_checked_by_its_digests(tmp_path: Path) -> None:
    store = tmp_path / "store"
    write_store(store, [(WORDS, ROWS)], name="it", kind="float16")
    assert sheets(store)["model"][0]["type"] == "float16"
    data = bytearray((store / "codes.npy").read_bytes())
    data[-1] ^= 1
    (store / "codes.npy").write_bytes(data)
    assert found(store) == {"codes.npy: not what was written, by its digest": 1}


def test_what_the_cache_keeps_is_checked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    rows = np.random.default_rng(0).normal(size=(14_000, 20)).astype(np.float32)
    path = model(tmp_path, [f"{word}{i}" for i in range(7) for word in WORDS], rows)
    vecalc("-m", path, "waaa0")
    (store,) = (tmp_path / "cache" / "models").iterdir()
    assert found(path, code=0).get("the cache's codes.npy: not what was written, by its digest") is None
    data = bytearray((store / "codes.npy").read_bytes())
    data[-1] ^= 1
    (store / "codes.npy").write_bytes(data)
    assert found(path)["the cache's codes.npy: not what was written, by its digest"] == 1


def test_the_starter_is_sound() -> None:
    told = sheets("starter")
    assert told["model"][0]["order"] == "by frequency"
    assert {row["verdict"] for row in told["findings"]} <= {"ok", "note"}


@pytest.mark.parametrize(("name", "code"), [("nowhere.bin", 4), (".", 4), ("a\0b", 4)])
def test_what_is_not_there_is_an_error(name: str, code: int) -> None:
    done = vecalc("models", "check", name)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)


def test_a_list_of_words_is_looked_for(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("\ufeffking\r\nQUEEN\n\nking\nxyzzy\n", "utf-8")
    rows = sheets(FAMILY, "--words", str(words))["coverage"]
    told = {row["words"]: (row["count"], row["share"]) for row in rows}
    assert told == {
        "as written": (1, pytest.approx(1 / 3)),
        "in another case": (1, pytest.approx(1 / 3)),
        "missing": (1, pytest.approx(1 / 3)),
    }
    assert "missing: xyzzy" in vecalc("models", "check", FAMILY, "--words", words, "--format", "table").out
    assert vecalc("models", "check", FAMILY, "--words", "nowhere").code == 4


def test_the_lengths_are_those_of_all_sound_rows(tmp_path: Path) -> None:
    rows = ROWS.copy()
    rows[0] = np.nan
    bins = sheets(model(tmp_path, WORDS, rows), code=1)["lengths"]
    lengths = np.linalg.norm(rows[1:].astype(np.float64), axis=1)
    assert sum(row["rows"] for row in bins) == 1_999
    assert (bins[0]["from"], bins[-1]["to"]) == pytest.approx((lengths.min(), lengths.max()), rel=1e-6)


def test_the_order_is_guessed(tmp_path: Path) -> None:
    def order(words: list[str]) -> str:
        rows = RANDOM.normal(size=(len(words), 4)).astype(np.float32)
        return str(sheets(model(tmp_path, words, rows))["model"][0]["order"])

    import vecalc as api

    known = list(api.starter().words())[:3_000]
    shuffled = [known[i] for i in RANDOM.permutation(len(known))]
    assert order(known) == "by frequency"
    assert order(sorted(known)) == "alphabetical"
    assert order(shuffled) == "not by frequency"
    assert order([f"{word}x" for word in shuffled]) == "can't be told"


# --- the sample -----------------------------------------------------------------------------


def seen(rows: np.ndarray[Any, Any], size: int, block: int, seed: int = 0) -> RowsSeen:
    found = RowsSeen(size, seed)
    for first in range(0, len(rows), block):
        found.add(rows[first : first + block])
    return found


def test_the_blocks_make_no_difference_and_the_seed_does() -> None:
    one, two, other = seen(ROWS, 50, 7), seen(ROWS, 50, 1_024), seen(ROWS, 50, 7, seed=1)
    assert np.array_equal(one.drawn().numbers, two.drawn().numbers)
    assert np.array_equal(one.drawn().vectors, ROWS[one.drawn().numbers])
    assert len(set(one.drawn().numbers)) == 50
    assert not np.array_equal(one.drawn().numbers, other.drawn().numbers)
    assert one.equal() == two.equal() == []


def test_every_row_is_drawn_as_often_as_any_other() -> None:
    counts = np.zeros(20)
    for seed in range(400):
        counts[seen(ROWS[:20], 5, 6, seed).drawn().numbers] += 1
    assert counts.sum() == 2_000
    assert counts.min() > 60  # 100 on average, with a deviation of 9
    assert counts.max() < 140


@given(st.lists(st.lists(st.sampled_from([0.0, -0.0, 1.0, 2.0, 0.5, 3e38, 1e-40]), min_size=3, max_size=3)))
def test_equal_rows_are_those_that_are_equal(numbers: list[list[float]]) -> None:
    rows = np.array(numbers, np.float32).reshape(-1, 3)
    expected = []
    for i, row in enumerate(rows):
        first = next(j for j in range(i + 1) if np.array_equal(rows[j], row))
        if first < i and row.any():
            expected.append((i, first))
    assert seen(rows, 10, 4).equal() == expected


@given(st.lists(st.integers(0, 5)))
def test_repeats_are_found_with_their_first(keys: list[int]) -> None:
    assert repeated(np.array(keys, np.uint64)) == [
        (i, keys.index(key)) for i, key in enumerate(keys) if key in keys[:i]
    ]


# --- geometry -------------------------------------------------------------------------------


def drawn(vectors: np.ndarray[Any, Any]) -> Drawn:
    return Drawn(np.arange(len(vectors)), vectors.astype(np.float32))


def test_the_mean_cosine_is_that_of_all_pairs() -> None:
    vectors = RANDOM.normal(size=(60, 8)) + 1
    told = geometry(drawn(vectors))
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = (units @ units.T)[np.triu_indices(60, 1)]
    assert told is not None
    assert told.cosine == pytest.approx(cosines.mean(), abs=1e-6)


def test_occurrences_are_those_of_brute_force() -> None:
    vectors = RANDOM.normal(size=(300, 6))
    told = geometry(drawn(vectors))
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -2)
    counts = np.bincount(np.argsort(-cosines, axis=1)[:, :10].ravel(), minlength=300)
    spread = (counts - counts.mean()) / counts.std()
    assert told is not None
    assert told.skewness == pytest.approx((spread**3).mean(), rel=1e-6)
    assert told.hubs[0] == (int(counts.argmax()), int(counts.max()))
    assert told.orphans == pytest.approx((counts == 0).mean())


def test_variance_is_shared_among_the_directions_it_has() -> None:
    flat = RANDOM.normal(size=(100, 2)) @ RANDOM.normal(size=(2, 30)) + 5
    told = geometry(drawn(flat))
    assert told is not None
    assert told.shares[2] == pytest.approx(1)
    assert 0.5 < told.shares[1] < 1
    wide = geometry(drawn(RANDOM.normal(size=(10, 200))))
    assert wide is not None
    assert wide.shares[10] == pytest.approx(1)


@pytest.mark.parametrize("rows", [0, 1])
def test_one_row_has_no_geometry(rows: int) -> None:
    assert geometry(drawn(np.ones((rows, 3)))) is None


def test_equal_rows_have_a_geometry() -> None:
    told = geometry(drawn(np.ones((5, 3))))
    assert told is not None
    assert (told.cosine, told.shares) == (pytest.approx(1), {})


def test_rank_correlations() -> None:
    rising = np.arange(10.0)
    assert of_words.rank_correlation(rising, rising**3) == pytest.approx(1)
    assert of_words.rank_correlation(rising, -rising) == pytest.approx(-1)
    assert of_words.rank_correlation(rising, np.ones(10)) is None


@needs_data
def test_real_models_are_sound() -> None:
    for name in (
        "glove-twitter-11925x25/glove-twitter-11925x25.glove.txt.gz",
        "googlenews-8000x300/googlenews-8000x300.w2v.txt.gz",
        "bpemb-en-1000x25/en.wiki.bpe.vs1000.d25.w2v.bin",
    ):
        told = sheets(data_file(name))
        assert {row["verdict"] for row in told["findings"]} <= {"ok", "note"}, name


# --- tokens that were hardly trained ------------------------------------------------------------------

LONG = "rows of an unusual length"
CROWD = "rows nearly in one direction, of the 1,000 shortest"


@pytest.mark.parametrize(("times", "seen"), [(0.1, 3), (10.0, 3), (0.6, 0), (1.7, 0), (1.0, 0)])
def test_rows_of_an_unusual_length_are_a_note(times: float, seen: int, tmp_path: Path) -> None:
    rows = ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True)  # one length, in floats
    rows[[5, 70, 900]] *= np.float32(times)
    row = findings(model(tmp_path, WORDS, rows), code=0)[LONG]
    assert (row["count"], row["verdict"]) == (seen, "note" if seen else "ok")
    if seen:
        assert row["examples"] == ", ".join(f"{WORDS[i]} (row {i + 1})" for i in (5, 70, 900))


def test_lengths_that_vary_are_not_unusual(tmp_path: Path) -> None:
    """As those of words do that are trained by frequency: twentyfold between the shortest and the longest."""
    rows = ROWS * np.geomspace(0.2, 4, len(ROWS)).astype(np.float32)[:, None]
    assert not findings(model(tmp_path, WORDS, rows), code=0)[LONG]["count"]


@pytest.mark.parametrize(("count", "seen"), [(19, 0), (20, 20), (300, 300), (1_500, 1_000)])
def test_short_rows_in_one_direction_are_a_note(count: int, seen: int, tmp_path: Path) -> None:
    rows = ROWS.copy()
    chosen = np.arange(1, len(rows))[:count]
    rows[chosen] = 0.5 * ROWS[0] + 0.01 * ROWS[chosen]
    row = findings(model(tmp_path, WORDS, rows), code=0)[CROWD]
    assert (row["count"], row["verdict"]) == (seen, "note" if seen else "ok")


def test_zero_rows_and_those_that_are_not_finite_are_in_no_crowd(tmp_path: Path) -> None:
    rows = ROWS.copy()
    rows[:30], rows[30:60] = 0, np.nan
    told = findings(model(tmp_path, WORDS, rows))
    assert told["zero rows, which have no direction"]["count"] == 30
    assert (told[CROWD]["count"], told[LONG]["count"]) == (0, 0)
