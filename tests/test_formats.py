"""Formats: one suite over all that the finder finds, and the same words and numbers as gensim reads."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import warnings
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data import (
    as_binary,
    as_csv,
    as_fasttext,
    as_json_lines,
    as_keyed_vectors,
    as_text,
    data_file,
    needs_data,
)
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vecalc import finder
from vecalc.errors import UsageError
from vecalc.formats import Format
from vecalc.formats.load import load
from vecalc.formats.recognition import formats
from vecalc.sources import FileTally, Head, Reading, Source

WORDS = ["the", "king", "naïve", "日本", "👑", "\x1b[31m", "1984", "</s>", "a\u00a0b", "+", "-0.5"]
ROWS = np.random.default_rng(2).normal(size=(len(WORDS), 4)).astype(np.float32)
SAMPLES = {
    "csv": [
        as_csv(WORDS, ROWS),
        as_csv(WORDS, ROWS, ";", header=False).replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + as_csv(WORDS, ROWS, "|")[:-1] + b"\n\n",
    ],
    "json": [
        as_json_lines(WORDS, ROWS),
        b"\xef\xbb\xbf" + json.dumps(dict(zip(WORDS, ROWS.tolist(), strict=True))).encode(),
        json.dumps({"words": WORDS, "vectors": ROWS.tolist()}, indent=1).encode(),
    ],
    "fasttext": [as_fasttext(WORDS, ROWS), as_fasttext(WORDS, ROWS, newer=False)],
    "gensim_native": [as_keyed_vectors(WORDS, ROWS, protocol) for protocol in (0, 1, 2, 4, 5)],
    "word2vec_binary": [as_binary(WORDS, ROWS), as_binary(WORDS, ROWS, b"\n")],
    "word2vec_text": [
        as_text(WORDS, ROWS),
        as_text(WORDS, ROWS).replace(b"\n", b" \r\n"),
        as_text(WORDS, ROWS).replace(b" ", b"\t"),
        b"\xef\xbb\xbf" + as_text(WORDS, ROWS)[:-1],
    ],
    "glove": [
        as_text(WORDS, ROWS, header=False),
        as_text(WORDS, ROWS, header=False).replace(b"\n", b" \r\n"),
        b"\xef\xbb\xbf" + as_text(WORDS, ROWS, header=False)[:-1] + b"\n\n",
    ],
}
EACH_SAMPLE = [
    pytest.param(name, data, id=f"{name}-{i}") for name in SAMPLES for i, data in enumerate(SAMPLES[name])
]


class Trickle:
    """A stream that gives at most a few bytes at a time, as pipes and decompressors may."""

    def __init__(self, data: bytes, most: int) -> None:
        self._stream = BytesIO(data)
        self._most = most

    def read(self, size: int, /) -> bytes:
        return self._stream.read(min(size, self._most))


def source_of(data: bytes, most: int) -> Source:
    return Source(Path("file"), Trickle(data, most), len(data), len(data), Reading(), FileTally())


def read_all(form: Format, data: bytes, most: int = 1 << 30) -> tuple[list[str], np.ndarray, list[int]]:
    blocks = list(form.read(source_of(data, most)))
    numbers = [number for block in blocks for number in block.numbers]
    return [w for b in blocks for w in b.words], np.concatenate([b.rows for b in blocks]), numbers


# Formats that jump about in their file, or that have words in another one: not read from a stream alone.
OF_FILES = {
    "arrow",
    "arrow_stream",
    "duckdb",
    "gguf",
    "lance",
    "npy",
    "npz",
    "number_rows",
    "parquet",
    "safetensors",
    "sqlite",
}  # see test_array_formats.py, test_databases.py


def test_every_format_has_a_sample() -> None:
    assert set(formats()) == set(SAMPLES) | OF_FILES


@pytest.mark.parametrize("name", sorted(formats()))
def test_a_format_says_what_it_is_and_where_it_comes_from(name: str) -> None:
    text = finder.module("vecalc.formats", name).__doc__ or ""
    assert "Source:" in text


@pytest.mark.parametrize(("name", "data"), EACH_SAMPLE)
def test_exactly_one_format_recognises_a_file(name: str, data: bytes) -> None:
    for size in (len(data), 60):
        head = Head(data[:size], size == len(data))
        assert [known for known, form in formats().items() if form.recognise(head)] == [name]


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\0" * 99, b"word", b"some words of prose\nand more\n", b"a,b\nc,d\n"]
)
def test_no_format_recognises_anything_else(data: bytes) -> None:
    assert not [name for name, form in formats().items() if form.recognise(Head(data, complete=True))]


@pytest.mark.parametrize("most", [1, 7, 100, 1 << 30])
@pytest.mark.parametrize(("name", "data"), EACH_SAMPLE)
def test_a_format_reads_what_was_written(name: str, data: bytes, most: int) -> None:
    words, rows, numbers = read_all(formats()[name], data, most)
    assert words == WORDS
    assert rows.dtype == np.float32
    assert np.array_equal(rows, ROWS)
    assert numbers == list(range(1, len(WORDS) + 1))


@pytest.mark.parametrize(("name", "data"), EACH_SAMPLE)
def test_the_name_of_a_file_does_not_matter(tmp_path: Path, name: str, data: bytes) -> None:
    for suffix, content in ((".bin", data), (".txt", gzip.compress(data)), (".gz", data), ("", data)):
        path = tmp_path / f"model{suffix}"
        path.write_bytes(content)
        loaded = load(str(path))
        assert list(loaded.space.words()) == WORDS
        assert np.array_equal(loaded.space.vectors(range(len(WORDS))), ROWS)
        assert (loaded.space.name, loaded.notes) == (path.name, ())


def test_a_space_is_called_as_the_user_says(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(as_binary(WORDS, ROWS))
    assert load(path, name="mine").space.name == "mine"


# Round trips

words_of_text = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=" \ufeff"), min_size=1, max_size=8
)
finite = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def models(draw: st.DrawFn) -> tuple[list[str], np.ndarray]:
    words = draw(st.lists(words_of_text, min_size=1, max_size=12, unique=True))
    shape = (len(words), draw(st.integers(2, 5)))
    return words, draw(arrays(np.float32, shape, elements=finite))


def same(read: tuple[list[str], np.ndarray, list[int]], words: list[str], rows: np.ndarray) -> bool:
    return read[0] == words and read[1].tobytes() == rows.tobytes()


@given(models(), st.sampled_from([b"", b"\n"]), st.integers(1, 64))
def test_binary_round_trip(model: tuple[list[str], np.ndarray], newline: bytes, most: int) -> None:
    np.clip(model[1], -1e6, 1e6, model[1])  # 1e13 may be text and a blank, see test_word_ends
    model[1][0, 0] = -1  # floats whose bytes all look like text can't be told from text
    data = as_binary(*model, newline)
    assert formats()["word2vec_binary"].recognise(Head(data, complete=True))
    assert same(read_all(formats()["word2vec_binary"], data, most), *model)


@given(models(), st.booleans(), st.sampled_from([b"\n", b"\r\n", b" \n"]), st.booleans(), st.integers(1, 64))
def test_text_round_trip(
    model: tuple[list[str], np.ndarray], header: bool, newline: bytes, last: bool, most: int
) -> None:
    data = as_text(*model, header=header).replace(b"\n", newline)
    data = data if last else data.removesuffix(newline)
    name = "word2vec_text" if header else "glove"
    assert formats()[name].recognise(Head(data, complete=True))
    assert same(read_all(formats()[name], data, most), *model)


# The same as gensim, on real files

BINARY, TEXT, HEADERLESS = {"binary": True}, {}, {"no_header": True}
SHARED = [
    ("bpemb-en-1000x25/en.wiki.bpe.vs1000.d25.w2v.bin", BINARY),
    ("emoji2vec-1661x300/emoji2vec.bin", BINARY),
    ("finalfusion-testdata/analogy.bin", BINARY),
    ("finalfusion-testdata/similarity.bin", BINARY),
    ("word2vec-small/euclidean_vectors.bin", BINARY),
    ("word2vec-small/poincare_vectors.bin", BINARY),
    ("word2vec-small/high_precision.kv.bin", BINARY),
    ("finalfusion-testdata/similarity.txt", TEXT),
    ("word2vec-small/high_precision.kv.txt", TEXT),
    ("word2vec-small/EN.1-10.cbow1_wind5_hs0_neg10_size300_smpl1e-05.txt", TEXT),
    ("word2vec-small/IT.1-10.cbow1_wind5_hs0_neg10_size300_smpl1e-05.txt", TEXT),
    ("fasttext-small/crime-and-punishment.vec", TEXT),
    ("fasttext-small/lee_fasttext.vec", TEXT),
    ("fasttext-small/toy-model.vec", TEXT),
    ("googlenews-8000x300/googlenews-8000x300.w2v.txt.gz", TEXT),
    ("googlenews-unit-1000x300/googlenews-unit-1000x300.w2v.txt.gz", TEXT),
    ("googlenews-weat-347x300/weat_w2v.txt.gz", TEXT),
    ("finalfusion-testdata/similarity.nodims", HEADERLESS),
    ("word2vec-small/test_glove.txt", HEADERLESS),
    ("glove-6b-sample-100/glove.6B.100d.sample.txt.gz", HEADERLESS),
    ("glove-6b-sample-100/glove.6B.300d.sample.txt.gz", HEADERLESS),
    ("glove-twitter-11925x25/glove-twitter-11925x25.glove.txt.gz", HEADERLESS),
]
NOT_UTF8 = [
    ("glove-6b-2446x50/glove.6B.50d.head2446.txt.gz", HEADERLESS),
    ("fasttext-small/pang_lee_polarity_fasttext.vec.gz", TEXT),
    ("finalfusion-testdata/utf8-incomplete.bin", BINARY),
    ("finalfusion-testdata/utf8-incomplete.dims", TEXT),
    ("finalfusion-testdata/utf8-incomplete.txt", HEADERLESS),
]


def read_by_gensim(name: str, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what gensim warns of is none of our business
        from gensim.models import KeyedVectors

        return KeyedVectors.load_word2vec_format(str(data_file(name)), **options)


@needs_data
@pytest.mark.parametrize(("name", "options"), SHARED)
def test_gensim_reads_the_same(name: str, options: dict[str, bool]) -> None:
    kv = read_by_gensim(name, **options)
    space, notes = load(data_file(name))
    assert list(space.words()) == kv.index_to_key
    assert np.array_equal(space.vectors(range(len(space))), kv.vectors)
    assert not notes


@needs_data
@pytest.mark.parametrize(("name", "options"), NOT_UTF8)
def test_gensim_reads_the_same_where_words_are_not_utf8(name: str, options: dict[str, bool]) -> None:
    kv = read_by_gensim(name, unicode_errors="surrogateescape", **options)
    space, notes = load(data_file(name), encoding_errors="surrogateescape")
    assert list(space.words()) == kv.index_to_key
    assert np.array_equal(space.vectors(range(len(space))), kv.vectors)
    escaped = sum(not word.isprintable() and "\udc80" <= max(word) <= "\udcff" for word in kv.index_to_key)
    assert notes == (f"words that are not UTF-8, their bytes escaped reversibly: {escaped}",)


# The finder


def test_the_finder_lists_and_loads_by_name() -> None:
    assert {"glove", "load", "word2vec_text"} <= set(finder.names("vecalc.formats"))
    assert finder.module("vecalc.formats", "glove").__name__ == "vecalc.formats.glove"


def test_the_finder_works_inside_a_zip_file_and_imports_nothing_it_lists(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "vecalc.zip", "w") as archive:
        for path in Path(finder.__file__).parent.rglob("*.py"):
            archive.write(path, path.relative_to(Path(finder.__file__).parents[1]))
    code = """
import sys
from vecalc import finder
names = finder.names("vecalc.formats")
assert "vecalc.zip" in finder.__file__ and "vecalc.formats.glove" not in sys.modules
print(*names, finder.module("vecalc.formats", "glove").LOOKED_AT)
"""
    zipped = os.environ | {"PYTHONPATH": str(tmp_path / "vecalc.zip")}
    run = [sys.executable, "-c", code]
    printed = subprocess.check_output(run, env=zipped, cwd=tmp_path, text=True)
    assert printed.split() == [*finder.names("vecalc.formats"), "8"]


@pytest.mark.parametrize("name", ["absent", "", "..errors", "glove.read", "__init__"])
def test_the_finder_loads_nothing_it_does_not_list(name: str) -> None:
    with pytest.raises(UsageError, match="has no module") as caught:
        finder.module("vecalc.formats", name)
    assert "glove" in caught.value.hint
