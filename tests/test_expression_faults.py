"""Faults of arithmetic and of Unicode that are promised an answer or an error, by number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from running import FAMILY, vecalc, write_model

import vecalc as package
from vecalc.space.matrix import MatrixSpace

HUGE = np.array([[3e38, 1e38, 0], [3e38, 2e38, 1e38], [-3e38, 0, 3e38]], np.float32)
WORDS = ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("norm(a + b)", 1e38 * np.sqrt(36 + 9 + 1)),
        (f"norm({' + '.join(['a'] * 1000)})", 1000 * np.sqrt(9e76 + 1e76)),
        ("norm(sum(a, b, a, b)) / norm(a + b)", 2.0),
        ("norm(mean(nearest(a, 2)) + a) / norm(mean([a, b]) + a)", 1.0),
        ("norm(center(a) + mean([a, b, c])) / norm(a)", 1.0),
        ("max(norm(?) + norm(a), 0)", None),
    ],
)
def test_48_what_float32_can_not_hold_is_computed_in_float64(text: str, expected: float | None) -> None:
    options = package.Options(norm="raw", rank=expected is None, k=3, exclude="none")
    value = package.Calculator(MatrixSpace(WORDS, HUGE), options)(text).result
    if expected is None:
        scores = [neighbour.score for neighbour in value.neighbours]
        exact = np.linalg.norm(HUGE.astype(np.float64), axis=1)
        np.testing.assert_allclose(scores, np.sort(exact + exact[0])[::-1], rtol=1e-12)
    else:
        np.testing.assert_allclose(value.value, expected, rtol=1e-6)


@pytest.mark.parametrize("metric", ["cos", "dot", "l2"])
def test_48_a_ranking_of_huge_vectors_is_right(metric: str) -> None:
    space = MatrixSpace(WORDS, HUGE)
    options = package.Options(norm="raw", metric=metric, exclude="none", k=3)
    found = package.Calculator(space, options)("a + b").result.neighbours
    wide, query = HUGE.astype(np.float64), HUGE[:2].astype(np.float64).sum(axis=0)
    products = wide @ query
    scores = {
        "cos": products / np.linalg.norm(wide, axis=1) / np.linalg.norm(query),
        "dot": products,
        "l2": np.linalg.norm(wide - query, axis=1),
    }[metric]
    np.testing.assert_allclose(
        [one.score for one in found], np.sort(scores)[:: 1 if metric == "l2" else -1], rtol=1e-6
    )


@pytest.mark.parametrize(
    "text", ["king ＋ queen", "king \u202e+ queen", "ki\u200bng", '"ki\u202eng"', "\u2066king"]
)
def test_54_what_can_not_be_seen_is_shown_and_never_printed_raw(text: str) -> None:
    done = vecalc("-m", FAMILY, text)
    assert done.code == 3
    assert not set(done.err) & set("\u202e\u200b\u2066")
    assert "＋" not in text or "write +" in done.err
    assert "＋" in text or any(code in done.err for code in ("U+202E", "U+200B", "U+2066", r"\u202e"))


def test_54_each_composition_is_found_as_written_and_stands_in_for_the_other(tmp_path: Path) -> None:
    both = write_model(tmp_path / "both.txt", ["caf\u00e9", "cafe\u0301"])
    one = write_model(tmp_path / "one.txt", ["caf\u00e9", "tea"])
    for text in ("caf\u00e9", "cafe\u0301"):
        assert vecalc("-m", both, text, "--exclude", "none", "-k", "1").words == [text]
    done = vecalc("-m", one, "cafe\u0301", "--exclude", "none", "-k", "1")
    assert done.words == ["caf\u00e9"]
    assert "note" in done.err
    assert vecalc("-m", one, "cafe\u0301", "--exact").code == 3


def test_54_a_no_break_space_is_a_blank() -> None:
    assert vecalc("-m", FAMILY, "king\u00a0-\u00a0man").out == vecalc("-m", FAMILY, "king - man").out
