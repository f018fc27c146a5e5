"""`vecalc diff`: one expression in several models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from data import as_text
from hypothesis import given
from hypothesis import strategies as st
from running import FAMILY, vecalc

from vecalc.studies.diff.side_by_side import agreement, rank_biased_overlap

WORDS = ["man", "woman", "king", "queen", "prince", "bread"]
OLD = np.array(
    [[0, 2, 0, 0.1], [0, 0, 2, 0.1], [2, 2, 0, 0], [2, 0, 2, 0], [1.5, 1.8, 0.2, 0], [0.1, 0.1, 0.1, 2]]
)


@pytest.fixture
def models(tmp_path: Path) -> tuple[str, ...]:
    """Two models: in the new one queen and prince have changed places, and bread is rye."""
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_bytes(as_text(WORDS, OLD))
    new.write_bytes(as_text([*WORDS[:3], "prince", "queen", "rye"], OLD))
    return ("-m", f"old={old}", "-m", f"new={new}")


def test_neighbours_side_by_side(models: tuple[str, ...]) -> None:
    done = vecalc("diff", "king - man + woman", *models, "-k", "2", "--json")
    assert done.code == 0
    neighbours, agreed = done.records
    assert neighbours["title"] == "king - man + woman"
    assert [(row["old"], row["old in new"], row["shift"]) for row in neighbours["rows"]] == [
        ("queen", 2, -1),
        ("prince", 1, 1),
    ]
    assert [(row["new"], row["new in old"]) for row in neighbours["rows"]] == [("prince", 2), ("queen", 1)]
    (row,) = agreed["rows"]
    assert (row["model"], row["other"], row["k"], row["common"], row["jaccard"]) == ("old", "new", 2, 2, 1.0)
    assert 0 < row["rbo"] < 1


def test_words_that_the_other_vocabulary_lacks(models: tuple[str, ...]) -> None:
    done = vecalc("diff", "king - man + woman", *models, "--format", "table")
    assert "not in the vocabulary of new: bread\n" in done.out
    assert "not in the vocabulary of old: rye\n" in done.out
    assert "2 of 3 in both, Jaccard 0.50" in done.out


def test_of_numbers_the_difference(models: tuple[str, ...]) -> None:
    done = vecalc("diff", "cos(king, queen)", "norm(king)", *models, "--json")
    (numbers,) = done.records
    cosine, length = numbers["rows"]
    assert cosine["new - old"] == pytest.approx(cosine["new"] - cosine["old"])
    assert (length["old"], length["new - old"]) == (pytest.approx(2), 0)


def test_scores_and_lists(models: tuple[str, ...]) -> None:
    done = vecalc("diff", "max(cos(?, king), cos(?, bread))", "[king, queen]", *models[:2], "-m", models[1])
    assert done.code == 2  # the same name twice
    done = vecalc("diff", "cos(?, king)", "[king, queen]", *models, "-k", "3", "--json")
    assert [sheet["sheet"] for sheet in done.records] == [
        "neighbours", "neighbours_2", "neighbours_3", "agreement",
    ]  # fmt: skip
    assert [row["expression"] for row in done.records[3]["rows"]] == [
        "cos(?, king)", "[king, queen]: king", "[king, queen]: queen",
    ]  # fmt: skip


def test_a_file_of_expressions_gives_a_line_each(models: tuple[str, ...]) -> None:
    lines = "king\nqueen\ncos(king, man)\nking - kingg\nbread\n"
    done = vecalc("diff", "-f", "-", *models, "--json", stdin=lines)
    assert done.code == 1
    agreed, numbers = done.records
    assert [row["expression"] for row in agreed["rows"]] == ["king", "queen"]
    assert [row["expression"] for row in numbers["rows"]] == ["cos(king, man)"]
    assert "standard input:4:8: unknown word 'kingg'" in done.err
    assert "unknown word 'bread'" in done.err


def test_three_models_and_names_made_of_files(models: tuple[str, ...], tmp_path: Path) -> None:
    again = tmp_path / "sub"
    again.mkdir()
    (again / "family.txt").write_bytes(FAMILY.read_bytes())
    done = vecalc("diff", "king", "-m", FAMILY, "-m", again / "family.txt", *models[:2], "--json")
    rows = done.records[-1]["rows"]
    assert [(row["model"], row["other"]) for row in rows] == [("family", "family_2"), ("family", "old")]
    assert rows[0]["rbo"] == pytest.approx(1)


def test_mistakes(models: tuple[str, ...]) -> None:
    assert "two models are needed" in vecalc("diff", "king", *models[:2]).err
    assert "an expression is missing" in vecalc("diff", *models).err
    assert vecalc("diff", "king", *models[:2]).code == 2
    done = vecalc("diff", "kingg", *models)
    assert done.code == 3
    assert done.err.count("unknown word 'kingg'") == 2


@pytest.mark.parametrize("format_", ["table", "plain", "tsv", "csv", "markdown", "jsonl"])
def test_every_format(models: tuple[str, ...], format_: str) -> None:
    done = vecalc("diff", "king", *models, "--format", format_)
    assert done.code == 0
    assert "queen" in done.out


# --- measures -------------------------------------------------------------------------------


def test_rank_biased_overlap_by_hand() -> None:
    # Agreement at depth 1, 2, 3: 0, 1, 2/3.
    assert rank_biased_overlap("abc", "bad", 0.9) == pytest.approx(
        2 / 3 * 0.9**3 + 0.1 / 0.9 * (0.9**2 + 2 / 3 * 0.9**3)
    )


rankings = st.lists(st.integers(0, 20).map(str), min_size=1, max_size=12, unique=True)


@given(rankings, rankings)
def test_agreement_is_symmetric_and_a_share(a: list[str], b: list[str]) -> None:
    found, back, same = agreement(a, b), agreement(b, a), agreement(a, a)
    assert found is not None
    assert found == pytest.approx(back)
    assert 0 <= found.jaccard <= 1
    assert -1e-12 <= found.rbo <= 1 + 1e-12
    assert same == pytest.approx((len(a), 1, 1))
    assert (found.rbo == 0) == (not {*a[: len(b)]} & {*b[: len(a)]})
    assert agreement(a, []) is None
