"""Damaged and hostile files: every one ends in a result or in one FileProblem that says where and what to do.

The numbers are those of the list of faults to survive (section A, model files).
"""

from __future__ import annotations

import gzip
import json
import os
import pickle
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data import as_binary, as_text, data_file, needs_data
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vector_files import (
    BINARY,
    BINARY_C,
    CLAIMS,
    GLOVE,
    ROWS,
    TEXT,
    WHOLE,
    WORDS,
    File,
    Pack,
    file,
    grown,
    replaced,
    touched,
)

from vecalc.errors import FileProblem, StorageProblem, UsageError, VecalcError
from vecalc.formats import Block, other_columns
from vecalc.formats import load as load_module
from vecalc.formats.load import Loaded, load
from vecalc.sources import MAX_WIDTH, Source, compression, open_file

__all__ = ["file"]  # a fixture


def problem(path: Path, **options: object) -> FileProblem:
    """The problem that a path makes, which must name it and say what to do."""
    with pytest.raises(FileProblem) as caught:
        load(path, **options)  # type: ignore[arg-type]
    assert caught.value.where.startswith(str(path))
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value


def words(loaded: Loaded) -> list[str]:
    return list(loaded.space.words())


def unit(*numbers: float) -> bytes:
    return np.array(numbers, "<f4").tobytes()


# 1, 2: no file to speak of


@pytest.mark.parametrize("data", [b"", gzip.compress(b"", mtime=0)], ids=["plain", "gzipped"])
def test_1_empty_file(file: File, data: bytes) -> None:
    assert "empty" in problem(file(data)).message or "no content" in problem(file(data)).message


@pytest.mark.parametrize("data", [b"\n", b" \n\r\n", b"\xef\xbb\xbf", b"3 2", b"3 2\n"])
def test_1_file_without_a_row(file: File, data: bytes) -> None:
    problem(file(data))


@pytest.mark.parametrize("name", ["absent", "absent/model", "model/inside", "a\0b", "x" * 5000])
def test_2_missing_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "model").write_bytes(TEXT)
    assert problem_of_missing(tmp_path / name)


def problem_of_missing(path: Path) -> bool:
    with pytest.raises(FileProblem) as caught:
        load(path)
    return "no such file" in caught.value.message or "too long" in caught.value.message


def test_2_folder(tmp_path: Path) -> None:
    assert "a folder" in problem(tmp_path).message


def test_2_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "FIFO" in problem(tmp_path / "pipe").message


def test_2_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert "a socket" in problem(Path("socket")).message


def test_2_device() -> None:
    assert "a device" in problem(Path(os.devnull)).message


def refusing(number: int) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


def test_2_no_permission(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file(TEXT)
    monkeypatch.setattr(open_file, "for_reading", refusing(13))  # as root every file can be read
    assert "permission denied" in problem(path).message


def test_43_too_many_open_files(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file(TEXT)
    monkeypatch.setattr(open_file, "for_reading", refusing(24))
    with pytest.raises(StorageProblem, match="too many files open"):
        load(path)


def test_a_disk_that_fails_is_named(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def __init__(self, *_: object, **__: object) -> None: ...

        read = staticmethod(refusing(5))

    path = file(gzip.compress(TEXT))
    monkeypatch.setattr(gzip, "GzipFile", Failing)
    assert "disk reports an error" in problem(path).message


# 3 to 9: the header and what it promises


@pytest.mark.parametrize("header", [b"six 5\n", b"6 five\n", b"6\n", b"6 5 4 3\n", b"6.0 5.0\n", b"6_0 5\n"])
def test_3_header_is_not_two_integers(file: File, header: bytes) -> None:
    after = TEXT.partition(b"\n")[2]
    assert "invalid literal" not in problem(file(header + after), strict=True).message
    problem(file(header + BINARY.partition(b"\n")[2]))


@pytest.mark.slow
@pytest.mark.parametrize("newline", [b"", b"\n"])
def test_4_binary_cut_anywhere(file: File, newline: bytes) -> None:
    whole = as_binary(WORDS, ROWS, newline)
    start = whole.index(b"\n") + 1
    ends = np.cumsum([len(w.encode()) + 1 + 20 + len(newline) for w in WORDS]) + start
    for cut in range(start + len("the ") + 1, len(whole) - len(newline)):
        said = problem(file(whole[:cut]))
        read = int(np.searchsorted(ends - len(newline), cut, "right"))
        assert f"{read:,}" in said.message
        assert said.where.endswith(f"byte {cut:,}")


def test_4_cut_names_the_part(file: File) -> None:
    second = BINARY.index(b"king")
    assert "ends inside the word of row 2; 1 of 6 rows" in problem(file(BINARY[: second + 2])).message
    assert "ends inside the vector of row 2; 1 of 6 rows" in problem(file(BINARY[: second + 9])).message


@pytest.mark.parametrize("whole", [BINARY, BINARY_C, TEXT])
def test_5_fewer_rows_than_promised(file: File, whole: bytes) -> None:
    said = problem(path := file(b"9" + whole[1:]), strict=True)
    assert "the header promises 9 rows, the file has 6" in said.message
    if whole is TEXT:
        assert load(path).notes == ("the header promises 9 rows, the file has 6",)
    else:
        assert problem(path).message == said.message


@pytest.mark.parametrize("whole", [BINARY, BINARY_C, TEXT])
def test_6_more_rows_than_promised(file: File, whole: bytes) -> None:
    path = file(b"4" + whole[1:])
    said = problem(path)
    assert "data after the last row: the header promises 4 rows" in said.message
    assert "--allow-trailing" in said.hint
    loaded = load(path, allow_trailing=True)
    assert words(loaded) == WORDS[:4]
    assert len(loaded.notes) == 1
    assert "ignored: " in loaded.notes[0]


def test_6_one_byte_too_many_is_found_behind_gzip(file: File) -> None:
    assert "data after the last row" in problem(file(gzip.compress(BINARY_C + b"x"))).message


@pytest.mark.parametrize("width", [4, 6])
@pytest.mark.parametrize("whole", [BINARY, BINARY_C, TEXT])
def test_7_width_wrong_by_one(file: File, whole: bytes, width: int) -> None:
    path = file(whole.replace(b"6 5\n", b"6 %d\n" % width, 1))
    problem(path)
    problem(path, skip_bad_rows=True)


def test_7_shifted_rows_are_told_by_a_newline_in_a_word(file: File) -> None:
    said = problem(file(BINARY_C.replace(b"6 5\n", b"6 4\n", 1)), encoding_errors="surrogateescape")
    assert "the word of row 2" in said.message
    assert "width" in said.hint


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("whole", [BINARY, TEXT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_8_absurd_promises_take_no_memory(file: File, claim: bytes, whole: bytes, pack: Pack) -> None:
    path = file(pack(claim + whole.partition(b"\n")[2]))
    tracemalloc.start()
    try:
        problem(path)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def test_8_promise_beyond_what_the_file_holds_is_refused_unread(file: File) -> None:
    assert "at least 22,000,000,000 bytes; the file holds " in problem(file(CLAIMS[0] + BINARY[4:])).message
    assert "at least 12,000,000,000 bytes; the file holds " in problem(file(CLAIMS[0] + TEXT[4:])).message
    packed = gzip.compress(CLAIMS[0] + BINARY[4:])
    assert "the file holds at most 67,108,864 once unpacked" in problem(file(packed)).message
    assert f"more than the {MAX_WIDTH:,}" in problem(file(CLAIMS[1] + BINARY[4:])).message


@pytest.mark.parametrize("header", [b"0 5\n", b"6 0\n", b"-6 5\n", b"6 -5\n", b"0 0\n", b"-1 -1\n"])
@pytest.mark.parametrize("whole", [BINARY, TEXT])
def test_9_promises_must_be_positive(file: File, header: bytes, whole: bytes) -> None:
    said = problem(file(header + whole.partition(b"\n")[2]))
    assert "must be positive" in said.hint
    assert said.where.endswith(":1")


# 10 to 13: rows that are none


def with_bad_row(bad: float) -> dict[str, bytes]:
    rows = ROWS.copy()
    rows[2, 3] = bad
    make = {"binary": as_binary, "text": as_text, "glove": lambda w, r: as_text(w, r, header=False)}
    return {name: write(WORDS, rows) for name, write in make.items()}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("kind", ["binary", "text", "glove"])
def test_10_numbers_that_are_not_finite(file: File, kind: str, bad: float) -> None:
    path = file(with_bad_row(bad)[kind])
    assert "row 3 (word 'queen') holds a number that is not finite" in problem(path, strict=True).message
    for loaded in (load(path), load(path, skip_bad_rows=True)):
        assert words(loaded) == ["the", "king", "man", "woman", "naïve"]
        assert np.array_equal(loaded.space.vectors(range(5)), np.delete(ROWS, 2, axis=0))
        assert loaded.notes == ("rows with numbers that are not finite, left out: 1",)


@pytest.mark.parametrize("bad", [b"1e999", b"-1e39", b"3.5e38"])
def test_11_numbers_beyond_float32(file: File, bad: bytes) -> None:
    path = file(b"2 2\nthe 1 2\nking " + bad + b" 2\n")
    assert "row 2 (word 'king') holds a number that is not finite" in problem(path, strict=True).message
    assert words(load(path)) == ["the"]


def test_12_of_duplicate_words_the_first_is_kept(file: File) -> None:
    path = file(as_text(["a", "b", "a", "c", "b", "a"], ROWS))
    loaded = load(path)
    assert words(loaded) == ["a", "b", "c"]
    assert np.array_equal(loaded.space.vectors([0, 1, 2]), ROWS[[0, 1, 3]])
    assert loaded.notes == ("duplicate words left out, the first row of each kept: 3",)


def test_12_duplicates_are_found_across_blocks(file: File) -> None:
    many = [str(i % 20_000) for i in range(20_001)]
    loaded = load(file(as_text(many, np.ones((20_001, 20)))))
    assert len(loaded.space) == 20_000
    assert loaded.notes == ("duplicate words left out, the first row of each kept: 1",)


@pytest.mark.parametrize("header", [b"", b"2 2\n"])
def test_13_row_without_a_word_in_text(file: File, header: bytes) -> None:
    path = file(header + b"the 1 2\n 1 2\n")
    assert "row 2 (word '') has no word" in problem(path, strict=True).message
    for loaded in (load(path), load(path, skip_bad_rows=True)):
        assert words(loaded) == ["the"]
        assert loaded.notes == ("rows without a word, left out: 1",)


@pytest.mark.parametrize("word", [" ", "\t", "\r", "\u3000", "\x85"])
@pytest.mark.parametrize("header", [b"", b"3 2\n"])
def test_13_a_blank_is_a_word_where_it_is_told_from_none(file: File, header: bytes, word: str) -> None:
    path = file(header + b"the 1 2\n" + word.encode() + b" 3 4\nking 5 6\n")
    for strict in (False, True):
        loaded = load(path, strict=strict)
        assert words(loaded) == ["the", word, "king"]
        assert loaded.space.vectors(range(3)).tolist() == [[1, 2], [3, 4], [5, 6]]
        assert loaded.notes == ()


def test_13_row_without_a_word_in_binary(file: File) -> None:
    path = file(b"2 2\nthe " + unit(-1, 2) + b" " + unit(3, 4))
    assert "row 2" in problem(path, strict=True).message
    assert words(load(path)) == ["the"]


def test_13_a_blank_as_a_word_in_binary(file: File) -> None:
    assert words(load(file(b"2 2\nthe " + unit(-1, 2) + b"\t " + unit(3, 4)))) == ["the", "\t"]


# 14, 15: words


@pytest.mark.parametrize("make", [as_binary, as_text])
def test_14_words_that_are_not_utf8(file: File, make: Callable[..., bytes]) -> None:
    raw = [b"caf\xe9", b"caf\xe8", b"\xff", "café".encode(), b"\xc3", b"the"]
    path = file(make(raw, ROWS))
    for how in ({}, {"strict": True}, {"encoding_errors": "strict"}):
        said = problem(path, **how)
        assert "the word 'caf\\xe9' is not UTF-8 (byte 0xe9)" in said.message
        assert "--encoding-errors surrogateescape" in said.hint
        assert said.where.endswith(":2" if make is as_text else ":byte 4")
    loaded = load(path, encoding_errors="surrogateescape")
    assert [word.encode("utf-8", "surrogateescape") for word in words(loaded)] == raw
    assert "words that are not UTF-8, their bytes escaped reversibly: 4" in loaded.notes


@pytest.mark.parametrize("lossy", ["ignore", "replace", "", "nonsense"])
def test_14_ways_that_could_merge_words_are_refused(file: File, lossy: str) -> None:
    with pytest.raises(UsageError, match="encoding errors") as caught:
        load(file(TEXT), encoding_errors=lossy)
    assert caught.value.hint == "there are few, strict, surrogateescape"


@needs_data
def test_14_a_real_file_with_bytes_of_another_encoding() -> None:
    path = data_file("glove-6b-2446x50/glove.6B.50d.head2446.txt.gz")
    said = problem(path, strict=True)
    assert said.where.endswith(":218")
    assert "byte 0x96" in said.message
    assert load(path).notes == ("words that are not UTF-8, their bytes escaped reversibly: 5",)


@pytest.mark.parametrize("spare", [b"", b"a b " * 3])
@pytest.mark.parametrize("kind", ["binary", "text", "glove"])
def test_15_word_of_several_megabytes(file: File, kind: str, spare: bytes) -> None:
    long = b"x" * (3 << 20) + spare.rstrip()
    before = {"binary": b"2 2\na " + unit(-1, 2), "text": b"2 2\na 1 2\n", "glove": b"a 1 2\n"}[kind]
    after = unit(1, 2) if kind == "binary" else b"1 2\n"
    started = time.perf_counter()
    said = problem(file(before + long + b" " + after))
    assert "a word of more than 1,048,576 bytes" in said.message
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize("header", [b"", b"2 2\n"])
def test_15_line_without_end(file: File, header: bytes) -> None:
    said = problem(file(header + b"a 1 2\nb " + b"1 " * (4 << 20)))
    assert "a line of more than 5,242,880 bytes" in said.message


# 16 to 19: rows of text


@pytest.mark.parametrize(
    ("row", "place", "message"),
    [
        (b"king 0.1 0.2", "", "has 2 numbers, 3 are expected"),
        (b"king 0.1", "", "has 1 number, 3 are expected"),
        (b"king", "", "has 0 numbers, 3 are expected"),
        (b"six five", "", "has 0 numbers, 3 are expected"),
        (b"king 0.1 zwei", "", "has 1 number, 3 are expected"),
        (b" 0.1 0.2", "", "has 2 numbers, 3 are expected"),
        (b"king 0.1 0.2 0.3 0.4", "", "has 4 numbers, 3 are expected"),
        (b"king 0.1 0.2 0.3 0.4 0.5", "", "has 5 numbers, 3 are expected"),
        (b"windows 95 0.1 0.2 0.3", "", "has 4 numbers, 3 are expected"),
        (b"windows 3.1 0.1 0.2 0.3", "", "has 4 numbers, 3 are expected"),
        (b"king 0.1 zwei 0.3", ":10", "'zwei' is not a number (field 2 of 3 after the word)"),
        ("königin 0.1 0.2 0,3".encode(), ":17", "'0,3' is not a number (field 3 of 3 after the word)"),
        (b"king 0.1 0.2 1_0", ":14", "'1_0' is not a number"),
        (b"king 0.1 0.2 0x1F", ":14", "'0x1F' is not a number"),
        (b"king 0.1 0.2 1-2", ":14", "'1-2' is not a number"),
        (b"king 0.1 1e 0.3", ":10", "'1e' is not a number"),
        (b"new york 0.1 0.2", ":5", "'york' is not a number"),
        (b"king 0.1  0.2", "", "has 2 numbers, 3 are expected"),
    ],
)
@pytest.mark.parametrize("header", [b"3 3\n", b""])
def test_16_malformed_row(file: File, header: bytes, row: bytes, place: str, message: str) -> None:
    path = file(header + b"the 1 2 3\n" + row + b"\nman 4 5 6\n")
    said = problem(path, strict=True)
    assert message in said.message
    assert said.where == f"{path}:{3 if header else 2}{place}"
    if header and len(row.split()) > 4:  # a word that ends in a number: see test_texts
        return
    for loaded in (load(path), load(path, skip_bad_rows=True)):
        assert words(loaded) == ["the", "man"]
        assert loaded.notes == ("malformed rows left out: 1",)


@pytest.mark.parametrize("row", [b"king 0.1 0.2", b"king 0.1 zwei 0.3", b"new york 0.1 0.2", b"king 1 2 3 4"])
@pytest.mark.parametrize("header", [b"3 3\n", b""])
def test_16_malformed_first_row(file: File, header: bytes, row: bytes) -> None:
    path = file(header + row + b"\nthe 1 2 3\nman 4 5 6\n")
    assert problem(path, strict=True).where.startswith(f"{path}:{2 if header else 1}")


def test_16_malformed_and_not_finite_rows_are_numbered_alike(file: File) -> None:
    path = file(b"a 1 2\nb 1\nc nan 2\nd 3 4\n\ne inf 5\n")
    loaded = load(path, skip_bad_rows=True)
    assert words(loaded) == ["a", "d"]
    assert set(loaded.notes) == {
        "malformed rows left out: 1",
        "rows with numbers that are not finite, left out: 2",
    }
    assert "row 2 (word 'c')" in problem(file(b"a 1 2\nc nan 2\n"), strict=True).message


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data[:-1],
        lambda data: data + b"\n\r\n \n",
        lambda data: data.replace(b"\n", b" \n"),
        lambda data: data.replace(b"\nking", b"\n\nking"),
    ],
)
@pytest.mark.parametrize("whole", [TEXT, GLOVE])
def test_17_harmless_differences(file: File, whole: bytes, change: Callable[[bytes], bytes]) -> None:
    loaded = load(file(change(whole)))
    assert words(loaded) == WORDS
    assert np.array_equal(loaded.space.vectors(range(6)), ROWS)


@pytest.mark.parametrize("header", [b"4 2\n", b""])
def test_18_blanks_inside_words(file: File, header: bytes) -> None:
    loaded = load(file(header + b"the 1 2\nnew york 3 4\n. . . 5 6\nat a@b.c\t7 8\n"))
    assert words(loaded) == ["the", "new york", ". . .", "at a@b.c"]
    assert loaded.space.vectors(range(4)).tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]


@pytest.mark.parametrize("make", [as_binary, as_text])
def test_19_row_of_zeros_is_loaded(file: File, make: Callable[..., bytes]) -> None:
    loaded = load(file(make(["a", "b"], np.array([[-1, 1], [0, 0]], np.float32))))
    assert loaded.space.lengths([1]).tolist() == [0]


# 20, 21, 24: files of other kinds


class Payload:
    """What a hostile pickle looks like: loading it touches a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.marker,))


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", ["model.kv", "model.bin", "model.txt", "model.npy", "model.gz"])
def test_20_21_pickles_are_refused_by_content_and_never_run(tmp_path: Path, protocol: int, name: str) -> None:
    path, marker = tmp_path / name, tmp_path / "code was run"
    data = pickle.dumps(Payload(marker), protocol)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    said = problem(path)
    assert not marker.exists()
    assert "would run code" in said.message
    assert "save_word2vec_format" in said.hint


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("value", [{"king": "queen"}, ["king"], ("king", 1), {}])
def test_21_a_pickle_of_anything_else_is_refused(file: File, protocol: int, value: object) -> None:
    problem(file(pickle.dumps(value, protocol)))


OTHER_KINDS = {
    "numpy .npy": b"\x93NUMPY\x01\0v\0{'descr': '<f4', ",
    "finalfusion": b"FiFu\0\0\0\0\2\0\0\0",
    "parquet": b"PAR1\x15\4\x15",
    "safetensors": b"\x50\0\0\0\0\0\0\0" + b'{"embeddings":{"dtype":"F32"',
    "gzipped twice": gzip.compress(TEXT),
    "bzip2": b"BZh91AY&SY...",
    "xz": b"\xfd7zXZ\0\0\4",
    "zstd": b"\x28\xb5\x2f\xfd....",
    "SQLite": b"SQLite format 3\0",
    "HDF5": b"\x89HDF\r\n\x1a\n",
    "tar": b"model.txt".ljust(257, b"\0") + b"ustar\x0000" + GLOVE,
    "UTF-16": TEXT.decode().encode("utf-16"),
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
    "web page": b"<!DOCTYPE html><html>",
    "JSON": b'{"king": 3, "queen": 4}',
    "table without vectors": b"king,queen\nman,woman\n",
}


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_21_other_kinds_are_named(file: File, name: str) -> None:
    assert name in problem(file(gzip.compress(OTHER_KINDS[name]))).message


@needs_data
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("fasttext-small/pang_lee_polarity_fasttext.bin", "supervised fastText model"),
        ("finalfusion-testdata/similarity.fifu", "finalfusion"),
        ("finalfusion-testdata/quantized_storage.bin", "not a file of word vectors"),
        ("gensim-native/ft_kv_3.6.0.model.gz", "a fastText model from before gensim 3.8"),
        ("model2vec-safetensors/int8/model.safetensors", "no list of words beside it"),
        ("model2vec-safetensors/tokenizer.json", "JSON"),
        ("model2vec-safetensors", "a folder, and not a vecalc store; it holds 'SOURCE.md', 'float16'"),
        ("glove-twitter-11925x25/glove_twitter_25d.rda", "R data"),
        ("googlenews-8000x300/demodata.rda", "R data"),
        ("movielens-latest-small/ratings.csv.gz", "a table without vectors"),
        ("text-gutenberg/carroll-alice.txt", "not a file of word vectors"),
        ("eval-wordsim353/combined.tab", "a table without vectors"),
    ],
)
def test_21_real_files_of_other_kinds(name: str, kind: str) -> None:
    assert kind in problem(data_file(name)).message


@pytest.mark.parametrize("line", [b"x 0 0\n", b"\0"])
def test_24_gzip_bomb(file: File, monkeypatch: pytest.MonkeyPatch, line: bytes) -> None:
    monkeypatch.setattr(compression, "GRACE", 1 << 20)
    path = file(gzip.compress(b"the 1 2\nking 3 4\n" + line * ((4 << 20) // len(line))))
    said = problem(path)
    assert "yields more than" in said.message or "a line of more than" in said.message


def test_24_what_compresses_well_and_is_small_is_no_bomb(file: File) -> None:
    loaded = load(
        file(gzip.compress(as_text([str(i) for i in range(5000)], np.zeros((5000, 50), np.float32))))
    )
    assert len(loaded.space) == 5000


# 25: gzip


@pytest.mark.parametrize("name", WHOLE)
def test_25_gzip_cut_anywhere(file: File, name: str) -> None:
    whole = gzip.compress(WHOLE[name])
    for cut in range(3, len(whole), 5):
        said = problem(file(whole[:cut]))
        assert "damaged gzip data" in said.message
        assert "cut short" in said.message


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("place", [-8, -5, -4, -1])
def test_25_gzip_with_a_bad_checksum_or_length(file: File, name: str, place: int) -> None:
    whole = bytearray(gzip.compress(WHOLE[name]))
    whole[place] ^= 1
    assert "damaged gzip data" in problem(file(bytes(whole))).message


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("middle", [2, 50, 101])
def test_25_all_members_of_a_gzip_file_are_read(file: File, name: str, middle: int) -> None:
    whole = WHOLE[name]
    assert words(load(file(gzip.compress(whole[:middle]) + gzip.compress(whole[middle:])))) == WORDS


def test_25_what_follows_a_gzip_member_must_be_one(file: File) -> None:
    assert "damaged gzip data" in problem(file(gzip.compress(TEXT) + b"garbage")).message


# 29: a file that changes under our eyes


@pytest.mark.parametrize("change", [touched, grown, replaced, Path.unlink])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_29_file_that_changes_while_being_read(
    file: File, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], pack: Pack
) -> None:
    path = file(pack(GLOVE))

    def changing(blocks: Iterator[Block], source: Source) -> Iterator[Block]:
        yield from blocks
        change(source.path)

    monkeypatch.setattr(load_module, "sound", changing)
    said = problem(path)
    assert "changed while it was being read" in said.message or "no such file" in said.message


# Laws over all of them


def test_memory_stays_within_the_stated_multiple(file: File) -> None:
    rows = np.random.default_rng(4).normal(size=(20_000, 200)).astype(np.float32)
    path = file(as_binary([str(i) for i in range(len(rows))], rows))
    blocks, per_word = 16 << 20, 250  # some pieces of 4 MiB, and the words
    tracemalloc.start()
    try:
        load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.125 * path.stat().st_size + per_word * len(rows) + blocks


def test_running_out_of_memory_is_a_named_problem(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(load_module, "_with_room", no_room)
    with pytest.raises(StorageProblem, match="not enough memory"):
        load(file(TEXT))


def test_no_row_left_is_a_problem(file: File) -> None:
    assert "no row is left" in problem(file(b"a nan 1\nb inf 2\n"), skip_bad_rows=True).message


SCRAPS = [b"\n", b" ", b"9", b"nan", b"\0"]


@st.composite
def mutants(draw: st.DrawFn) -> bytes:
    """A good file with some bytes changed, dropped, doubled or cut off."""
    data = bytearray(draw(st.sampled_from([*WHOLE.values(), *map(gzip.compress, WHOLE.values())])))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        scrap = draw(st.binary(max_size=8) | st.sampled_from([*SCRAPS, bytes(data[place:][:40])]))
        data[place : place + draw(st.integers(0, 8))] = scrap
    return bytes(data)


def outcome(path: Path, tolerant: bool) -> Loaded | VecalcError:
    escape = "surrogateescape" if tolerant else "strict"
    try:
        return load(path, skip_bad_rows=tolerant, allow_trailing=tolerant, encoding_errors=escape)
    except VecalcError as said:
        return said


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=2000)
@given(data=mutants(), tolerant=st.booleans())
def test_a_damaged_file_ends_in_a_space_or_a_problem(file: File, data: bytes, tolerant: bool) -> None:
    result = outcome(file(data), tolerant)
    if isinstance(result, VecalcError):
        assert result.where
        assert result.hint
    else:
        space = result.space
        assert np.isfinite(space.vectors(range(len(space)))).all()
        assert [space.row(word) for word in space.words()] == list(range(len(space)))


# Found by damaging files (tests/fuzzing.py)


def test_16_lines_behind_blank_ones_are_looked_at_too(file: File) -> None:
    assert "not a file of word vectors" in problem(file(b"the 1 2\n" + b"\n" * 9 + b"word\n" * 8)).message


def test_16_lines_behind_a_very_long_one_are_looked_at_too(file: File) -> None:
    said = problem(file(b"the" + b" 1" * 40_000 + b"\n" + b"word\n" * 8))
    assert "most of the first 8 lines do not end with numbers" in said.message


@pytest.mark.slow
def test_90_hostile_other_columns_are_left_out_or_refused(tmp_path: Path) -> None:
    """A hundred thousand columns or keys, a cell of 100 MB, a long text meant in every row."""
    many, rows = 100_000, [[0.5, i + 0.25] for i in range(9)]
    wide = [",".join(["word,d0,d1", *(f"x{i}y" for i in range(many))])]
    wide += [f"w{i},{a},{b}" + ",t" * many for i, (a, b) in enumerate(rows)]
    (tmp_path / "wide.csv").write_text("\n".join(wide))
    assert "not a file of word vectors" in problem(tmp_path / "wide.csv").message
    keys = dict.fromkeys((f"k{i}" for i in range(many)), "v")
    records = [json.dumps({"word": f"w{i}", "vector": row, **keys}) for i, row in enumerate(rows)]
    (tmp_path / "keys.jsonl").write_text("\n".join(records))
    loaded = load(tmp_path / "keys.jsonl")
    assert loaded.space.metadata is not None
    assert (len(loaded.space), len(loaded.space.metadata.columns)) == (9, other_columns.MOST)
    assert other_columns.TOO_MANY in loaded.notes
    cells = [f"w{i},{a},{b},{'x' * (100_000_000 if i == 4 else 3)}" for i, (a, b) in enumerate(rows)]
    (tmp_path / "cell.csv").write_text("\n".join(["word,d0,d1,note", *cells]))
    assert "a line of more than" in problem(tmp_path / "cell.csv").message
    count = 200_000
    note = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array(["x" * 900_000]))
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(np.ones(2 * count, np.float32)), 2)
    table = pa.table({"word": [f"w{i}" for i in range(count)], "vector": vectors, "note": note})
    pq.write_table(table, tmp_path / "bomb.parquet", use_dictionary=True, compression="zstd")
    assert "over 200 times the size of the file" in problem(tmp_path / "bomb.parquet").message
