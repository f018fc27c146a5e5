"""word2vec binary whose words hold blanks, as gensim writes them: every word and number found, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from data import as_binary
from gensim.models import KeyedVectors

from vecalc.errors import FileProblem, VecalcError
from vecalc.formats import word2vec_binary
from vecalc.formats.load import load
from vecalc.formats.word_ends import BLANKS

PARTS = (
    *("the", "Old", "Man", "and", "Sea", "2", "4", "10", "II", "of", "a", "A", "3D", "(1995)", "Dr.", "Les"),
    *("Misérables", "東京", "駅", "it's", "--", "I'm", "e.g.", "12,000"),
)


def titles(rng: np.random.Generator, count: int, phrases: float) -> list[str]:
    """Different words, so many of them of several parts with blanks between."""
    words: dict[str, None] = {}
    while len(words) < count:
        parts = rng.choice(PARTS, 1 + int(rng.integers(1, 6)) * (rng.random() < phrases)).tolist()
        words[" ".join(parts) + str(rng.integers(10 * count)) * (rng.random() < 0.6)] = None
    return list(words)


def numbers(rng: np.random.Generator, count: int, width: int) -> np.ndarray:
    """Rows as models have them, and counts: normal, small, uniform, sparse, whole, of any size."""
    rows = rng.normal(size=(count, width))
    kinds = (
        rows,
        0.01 * rows,
        rng.uniform(-0.5, 0.5, rows.shape) / width,
        rows * rng.exponential(3, (count, 1)),
        rows * (rng.random(rows.shape) < 0.2),
        rng.random(rows.shape) < 0.3,
        np.round(10 * rows),
        10 ** rng.uniform(-8, 8, rows.shape),
    )
    return kinds[rng.integers(len(kinds))].astype(np.float32)


def by_gensim(path: Path, words: list[str], rows: np.ndarray) -> Path:
    kv = KeyedVectors(rows.shape[1])
    kv.add_vectors(words, rows)
    kv.save_word2vec_format(str(path), binary=True)
    return path


def same(path: Path, words: list[str], rows: np.ndarray) -> bool:
    """Whether all is read as it was written, with a note that counts the words with blanks, and no other."""
    space, notes = load(path)
    right = list(space.words()) == words and np.array_equal(
        space.vectors(range(len(space)), np.float32), rows
    )
    blanks = sum(" " in word for word in words)
    return right and notes == ((f"{BLANKS}: {blanks:,}",) if blanks else ())


def read_or_refused(path: Path, words: list[str], rows: np.ndarray) -> bool:
    """Whether it is read, rightly; if not, whoever made it learns why."""
    try:
        found = same(path, words, rows)
    except VecalcError as problem:
        refused = "goes on behind a blank" in problem.message and ".kv" in problem.hint
        return not refused and pytest.fail(problem.message)
    return found or pytest.fail("read, and wrong")


@pytest.mark.slow
@pytest.mark.parametrize(("files", "newline"), [(800, False), (200, True)])
def test_800_files_of_titles_are_read_or_refused_and_never_wrong(
    tmp_path: Path, files: int, newline: bool
) -> None:
    read = 0
    for seed in range(files):
        rng = np.random.default_rng(seed)
        width = int(rng.choice([4, 5, 6, 8, 10, 25, 50, 100]))
        words = titles(rng, int(rng.choice([1, 2, 3, 5, 10, 40])), float(rng.choice([0.05, 0.3, 1])))
        rows = numbers(rng, len(words), width)
        path = by_gensim(tmp_path / "model.bin", words, rows)
        if newline:  # as word2vec.c ends rows
            path.write_bytes(as_binary(words, rows, b"\n"))
        read += read_or_refused(path, words, rows)
    assert read >= 0.99 * files


def test_files_of_two_or_three_numbers_are_never_read_wrong_without_a_note(tmp_path: Path) -> None:
    for seed in range(200):
        rng = np.random.default_rng(seed)
        words = titles(rng, 10, 0.3)
        rows = numbers(rng, len(words), int(rng.integers(1, 4)))
        path = by_gensim(tmp_path / "model.bin", words, rows)
        try:
            notes = load(path).notes
        except VecalcError:
            continue
        assert notes or not any(" " in word for word in words), seed


@pytest.mark.slow
@pytest.mark.parametrize("newline", [b"", b"\n"])
@pytest.mark.parametrize("chunk", [5_000, 4 << 20])
@pytest.mark.parametrize("phrases", [0.004, 0.3])
def test_a_large_file_is_read_across_its_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newline: bytes, chunk: int, phrases: float
) -> None:
    monkeypatch.setattr(word2vec_binary, "CHUNK", chunk)
    rng = np.random.default_rng(5)
    blanks = rng.random(1_000) < phrases  # of some 250,000 bytes: 50 pieces, or one
    assert blanks.any()
    words = [f"word {i} of many" if blank else f"word{i}" for i, blank in enumerate(blanks)]
    rows = rng.normal(size=(len(words), 50)).astype(np.float32)
    (tmp_path / "model.bin").write_bytes(as_binary(words, rows, newline))
    assert same(tmp_path / "model.bin", words, rows)


def test_a_good_file_has_no_such_note_however_its_numbers_look(tmp_path: Path) -> None:
    """Rows that begin with bytes of text and a blank by chance: the rest of their numbers is sound."""
    rng = np.random.default_rng(6)
    words = [f"word{i}" for i in range(20_000)]
    for width in (8, 20, 300):
        rows = rng.normal(size=(len(words) * 8 // width, width)).astype(np.float32)
        rows.view(np.uint8)[::7, :3] = list(b"a b")
        rows.view(np.uint8)[::7, 2] = ord(" ")
        (tmp_path / "model.bin").write_bytes(as_binary(words[: len(rows)], rows))
        assert same(tmp_path / "model.bin", words[: len(rows)], rows)


def test_who_wants_a_strict_file_gets_none_with_such_words(tmp_path: Path) -> None:
    rows = np.random.default_rng(7).normal(size=(3, 20)).astype(np.float32)
    path = by_gensim(tmp_path / "model.bin", ["king", "new york", "rome"], rows)
    with pytest.raises(FileProblem, match="'new' goes on behind a blank") as caught:
        load(path, strict=True)
    assert caught.value.where == f"{path}:byte 90"


@pytest.mark.parametrize("cut", [1, 3, 40, 100])
def test_a_file_that_is_cut_is_still_refused(tmp_path: Path, cut: int) -> None:
    rows = np.random.default_rng(8).normal(size=(6, 20)).astype(np.float32)
    data = as_binary(["king", "new york", "rome", "los angeles", "a", "b c"], rows)
    (tmp_path / "model.bin").write_bytes(data[:-cut])
    with pytest.raises(FileProblem, match=r"the file ends inside|the header promises|goes on behind"):
        load(tmp_path / "model.bin")
