"""Zip archives as models: which file in one is read, what lies beside it, and what is refused."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data import as_binary, as_text
from running import vecalc

from vecalc.errors import FileProblem
from vecalc.formats.load import load
from vecalc.formats.recognition import is_known
from vecalc.library import open_model, vector_models
from vecalc.sources import Reading, compression, zip_files
from vecalc.sources.open_file import opened

WORDS = ["the", "king", "queen", "naïve", "日本"]
ROWS = np.random.default_rng(6).normal(size=(5, 4)).astype(np.float32)
TEXT, GLOVE = as_text(WORDS, ROWS), as_text(WORDS, ROWS, header=False)
OTHER = as_text(WORDS, 2 * ROWS)
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def npy(rows: np.ndarray = ROWS) -> bytes:
    stream = io.BytesIO()
    np.save(stream, rows)
    return stream.getvalue()


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.zip"


def check(path: Path | str, *notes: str, factor: float = 1, **reading: Any) -> None:
    loaded = load(path, **reading)
    assert list(loaded.space.words()) == WORDS
    assert loaded.space.vectors(range(5), np.float32).tobytes() == (factor * ROWS).astype("<f4").tobytes()
    assert loaded.notes == notes


def problem(path: Path | str, **reading: Any) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        load(path, **reading)
    assert caught.value.hint
    assert caught.value.message.isprintable()
    return caught.value


# --- which file -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("data", [TEXT, GLOVE, as_binary(WORDS, ROWS)], ids=["text", "glove", "binary"])
def test_the_one_file_of_an_archive_is_read(path: Path, method: int, data: bytes) -> None:
    check(zipped(path, {"anything": data}, method))


def test_an_archive_of_zip64(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a.vec", "w", force_zip64=True) as stream:
            stream.write(TEXT)
        archive.comment = b"a comment behind the directory"
    check(path)


def test_it_may_be_called_anything(tmp_path: Path) -> None:
    check(zipped(tmp_path / "model", {"model.vec": TEXT}))


def test_what_is_no_model_does_not_count(path: Path) -> None:
    members = {
        "__MACOSX/._model.vec": TEXT,
        "__MACOSX/model.vec": TEXT,
        "data/": b"",
        "data/.DS_Store": TEXT,
        "README": b"the 1 2 3\nking 1 2 3\n",
        "readme.txt": b"",
        "LICENSE.txt": b"the 1 2\n",
        "paper.pdf": b"%PDF",
        "NOTES.md": b"#",
        "data/model.vec": TEXT,
    }
    check(zipped(path, members))


def test_of_several_files_the_one_that_is_a_model(path: Path) -> None:
    note = "of the archive 'm.txt' is read, and not 'log' (8 bytes), 'x.bin' (100 bytes)"
    check(
        zipped(path, {"log": b"all well", "m.txt": TEXT, "empty": b"", "x.bin": bytes(100)}),
        note.replace("'x.bin'", "'empty' (0 bytes), 'x.bin'"),
    )


@pytest.mark.parametrize("sign", [":", "/"])
def test_one_of_several_is_named(path: Path, sign: str) -> None:
    zipped(path, {"a/small.txt": TEXT, "a/large.txt": OTHER, "b/large.txt": TEXT, "b/more.txt": OTHER})
    said = problem(path)
    assert said.message.startswith("an archive of several models: it holds 'a/small.txt' (")
    assert said.hint == f"name one: -m {path}:NAME"
    check(f"{path}{sign}a/small.txt")
    check(f"{path}{sign}small.txt")
    check(f"{path}{sign}a/large.txt", factor=2)
    check(f"{path}{sign}b/large.txt")
    assert "several files are called 'large.txt'" in problem(f"{path}{sign}large.txt").message
    assert "there is no file 'c.txt' in the archive; it holds" in problem(f"{path}{sign}c.txt").message
    assert problem(f"{path}{sign}?").message.count("large.txt") == 2


def test_a_file_that_is_no_archive_has_no_members(tmp_path: Path) -> None:
    (tmp_path / "model.zip").write_bytes(TEXT)
    assert problem(f"{tmp_path}/model.zip:a.txt").message == "not a zip archive, so it has no members"


def test_a_part_of_a_member_is_passed_on(path: Path) -> None:
    said = problem(f"{zipped(path, {'a.txt': TEXT, 'b.txt': TEXT})}:a.txt#x")
    assert said.message == "it has no parts to choose from, such as 'x'"
    assert said.where == f"{path}/a.txt"


def test_words_lie_beside_rows_in_the_same_archive(path: Path) -> None:
    words = "\n".join(WORDS).encode()
    check(
        zipped(path, {"m/vectors.npy": npy(), "m/vocab.txt": words, "vocab.txt": b"no\n"}),
        "the words are those of vocab.txt",
    )
    check(zipped(path, {"vectors.npy": npy(), "words.txt": words}), "the words are those of words.txt")
    (path.parent / "vocab.txt").write_bytes(words)  # beside the archive is not in it
    assert "holds rows and no words" in problem(zipped(path, {"m/vectors.npy": npy(), "x.txt": b""})).message


def test_an_npz_is_a_format_of_its_own(path: Path) -> None:
    np.savez(path.with_suffix(".npz"), words=np.array(WORDS), vectors=ROWS)
    check(path.with_suffix(".npz").rename(path))


def test_dl4js_archive(path: Path) -> None:
    """Its words are base64; what else is in it is for training on."""
    lines = TEXT.decode().splitlines()
    coded = [
        f"B64:{base64.b64encode(word.encode()).decode()} {line.partition(' ')[2]}\n"
        for word, line in zip(WORDS, lines[1:], strict=True)
    ]
    syn0 = "".join(coded).encode()
    note = "words are decoded: they are base64 behind B64:, as DL4J writes them"
    check(zipped(path, {"syn0.txt": syn0}), note)
    others = {"config.json": b"{}", "syn1.txt": GLOVE, "huffman.txt": GLOVE, "syn0.txt": syn0}
    told = f"of the archive 'syn0.txt' is read, and not 'syn1.txt' ({len(GLOVE)} bytes), "
    check(zipped(path, others), f"{told}'huffman.txt' ({len(GLOVE)} bytes)", note)


@pytest.mark.parametrize(
    ("members", "what"),
    [
        (["archive/data.pkl", "archive/data/0", "archive/version"], "a PyTorch file"),
        (["metadata.json", "config.json", "model.weights.h5"], "a Keras model"),
        (["[Content_Types].xml", "xl/workbook.xml"], "an Excel workbook"),
        (["[Content_Types].xml", "word/document.xml"], "a Word document"),
    ],
)
def test_other_programs_archives_are_named(path: Path, members: list[str], what: str) -> None:
    said = problem(zipped(path, dict.fromkeys(members, TEXT)))
    assert said.message == f"this version can't read {what}"


def test_a_member_without_a_name_is_none(path: Path) -> None:
    data = zipped(path, {"x": b"1", "a.txt": TEXT}).read_bytes()
    at = data.index(b"PK\1\2")
    nameless = data[:at] + data[at : at + 28] + b"\0\0" + data[at + 30 : at + 46] + data[at + 47 :]
    size, place = struct.unpack_from("<II", nameless, len(nameless) - 10)
    path.write_bytes(nameless[:-10] + struct.pack("<II", size - 1, place) + b"\0\0")
    check(path)


@pytest.mark.parametrize("members", [{}, {"d/": b""}, {"a.txt": b"some text", "b.txt": b"more of it"}])
def test_an_archive_without_a_model(path: Path, members: dict[str, bytes]) -> None:
    assert "an archive without a file of vectors" in problem(zipped(path, members)).message


def test_formats_that_jump_about_are_to_be_unpacked(path: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", words=np.array(WORDS), vectors=ROWS)
    said = problem(zipped(path, {"a.npz": (tmp_path / "a.npz").read_bytes()}))
    assert said.where == f"{path}/a.npz"


def test_packed_inside(path: Path) -> None:
    check(zipped(path, {"a.vec.gz": gzip.compress(TEXT)}))
    check(zipped(path, {"a.vec.bz2": bz2.compress(TEXT)}, zipfile.ZIP_STORED))
    inner = zipped(path, {"a.txt": TEXT}).read_bytes()
    for data in (gzip.compress(inner), zipped(path, {"b.zip": inner}).read_bytes()):
        path.write_bytes(data)
        assert "a zip archive inside another file" in problem(path).message


# --- damaged and hostile --------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_25_a_member_with_a_bad_checksum(path: Path, method: int) -> None:
    data = bytearray(zipped(path, {"a.txt": TEXT}, method).read_bytes())
    place = data.rindex(b"PK\1\2") + 16
    data[place] ^= 1
    path.write_bytes(data)
    said = problem(path)
    assert said.message.startswith("damaged zip data after")
    assert said.where == f"{path}/a.txt"


@pytest.mark.parametrize("method", METHODS)
def test_25_a_member_cut_anywhere(path: Path, method: int) -> None:
    """The directory lies behind it, so that only what stands between is missing."""
    whole = zipped(path, {"a.txt": TEXT}, method).read_bytes()
    for size in (0, 1, 10, 25, 40, len(whole) // 2, len(whole) - 10):
        path.write_bytes(whole[:size])
        problem(path)
    for gap in (1, 30, 60):
        path.write_bytes(whole[:50] + whole[50 + gap :])
        problem(path)


def test_an_encrypted_member(path: Path) -> None:
    data = bytearray(zipped(path, {"a.txt": TEXT}).read_bytes())
    for magic, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(magic) + place] |= 1
    path.write_bytes(data)
    assert problem(path).message == "a file of an archive that is encrypted"


def test_an_unknown_packing(path: Path) -> None:
    """9 is what Windows makes of large files."""
    data = bytearray(zipped(path, {"a.txt": TEXT}).read_bytes())
    for magic, place in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        struct.pack_into("<H", data, data.index(magic) + place, 9)
    path.write_bytes(data)
    assert "packed by method 9, which is not read" in problem(path).message


def test_two_files_of_one_name(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", TEXT)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", OTHER)
    assert "several models" in problem(path).message
    assert problem(f"{path}:a.txt").message == "2 files of this name"


@pytest.mark.parametrize("name", ["../escaped.txt", "/escaped.txt", "..\\escaped.txt", "a/../../escaped.txt"])
def test_24_nothing_is_written_whatever_a_member_is_called(tmp_path: Path, name: str) -> None:
    (inside := tmp_path / "inside").mkdir()
    path = zipped(inside / "model.zip", {name: TEXT})
    before = sorted(tmp_path.rglob("*"))
    check(path)
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/escaped.txt").exists()


def test_names_that_terminals_obey_are_shown_safely(path: Path) -> None:
    zipped(path, {"a\x1b[31m\n.txt": TEXT, "b\r\u202e.txt": TEXT})
    for place in (path, f"{path}:nothing", f"{path}:?", f"{path}:a\x1b[31m\n.txt#x"):
        done = vecalc("-m", place, "king")
        assert (done.code, len(done.err.splitlines())) == (4, 1)
        assert not {"\x1b", "\r", "\u202e"} & set(done.err)


@pytest.mark.parametrize("method", METHODS[1:])
def test_24_zip_bombs(path: Path, method: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused at the ceiling, and unpacked in small pieces until then."""
    monkeypatch.setattr(compression, "GRACE", 1 << 20)
    zipped(path, {"a.txt": GLOVE + bytes(60 << 20)}, method)
    tracemalloc.start()
    try:
        with opened(path, Reading(), is_known) as (source, *_):
            endless = iter(lambda: source.stream.read(1 << 16), b"")
            with pytest.raises(FileProblem, match="yields more than"):
                sum(map(len, endless))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10 << 20


def test_24_an_lzma_member_that_asks_for_gigabytes(path: Path) -> None:
    data = bytearray(zipped(path, {"a.txt": TEXT}, zipfile.ZIP_LZMA).read_bytes())
    properties = 30 + len("a.txt") + 4
    struct.pack_into("<I", data, properties + 1, 0xF0000000)
    path.write_bytes(data)
    assert "damaged zip data after 0 bytes" in problem(path).message


def test_24_too_many_members(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zipped(path, {f"{i}.txt": b"" for i in range(1001)})
    monkeypatch.setattr(zip_files, "MOST_MEMBERS", 1000)
    assert problem(path).message == "about 1,001 members, at most 1,000 are read"
    monkeypatch.setattr(zip_files, "MOST_DIRECTORY", 1000)
    assert "a directory of" in problem(path).message


@pytest.mark.slow
def test_24_a_hundred_thousand_members(path: Path) -> None:
    zipped(path, {**{f"{i}": b"x" for i in range(100_000)}, "model.vec": TEXT}, zipfile.ZIP_STORED)
    check(f"{path}:model.vec")
    assert "and 99,996 more" in problem(path).message


# --- kept -----------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_models, "WORTH_STORING", 0)
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("VECALC_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("VECALC_CONFIG_DIR", str(tmp_path / "config"))


@pytest.mark.usefixtures("folders")
def test_every_member_and_part_has_a_store_of_its_own(path: Path, tmp_path: Path) -> None:
    zipped(path, {"a.txt": TEXT, "b.txt": OTHER})
    np.savez(tmp_path / "m.npz", words=np.array(WORDS), a=ROWS, b=2 * ROWS)
    for name in (f"{path}:a.txt", f"{path}:b.txt", f"{tmp_path}/m.npz#a", f"{tmp_path}/m.npz#b"):
        for _ in range(2):
            loaded = open_model.load(name)
            factor = 2 if "b" in name[-5:] else 1
            assert loaded.space.vectors(range(5), np.float32).tobytes() == (factor * ROWS).tobytes()
    assert len(list((tmp_path / "cache" / "models").iterdir())) == 4
    done = vecalc("models", "list", "--format", "tsv")
    for called in (f"{path}:a.txt", f"{path}:b.txt", f"{tmp_path}/m.npz#a", f"{tmp_path}/m.npz#b"):
        assert f"{called}\t5\t4\tfloat32" in done.out


@pytest.mark.usefixtures("folders")
def test_a_store_of_a_member_counts_until_its_archive_changes(path: Path) -> None:
    zipped(path, {"a.txt": TEXT, "b.txt": TEXT})
    kept = open_model.load(f"{path}:a.txt").files[-1]
    before = kept.stat().st_ino
    open_model.load(f"{path}:a.txt")
    os.utime(path, ns=(1, 1))  # the digest is of the archive
    open_model.load(f"{path}:a.txt")
    assert kept.stat().st_ino == before
    zipped(path, {"a.txt": OTHER, "b.txt": TEXT})
    assert (
        open_model.load(f"{path}:a.txt").space.vectors([0], np.float32).tobytes() == (2 * ROWS[0]).tobytes()
    )


@pytest.mark.usefixtures("folders")
def test_an_alias_keeps_its_part(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    zipped(path, {"a.txt": TEXT, "b.txt": OTHER})
    assert vecalc("models", "add", "ofzip", "model.zip:b.txt").code == 0
    assert vecalc("models", "path", "ofzip").out == f"{path}:b.txt\n"
    loaded = open_model.load("ofzip").space.vectors([0], np.float32)
    assert loaded.tobytes() == (2 * ROWS[0]).tobytes()
    listed = next(
        row for row in vecalc("models", "list", "--json").records[0]["rows"] if row["name"] == "ofzip"
    )
    assert (listed["kind"], listed["words"], listed["size"]) == ("alias", 5, path.stat().st_size)
    for action in ("info", "check"):
        row = vecalc("models", action, "ofzip", "--json").records[0]["rows"][0]
        assert (row["words"], row["size"]) == (5, path.stat().st_size)
    path.unlink()
    assert "alias of nothing" in vecalc("models", "list").out


@pytest.mark.usefixtures("folders")
def test_a_member_is_imported_under_a_name(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    zipped(path, {"glove.4d.txt": TEXT, "b.txt": OTHER})
    done = vecalc("import", "model.zip:glove.4d.txt", "--name", "g4")
    assert done.code == 0, done.err
    path.unlink()
    assert list(open_model.load("g4").space.words()) == WORDS
    assert "it has no parts to choose from, such as 'x'" in vecalc("-m", "g4#x", "king").err
