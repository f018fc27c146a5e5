"""What other programs of the kind get wrong, and is easily got wrong; the rest of them is in its own place.

sums that depend on brackets, hyphens, deep input      test_language_laws, cases/tokens
metrics that are accepted and ignored                  test_evaluation
a batch whose last digits are others                   test_batch, test_search
words that are markup to the screen                    test_cli, test_render_table
examples that are not those of the program             test_docs
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from data import as_text
from running import PATIENCE, command, family, vecalc

from vecalc.library import vector_models


@pytest.mark.parametrize(
    "text", ["king - king", "0 * king", "king + queen - queen - king", "mean(king, -king)"]
)
def test_nothing_has_no_neighbours(text: str) -> None:
    """gensim answers with scores of 0.0."""
    done = family(text)
    assert (done.code, done.out) == (3, "")
    assert "no direction" in done.err


@pytest.mark.parametrize("text", ["kign", "king + kign", "cos(king, kign)", "[king, kign]"])
def test_unknown_words_are_no_zero_no_mean_and_no_other_word(text: str) -> None:
    """whatlies takes zero, others the mean or the nearest spelling, without a word about it."""
    done = family(text)
    assert (done.code, done.out) == (3, "")
    assert "unknown word 'kign'" in done.err


def test_the_first_word_is_known_and_negative_scores_are_shown(tmp_path: Path) -> None:
    """word-analogy.c takes the first word of a vocabulary for an unknown one, and shows no score below 0."""
    model = tmp_path / "few.txt"
    model.write_bytes(as_text(["first", "second", "third"], np.array([[1, 0], [-1, 0.1], [-1, 0.3]])))
    done = vecalc("-m", model, "first")
    assert done.words == ["third", "second"]
    assert all(float(line.split("\t")[2]) < 0 for line in done.out.splitlines())
    assert vecalc("-m", model, "-e", "-second").words[0] == "first"


def test_as_many_words_as_there_are_come_back_from_behind_a_filter() -> None:
    """Others take the best k of all words first, and filter what is left of them."""
    everything = family("king", "-k", "100").words
    matching = [word for word in everything if word.endswith("s")]
    assert len(matching) > 1
    assert family("king", "-k", str(len(matching)), "--match", "*s").words == matching


@pytest.mark.parametrize("text", ["king", "K where K = king", "K = king; K", "cos(?, king)", "mean([king])"])
def test_what_is_left_out_is_left_out_of_every_form(text: str) -> None:
    """gensim's indexed search leaves out other words than its exact one."""
    assert family(text).words[0] == "kings"
    assert family(text, "--exclude", "none").words[0] == "king"


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('touch pwned')",
        "().__class__.__base__",
        "king.__class__",
        'exec(\'open("pwned", "w")\')',
        "[x for x in (1, 2)]",
        "lambda: 1",
        "open('pwned', 'w')",
    ],
)
def test_no_expression_is_code(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parallax hands expressions to Python's `eval`."""
    monkeypatch.chdir(tmp_path)
    assert family("-e", text).code == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "word", ["x'] or 1==1 or word in ['x", "' or ''='", "%", "*", "king\\x00", "king;man"]
)
def test_78_a_word_that_is_a_query_is_an_unknown_word(word: str) -> None:
    """Clients of vector databases paste words into filters."""
    quoted = word.replace('"', r"\"")
    done = family("-e", f'"{quoted}"')
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("vecalc: 1:1: unknown word ")


def test_48_sums_beyond_float32_are_computed_in_float64(tmp_path: Path) -> None:
    """The sum of two rows of float32 may be infinite in float32."""
    model = tmp_path / "model.txt"
    model.write_bytes(as_text(["big", "like", "small"], np.float32([[3e38, 1e38], [3e38, 2e38], [1, -9]])))
    sums = ("-e", "norm(big + big) / norm(big)", "-e", "big + big", "-k", "1")
    done = vecalc("-m", model, "--norm", "raw", *sums)
    assert (done.code, done.err) == (0, "")
    assert "\n2\n" in done.out
    assert "1\tlike\t0.9" in done.out


def test_48_a_row_too_long_for_a_store_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lengths are kept as float32; one that is infinite would make its word a neighbour of none."""
    monkeypatch.setattr(vector_models, "WORTH_STORING", 0)
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    model = tmp_path / "model.txt"
    model.write_bytes(as_text(["big", "small"], np.float32([[3e38, 3e38], [1, -9]])))
    done = vecalc("-m", model, "big")
    assert done.code == 4
    assert done.err.startswith(f"vecalc: {model}: a vector is longer than float32 can say; ")
    model.write_bytes(as_text(["big", "like", "small"], np.float32([[2e38, 1e38], [2e38, 2e38], [1, -9]])))
    assert vecalc("-m", model, "big", "-k", "1").words == ["like"]


def test_an_interrupted_evaluation_changes_nothing(tmp_path: Path) -> None:
    """After Ctrl-C in gensim's, the vocabulary of the model stays in upper case."""
    questions = b"man king woman queen\n" * 20_000  # much more than a pipe holds
    model = tmp_path / "model.txt"
    words = ["man", "king", "woman", "queen", *(f"w{i}" for i in range(500))]
    model.write_bytes(as_text(words, np.random.default_rng(1).normal(size=(504, 20))))
    before = model.read_bytes()
    child = subprocess.Popen(
        command("eval", "analogies", "-", "-m", model, "--case", "upper"),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ,
    )
    child.stdin.write(questions)  # it is at work when it has read them
    child.stdin.close()
    child.stdin = None
    time.sleep(0.2)  # if it is done already, nothing is interrupted
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode in (0, 130)
    assert b"Traceback" not in err
    assert model.read_bytes() == before
    assert vecalc("-m", model, "--exact", "cos(man, man)").out == "1\n"
