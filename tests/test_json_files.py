"""JSON and JSON lines as files of vectors: the shapes in use, what is odd in them, and what holds none."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bounded import bounded, memory_for
from running import vecalc
from text_files import problem_as, read_as

from vecalc.codecs import json_scan
from vecalc.errors import FileProblem
from vecalc.formats.json import read as read_blocks
from vecalc.formats.known import formats
from vecalc.formats.load import Loaded, load
from vecalc.sources import FileTally, Head, Reading, Source

WORDS = ["oak", "elm", "New York", "naïve", "👑", 'a "b"']
ROWS = np.round(np.random.default_rng(12).normal(size=(len(WORDS), 5)), 4).astype(np.float32)
LISTS = [[round(number, 4) for number in row] for row in ROWS.tolist()]
PAIRS = list(zip(WORDS, LISTS, strict=True))
RECORDS = [{"text": word, "embedding": row} for word, row in PAIRS]
ANSWER = [{"object": "embedding", "embedding": row, "index": i} for i, row in enumerate(LISTS)]


def in_lines(values: list[Any]) -> str:
    return "".join(f"{json.dumps(value)}\n" for value in values)


read = partial(read_as, "model.json")
problem = partial(problem_as, "model.json")


def assert_read(loaded: Loaded, *notes: str, words: list[str] = WORDS) -> None:
    assert list(loaded.space.words()) == words
    np.testing.assert_array_equal(loaded.space.vectors(range(len(words)), np.float32), ROWS[: len(words)])
    assert loaded.notes == notes


SHAPES: dict[str, str] = {
    "words to lists": json.dumps(dict(PAIRS)),
    "words to lists, indented": json.dumps(dict(PAIRS), indent=4, ensure_ascii=False),
    "a word a line": in_lines([{word: row} for word, row in PAIRS]),
    "records": json.dumps(RECORDS),
    "records in lines": in_lines(RECORDS),
    "the vector first": in_lines([{"vector": row, "n": 3, "word": word} for word, row in PAIRS]),
    "records with more": in_lines([{**record, "tags": ["x"], "meta": {"a": [1]}} for record in RECORDS]),
    "records in an object": json.dumps({"model": "m", "data": RECORDS, "usage": {"tokens": 3}}),
    "a member of an object": json.dumps({"dim": 5, "vectors": dict(PAIRS)}),
    "records by word": json.dumps({word: {"vector": row, "count": 2} for word, row in PAIRS}),
    "a field a number": json.dumps(
        [{"word": word, **{f"d{i}": x for i, x in enumerate(row)}} for word, row in PAIRS]
    ),
    "pairs": json.dumps(PAIRS),
    "pairs in lines": in_lines(PAIRS),
    "rows that begin with a word": in_lines([[word, *row] for word, row in PAIRS]),
    "two lists": json.dumps({"words": WORDS, "vectors": LISTS}),
    "columns of pandas": json.dumps({"text": dict(enumerate(WORDS)), "embedding": dict(enumerate(LISTS))}),
    "pandas, split": json.dumps({"columns": ["text", "v"], "index": [*range(6)], "data": PAIRS}),
    "pandas, split, columns by number": json.dumps({"columns": [*range(5)], "index": WORDS, "data": LISTS}),
    "a list as text": in_lines([{"word": word, "vector": str(row)} for word, row in PAIRS]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_in_use_is_read_without_a_word(name: str, tmp_path: Path) -> None:
    assert_read(read(tmp_path, SHAPES[name]))


@pytest.mark.parametrize("name", SHAPES)
def test_crlf_and_a_mark_do_not_matter(name: str, tmp_path: Path) -> None:
    data = SHAPES[name].encode().replace(b"\n", b"\r\n")
    assert_read(read(tmp_path, b"\xef\xbb\xbf" + data.removesuffix(b"\r\n")))


@pytest.mark.parametrize("name", SHAPES)
def test_one_format_says_yes(name: str) -> None:
    head = Head(SHAPES[name].encode(), complete=True)
    assert [known for known, form in formats().items() if form.recognise(head)] == ["json"]


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_longer_than_a_value_may_be_is_gone_through(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No shape but a record or a vector has to be in memory as a whole."""
    monkeypatch.setattr(json_scan, "LONGEST", 150)
    monkeypatch.setattr(json_scan, "PIECE", 16)
    assert_read(read(tmp_path, SHAPES[name]))


def test_ids_are_words_where_there_are_no_others(tmp_path: Path) -> None:
    words = [str(i) for i in range(len(WORDS))]
    answer = json.dumps({"object": "list", "data": ANSWER, "model": "m", "usage": {"total_tokens": 9}})
    note = "there are no words but the numbers of column {}"
    assert_read(read(tmp_path, answer), note.format("'index'"), words=words)
    by_id = in_lines([{"id": i, "vector": row} for i, row in enumerate(LISTS)])
    assert_read(read(tmp_path, by_id), note.format("'id'"), words=words)


def test_a_field_is_named(tmp_path: Path) -> None:
    text = in_lines([{"title": f"t{i}", **record} for i, record in enumerate(RECORDS)])
    assert_read(read(tmp_path, text), "the words are from the column 'text'; other columns: 'title' (text)")
    assert_read(read(tmp_path, text, "title"), words=[f"t{i}" for i in range(len(WORDS))])
    assert (
        "it holds 'title' (text), 'text' (text), 'embedding' (lists of 5)"
        in problem(tmp_path, text, "?").message
    )
    assert "no parts to choose from" in problem(tmp_path, SHAPES["pairs"], "title").message


@pytest.mark.parametrize("names", [("ids", "texts", "vectors"), ("texts", "ids", "vectors")])
def test_one_of_two_lists_of_texts_is_taken_with_a_note(names: tuple[str, ...], tmp_path: Path) -> None:
    columns = {"ids": [f"x{i}" for i in range(len(WORDS))], "texts": WORDS, "vectors": LISTS}
    text = json.dumps({name: columns[name] for name in names})
    assert_read(read(tmp_path, text), "the column of words 'texts' is read, and not 'ids' (text)")


@pytest.mark.parametrize("text", [json.dumps(LISTS), json.dumps(LISTS, indent=1), in_lines(LISTS)])
def test_rows_alone_have_their_words_beside_them(text: str, tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    assert_read(read(tmp_path, text), "the words are those of vocab.txt")
    (tmp_path / "mine.lst").write_text("\n".join(WORDS[1:]), "utf-8")
    with pytest.raises(FileProblem, match="6 rows and 5 words"):
        read(tmp_path, text, words_file=str(tmp_path / "mine.lst"))


def test_texts_behind_the_vectors_are_a_note(tmp_path: Path) -> None:
    """As Chroma writes them."""
    text = json.dumps({"ids": WORDS, "embeddings": LISTS, "documents": [f"x{i}" for i in range(len(WORDS))]})
    assert_read(read(tmp_path, text), "the words are those of 'ids', and not of 'documents'")


def test_records_of_one_number_are_no_vectors(tmp_path: Path) -> None:
    text = in_lines([{"word": word, "vector": [0.5]} for word in WORDS])
    assert "no columns of numbers that make a vector" in problem(tmp_path, text).message


# --- odd entries ----------------------------------------------------------------------------------

GOOD = json.dumps(dict(PAIRS))[:-1]


@pytest.mark.parametrize(
    ("entry", "why", "kind"),
    [
        ("[1, 2]", "has 2 numbers, 5 are expected", "malformed rows left out"),
        ("[]", "has 0 numbers, 5 are expected", "malformed rows left out"),
        ('[1, "x", 3, 4, 5]', "has something other than numbers", "malformed rows left out"),
        ("[1, [2], 3, 4, 5]", "has something other than numbers", "malformed rows left out"),
        ("[1, NaN, 3, 4, 5]", "not finite", "rows with numbers that are not finite, left out"),
        ("[1, -Infinity, 3, 4, 5]", "not finite", "rows with numbers that are not finite, left out"),
        ("[1, 1e99, 3, 4, 5]", "not finite", "rows with numbers that are not finite, left out"),
        (f"[1, {'9' * 5000}, 3, 4, 5]", "not finite", "rows with numbers that are not finite, left out"),
        ("[1, null, 3, 4, 5]", "not finite", "rows with numbers that are not finite, left out"),
    ],
)
def test_16_an_odd_entry_of_json(entry: str, why: str, kind: str, tmp_path: Path) -> None:
    text = f'{GOOD}, "pine": {entry}}}'
    assert_read(read(tmp_path, text), f"{kind}: 1")
    assert why in problem(tmp_path, text, strict=True).message
    twice = f'{GOOD}, "pine": {entry}, "fir": {entry}}}'
    assert "too many for a sound file" in problem(tmp_path, twice).message
    assert_read(read(tmp_path, twice, skip_bad_rows=True), f"{kind}: 2")


def test_a_name_twice_is_a_word_twice(tmp_path: Path) -> None:
    text = f'{GOOD}, "oak": {LISTS[1]}}}'
    assert_read(read(tmp_path, text), "duplicate words left out, the first row of each kept: 1")


def test_an_entry_without_a_list_is_counted(tmp_path: Path) -> None:
    text = f'{GOOD}, "pine": 3, "fir": ["x", "y"]}}'
    assert_read(read(tmp_path, text), "entries without a list of numbers, left out: 2")


def test_words_that_are_not_utf8_or_have_line_ends(tmp_path: Path) -> None:
    loaded = read(tmp_path, b'{"caf\xe9": [1.5, 2], "a\\nb": [2, 3]}')
    assert list(loaded.space.words()) == ["caf\udce9", "a b"]
    assert len(loaded.notes) == 2


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (f"{GOOD}", "JSON that is cut short", 1),
        (f'{GOOD}, "pine": [1, 2', "JSON that is cut short", 1),
        (in_lines(RECORDS) + '{"text": "pi', "JSON that is cut short", 7),
        (f'{GOOD}, "pine" [1]}}', "not sound JSON: expecting ':' delimiter", 1),
        (f"{GOOD},\n pine: 1}}", "not sound JSON: expecting property name enclosed in double quotes", 2),
        (in_lines(RECORDS) + "oak\n" * 9, "not sound JSON: expecting value", 7),
    ],
)
def test_4_json_that_is_cut_or_damaged(text: str, message: str, line: int, tmp_path: Path) -> None:
    found = problem(tmp_path, text)
    assert found.message == message
    assert found.where.endswith(f":{line}")


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":', '{"oak": [1, 2], "a": [', '{"a": {"b": ['])
def test_90_lists_in_one_another(opening: str, tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text(opening * 300_000, "ascii")
    taken = bounded("-m", path, "oak", note=tmp_path / "note", memory=memory_for(path))
    assert taken.code == 4
    assert "too deeply" in taken.err
    assert taken.seconds < 5


# --- no vectors -----------------------------------------------------------------------------------

ADDED = [{"id": 0, "content": "<unk>", "special": True}]


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ({"version": "1.0", "added_tokens": ADDED, "model": {"vocab": {"a": 1}}}, "a tokenizer", "folder"),
        (
            {"architectures": ["Bert"], "id2label": {"0": "x"}, "model_type": "bert"},
            "a configuration",
            "folder",
        ),
        ({"a": {}, "weight_map": {"wte.weight": "1.safetensors"}}, "the index of a model", "folder"),
        ({"oak": 0, "elm": 1}, "a list of words", "--words-file"),
        (["oak", "elm"], "a list of words", "--words-file"),
        ({f"w{i}": i for i in range(5000)}, "a list of words", "--words-file"),
    ],
)
def test_json_without_vectors_says_what_it_is(value: Any, message: str, hint: str, tmp_path: Path) -> None:
    found = problem(tmp_path, json.dumps(value))
    assert found.message.startswith(f"JSON without vectors: {message}")
    assert hint in found.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (in_lines([{"a": "oak", "b": "elm"}] * 3), "no columns of numbers that make a vector"),
        (json.dumps({"a": {"b": "c"}}), "JSON without vectors"),
        (json.dumps({"vocab": WORDS, "stop_words": [], "lower": False}), "JSON without vectors"),
        (json.dumps(LISTS), "holds rows and no words"),
        (in_lines(LISTS), "holds rows and no words"),
        (json.dumps({"vectors": LISTS, "words": WORDS}), "rows of numbers, and no words before them"),
        (json.dumps({"v": dict(enumerate(LISTS)), "text": dict(enumerate(WORDS))}), "the words stand behind"),
    ],
)
def test_other_json_says_what_it_lacks(text: str, message: str, tmp_path: Path) -> None:
    assert problem(tmp_path, text).message.startswith(message)


# --- size -----------------------------------------------------------------------------------------


class _Endless:
    """A stream of entries that nobody holds."""

    def __init__(self, first: bytes, entry: bytes, count: int) -> None:
        self._data, self._entry, self._count = first, entry, count

    def read(self, size: int, /) -> bytes:
        while len(self._data) < size and self._count:
            self._count -= 1
            self._data += b'"%d": %b,' % (self._count, self._entry)
        given, self._data = self._data[:size], self._data[size:]
        return given


@pytest.mark.slow
def test_an_object_of_any_size_takes_little_memory() -> None:
    """20 MB of JSON, of which the words and a block are held."""
    entry = json.dumps([round(x, 5) for x in np.random.default_rng(2).normal(size=300).tolist()]).encode()
    stream = _Endless(b"{", entry, 20_000_000 // len(entry))
    source = Source(Path("big.json"), stream, None, 1 << 30, Reading(), FileTally())
    tracemalloc.start()
    blocks, rows = read_blocks(source), 0
    with suppress(FileProblem):  # it has no end
        for block in blocks:
            rows += len(block.words)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows >= 5_000
    assert peak < 50_000_000  # as a whole it would take twice that


def test_a_value_without_end_is_refused(tmp_path: Path) -> None:
    found = problem(tmp_path, '{"oak": [1, 2], "elm": "' + "x" * 12_000_000)
    assert "a value of more than" in found.message


def test_the_command_line_reads_records(tmp_path: Path) -> None:
    path = tmp_path / "trees.jsonl"
    path.write_text(in_lines([{"title": f"t{i}", **record} for i, record in enumerate(RECORDS)]), "utf-8")
    done = vecalc("-m", f"{path}#title", "t1", "--norm", "raw", "--format", "vector")
    assert [float(number) for number in done.out.split()] == pytest.approx(LISTS[1])


# --- columns of a table ---------------------------------------------------------------------------

CITY = ["house", "city", "war"]
OF_CITY = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.5]]


def _by_index(values: Sequence[object]) -> dict[str, object]:
    return {str(i): value for i, value in enumerate(values)}


@pytest.mark.parametrize("made", [_by_index, list])
@pytest.mark.parametrize(
    ("columns", "part", "words"),
    [
        (("word", "tag", "vector"), "", CITY),
        (("tag", "word", "vector"), "", CITY),
        (("tag", "word", "vector", "other"), "", CITY),
        (("word", "tag", "other", "vector"), "vector", CITY),
        (("word", "tag", "vector"), "tag", ["N", "V", "X"]),
        (("lemma", "tag", "x"), "", ["Haus", "Stadt", "Krieg"]),
    ],
)
def test_of_several_columns_the_usual_or_the_named_are_read(
    tmp_path: Path,
    made: Callable[[Sequence[object]], object],
    columns: Sequence[str],
    part: str,
    words: list[str],
) -> None:
    values: dict[str, Sequence[object]] = {
        "word": CITY,
        "tag": ["N", "V", "X"],
        "lemma": ["Haus", "Stadt", "Krieg"],
        "vector": OF_CITY,
        "x": OF_CITY,
        "other": [[9.0, 9.0]] * 3,
    }
    path = tmp_path / "table.json"
    path.write_text(json.dumps({name: made(values[name]) for name in columns}))
    loaded = load(path, part=part)
    assert list(loaded.space.words()) == words
    np.testing.assert_array_equal(loaded.space.vectors(range(3)), OF_CITY)
    assert part == "tag" or any("is read, and not" in note for note in loaded.notes)


@pytest.mark.parametrize("made", [_by_index, list])
def test_which_column_holds_the_vectors_is_not_guessed(
    tmp_path: Path, made: Callable[[Sequence[object]], object]
) -> None:
    path = tmp_path / "table.json"
    path.write_text(json.dumps({"word": made(CITY), "a": made(OF_CITY), "b": made(OF_CITY)}))
    with pytest.raises(FileProblem, match="it is not clear which are the vectors: 'a' and 'b'"):
        load(path)
    with pytest.raises(FileProblem, match=r"it holds 'word' \(text\), 'a' \(lists\)"):
        load(path, part="?")
