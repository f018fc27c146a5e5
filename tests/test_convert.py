"""`vecalc convert`: a model becomes a file of another format, or a smaller one, and nothing is lost."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from data import as_binary, as_text, data_file, needs_data
from running import FAMILY, vecalc

import vecalc as api
from vecalc.formats.load import load

WORDS = ["the", "king", "queen", "unhappy", "undo", "naïve"]
ROWS = np.random.default_rng(3).normal(size=(6, 5)).astype(np.float32)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(as_binary(WORDS, ROWS))
    return path


def test_text_of_a_binary_file(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    done = vecalc("convert", model, out)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{out}: 6 words x 5, word2vec-text, {out.stat().st_size:,} bytes; exact\n"
    assert [line.split(" ")[0] for line in out.read_text("utf-8").splitlines()] == ["6", *WORDS]
    assert np.array_equal(load(out).space.vectors(range(6)), ROWS)


def test_words_that_lie_beside_another_model_are_not_replaced(model: Path, tmp_path: Path) -> None:
    first, other = tmp_path / "m.npy", tmp_path / "m.safetensors"
    assert vecalc("convert", model, first).code == 0
    done = vecalc("convert", model, other, "--first", "2", "--force")
    assert done.code == 2
    assert "m.words: belongs to m.npy" in done.err
    assert vecalc("words", "-m", first, "--count").out == f"{len(load(model).space)}\n"
    assert vecalc("convert", model, first, "--first", "2", "--force").code == 0
    assert vecalc("words", "-m", first, "--count").out == "2\n"


def test_there_and_back_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("a.bin", "b.glove", "c.bin"))
    for source, target in ((FAMILY, first), (first, second), (second, third)):
        assert vecalc("convert", source, target).code == 0
    assert first.read_bytes() == third.read_bytes()


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--first", "2"], WORDS[:2]),
        (["--match", "un*"], ["unhappy", "undo"]),
        (["--match", "/^.{4,5}$/"], ["king", "queen", "undo", "naïve"]),
        (["--match", "un*", "--first", "4"], ["unhappy"]),
        (["--among", "queen,the"], ["the", "queen"]),
    ],
)
def test_a_part_of_a_model(model: Path, tmp_path: Path, options: list[str], kept: list[str]) -> None:
    done = vecalc("convert", model, tmp_path / "part.bin", *options)
    assert done.code == 0
    assert f"{len(kept)} words x 5" in done.out
    space = load(tmp_path / "part.bin").space
    assert list(space.words()) == kept
    assert np.array_equal(space.vectors(range(len(kept))), ROWS[[WORDS.index(word) for word in kept]])


def test_words_of_a_list_that_are_not_there_are_counted(model: Path, tmp_path: Path) -> None:
    done = vecalc("convert", model, tmp_path / "part.bin", "--among", "king,one,two,three,four")
    assert "words of --among that are not in the model: 4 (one, two, three, ...)" in done.err
    assert "1 words x 5" in done.out


@pytest.mark.parametrize(("norm", "length"), [("unit", 1), ("rms", 5**0.5)])
def test_vectors_of_one_length_and_what_that_loses(tmp_path: Path, norm: str, length: float) -> None:
    rows = np.vstack([ROWS, np.zeros((1, 5), np.float32)])
    (tmp_path / "model.bin").write_bytes(as_binary([*WORDS, "zero"], rows))
    done = vecalc("convert", tmp_path / "model.bin", tmp_path / "scaled.bin", "--norm", norm)
    assert f"every length is {'1' if norm == 'unit' else '√5'} now" in done.out
    assert "rounding changes no vector by more than " in done.out
    assert "zero vectors, which stay zero: 1" in done.out
    lengths = load(tmp_path / "scaled.bin").space.lengths(range(7))
    assert np.allclose(lengths, [length] * 6 + [0], atol=1e-6)


def test_settings_made_for_answers_change_nothing(model: Path, tmp_path: Path) -> None:
    done = vecalc(
        "convert", model, tmp_path / "out.bin", VECALC_NORM="unit", VECALC_FIRST="2", VECALC_MATCH="k*"
    )
    assert done.code == 0
    assert np.array_equal(load(tmp_path / "out.bin").space.vectors(range(6)), ROWS)


def test_the_starter_and_imported_models_are_models(tmp_path: Path) -> None:
    assert vecalc("convert", "starter", tmp_path / "a.bin", "--first", "50").code == 0
    assert (
        vecalc("import", tmp_path / "a.bin", "--name", "fifty", VECALC_MODELS=str(tmp_path / "m")).code == 0
    )
    done = vecalc("convert", "fifty", tmp_path / "b.bin", VECALC_MODELS=str(tmp_path / "m"))
    assert done.code == 0
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def test_gzip_by_name_and_by_option(model: Path, tmp_path: Path) -> None:
    assert vecalc("convert", model, tmp_path / "a.txt.gz").code == 0
    assert vecalc("convert", model, tmp_path / "b", "--to", "word2vec-text", "--gzip").code == 0
    assert (tmp_path / "a.txt.gz").read_bytes() == (tmp_path / "b").read_bytes()
    assert gzip.decompress((tmp_path / "b").read_bytes()).startswith(b"6 5\nthe ")


def test_words_that_are_not_utf8_keep_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes(as_text([b"caf\xe9", b"th\xe9"], ROWS[:2]))
    options = ["--encoding-errors", "surrogateescape"]
    done = vecalc("convert", tmp_path / "old.txt", tmp_path / "new.bin", *options)
    assert done.code == 0
    assert "words that are not UTF-8" in done.err
    assert b"caf\xe9 " in (tmp_path / "new.bin").read_bytes()


@needs_data
def test_subword_vectors_that_are_lost_are_told(tmp_path: Path) -> None:
    done = vecalc("convert", data_file("fasttext-small/lee_fasttext_new.bin"), tmp_path / "lee.txt")
    assert done.code == 0
    assert "subword vectors are left out" in done.err


# --- mistakes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["absent.bin", "out.bin"], 4, "absent.bin: no such file"),
        (["model.bin", "out"], 2, "out: the suffix names no format; --to: there are "),
        (["model.bin", "out.bin", "--to", "xml"], 2, "--to: there is no format 'xml' to write"),
        (["model.bin", "model.bin"], 2, "model.bin: input and output are the same file"),
        (["model.bin", "model.bin", "--force"], 2, "model.bin: input and output are the same file"),
        (["mine=model.bin", "model.bin", "--force"], 2, "model.bin: input and output are the same file"),
        (["model.bin", "there.txt"], 2, "there.txt: the file exists; --force replaces it"),
        (["model.bin", "folder.txt", "--force"], 2, "folder.txt: is there, and is not a file"),
        (["model.bin", "nowhere/out.bin"], 5, "nowhere/out.bin: can't be written"),
        (["model.bin", "out.bin", "--match", "zzz*"], 2, "no word of the model is within these limits"),
        (["model.bin", "out.bin", "--match", "/(/"], 2, "not a regular expression"),
        (["model.bin", "out.bin", "--among", "zzz"], 2, "none of these words is in the vocabulary"),
        (["model.bin", "out.bin", "--first", "0"], 2, "--first"),
        (["phrases.txt", "out.bin"], 2, "can't hold the word 'new york' (row 2): it holds a blank"),
        (["model.bin"], 2, "OUT"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.txt").write_text("mine")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "phrases.txt").write_bytes(as_text(["the", "new york"], ROWS[:2]))
    before = {path.name: path.is_file() and path.read_bytes() for path in tmp_path.iterdir()}
    done = vecalc("convert", *arguments)
    assert done.code == code
    assert told in done.err
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert {path.name: path.is_file() and path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_is_replaced_on_request(model: Path, tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text("mine")
    assert vecalc("convert", model, tmp_path / "there.txt", "--force").code == 0
    assert list(load(tmp_path / "there.txt").space.words()) == WORDS


def test_names_are_shown_safely(model: Path, tmp_path: Path) -> None:
    done = vecalc("convert", model, tmp_path / "a\x1b[31m.txt")
    assert done.code == 0
    assert "\x1b" not in done.out
    assert r"a\x1b[31m.txt: 6 words" in done.out


def test_from_python(model: Path, tmp_path: Path) -> None:
    saved = api.save(api.load(model).space, tmp_path / "out.glove")
    assert saved.files == (tmp_path / "out.glove",)
    assert np.array_equal(api.load(tmp_path / "out.glove").space.vectors(range(6)), ROWS)
