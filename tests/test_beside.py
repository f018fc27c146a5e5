"""Rows in one file and their words in another: which list is found, of which kinds, and what fits."""

from __future__ import annotations

import gzip
import json
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from array_files import Payload, listed, problem
from bounded import bounded, memory_for
from pyarrow import feather
from running import vecalc
from vector_files import replaced, touched

from vecalc.errors import FileProblem
from vecalc.formats import word_values
from vecalc.formats.listed import Listed
from vecalc.formats.load import load
from vecalc.formats.save import save
from vecalc.formats.wordlists import paired
from vecalc.library import open_model, vector_models
from vecalc.sources import FileTally, Reading, Source
from vecalc.space.matrix import MatrixSpace

WORDS = ["king", "queen", "naïve", "日本", "new york", "1984"]
ROWS = np.random.default_rng(11).normal(size=(len(WORDS), 4)).astype(np.float32)
REST = [f"{i}" for i in range(100)]


def read(path: Path, **reading: Any) -> dict[str, list[float]]:
    space = load(path, **reading).space
    return dict(zip(space.words(), space.vectors(range(len(space)), np.float32).tolist(), strict=True))


def expected(words: list[str] = WORDS, rows: np.ndarray = ROWS) -> dict[str, list[float]]:
    return dict(zip(words, rows.tolist(), strict=True))


def notes(path: Path, **reading: Any) -> tuple[str, ...]:
    return load(path, **reading).notes


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    np.save(tmp_path / "news_tensor.npy", ROWS)
    return tmp_path / "news_tensor.npy"


# --- which file ------------------------------------------------------------

IN_ORDER = [
    *("news_tensor.words", "news_tensor.txt", "news_tensor.vocab", "news_tensor.json", "news_tensor.tsv"),
    *("tokenizer.json", "words.txt", "vocab.txt", "vocab.json", "words.lst", "word_index.json"),
    *("metadata.tsv", "labels.tsv", "news_tensor_words.txt", "news-vocab.pkl", "news_metadata.tsv"),
    "wordsList.npy",
]


def written(path: Path, words: list[str]) -> None:
    """A list of words under a name, in the kind that the name says."""
    match path.suffix:
        case ".json":
            path.write_text(json.dumps({word: i for i, word in enumerate(words)}))
        case ".pkl":
            path.write_bytes(pickle.dumps(words))
        case ".npy":
            np.save(path, np.array(words))
        case ".parquet":
            pq.write_table(pa.table({"index": words}), path)
        case _:
            listed(path, words)
    if path.name == "tokenizer.json":
        path.write_text(json.dumps({"model": {"vocab": {word: i for i, word in enumerate(words)}}}))


@pytest.mark.parametrize("name", IN_ORDER)
def test_each_name_is_found_and_goes_before_those_behind_it(name: str, rows: Path) -> None:
    for other in IN_ORDER[IN_ORDER.index(name) :]:
        written(rows.with_name(other), WORDS if other == name else [f"{other}{i}" for i in range(6)])
    assert read(rows) == expected()
    certain = name in {"news_tensor.words", "tokenizer.json"}
    assert notes(rows) == (() if certain else (f"the words are those of {name}",))


@pytest.mark.parametrize(
    "name",
    [
        *("index.parquet", "vocab.csv", "vocab.pkl", "labels.txt", "index2word.json", "id2word.json"),
        *(
            "word2id.json",
            "index_to_key.json",
            "word_list.txt",
            "Vocabulary.lst",
            "words.json",
            "news_index.parquet",
            "meta.tsv",
        ),
    ],
)
def test_other_usual_names_are_found(name: str, rows: Path) -> None:
    written(rows.with_name(name), WORDS)
    assert read(rows) == expected()
    assert notes(rows) == (f"the words are those of {name}",)


@pytest.mark.parametrize("name", ["other_vocab.txt", "new_words.txt", "news_tensor_notes.txt", "meta.json"])
def test_other_names_are_not_taken(name: str, rows: Path) -> None:
    listed(rows.with_name(name), WORDS)
    said = problem(rows)
    assert "no list of words beside it" in said.message
    for usual in ("--words-file", "news_tensor.words", "metadata.tsv", "word_index.json"):
        assert usual in said.hint


@pytest.mark.parametrize("name", ["a.txt.npy", "a.npz.npy", "a.b.npy"])
def test_what_is_written_beside_any_name_is_found(name: str, tmp_path: Path) -> None:
    save(MatrixSpace(WORDS, ROWS), tmp_path / name)
    assert read(tmp_path / name) == expected()
    assert notes(tmp_path / name) == ()


def test_numbers_alone_under_the_same_name_are_no_words(rows: Path) -> None:
    """What np.savetxt makes of the same array."""
    np.savetxt(rows.with_suffix(".txt"), ROWS)
    listed(rows.with_name("words.txt"), WORDS)
    assert read(rows) == expected()


def test_a_histwords_folder_of_python_2(tmp_path: Path) -> None:
    """Texts of Python 2 are bytes, which a pickle hands on as Latin-1: they are UTF-8."""
    np.save(tmp_path / "1990-w.npy", ROWS[:3])
    old = b"(lp0\nS'king'\np1\naS'queen'\np2\naV\\u65e5\np3\na."
    (tmp_path / "1990-vocab.pkl").write_bytes(old)
    assert read(tmp_path / "1990-w.npy") == expected(["king", "queen", "日"], ROWS[:3])
    binary = b"\x80\x02]q\x00(U\x04kingq\x01U\x06na\xc3\xafveq\x02U\x03\xe6\x97\xa5q\x03e."
    (tmp_path / "1990-vocab.pkl").write_bytes(binary)
    assert read(tmp_path / "1990-w.npy") == expected(["king", "naïve", "日"], ROWS[:3])


# --- --words-file ------------------------------------------------------------


def test_the_file_that_is_named_wins_and_is_no_remark(rows: Path, tmp_path: Path) -> None:
    listed(rows.with_suffix(".words"), ["wrong"] * 6)
    (tmp_path / "far").mkdir()
    listed(tmp_path / "far" / "mine.list", WORDS)
    assert read(rows, words_file=str(tmp_path / "far" / "mine.list")) == expected()
    assert notes(rows, words_file=str(tmp_path / "far" / "mine.list")) == ()


def test_the_file_that_is_named_is_named_on_the_command_line(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(tmp_path / "mine.list", WORDS)
    monkeypatch.chdir(tmp_path)
    done = vecalc("-m", rows.name, "--words-file", "mine.list", "king", "--norm", "raw", "--format", "vector")
    assert (done.code, done.err) == (0, "")
    np.testing.assert_allclose([float(x) for x in done.out.split()], ROWS[0], rtol=1e-5)
    gone = vecalc("-m", rows.name, "--words-file", "gone.list", "king")
    assert (gone.code, len(gone.err.splitlines())) == (4, 1)
    assert "gone.list: no such file" in gone.err


def test_a_words_file_that_has_no_use_is_a_remark(tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text("a 1 2\nb 3 4\n")
    listed(tmp_path / "mine.list", ["c", "d"])
    said = notes(tmp_path / "model.txt", words_file=str(tmp_path / "mine.list"))
    assert said == ("mine.list was not used: the file has words of its own",)


def test_vectors_are_no_words_when_they_are_named(rows: Path, tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text("a 1 2\nb 3 4\n")
    said = problem(rows, words_file=str(tmp_path / "vectors.txt"))
    assert (said.where, said.message) == (
        str(tmp_path / "vectors.txt"),
        "holds vectors, and no list of words",
    )


TABLE = {"id": [str(9 - i) for i in range(6)], "term": WORDS, "kind": ["noun"] * 6}


def _parquet(path: Path) -> None:
    pq.write_table(pa.table({**TABLE, "count": list(range(6))}), path)


def _arrow(path: Path) -> None:
    feather.write_feather(pa.table({**TABLE, "count": list(range(6))}), path)


def _tsv(path: Path) -> None:
    lines = ["\t".join(TABLE), *("\t".join(cells) for cells in zip(*TABLE.values(), strict=True))]
    path.write_text("\n".join(lines), "utf-8")


def _csv(path: Path) -> None:
    lines = [
        ",".join(TABLE),
        *(",".join(f'"{cell}"' for cell in cells) for cells in zip(*TABLE.values(), strict=True)),
    ]
    path.write_text("\r\n".join(lines), "utf-8")


TABLES = {"t.parquet": _parquet, "t.arrow": _arrow, "t.tsv": _tsv, "t.csv": _csv}


@pytest.mark.parametrize("name", TABLES)
def test_a_column_of_a_table_is_found_or_named(name: str, rows: Path) -> None:
    TABLES[name](path := rows.with_name(name))
    assert read(rows, words_file=str(path)) == expected()
    assert any("term" in note for note in notes(rows, words_file=str(path)))
    assert read(rows, words_file=f"{path}#term") == expected()
    assert read(rows, words_file=f"{path}#id") == expected(TABLE["id"])
    said = problem(rows, words_file=f"{path}#nope")
    assert said.where == str(path)
    assert "'term'" in said.message
    assert "'nope'" in said.message


def test_keys_that_are_numbers_are_words_by_their_decimals(rows: Path) -> None:
    pq.write_table(pa.table({"id": [30, 1, 7, 4, 5, -6]}), rows.with_name("index.parquet"))
    assert read(rows) == expected(["30", "1", "7", "4", "5", "-6"])
    _parquet(path := rows.with_name("t.parquet"))
    assert read(rows, words_file=f"{path}#count") == expected(["0", "1", "2", "3", "4", "5"])


def test_a_column_of_a_plain_list_is_a_mistake(rows: Path) -> None:
    listed(path := rows.with_name("mine.list"), WORDS)
    assert "has no columns" in problem(rows, words_file=f"{path}#word").message


def test_the_part_of_the_rows_is_not_that_of_the_words(tmp_path: Path) -> None:
    """`#` behind a file of rows that has no parts is a mistake, whatever its list has."""
    np.save(tmp_path / "rows.npy", ROWS)
    _parquet(path := tmp_path / "t.parquet")
    said = problem(tmp_path / "rows.npy", words_file=f"{path}#term", part="x")
    assert "no parts to choose from" in said.message


# --- kinds of lists ------------------------------------------------------------

ASCII = ["king", "queen", "o'clock", "U.S.", "1984", "#"]
LISTS: dict[str, bytes] = {
    "counts": "".join(f"{word} {9 - i}\n" for i, word in enumerate(ASCII)).encode(),
    "counts by tabs": "".join(f"{word}\t{9 - i}\n" for i, word in enumerate(ASCII)).encode(),
    "counts first": "".join(f"{i:7} {word}\n" for i, word in enumerate(ASCII)).encode(),
    "numbers first by tabs": "".join(f"{i}\t{word}\n" for i, word in enumerate(ASCII)).encode(),
    "rows in any order": "".join(f"{ASCII[i]} {i}\n" for i in (3, 0, 5, 1, 2, 4)).encode(),
    "rows from 1 first": "".join(f"{i + 1}\t{ASCII[i]}\n" for i in (3, 0, 5, 1, 2, 4)).encode(),
    "rows below a heading": "\n".join(
        ["Wort\tid", *(f"{ASCII[i]}\t{i}" for i in (3, 0, 5, 1, 2, 4))]
    ).encode(),
    "counts that fall by one": "".join(f"{word} {6 - i}\n" for i, word in enumerate(ASCII)).encode(),
    "ranks": "\n".join(["Wort\trank", *(f"{ASCII[i]}\t{(3, 0, 5, 1, 2, 4)[i]}" for i in range(6))]).encode(),
    "shares": "".join(f"{word} {0.5 / (i + 1):.3e}\n" for i, word in enumerate(ASCII)).encode(),
    "all in quotes": "".join(f'"{word}"\n' for word in ASCII).encode(),
    "a heading": "\n".join(["Word\tCount", *(f"{word}\t7" for word in ASCII)]).encode(),
    "headings of no known name": "\n".join(["Wort\tZahl", *(f"{word}\t7" for word in ASCII)]).encode(),
    "a heading alone": "\n".join(["label", *ASCII]).encode(),
    "blank lines at the end": "\n".join([*ASCII, "", ""]).encode(),
    "gzip": gzip.compress("\n".join(ASCII).encode()),
    "JSON, words": json.dumps(ASCII).encode(),
    "JSON, word to row": json.dumps({word: i for i, word in enumerate(ASCII)}).encode(),
    "JSON, row to word": json.dumps({str(5 - i): word for i, word in enumerate(ASCII[::-1])}).encode(),
    "JSON, under a name": json.dumps({"dim": 4, "vocab": ASCII, "stop_words": []}).encode(),
    "JSON, Keras": json.dumps(
        {"class_name": "Tokenizer", "config": {"word_index": json.dumps({w: i for i, w in enumerate(ASCII)})}}
    ).encode(),
    "pickle, words": pickle.dumps(ASCII),
    "pickle, bytes": pickle.dumps([word.encode() for word in ASCII]),
    "pickle, a tuple": pickle.dumps(tuple(ASCII), 0),
    "pickle, an array": pickle.dumps(np.array(ASCII)),
    "pickle, an array under a name": pickle.dumps({"vocab": np.array(ASCII, "S")}, 2),
    "pickle, word to numpy's row": pickle.dumps({word: np.int64(i) for i, word in enumerate(ASCII)}, 2),
    "pickle, word to row": pickle.dumps({word: i for i, word in enumerate(ASCII)}),
    "pickle, row to word": pickle.dumps(dict(enumerate(ASCII)), 2),
}


@pytest.mark.parametrize("kind", LISTS)
def test_kinds_of_lists(kind: str, rows: Path) -> None:
    name = (
        "words.json" if kind.startswith("JSON") else "words.pkl" if kind.startswith("pickle") else "words.tsv"
    )
    (path := rows.with_name(name)).write_bytes(LISTS[kind])
    assert read(rows, words_file=str(path)) == expected(ASCII)


def _many(folder: Path, name: str, lines: list[str]) -> Path:
    """Rows of numbers, and a list of as many words beside them."""
    (folder / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    np.save(folder / "rows.npy", np.arange(3 * len(lines), dtype=np.float32).reshape(-1, 3))
    return folder / "rows.npy"


@pytest.mark.parametrize("form", ["{} {}", "{}\t{}", "{1} {0}"])
def test_few_words_with_blanks_have_counts_too(form: str, tmp_path: Path) -> None:
    words = ["new york", *(f"w{i}" for i in range(19))]
    loaded = load(
        _many(tmp_path, "words.txt", [form.format(word, 90 - 3 * i) for i, word in enumerate(words)])
    )
    assert list(loaded.space.words()) == words


def test_few_lines_of_a_table_may_lack_a_cell(tmp_path: Path) -> None:
    loaded = load(_many(tmp_path, "metadata.tsv", [f"w{i}\t7" if i else "w0" for i in range(20)]))
    assert list(loaded.space.words()) == [f"w{i}" for i in range(20)]


def test_numbers_that_may_be_words_are_a_remark(tmp_path: Path) -> None:
    loaded = load(_many(tmp_path, "words.txt", [f"{i} w{i} {90 - 3 * i}" for i in range(20)]))
    assert loaded.space.word(3) == "3 w3 81"
    assert "each line of words.txt is a word, blanks and numbers and all" in loaded.notes
    loaded = load(_many(tmp_path, "words.txt", [f"w{i} {1970 + i}" for i in range(20)]))
    assert "the numbers beside the words of words.txt are no part of them" in loaded.notes


def test_letters_of_other_encodings_end_no_line(tmp_path: Path) -> None:
    """The second byte of Å is a line end of Latin-1's."""
    words = [f"Å{i}" for i in range(5)]
    assert list(load(_many(tmp_path, "vocab.csv", words)).space.words()) == words


def test_a_list_in_utf_16_is_named(tmp_path: Path) -> None:
    path = _many(tmp_path, "words.txt", ["a", "b", "c"])
    (tmp_path / "words.txt").write_text("a\nb\nc\n", "utf-16")
    assert "UTF-16" in problem(path).message


def test_an_order_by_numbers_is_a_remark(rows: Path) -> None:
    rows.with_name("words.txt").write_bytes(LISTS["rows in any order"])
    assert "the words of words.txt are in the order of the numbers beside them" in notes(rows)


@pytest.mark.parametrize("name", ["words.npy", "words.pkl"])
def test_an_array_of_objects_is_a_pickle_of_words(name: str, rows: Path, tmp_path: Path) -> None:
    """As pandas keeps an index. It is read as any pickle is: nothing in it runs."""
    objects = np.array(WORDS, object)
    for array, good in ((objects, True), (np.array([*WORDS[:5], Payload(tmp_path / "ran")], object), False)):
        if name == "words.npy":
            np.save(rows.with_name(name), array, allow_pickle=True)
        else:
            rows.with_name(name).write_bytes(pickle.dumps(array))
        if good:
            assert read(rows) == expected()
        else:
            assert "would run code" in problem(rows).message
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", ["U", "S"])
def test_an_array_of_words(kind: str, rows: Path) -> None:
    np.save(
        rows.with_name("wordsList.npy"), np.array([word.encode() if kind == "S" else word for word in WORDS])
    )
    assert read(rows) == expected()


@pytest.mark.parametrize(
    "array",
    [
        *(np.array([WORDS]), np.arange(6), np.zeros((6, 4), np.float32)),
        *(np.array([WORDS], object), np.array([[1]] * 6, object), np.array([3, *WORDS[1:]], object)),
    ],
)
def test_arrays_that_are_no_words(array: Any, rows: Path) -> None:
    np.save(path := rows.with_name("words.npy"), array, allow_pickle=True)
    said = problem(rows, words_file=str(path))
    assert said.where == str(path)


def test_a_pickle_of_words_runs_nothing(rows: Path, tmp_path: Path) -> None:
    marker = tmp_path / "code was run"
    (path := rows.with_name("news_vocab.pkl")).write_bytes(pickle.dumps([*WORDS, Payload(marker)]))
    said = problem(rows)
    assert said.where.startswith(str(path))
    assert "would run code" in said.message
    assert "one a line" in said.hint
    assert not marker.exists()


@pytest.mark.parametrize(
    "value", [3, {}, [1, 2], [["a"]], Counter(a=3000, b=20), {"a": 0, "b": "c"}, {b"a": 0}, [None]]
)
@pytest.mark.parametrize("name", ["words.pkl", "words.json"])
def test_values_that_are_no_words(value: Any, name: str, rows: Path) -> None:
    if name == "words.json" and isinstance(value, dict) and b"a" in value:
        value = {"a": [0]}
    path = rows.with_name(name)
    path.write_bytes(pickle.dumps(value) if name == "words.pkl" else json.dumps(value).encode())
    assert problem(rows).where.startswith(str(path))


# --- words and rows ------------------------------------------------------------


def test_keras_counts_from_one(tmp_path: Path) -> None:
    """Row 0 is padding."""
    np.save(tmp_path / "embedding.npy", np.vstack([np.ones((1, 4), np.float32), ROWS]))
    (tmp_path / "word_index.json").write_text(json.dumps({word: i for i, word in enumerate(WORDS, 1)}))
    assert read(tmp_path / "embedding.npy") == expected()
    assert "rows without a word in word_index.json, left out: 1" in notes(tmp_path / "embedding.npy")


def test_keras_gives_rows_to_the_most_frequent_words_only(tmp_path: Path) -> None:
    np.save(tmp_path / "embedding.npy", np.vstack([np.ones((1, 4), np.float32), ROWS]))
    many = {word: i for i, word in enumerate([*WORDS, *REST], 1)}
    (tmp_path / "word_index.json").write_text(json.dumps(many))
    assert read(tmp_path / "embedding.npy") == expected()
    assert "words of word_index.json beyond the last row, left out: 100" in notes(tmp_path / "embedding.npy")
    (tmp_path / "word_index.json").write_text(json.dumps({word: i - 1 for word, i in many.items()}))
    said = problem(tmp_path / "embedding.npy")
    assert said.message == "there are 7 rows and 106 words in word_index.json"


@pytest.mark.parametrize("first", [0.0, 1.0])
def test_as_many_rows_as_words_that_count_from_one(first: float, tmp_path: Path) -> None:
    """Row 0 is padding and the last word has none, or all are one off: told by zeros, or not at all."""
    np.save(tmp_path / "embedding.npy", np.vstack([np.full((1, 4), first, np.float32), ROWS[:5]]))
    (tmp_path / "word_index.json").write_text(json.dumps({word: i for i, word in enumerate(WORDS, 1)}))
    if first:
        said = problem(tmp_path / "embedding.npy")
        assert "6 rows and 6 words in word_index.json, which it counts from 1" in said.message
    else:
        assert read(tmp_path / "embedding.npy") == expected(WORDS[:5], ROWS[:5])


def test_room_for_more_words_behind_a_tokenizer(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.vstack([ROWS, ROWS[:2]]))
    written(tmp_path / "tokenizer.json", WORDS)
    assert read(tmp_path / "rows.npy") == expected()
    assert notes(tmp_path / "rows.npy") == ("rows without a word in tokenizer.json, left out: 2",)


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("behind", [0, 1, 3])
def test_rows_of_zeros_without_a_word_are_padding(before: int, behind: int, tmp_path: Path) -> None:
    if before and behind:
        return
    zeros = np.zeros((3, 4), np.float32)
    np.save(tmp_path / "rows.npy", np.vstack([zeros[:before], ROWS, zeros[:behind]]))
    listed(tmp_path / "rows.words", WORDS)
    assert read(tmp_path / "rows.npy") == expected()
    assert len(notes(tmp_path / "rows.npy")) == bool(before + behind)


@pytest.mark.parametrize("more", [1, -1, 3])
def test_28_other_numbers_of_words_are_an_error_with_both(more: int, tmp_path: Path) -> None:
    """A row without a word that isn't zero may stand anywhere: nothing is guessed."""
    np.save(tmp_path / "rows.npy", np.vstack([ROWS, ROWS])[: 6 + more])
    listed(tmp_path / "words.txt", WORDS)
    assert problem(tmp_path / "rows.npy").message == f"there are {6 + more} rows and 6 words in words.txt"


@pytest.mark.parametrize(("name", "good"), [("metadata.tsv", True), ("words.txt", False)])
def test_a_first_line_more_is_a_heading_where_there_may_be_one(name: str, good: bool, rows: Path) -> None:
    listed(rows.with_name(name), ["Wort", *WORDS])
    if good:
        assert read(rows) == expected()
        assert "the first line of metadata.tsv, 'Wort', is a heading" in notes(rows)
    else:
        assert "6 rows and 7 words in words.txt" in problem(rows).message


def test_a_word_called_word_is_one(rows: Path) -> None:
    listed(rows.with_name("metadata.tsv"), ["word", *WORDS[1:]])
    assert read(rows) == expected(["word", *WORDS[1:]])


def test_many_rows_go_with_their_words_in_blocks(tmp_path: Path) -> None:
    many = np.arange(40_000 * 2, dtype=np.float32).reshape(-1, 2)
    order = np.random.default_rng(1).permutation(39_999) + 1
    np.save(tmp_path / "embedding.npy", many)
    (tmp_path / "word_index.json").write_text(json.dumps({f"w{row}": int(row) for row in order}))
    space = load(tmp_path / "embedding.npy").space
    assert list(space.words()) == [f"w{row}" for row in range(1, 40_000)]
    assert np.array_equal(space.vectors(range(len(space)), np.float32), many[1:])


def pairs(names: Listed, listed: str, count: int) -> list[tuple[str, float, int]]:
    """What comes of words and of rows whose number is not known beforehand, some at a time."""
    source = Source(Path("rows.txt"), BytesIO(), None, 99, Reading(), FileTally())
    rows = (
        np.arange(first, min(first + 2, count), dtype=np.float32)[:, None] for first in range(0, count, 2)
    )
    blocks = paired(names, Path(listed), None, rows, source)
    return [
        pair
        for block in blocks
        for pair in zip(block.words, block.rows[:, 0].tolist(), block.numbers, strict=True)
    ]


def test_rows_that_nobody_has_counted() -> None:
    three = [("a", 0.0, 1), ("b", 1.0, 2), ("c", 2.0, 3)]
    assert pairs(Listed(["a", "b", "c"]), "words.txt", 3) == three
    assert pairs(Listed(["word", "a", "b", "c"], headed=True), "metadata.tsv", 3) == three
    index = Listed(["c", "a"], np.array([2, 1]))
    assert pairs(index, "word_index.json", 3) == [("a", 1.0, 2), ("c", 2.0, 3)]
    for words, count in ((["a", "b", "c"], 2), (["a", "b", "c"], 4), (["Wort", "a", "b", "c"], 3)):
        with pytest.raises(FileProblem, match=f"there are {count} rows and {len(words)} words in words.txt"):
            pairs(Listed(words), "words.txt", count)
    with pytest.raises(FileProblem, match=r"there are 2 rows and 2 words in word_index\.json"):
        pairs(index, "word_index.json", 2)


# --- changes, limits ------------------------------------------------------------


@pytest.mark.parametrize("change", [touched, replaced])
def test_29_a_list_that_changes_while_it_is_read(
    change: Callable[[Path], None], rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(path := rows.with_name("mine.list"), WORDS)
    honest = word_values.whole

    def reading(source: Any) -> bytes:
        data = honest(source)
        change(path)
        return data

    monkeypatch.setattr("vecalc.formats.word_files.whole", reading)
    said = problem(rows, words_file=str(path))
    assert (said.where, said.message) == (str(path), "the file changed while it was being read")


def test_37_a_list_that_changed_is_read_anew(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(vector_models, "WORTH_STORING", 0)
    listed(path := tmp_path / "mine.list", WORDS)
    for words in (WORDS, WORDS[::-1]):
        listed(path, words)
        for _ in range(2):
            loaded = open_model.load(rows, words_file=str(path))
            assert list(loaded.space.words()) == words
            assert path in loaded.files


def test_90_a_list_is_bounded(rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed(rows.with_name("words.txt"), WORDS)
    monkeypatch.setattr(word_values, "LONGEST", 10)
    said = problem(rows)
    assert said.where == str(rows.with_name("words.txt"))
    assert "more than 10 bytes" in said.message


HOSTILE = {
    "lines.txt": b"\n" * 5_000_000,
    "lists.json": b"[" + b"[]," * 2_000_000 + b"[]]",
    "texts.json": b"[" + b'"",' * 2_000_000 + b'""]',
    "rows.json": b"{" + b",".join(b'"%d":%d' % (i, i) for i in range(400_000)) + b"}",
    "far.json": b'{"a":0,"b":' + b"9" * 4_000 + b"}",
    "deep.json": b"[" * 9_000,
    "lists.pkl": b"\x80\x04" + b"]" * 4_000_000 + b".",
    "columns.tsv": b"\t" * 5_000_000 + b"\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_90_a_hostile_list_takes_little(name: str, rows: Path, tmp_path: Path) -> None:
    (path := tmp_path / name).write_bytes(HOSTILE[name])
    taken = bounded("-m", rows, "--words-file", path, "king", memory=memory_for(path, rows))
    assert taken.code == 4
    assert len(taken.err.splitlines()) == 1


# --- numbers and nothing else ------------------------------------------------------------


def test_glove_writes_a_binary_file_that_is_named(tmp_path: Path) -> None:
    """Words and contexts, a bias behind each; the line that converts gives the sums, as in its text."""
    both = np.random.default_rng(5).normal(size=(2, 6, 5))
    (path := tmp_path / "vectors.bin").write_bytes(both.tobytes())
    (tmp_path / "vocab.txt").write_text("".join(f"{word} {9 - i}\n" for i, word in enumerate(ASCII)))
    said = problem(path)
    assert "GloVe's own binary" in said.message
    assert "6 words of 'vocab.txt', 4 numbers" in said.message
    assert "load vectors.txt" in said.hint
    converted(said.hint, tmp_path)
    assert read(tmp_path / "vectors.npy") == expected(ASCII, both.sum(0)[:, :4].astype(np.float32))


@pytest.mark.parametrize("heading", ["", "Wort\n"])
def test_tensors_of_the_projector_are_named(heading: str, tmp_path: Path) -> None:
    (path := tmp_path / "tensors.bytes").write_bytes(ROWS.tobytes())
    (tmp_path / "metadata.tsv").write_text(heading + "".join(f"{word}\n" for word in WORDS), "utf-8")
    said = problem(path)
    assert "float32 they make a row of 4 for each of the 6 words of 'metadata.tsv'" in said.message
    converted(said.hint, tmp_path)
    assert read(tmp_path / "tensors.npy") == expected()


def test_no_name_does_anything_in_a_shell(tmp_path: Path) -> None:
    (path := tmp_path / "$(touch gone)\"'.bytes").write_bytes(ROWS.tobytes())
    listed(tmp_path / "words.txt", WORDS)
    assert "np.save('FILE.npy', np.fromfile('FILE', '<f4')" in problem(path).hint


def converted(hint: str, folder: Path) -> None:
    """Do what a hint says."""
    line = hint.partition('python -c "')[2].partition('"')[0]
    subprocess.run([sys.executable, "-c", line], cwd=folder, check=True)


@pytest.mark.parametrize("data", [b"\xff" * 96, bytes(96), np.full(24, 1e30, "<f4").tobytes(), b"\1" * 97])
def test_other_bytes_are_not_taken_for_numbers(data: bytes, tmp_path: Path) -> None:
    (path := tmp_path / "some.bytes").write_bytes(data)
    listed(tmp_path / "words.txt", WORDS)
    assert "not a file of word vectors" in problem(path).message
