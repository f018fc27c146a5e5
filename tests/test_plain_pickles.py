"""Pickles of dictionaries, lists and arrays, without anything of gensim's: read, or said what they hold."""

from __future__ import annotations

import pickle
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from running import vecalc
from test_pickles import Calls

from vecalc.errors import FileProblem
from vecalc.formats.load import load

WORDS = ["king", "queen", "naïve", "日本", "new york", "1984"]
ROWS = np.random.default_rng(3).normal(size=(len(WORDS), 5)).astype(np.float32)
INDEX = {word: row for row, word in enumerate(WORDS)}


def apart(rows: Any) -> dict[str, Any]:
    return dict(zip(WORDS, rows, strict=True))


# As people save them: word -> vector, and words and vectors apart, in each of the kinds of either.
SHAPES: dict[str, Any] = {
    "a dict of arrays": apart(ROWS),
    "a dict of lists": apart(ROWS.tolist()),
    "a dict of tuples": apart(map(tuple, ROWS.tolist())),
    "a dict of numpy's numbers": apart(map(list, ROWS)),
    "a dict of arrays of one row": apart(ROWS.reshape(-1, 1, 5)),
    "a dict of bytes": {word.encode(): row for word, row in apart(ROWS).items()},
    "a dict of numpy's texts": dict(zip(np.array(WORDS), ROWS, strict=True)),
    "a defaultdict of lists": defaultdict(list, apart(ROWS.tolist())),
    "pairs": list(apart(ROWS).items()),
    "a tuple": (WORDS, ROWS),
    "a tuple of tuples": (tuple(WORDS), tuple(map(tuple, ROWS.tolist()))),
    "a list, the other way round": [ROWS, WORDS],
    "a list of arrays": [WORDS, list(ROWS)],
    "an array of texts": (np.array(WORDS), ROWS),
    "an array of objects": (np.array(WORDS, object), ROWS),
    "big-endian": (np.array(WORDS).astype(">U10"), ROWS.astype(">f8")),
    "in Fortran's order": (WORDS, np.asfortranarray(ROWS)),
    "float64": (WORDS, ROWS.astype(np.float64)),
    "word to row": (INDEX, ROWS),
    "word to row, mixed": ({word: INDEX[word] for word in reversed(WORDS)}, ROWS.tolist()),
    "row to word": {"id2word": dict(enumerate(WORDS)), "vectors": ROWS},
    "numpy's numbers of rows": ({word: np.int64(row) for word, row in INDEX.items()}, ROWS),
    "three parts": (WORDS, INDEX, ROWS),
    "named": {"words": WORDS, "vectors": ROWS},
    "named otherwise": {"vocab": INDEX, "dim": 5, "embeddings": ROWS.tolist(), "source": "news"},
    "counts beside": {"counts": [7] * len(WORDS), "tokens": WORDS, "matrix": ROWS},
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_in_every_protocol(tmp_path: Path, shape: str, protocol: int) -> None:
    path = tmp_path / "embeddings.pkl"
    path.write_bytes(pickle.dumps(SHAPES[shape], protocol))
    space, notes = load(path)
    assert list(space.words()) == WORDS
    assert np.array_equal(space.vectors(range(len(WORDS)), np.float32), ROWS)
    assert not notes


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "i1", "u4", "i8"])
@pytest.mark.parametrize("module", [b"numpy._core.multiarray", b"numpy.core.multiarray"])
def test_every_type_of_numbers_under_the_names_of_numpy_1_and_2(
    tmp_path: Path, kind: str, module: bytes
) -> None:
    rows = np.arange(30).reshape(6, 5).astype(kind)
    made = pickle.dumps((WORDS, rows), 2).replace(b"numpy._core.multiarray", module)
    (tmp_path / "model.pkl").write_bytes(made)
    assert load(tmp_path / "model.pkl").space.vectors([1]).tolist() == [[5, 6, 7, 8, 9]]


def test_the_command_answers_from_a_pickle(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(apart(ROWS)))
    assert vecalc("-m", path, "king").words[0] in WORDS


def test_keys_that_are_numbers_are_their_decimals(tmp_path: Path) -> None:
    path = tmp_path / "items.pkl"
    path.write_bytes(pickle.dumps({3: [1.0, 2.0], np.int64(7): [3.0, 4.0], "3": [5.0, 6.0], "b": [7.0, 8.0]}))
    space, notes = load(path)
    assert list(space.words()) == ["3", "7", "b"]
    assert space.vectors([0]).tolist() == [[1, 2]]
    assert any("decimals: 2" in note for note in notes)
    assert any("duplicate" in note for note in notes)


def test_rows_alone_have_their_words_beside(tmp_path: Path) -> None:
    path = tmp_path / "rows.pkl"
    path.write_bytes(pickle.dumps(ROWS))
    (tmp_path / "rows.words").write_text("\n".join(WORDS), "utf-8")
    assert list(load(path).space.words()) == WORDS


def test_one_matrix_of_several_is_named(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps({"words": WORDS, "vectors": ROWS, "context": -ROWS}))
    space, notes = load(path)
    assert space.vectors([0])[0] == pytest.approx(ROWS[0])
    assert "'vectors' is read, and not 'context'" in notes[0]
    assert load(f"{path}#context").space.vectors([0])[0] == pytest.approx(-ROWS[0])
    with pytest.raises(FileProblem, match="'words' is no matrix"):
        load(f"{path}#words")
    with pytest.raises(FileProblem, match="it holds 'words'"):
        load(f"{path}#?")


def test_one_odd_row_is_left_out_and_counted(tmp_path: Path) -> None:
    rows = apart(ROWS.tolist())
    rows["queen"] = [1.0, 2.0]
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(rows))
    space, notes = load(path)
    assert "queen" not in set(space.words())
    assert "malformed rows left out: 1" in notes
    with pytest.raises(FileProblem, match="'queen' has 2 numbers, 5 are expected"):
        load(path, strict=True)


def test_words_that_python_2_pickled_as_bytes(tmp_path: Path) -> None:
    """Its `str` in UTF-8, which is read a letter a byte."""
    raw = "naïve".encode()
    path = tmp_path / "model.pkl"
    path.write_bytes(b"\x80\x02}U" + bytes([len(raw)]) + raw + b"](G?\xf0\0\0\0\0\0\0G?\xf0\0\0\0\0\0\0es.")
    space, notes = load(path)
    assert list(space.words()) == ["naïve"]
    assert "Python 2" in notes[0]


UNREAD = {
    "a dict of 12 int -> str": dict(enumerate("abcdefghijkl")),
    "a dict of 1 str -> None": {"a": None},
    "a list of 3 str": ["a", "b", "c"],
    "a tuple of 0": (),
    "a set of 1 int": {1},
    "an array [3]": np.ones(3),
    "a single int": 5,
    "None": None,
    "no words for its 2 rows": ([1.5, 2.5], [[1.0], [2.0]]),
    "5 x 3|there is no list of words beside it": np.ones((5, 3)),
}


@pytest.mark.parametrize("what", UNREAD)
def test_what_it_holds_is_said(tmp_path: Path, what: str) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(UNREAD[what]))
    done = vecalc("-m", path, "king")
    assert (done.code, done.out, len(done.err.splitlines())) == (4, "", 1)
    assert any(part in done.err for part in what.split("|"))
    assert "pickle.dump(" in done.err or "words.txt" in done.err


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"\x80\x04\x8c\x11pandas.core.frame\x8c\x09DataFrame\x93)\x81.",
            "pd.read_pickle('FILE').to_parquet(",
        ),
        (pickle.dumps(scipy.sparse.csr_matrix(np.eye(3))), "matrix.toarray()"),
        (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n.", "safetensors.torch.save_file"),
        (pickle.dumps(0x1950A86A20F9469CFC6C, 2), "safetensors.torch.save_file"),
    ],
)
def test_objects_of_libraries_are_named_with_the_line_that_converts_them(
    tmp_path: Path, data: bytes, said: str
) -> None:
    (tmp_path / "model.pkl").write_bytes(data)
    with pytest.raises(FileProblem) as caught:
        load(tmp_path / "model.pkl")
    assert said in caught.value.hint


@pytest.mark.parametrize("place", ["a key", "a row", "a number", "a word", "a part"])
def test_nothing_in_a_plain_pickle_runs(tmp_path: Path, place: str) -> None:
    marker = tmp_path / "code was run"
    call = Calls(Path.touch, marker)
    value: Any = {
        "a key": {call: [1.0, 2.0]},
        "a row": {**apart(ROWS), "last": call},
        "a number": {"king": [1.0, call]},
        "a word": ([*WORDS[:-1], call], ROWS),
        "a part": {"words": WORDS, "vectors": ROWS, "more": call},
    }[place]
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(value))
    with pytest.raises(FileProblem, match="would run code"):
        load(tmp_path / "model.pkl")
    assert not marker.exists()


@pytest.mark.parametrize("width", [2, 3])
def test_narrow_rows_of_many_words_are_no_bomb(tmp_path: Path, width: int) -> None:
    rows = np.ones((20_000, width), np.float32)
    path = tmp_path / "model.pkl"
    for made in (list(rows), rows.tolist()):
        path.write_bytes(pickle.dumps({f"w{i}": row for i, row in enumerate(made)}))
        assert len(load(path).space) == 20_000
