"""Every format through every door: -m, from memory and by the cache, import, convert, words, models check.

What one door reads, all read, the same words and the same numbers, plain and compressed; what one refuses,
all refuse, for the same reason. A format is found by itself, and has to have a maker of files of any size.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import UnsupportedOperation
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from array_files import write_gguf
from data import as_binary, as_fasttext, as_json_lines, as_text, needs_data, shared_data
from database_files import write_duckdb, write_lance, write_sqlite
from running import Done, vecalc

from vecalc.errors import FileProblem
from vecalc.formats.folders import main_file, size_of
from vecalc.formats.load import load
from vecalc.formats.recognition import formats, is_known, recognised
from vecalc.formats.save import save, writers
from vecalc.library import open_model, vector_models
from vecalc.render.visible import visible
from vecalc.sources import Reading, open_file
from vecalc.sources.open_file import opened
from vecalc.space import VectorSpace, files
from vecalc.space.matrix import MatrixSpace
from vecalc.space.store import open_store

LARGE = 5 << 20  # bytes: read in many pieces, and converted before it is used
ESCAPE = "--encoding-errors=surrogateescape"


# --- files ------------------------------------------------------------------------------------


def _arrow_stream(path: Path, words: list[str], rows: np.ndarray) -> None:
    import pyarrow as pa

    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), rows.shape[1])
    table = pa.table({"word": words, "vector": vectors})
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=1000)


def _number_rows(path: Path, words: list[str], rows: np.ndarray) -> None:
    path.write_bytes("".join(" ".join(map(repr, row)) + "\n" for row in rows.tolist()).encode())
    path.with_name("words.txt").write_text("".join(f"{word}\n" for word in words))


# Of the formats that vecalc can't write itself.
MAKERS: dict[str, Callable[[Path, list[str], np.ndarray], object]] = {
    "arrow_stream": _arrow_stream,
    "duckdb": write_duckdb,
    "lance": lambda path, words, rows: write_lance(path.parent, words, rows, path.name),
    "sqlite": write_sqlite,
    "fasttext": lambda path, words, rows: path.write_bytes(as_fasttext(words, rows)),
    "gguf": lambda path, words, rows: write_gguf(path, words, {"token_embd.weight": rows}),
    "glove": lambda path, words, rows: path.write_bytes(as_text(words, rows, header=False)),
    "number_rows": _number_rows,
    "json": lambda path, words, rows: path.write_bytes(as_json_lines(words, rows)),
    "word2vec_binary": lambda path, words, rows: path.write_bytes(as_binary(words, rows, b"\n")),
    "word2vec_text": lambda path, words, rows: path.write_bytes(as_text(words, rows)),
}


FOLDERS = {"lance"}  # formats whose models are folders, which nobody packs
FILES = sorted(set(formats()) - FOLDERS)


def made(form: str, folder: Path, words: list[str], rows: np.ndarray) -> Path:
    """A file of a format that holds these words and rows."""
    if form in MAKERS:
        MAKERS[form](folder / "model", words, rows)
        return folder / ("model.lance" if form in FOLDERS else "model")
    assert form in writers(), (
        f"{form} can't be written: {__name__}.MAKERS needs a function that makes a file of it"
    )
    path = folder / f"model{writers()[form].SUFFIXES[0]}"
    save(MatrixSpace(words, rows), path)
    return path


def model(size: int, dim: int = 100) -> tuple[list[str], np.ndarray]:
    """Words and rows of so many bytes as float32."""
    count = -(-size // (4 * dim))
    rows = np.random.default_rng(3).normal(size=(count, dim)).astype(np.float32)
    return [f"word{i}" for i in range(count)], rows


# --- doors ------------------------------------------------------------------------------------


class Read(NamedTuple):
    """What a door gives: words and rows, or the problem; a door that gives no rows has none."""

    words: list[str]
    rows: np.ndarray | None = None
    problem: str = ""


def _of(space: VectorSpace) -> Read:
    return Read(list(space.words()), space.vectors(range(len(space)), np.float32))


def _memory(path: Path, lenient: bool) -> Read:
    return _tried(lambda: load(path, **_reading(lenient)).space)


def _model(path: Path, lenient: bool) -> Read:
    return _tried(lambda: open_model.load(path, **_reading(lenient)).space)


def _cached(path: Path, lenient: bool) -> Read:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vector_models, "WORTH_STORING", 0)
        return _model(path, lenient)


def _reading(lenient: bool) -> dict[str, Any]:
    return {"encoding_errors": "surrogateescape"} if lenient else {}


def _tried(opening: Callable[[], VectorSpace]) -> Read:
    try:
        return _of(opening())
    except FileProblem as problem:
        return Read([], problem=f"{problem.where}: {problem.message}")


def _import(path: Path, lenient: bool) -> Read:
    done = vecalc("import", path, "--name", "imported", *[ESCAPE] * lenient)
    if done.code:
        return _refused(done)
    return _of(open_store(Path(os.environ["VECALC_MODELS"]) / "imported"))


def _convert(path: Path, lenient: bool) -> Read:
    """To one of two formats: not all words can be in each."""
    for name in ("out.npz", "out.bin"):
        out = Path(os.environ["VECALC_MODELS"]).parent / name
        done = vecalc("convert", path, out, "--force", *[ESCAPE] * lenient)
        if not done.code:
            return _of(load(out, **_reading(lenient)).space)
        if "can't hold the word" not in done.err:
            break
    return _refused(done)


def _words(path: Path, lenient: bool) -> Read:
    done = vecalc("words", "-m", path, "-k", 10**6, "--format", "jsonl", *[ESCAPE] * lenient)
    return _refused(done) if done.code else Read([record["word"] for record in done.records])


def _refused(done: Done) -> Read:
    assert (done.code, done.out, len(done.err.splitlines())) == (4, "", 1), done
    return Read([], problem=done.err.removeprefix("vecalc: "))


DOORS = {"-m": _model, "-m, cached": _cached, "import": _import, "convert": _convert, "words": _words}


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "kept" / "cache"))
    monkeypatch.setenv("VECALC_MODELS", str(tmp_path / "kept" / "models"))
    (tmp_path / "kept").mkdir()


def assert_all_doors_agree(path: Path, lenient: bool = False, doors: Iterable[str] = tuple(DOORS)) -> Read:
    """All of them, or some, and `models check`; what they agree on."""
    first = _memory(path, lenient)
    for name in doors:
        found = DOORS[name](path, lenient)
        assert found.words == first.words, name
        assert visible(found.problem).startswith(visible(first.problem)), name
        assert bool(found.problem) == bool(first.problem), name
        if found.rows is not None and first.rows is not None:
            assert found.rows.tobytes() == first.rows.tobytes(), name
    _check_agrees(path)
    return first


def _check_agrees(path: Path) -> None:
    """`models check` reads as leniently as can be, and reports what stops it or how much there is."""
    everything = {"skip_bad_rows": True, "allow_trailing": True, "encoding_errors": "surrogateescape"}
    expected = _tried(lambda: load(path, **everything).space)
    done = vecalc("models", "check", path, "--format", "json")
    assert done.code in (0, 1), done
    found, stopped = (sheet["rows"][0] for sheet in done.records[:2])
    if "no row is left" in expected.problem:  # all were bad, each of which is counted
        assert (done.code, found["words"]) == (1, 0)
    elif expected.problem:
        assert (done.code, stopped["count"]) == (1, 1)
        assert visible(expected.problem) == stopped["examples"]
    else:
        assert stopped["count"] == 0
        assert found["width"] == expected.rows.shape[1]  # type: ignore[union-attr]
        assert found["words"] >= len(expected.words)  # those that are there twice, too


# --- made -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [200_000, pytest.param(LARGE, marks=pytest.mark.slow)])
@pytest.mark.parametrize("form", sorted(formats()))
def test_every_format_goes_through_every_door(tmp_path: Path, form: str, size: int) -> None:
    words, rows = model(size)
    path = made(form, tmp_path, words, rows)
    file, reading = main_file(path, Reading())
    assert size_of(file, reading) >= size
    with opened(file, reading, is_known) as (_, head, _):
        assert recognised(head, path) is formats()[form]
    read = assert_all_doors_agree(path)
    assert (read.words, read.problem) == (words, "")
    assert read.rows is not None
    assert read.rows.tobytes() == rows.tobytes()


@pytest.mark.parametrize("form", sorted(formats()))
def test_37_other_numbers_are_noticed_however_a_format_reads_them(tmp_path: Path, form: str) -> None:
    """In order, here and there, or mapped: the digest is of what the store is made of."""
    words, rows = model(300_000)
    path = made(form, tmp_path, words, rows)
    assert np.array_equal(_cached(path, lenient=False).rows, rows)  # type: ignore[arg-type]
    other = rows.copy()
    other[len(rows) // 2] *= -1
    (tmp_path / "other").mkdir()
    made(form, tmp_path / "other", words, other)
    shutil.copytree(tmp_path / "other", tmp_path, dirs_exist_ok=True)
    assert np.array_equal(_cached(path, lenient=False).rows, other)  # type: ignore[arg-type]


PACKED = {
    "gz": lambda data: gzip.compress(data, 1),
    "bz2": lambda data: bz2.compress(data, 1),
    "xz": lambda data: lzma.compress(data, preset=0),
}


@pytest.mark.slow
@pytest.mark.parametrize("form", FILES)
def test_a_large_file_of_every_format_goes_through_every_door_compressed(tmp_path: Path, form: str) -> None:
    assert_read_or_to_be_unpacked(assert_all_doors_agree(packed(made(form, tmp_path, *model(LARGE)), "gz")))


@pytest.mark.slow
@pytest.mark.parametrize("packing", [*(name for name in PACKED if name != "gz"), "zip"])
@pytest.mark.parametrize("form", FILES)
def test_every_format_is_imported_from_every_compression(tmp_path: Path, form: str, packing: str) -> None:
    path = packed(made(form, tmp_path, *model(50_000)), packing)
    assert_read_or_to_be_unpacked(assert_all_doors_agree(path, doors=["import"]), 50_000)


def assert_read_or_to_be_unpacked(read: Read, size: int = LARGE) -> None:
    """Formats of which parts are fetched from all over the file ask for it unpacked, and say so."""
    if read.problem:
        assert "compressed" in read.problem
        return
    words, rows = model(size)
    assert read.words == words
    assert read.rows is not None
    assert read.rows.tobytes() == rows.tobytes()


def packed(path: Path, packing: str) -> Path:
    """A file compressed, in a folder or an archive with all that lies beside it."""
    folder = path.parent / "packed"
    folder.mkdir()
    if packing == "zip":
        with zipfile.ZipFile(folder / "model.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for other in path.parent.iterdir():
                if other.is_file():
                    archive.write(other, other.name)
        return folder / "model.zip"
    for other in path.parent.iterdir():
        if other.is_file() and other != path:
            (folder / other.name).symlink_to(other)
    (folder / path.name).write_bytes(PACKED[packing](path.read_bytes()))
    return folder / path.name


@pytest.mark.slow
@pytest.mark.parametrize("pack", [False, True])
def test_a_fasttext_model_of_20_megabytes_goes_through_every_door(tmp_path: Path, pack: bool) -> None:
    """As gensim writes them, n-grams and all; the independent reading is gensim's."""
    from gensim.models import FastText
    from gensim.models.fasttext import load_facebook_vectors, save_facebook_model

    text = [[f"word{i}", f"word{i + 1}", "common"] for i in range(5_000)]
    trained = FastText(text, vector_size=50, min_count=1, epochs=1, bucket=90_000, workers=1)
    save_facebook_model(trained, str(path := tmp_path / "model.bin"))
    assert path.stat().st_size >= 20e6
    read = assert_all_doors_agree(packed(path, "gz") if pack else path)
    vectors = load_facebook_vectors(str(path))
    assert read.words == vectors.index_to_key
    assert read.rows is not None
    np.testing.assert_allclose(read.rows, vectors.vectors, rtol=1e-5, atol=1e-7)
    done = vecalc("-m", path, "unheardword", "--norm", "raw", "--format", "vector")
    np.testing.assert_allclose([float(x) for x in done.out.split()], vectors["unheardword"], rtol=1e-4)


# --- shared -----------------------------------------------------------------------------------


def _shared() -> Iterator[Any]:
    """All files of the shared data, models or not; the quick ones and those of fastText in every run."""
    root = shared_data()
    for path in sorted(root.rglob("*")) if root else ():
        if path.is_file():
            name = str(path.relative_to(root))  # type: ignore[arg-type]
            quick = name.startswith("fasttext-small/") and path.suffix == ".bin"
            yield pytest.param(path, id=name, marks=[] if quick else pytest.mark.slow)


@needs_data
@pytest.mark.parametrize("path", list(_shared()))
def test_a_shared_file_goes_through_every_door_or_none(path: Path) -> None:
    if "UTF-8" in assert_all_doors_agree(path).problem:
        assert_all_doors_agree(path, lenient=True)


@needs_data
@pytest.mark.parametrize("path", list(_shared()))
def test_a_shared_file_gives_the_same_compressed(tmp_path: Path, path: Path) -> None:
    plain = _memory(path, lenient=True)
    if plain.problem or path.suffix == ".gz":
        return
    for other in path.parent.iterdir():
        if other.is_file():
            (tmp_path / other.name).symlink_to(other)
    read = assert_all_doors_agree(packed(tmp_path / path.name, "gz"), lenient=True, doors=["import"])
    if not read.problem:
        assert read.words == plain.words
        assert read.rows.tobytes() == plain.rows.tobytes()  # type: ignore[union-attr]
    else:
        assert any(word in read.problem for word in ("compress", "words", "archive"))


# --- the system refuses to read ---------------------------------------------------------------


class _Failing(files._Source):
    """A file that the system gives no more of after the first hundred thousand bytes: it became a folder."""

    def readinto(self, buffer: Any, /) -> int:
        if self.tell() > 100_000:
            folder = os.open("/", os.O_RDONLY)
            os.dup2(folder, self.fileno())
            os.close(folder)
        return super().readinto(buffer)


@pytest.mark.parametrize("form", FILES)  # LanceDB opens the files of a table by itself
def test_what_can_not_be_read_is_never_a_failure_of_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    path = made(form, tmp_path, *model(500_000))
    monkeypatch.setattr(files, "_Source", _Failing)
    for name, door in DOORS.items():
        found = door(path, lenient=False)
        assert found.problem.startswith(f"{path}: Is a directory"), name
    done = vecalc("models", "check", path, "--format", "json")
    assert (done.code, done.records[1]["rows"][0]["examples"]) == (1, f"{path}: Is a directory")


def test_a_mistake_of_ours_is_none_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An OSError without a number is not the system's word."""

    def unsupported(self: object, size: int = -1, /) -> bytes:
        raise UnsupportedOperation("fileno")

    monkeypatch.setattr(open_file._Tapped, "read", unsupported)
    path = made("word2vec_binary", tmp_path, *model(200_000))
    for arguments in (["import", path, "--name", "x"], ["models", "check", path], ["-m", path, "word1"]):
        with pytest.raises(AssertionError, match="a fault in vecalc itself: UnsupportedOperation"):
            vecalc(*arguments)
