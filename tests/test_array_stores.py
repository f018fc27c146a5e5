"""Models of several files as stores: converted once, and made anew when any of their files changes."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from array_files import MAKERS, listed, tokenizer
from running import vecalc
from safetensors.numpy import save_file

from vecalc.errors import FileProblem
from vecalc.formats.load import convert
from vecalc.library.open_model import load
from vecalc.library.vector_models import WORTH_STORING
from vecalc.space import digest
from vecalc.space.store import FACTS, open_store

WORDS = [f"word{i}" for i in range(7_000)]
OTHER = [f"other{i:03}" for i in range(7_000)]
ROWS = np.random.default_rng(2).normal(size=(len(WORDS), 40)).astype(np.float32)
EVERY = pytest.mark.parametrize("name", MAKERS)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("VECALC_MODELS", str(tmp_path / "models"))
    return tmp_path


@pytest.fixture
def folder(folders: Path) -> Path:
    """A folder of a model, as model2vec writes it."""
    made = folders / "made"
    made.mkdir()
    save_file({"embeddings": ROWS}, made / "model.safetensors")
    (made / "tokenizer.json").write_text(tokenizer({word: i for i, word in enumerate(WORDS)}))
    assert (made / "model.safetensors").stat().st_size >= WORTH_STORING
    return made


def stores(folders: Path) -> list[Path]:
    return sorted((folders / "cache" / "models").glob("*"))


@EVERY
def test_every_format_becomes_a_store(name: str, folders: Path) -> None:
    path = MAKERS[name](folders, WORDS, ROWS)
    for _ in range(2):
        space = load(path).space
        assert (space.name, list(space.words())) == (path.name, WORDS)
        assert np.array_equal(space.vectors(range(len(WORDS)), np.float32), ROWS)
    assert len(stores(folders)) == 1


@pytest.mark.slow
@EVERY
def test_every_file_that_took_part_is_described(name: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    path = MAKERS[name](source, WORDS, ROWS)
    seen: list[int] = []
    convert(path, tmp_path / "store", name="it", tap=lambda data: seen.append(len(data)))
    facts = json.loads((tmp_path / "store" / FACTS).read_text("utf-8"))
    known = [facts["source"], *facts.get("beside", [])]
    assert known[0]["path"] == str(path)
    assert {entry["path"] for entry in known} == {str(file) for file in source.iterdir()}
    for entry in known:
        file = Path(entry["path"])
        assert (entry["size"], entry["mtime_ns"]) == (file.stat().st_size, file.stat().st_mtime_ns)
        assert entry["digest"] == digest.of_file(file)
    assert sum(seen) > len(WORDS) * 140  # whoever watches sees the numbers pass (packed ones are less)


def test_a_folder_is_converted_once(folder: Path, folders: Path) -> None:
    space = load(folder).space
    assert (space.name, list(space.words())) == ("made", WORDS)
    (store,) = stores(folders)
    before = (store / "vectors.npy").stat().st_mtime_ns
    assert load(folder / "model.safetensors").space.name == "model.safetensors"
    assert load(folder).space.name == "made"
    assert [(store / "vectors.npy").stat().st_mtime_ns] == [before]
    assert stores(folders) == [store]


def test_another_list_of_words_is_noticed(folder: Path) -> None:
    load(folder)
    (folder / "tokenizer.json").write_text(tokenizer({word: i for i, word in enumerate(OTHER)}))
    assert list(load(folder).space.words()) == OTHER


def test_words_of_the_same_length_are_told_by_time_and_digest(folders: Path) -> None:
    path = MAKERS["npy"](folders, OTHER, ROWS)
    load(path)
    turned = OTHER[::-1]
    size = (folders / "model.words").stat().st_size
    listed(folders / "model.words", turned)
    os.utime(folders / "model.words", ns=(5, 5))
    assert (folders / "model.words").stat().st_size == size
    assert list(load(path).space.words()) == turned


def test_another_time_of_any_file_is_taken_up(folder: Path, folders: Path) -> None:
    load(folder)
    (store,) = stores(folders)
    before = (store / "vectors.npy").stat().st_mtime_ns
    os.utime(folder / "tokenizer.json", ns=(1, 1))
    os.utime(folder / "model.safetensors", ns=(2, 2))
    load(folder)
    facts = json.loads((store / FACTS).read_text("utf-8"))
    assert (facts["source"]["mtime_ns"], facts["beside"][0]["mtime_ns"]) == (2, 1)
    assert (store / "vectors.npy").stat().st_mtime_ns == before


def test_a_list_of_words_that_is_gone_is_missed(folder: Path) -> None:
    load(folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(FileProblem, match="no list of words beside it"):
        load(folder)


@pytest.mark.parametrize("beside", ["x", [7], [{"path": 3}], [{}]])
def test_damaged_facts_are_made_anew(beside: object, folder: Path, folders: Path) -> None:
    load(folder)
    (store,) = stores(folders)
    facts = json.loads((store / FACTS).read_text("utf-8"))
    (store / FACTS).write_text(json.dumps(facts | {"beside": beside}))
    assert list(load(folder).space.words()) == WORDS
    assert json.loads((store / FACTS).read_text("utf-8"))["beside"] == facts["beside"]


def test_nothing_is_kept_of_words_and_rows_that_do_not_fit(folders: Path) -> None:
    path = MAKERS["npy"](folders, WORDS[:-1], ROWS)
    with pytest.raises(FileProblem, match=r"7,000 rows and 6,999 words in model\.words"):
        load(path)
    assert stores(folders) == []


def test_import_of_a_folder(folder: Path, folders: Path) -> None:
    done = vecalc("import", folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("made: 7,000 words x 40, float32; ")
    shutil.rmtree(folder)
    assert vecalc("-m", "made", "word1", "-k", "1").code == 0
    assert len(open_store(folders / "models" / "made")) == 7_000


def test_a_folder_on_the_command_line(folder: Path) -> None:
    done = vecalc("-m", folder, "word1 + word2", "-k", "1", "--format", "json")
    assert done.code == 0
    assert done.records[0]["model"] == "made"
    done = vecalc("-m", folder.parent, "word1")
    assert done.code == 4
    assert "a folder, and not a vecalc store; it holds" in done.err
