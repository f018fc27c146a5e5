"""The program on phrases with a negation: its list is sound, and it tells a clear case from its opposite."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from test_examples_features import EXAMPLES, number, table

from vecalc.space.matrix import MatrixSpace

# food, american, foreign, of neither
AXES = {"food": [1, 0.4, 0.1, 0], "american": [0, 1, 0, 0], "want": [0.3, 0, 0, 0.1]}
LIST = """
[things.food]
ours = ["x0", "x1", "x2", "u0", "u1", "u2", "u3", "u4"]
theirs = ["w0", "w1", "w2", "w3", "w4"]
[things.stone]
stones = ["s0", "s1", "s2"]
"""
PHRASE = """
[[phrase]]
kind = "non"
text = "I want non american food"
positive = ["want", "food"]
negative = ["american"]
head = "food"
wanted = ["theirs"]
unwanted = ["ours"]
"""


@pytest.fixture
def negation(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(EXAMPLES)
    import negation

    monkeypatch.setattr("judging.RESAMPLES", 20)
    yield negation
    del sys.modules["negation"]


@pytest.fixture
def written(negation: ModuleType, tmp_path: Path) -> list:
    path = tmp_path / "phrases.toml"
    path.write_text(LIST + PHRASE * 5, "utf-8")
    return negation.phrases(path)


def rows() -> dict[str, list[float]]:
    random = np.random.default_rng(2)
    kinds = {"x": [1, 1, 0, 0], "u": [1, 1, 0, 0], "w": [1, 0, 1, 0], "s": [0, 0, 0, 1]}
    counts = {"x": 3, "u": 5, "w": 5, "s": 3}
    return AXES | {
        f"{kind}{i}": (np.array(axes) + random.normal(0, 0.05, 4)).tolist()
        for kind, axes in kinds.items()
        for i in range(counts[kind])
    }


class SumOfWords:
    """An encoder: the sum of the words that it knows."""

    dim, identity = 4, "sum"

    def encode(self, texts: list[str]) -> np.ndarray:
        known = rows()
        return np.array([sum(np.array(known.get(w, [0] * 4)) for w in t.split()) for t in texts], np.float32)


def aucs(text: str) -> dict[str, float]:
    """The first number of each formula; those with the same numbers share a row."""
    rows = [(row[0], row[1]) for row in table(text).values() if "`" in row[0]]
    return {name: number(cell) for names, cell in rows for name in re.findall("`([^`]*)`", names)}


def test_each_side_of_a_phrase_is_its_own(negation: ModuleType) -> None:
    phrases = negation.phrases()
    assert len(phrases) == 40
    for phrase in phrases:
        near = [*phrase.examples, *phrase.wanted, *phrase.unwanted]
        assert len(set(near)) == len(near), phrase.text
        assert not {*phrase.positive, *phrase.negative, phrase.head} & {*near}, phrase.text
        assert not {*phrase.far} & {*near}, phrase.text
        assert phrase.head in phrase.positive
        assert all(word in phrase.text.split() for word in (*phrase.positive, *phrase.negative))
        assert min(len(phrase.wanted), len(phrase.unwanted)) >= 9


def test_subtracting_finds_what_is_wanted_and_ignoring_the_negation_does_not(
    negation: ModuleType, written: list, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors = rows()
    negation.measure(
        MatrixSpace([*vectors], np.array([*vectors.values()], np.float32), name="clear"), written
    )
    first, second = capsys.readouterr().out.split("clear: AUC by the kind of negation")
    assert "clear: 5 of 5 phrases, 10 things each" in first
    found = aucs(first)
    assert found["phrase(T)"] == found["P - N"] == 1.0
    assert found["phrase(T, negate=without)"] == found["without(P, N)"] > found["random"]
    assert found["P + N"] == found["P"] == 0.0 < found["random"] == 0.5
    assert table(second)["formula"][1:] == ["minus P - N [95 %]", "non, 5 phrases"]


def test_texts_are_measured_as_texts(
    negation: ModuleType, written: list, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors = {word: row for word, row in rows().items() if word in AXES}
    space = MatrixSpace(
        [*vectors], np.array([*vectors.values()], np.float32), name="texts", encoder=SumOfWords()
    )
    negation.measure(space, written)
    first, _ = capsys.readouterr().out.split("texts: AUC by the kind of negation")
    found = aucs(first)
    assert "texts: 5 of 5 phrases" in first
    assert found["P - N"] == 1.0
    assert found["T"] == found["P + N"] == 0.0  # `non` is a word like any


def test_a_model_with_few_of_the_words_has_no_table(
    negation: ModuleType, written: list, capsys: pytest.CaptureFixture[str]
) -> None:
    negation.measure(MatrixSpace(["food"], np.ones((1, 4), np.float32), name="few"), written)
    assert capsys.readouterr().out == "\nfew: 0 of 5 phrases: too few for a table\n"
