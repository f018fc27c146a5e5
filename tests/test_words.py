"""`vecalc words`: what is in a model, by pattern and by rank."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from data import as_text
from running import ESCAPE, FAMILY, HARD, vecalc, write_model

WORDS = [line.split(" ")[0] for line in FAMILY.read_text("utf-8").splitlines()[1:]]


def words(*arguments: str | Path) -> list[str]:
    done = vecalc("words", "-m", FAMILY, *arguments, "--no-header")
    assert (done.code, done.err) == (0, "")
    return [line.split("\t")[1] for line in done.out.splitlines()]


def test_without_a_pattern_all_words_by_frequency() -> None:
    assert words() == WORDS
    assert words("-k", "3") == WORDS[:3]


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [("k*", lambda w: w[0] == "k"), ("*en", lambda w: w.endswith("en")), ("/^.{4}$/", lambda w: len(w) == 4)],
)
def test_words_that_match(pattern: str, matches: object) -> None:
    assert words(pattern) == list(filter(matches, WORDS))  # type: ignore[call-overload]


def test_rank_and_length_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "m.txt").write_bytes(as_text(["a", "b", "ab"], np.array([[3, -4], [0, 0], [-1, 0]])))
    done = vecalc("words", "-m", tmp_path / "m.txt", "*b", "--json")
    assert done.records[0]["rows"] == [
        {"rank": 2, "word": "b", "length": 0.0},
        {"rank": 3, "word": "ab", "length": 1.0},
    ]
    assert vecalc("words", "-m", tmp_path / "m.txt", "*b", VECALC_NORM="unit", VECALC_TOP="1").out == (
        "# rank\tword\tlength\n2\tb\t0\n3\tab\t1\n"
    )


def test_what_is_not_shown_is_counted() -> None:
    assert f"and {len(WORDS) - 2} more" in vecalc("words", "-m", FAMILY, "-k", "2", "--format", "table").out


def test_only_the_first_words() -> None:
    assert words("--first", "4") == WORDS[:4]
    assert words("k*", "--first", "4") == [word for word in WORDS[:4] if word[0] == "k"]


def test_only_the_number() -> None:
    assert vecalc("words", "-m", FAMILY, "--count").out == f"{len(WORDS)}\n"
    assert vecalc("words", "-m", FAMILY, "--count", "--json").records[0]["rows"] == [{"words": len(WORDS)}]
    done = vecalc("words", "-m", FAMILY, "zzz*", "--count")
    assert (done.code, done.out) == (1, "0\n")


@pytest.mark.parametrize("pattern", ["kign", "kign*", "/^kign$/", "KING"])
def test_when_nothing_matches_near_spellings_are_named(pattern: str) -> None:
    done = vecalc("words", "-m", FAMILY, pattern)
    assert (done.code, done.out) == (1, "")
    assert f"no word matches {pattern}; near it: king ({WORDS.index('king') + 1})" in done.err


def test_when_nothing_is_near_nothing_is_named() -> None:
    assert vecalc("words", "-m", FAMILY, "xylophone").err == "vecalc: note: no word matches xylophone\n"


def test_words_of_any_kind_are_found_and_harmless(tmp_path: Path) -> None:
    path = write_model(tmp_path / "hard.txt", HARD)
    for form in ("plain", "table", "markdown"):
        assert "\x1b" not in vecalc("words", "-m", path, "--format", form, terminal=True, NO_COLOR="1").out
    rows = vecalc("words", "-m", path, "--json", "*").records[0]["rows"]
    assert [row["word"] for row in rows] == HARD
    assert [
        row["word"] for row in vecalc("words", "-m", path, "--json", f"{ESCAPE[:1]}*").records[0]["rows"]
    ] == [ESCAPE]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["/(/"], "vecalc words: /(/ is not a regular expression"),
        (["a", "b"], "one pattern at a time"),
        (["-k", "0"], "-k"),
        (["--format", "vector"], "'vector' is for vectors, this is a table"),
        (["-m", "x=a", "-m", "y=b"], "one model at a time"),
    ],
)
def test_mistakes(arguments: list[str], told: str) -> None:
    done = vecalc("words", *arguments)
    assert done.code == 2
    assert told in done.err
    assert len(done.err.splitlines()) == 1
