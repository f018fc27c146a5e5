"""Lines of a file, and cells of a column, as a space: what is read so, what is kept, what it answers."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data import as_text
from embedders import VOCABULARY, WIDTH, Encoding, by_letters, write_textual
from hypothesis import given
from hypothesis import strategies as st
from running import PATIENCE, Done, command, vecalc, write_model

import vecalc as library
from vecalc.answers import Metric, Ranking
from vecalc.arrays import Singles
from vecalc.errors import EncoderProblem, FileProblem, NotVectors, UsageError, VecalcError
from vecalc.library import catalogue
from vecalc.library.cache import CacheUse, building
from vecalc.library.open_model import load
from vecalc.library.paths import cache_folder
from vecalc.sources import MAX_WORD, Reading
from vecalc.space import VectorSpace
from vecalc.space.matrix import MatrixSpace
from vecalc.tables.cell_rules import PROMISED
from vecalc.texts import embedding
from vecalc.texts.column_texts import HALVES, PARQUET
from vecalc.texts.table_names import TABLES

LINES = (
    "The delivery was slow",
    "Cheap but good",
    "Great quality and price",
    "The soup was cold and the waiter rude",
    "Best pizza in town",
)
FILE = "".join(f"{line}\n" for line in LINES)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a textual model, a model of words, and lines; nothing is kept from other tests."""
    for name in ("CACHE_DIR", "CONFIG", "MODELS"):
        monkeypatch.setenv(f"VECALC_{name}", str(tmp_path / name.lower()))
    monkeypatch.chdir(tmp_path)
    write_textual(tmp_path / "pot")
    Path("docs.txt").write_text(FILE, "utf-8")
    return tmp_path


def asked(*arguments: str) -> Done:
    return vecalc("-m", "pot=pot", "-m", "docs=docs.txt", "--in", "docs", *arguments)


def space_by(encoder: Any, path: str = "docs.txt", **how: Any) -> VectorSpace:
    """The space of a file's texts by an encoder that is made up."""
    return load(path, embed=MatrixSpace(["w"], np.ones((1, 1)), "made", encoder=encoder), **how).space


def words(path: str, text: str | bytes, **how: Any) -> list[str]:
    """The words that a file of this content has."""
    data = text.encode() if isinstance(text, str) else text
    Path(path.partition("#")[0].removeprefix("lines:")).write_bytes(data)
    return list(space_by(Encoding(by_letters), path, **how).words())


def notes(path: str, text: str | bytes, **how: Any) -> tuple[str, ...]:
    words(path, text, **how)
    return load(
        path, embed=MatrixSpace(["w"], np.ones((1, 1)), "m", encoder=Encoding(by_letters)), **how
    ).notes


# --- what is read ---------------------------------------------------------------------------


def test_a_line_is_a_row_and_the_note_says_by_what() -> None:
    done = asked('text("cheap but good") - text("slow delivery")', "-k", "9")
    assert done.code == 0
    assert sorted(done.words) == sorted(LINES)
    assert "docs: 5 lines of docs.txt, as texts, by pot" in done.err


def test_the_row_of_a_line_is_what_the_encoder_gives() -> None:
    pot, docs = load("pot").space, load("docs.txt", embed="pot").space
    assert pot.encoder is not None
    assert docs.encoder is not None
    assert docs.encoder.identity == pot.encoder.identity
    assert docs.vectors(range(5), np.float32).tobytes() == pot.encoder.encode(LINES).tobytes()


def test_a_text_that_is_a_line_is_an_input() -> None:
    done = asked('text("Best pizza in town")', "-k", "9")
    assert sorted(done.words) == sorted(LINES[:-1])
    assert "Best pizza in town" in asked('text("Best pizza in town")', "--exclude", "none").words


def test_a_quoted_line_is_its_word() -> None:
    assert asked('cos(docs:"Best pizza in town", text("Best pizza in town"))').out.strip() == "1"


@pytest.mark.parametrize("metric", ["cos", "dot", "l2"])
def test_the_ranking_is_that_of_brute_force(metric: Metric) -> None:
    chance = np.random.default_rng(1)
    lines = [" ".join(sorted(chance.choice(VOCABULARY[1:], 6))) for _ in range(3000)]  # none has a twin
    Path("many.txt").write_text("\n".join(lines), "utf-8")
    pot, docs = load("pot").space, load("many.txt", embed="pot").space
    assert docs.codes is not None
    assert pot.encoder is not None
    options = library.Options(k=20, metric=metric, norm="raw")
    found = library.Calculator({"docs": docs, "pot": pot}, options)(
        'text("cheap food") - 0.5*text("rude waiter")'
    )
    rows = pot.encoder.encode([docs.word(i) for i in range(len(docs))]).astype(np.float64)
    cheap, rude = pot.encoder.encode(["cheap food", "rude waiter"]).astype(np.float64)
    query = cheap - 0.5 * rude
    dots = rows @ query
    scores = {
        "cos": dots / np.linalg.norm(rows, axis=1) / np.linalg.norm(query),
        "dot": dots,
        "l2": -np.linalg.norm(rows - query, axis=1),
    }[metric]
    best = np.argsort(-scores, kind="stable")[:20]
    assert isinstance(found.result, Ranking)
    assert [n.word for n in found.result.neighbours] == [docs.word(int(i)) for i in best]
    assert [abs(n.score) for n in found.result.neighbours] == pytest.approx(np.abs(scores[best]), abs=1e-6)


def test_lines_are_trimmed_counted_once_and_never_blank() -> None:
    text = "\ufeffone\r\n  two \t\r\n\r\n\u3000\r\none\r\nTwo\r\nlast"
    assert words("a.txt", text) == ["one", "two", "Two", "last"]
    assert f"{embedding.EQUAL}: 1" in notes("a.txt", text)


def test_carriage_returns_alone_end_lines() -> None:
    assert words("a.txt", "one\rtwo\rthree\r") == ["one", "two", "three"]


def test_lines_of_another_encoding() -> None:
    raw = "naïve\ncafé\n".encode("latin-1")
    assert words("a.txt", raw, encoding="latin-1") == ["naïve", "café"]
    with pytest.raises(FileProblem, match="not UTF-8"):
        words("b.txt", raw, strict=True)


@pytest.mark.parametrize("name", ["a.txt.gz", "a.zip"])
def test_packed_lines(name: str) -> None:
    if name.endswith("gz"):
        Path(name).write_bytes(gzip.compress(FILE.encode()))
    else:
        with zipfile.ZipFile(name, "w") as archive:
            archive.writestr("inside.txt", FILE)
    assert list(space_by(Encoding(by_letters), name).words()) == list(LINES)


def test_texts_without_a_token_are_left_out() -> None:
    Path("a.txt").write_text("good\n!!!\nfood\n", "utf-8")
    encoder = Encoding(lambda text: [0.0, 0.0] if text == "!!!" else [1.0, len(text)])
    loaded = load("a.txt", embed=MatrixSpace(["w"], np.ones((1, 1)), "m", encoder=encoder))
    assert list(loaded.space.words()) == ["good", "food"]
    assert f"{embedding.WITHOUT_TOKENS}: 1" in loaded.notes
    Path("b.txt").write_text("!!!\n", "utf-8")
    with pytest.raises(FileProblem, match="none of its 1 texts has a token of the model"):
        space_by(encoder, "b.txt")


@given(lines=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), max_size=30))
def test_any_lines_are_their_own_words(lines: list[str]) -> None:
    wanted = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    text = "\n".join(["begin", *lines])
    assert words("lines:any.txt", text) == list(dict.fromkeys(["begin", *wanted]))


@given(lines=st.lists(st.integers(0, 40), min_size=1, max_size=60), at_once=st.integers(1, 7))
def test_blocks_of_any_size_give_the_same(lines: list[int], at_once: int) -> None:
    text = "\n".join(f"line {i}" for i in lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding, "AT_ONCE", at_once)
        encoder = Encoding(by_letters, identity=f"{text} {at_once}")
        Path("some.txt").write_text(text, "utf-8")
        space = space_by(encoder, "some.txt")
    expected = list(dict.fromkeys(f"line {i}" for i in lines))
    assert list(space.words()) == expected
    assert space.vectors(range(len(space))).tolist() == [by_letters(line) for line in expected]
    assert encoder.seen == len(expected)


# --- columns --------------------------------------------------------------------------------

TABLE = 'title,year,overview\nAlien,1979,"A crew meets, a monster"\nHeat,1995,"A hunt\nin town"\n'
OVERVIEWS = ["A crew meets, a monster", "A hunt in town"]


def test_other_columns_are_metadata_of_the_texts(folder: Path) -> None:
    """In the cache and out of it, of every kind of table; of equal texts the first row's."""
    rows = [
        {"text": LINES[i % 4], "stars": i, "author": f"a{i}" if i else "", "good": i > 2} for i in range(6)
    ]
    pq.write_table(pa.Table.from_pylist(rows), "r.parquet")
    Path("r.jsonl").write_text(as_objects(rows))
    head, *lines = [list(rows[0]), *(list(map(str, row.values())) for row in rows)]
    Path("r.csv").write_text("\n".join(",".join(cells) for cells in [head, *lines]))
    for name in ("r.parquet", "r.jsonl", "r.csv"):
        file = embedding.TextFile(Path(name), Reading(part="text"))
        alone = embedding.texts_in_memory(file, embedding.Embedder(Encoding(by_letters), "made"), name).space
        for space in (alone, *(space_by(Encoding(by_letters), f"{name}#text") for _ in range(2))):
            known = space.metadata
            assert known is not None
            kinds = {"text": "text", "stars": "number", "author": "text", "good": "flag"}
            assert dict(known.columns) == kinds, name
            last = known.records(range(4), [*kinds])[::3]
            assert last == [(LINES[0], 0, None, False), (LINES[3], 3, "a3", True)], name
    assert space_by(Encoding(by_letters), "docs.txt").metadata is None
    where = ("--where", "stars >= 2 and good = false", "--show", "stars,author")
    done = vecalc("words", "-m", "r.csv#text", "--embed", "pot", *where, "--format", "tsv", "--no-header")
    assert done.out.split("\t")[-2:] == ["2", "a2\n"]


def as_objects(rows: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def test_the_cells_of_a_column_are_rows() -> None:
    assert words("films.csv#overview", TABLE) == OVERVIEWS
    assert words("films.csv#title", TABLE) == ["Alien", "Heat"]
    assert words("films.tsv#overview", "title\toverview\nAlien\tA crew\n") == ["A crew"]
    rows = [{"title": "Alien", "overview": "A crew"}, {"title": "Heat", "overview": "A hunt"}]
    assert words("films.jsonl#overview", as_objects(rows)) == ["A crew", "A hunt"]


def test_parquet_has_columns_of_texts() -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(
        arrow.table({"year": [1979, 1995], "overview": ["A crew", "A hunt"]}), "films.parquet"
    )
    assert list(space_by(Encoding(by_letters), "films.parquet#overview").words()) == ["A crew", "A hunt"]


@pytest.mark.parametrize(
    "numbers", [{"stars": [4, 5]}, {"price": [1.5, 2.5]}, {"id": [1, 2], "year": [3, 4]}]
)
def test_numbers_beside_the_texts_of_parquet_are_no_vector(numbers: dict[str, list[float]]) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(arrow.table({"text": ["A crew", "A hunt"], **numbers}), "films.parquet")
    assert list(space_by(Encoding(by_letters), "films.parquet").words()) == ["A crew", "A hunt"]


def test_half_characters_in_cells_are_none() -> None:
    halves = as_objects([{"text": "a \ud83d crew"}, {"text": "a hunt"}])
    assert words("a.jsonl#text", halves) == ["a \ufffd crew", "a hunt"]
    assert f"{HALVES}: 1" in notes("a.jsonl#text", halves)


def test_a_column_is_chosen_and_the_choice_is_told() -> None:
    assert words("films.csv", TABLE) == OVERVIEWS
    assert "the texts are from the column 'overview'; other columns: 'title' (text)" in notes(
        "films.csv", TABLE
    )
    said = "year,said\n1979,a crew\n1995,a hunt\n"
    assert words("one.csv", said) == ["a crew", "a hunt"]
    assert "the column 'said' is read" in notes("one.csv", said)
    assert "the column 'a crew' is read" in notes("bare.csv", "a crew,1\na hunt,2\n")  # which has no header


def test_it_may_not_be_clear_which_column_is_meant() -> None:
    with pytest.raises(FileProblem, match="it is not clear which column is meant"):
        words("a.csv", "first,second\nall,good\nwell,done\n")
    with pytest.raises(FileProblem, match="there is no column 'x'"):
        words("films.csv#x", TABLE)
    with pytest.raises(FileProblem, match=r"it holds 'title' \(text\), 'year' \(numbers\)"):
        words("films.csv#?", TABLE)


def test_line_ends_in_cells_are_blanks_and_odd_rows_are_few() -> None:
    assert "texts with line ends, which are read as blanks: 1" in notes("films.csv#overview", TABLE)
    odd = "a,text\n" + "".join(f"{i},t{i}\n" for i in range(2000)) + "1,2,3\n"
    assert len(words("odd.csv#text", odd)) == 2000
    assert "malformed rows left out: 1" in notes("odd.csv#text", odd)
    with pytest.raises(FileProblem, match="has 3 cells, the header 2"):
        words("odd.csv#text", odd, strict=True)
    with pytest.raises(FileProblem, match="too many for a sound file"):
        words("worse.csv#text", "a,text\n1,x\n" + "1,2,3\n" * 9)
    with pytest.raises(FileProblem, match="has 1 cells, the header 2"):
        words("short.csv#text", "a,text\n1\n")


def test_a_table_is_called_so() -> None:
    assert {*TABLES} == {*PROMISED, PARQUET}


def test_a_prefix_reads_the_lines_of_a_table() -> None:
    assert words("lines:films.csv", "title,text\nAlien,a crew\n") == ["title,text", "Alien,a crew"]
    assert words("lines:films.csv#title", TABLE) == ["Alien", "Heat"]


# --- what stays vectors -----------------------------------------------------------------------

VECTORS = as_text(["king", "queen"], np.array([[1.0, 2, 3], [3, 2, 1]]))


def test_a_file_of_vectors_stays_one() -> None:
    Path("docs.txt").write_bytes(VECTORS)
    done = asked("docs:king", "--exclude", "none")
    assert done.words == ["king", "queen"]
    assert "as texts" not in done.err
    forced = vecalc("words", "-m", "lines:docs.txt", "--embed", "pot", "--format", "tsv")
    assert "queen 3 2 1" in forced.out.replace(".0", "")


@pytest.mark.parametrize(
    "table",
    [
        'word,vector\nking,"[1, 2, 3]"\nqueen,"[3, 2, 1]"\n',
        "word,dim_0,dim_1\nking,0.5,2.5\nqueen,3.5,1.5\n",
        "king,0.5,2.5\nqueen,3.5,1.5\n",
    ],
)
@pytest.mark.parametrize("part", ["", "#word"])
def test_a_table_of_vectors_stays_one(table: str, part: str) -> None:
    if part and not table.startswith("word"):
        part = ""
    Path("a.csv").write_text(table, "utf-8")
    done = vecalc("-m", "pot=pot", "-m", f"a=a.csv{part}", "a:king", "--in", "a", "--exclude", "none")
    assert done.words[:2] == ["king", "queen"], done.err
    assert "as texts" not in done.err


def test_numbers_called_by_what_they_are_make_no_vector_beside_a_named_text() -> None:
    table = "title,budget,gross\nAlien,1.5,2.5\nHeat,3.5,4.5\n"
    assert words("films.csv#title", table) == ["Alien", "Heat"]
    Path("films.csv").write_text(table, "utf-8")
    with pytest.raises(UsageError, match="holds vectors"):
        space_by(Encoding(by_letters), "films.csv")


# --- embedders ------------------------------------------------------------------------------


def test_without_an_embedder_the_error_says_what_would_do() -> None:
    for arguments in (["-m", "docs.txt"], ["-m", "docs=docs.txt", "-m", "w=w.txt"], ["-m", "lines:docs.txt"]):
        write_model(Path("w.txt"), ["king", "queen"])
        done = vecalc(*arguments, "king")
        assert done.code in (2, 4)
        assert "--embed MODEL reads its lines as texts" in done.err
    with pytest.raises(NotVectors):
        load("docs.txt")


def test_an_embedder_that_nothing_needs_is_an_error() -> None:
    write_model(Path("w.txt"), ["king", "queen"])
    done = vecalc("-m", "w.txt", "--embed", "pot", "king")
    assert done.code == 2
    assert "--embed: there is nothing to embed" in done.err
    assert vecalc("--embed", "pot", "king").code == 2
    with pytest.raises(UsageError, match="nothing to embed"):
        load("w.txt", embed="pot")


@pytest.mark.parametrize("embed", ["w.txt", "w", "starter"])
def test_a_model_of_words_embeds_nothing(embed: str) -> None:
    write_model(Path("w.txt"), ["king", "queen"])
    done = vecalc("-m", "w=w.txt", "-m", "docs=docs.txt", "--embed", embed, "king")
    assert done.code == 2
    assert "is not a textual model" in done.err
    assert "as those of model2vec and WordLlama have" in done.err


def test_of_several_textual_models_one_has_to_be_named() -> None:
    write_textual(Path("other"), seed=6)
    both = ("-m", "a=pot", "-m", "b=other", "-m", "docs=docs.txt", "--in", "docs", 'text("good", a)')
    done = vecalc(*both)
    assert done.code == 2
    assert "several models could embed the texts: a, b" in done.err
    assert "5 lines of docs.txt, as texts, by b" in vecalc(*both, "--embed", "b").err


def test_a_missing_embedder_is_one_line() -> None:
    done = vecalc("-m", "docs.txt", "--embed", "nowhere", "king")
    assert done.code == 4
    assert len(done.err.splitlines()) == 1
    assert "nowhere" in done.err


def test_an_embedder_that_is_gone_is_told_with_what_needs_it() -> None:
    assert vecalc("import", "docs.txt", "--name", "reviews", "--embed", "./pot").code == 0
    shutil.rmtree("pot")
    for done in (vecalc("-m", "reviews", "king"), vecalc("models", "info", "reviews")):
        assert done.code == 4
        assert "no such file" in done.err
        assert "embedded the texts of reviews" in done.err


def test_a_command_embeds() -> None:
    program = '!awk \'{ print "[" length($0) ", 1]"; fflush() }\''
    done = vecalc("-m", "docs=docs.txt", "--embed", program, 'text("12345")', "-k", "1")
    assert done.code == 0, done.err
    assert done.words == ["Cheap but good"]


@pytest.mark.parametrize(
    ("of", "message"),
    [
        (lambda text: [1.0] * (2 + (text == LINES[3])), "inhomogeneous|the embedder gives an array"),
        (lambda text: [float("nan"), 1.0], "not finite for 'The delivery was slow'"),
    ],
)
def test_what_an_encoder_gives_is_looked_at(of: Callable[[str], list[float]], message: str) -> None:
    with pytest.raises((EncoderProblem, ValueError), match=message):
        space_by(Encoding(of))
    assert not list((cache_folder() / "models").glob("docs*"))


def test_an_encoder_of_another_width_than_it_says() -> None:
    class Wider(Encoding):
        dim = 5

    with pytest.raises(EncoderProblem, match=r"an array \[5, 3\]; 5 rows of 5 numbers are expected"):
        space_by(Wider(by_letters))


# --- kept -----------------------------------------------------------------------------------


def test_lines_are_encoded_once() -> None:
    encoder = Encoding(by_letters)
    first, again = space_by(encoder), space_by(encoder)
    assert encoder.seen == len(LINES)
    assert first.vectors(range(5)).tolist() == again.vectors(range(5)).tolist()
    assert again.encoder is encoder


def test_a_changed_file_or_another_embedder_is_built_anew() -> None:
    encoder, other = Encoding(by_letters), Encoding(lambda text: [1.0, len(text)], "another")
    space_by(encoder)
    assert space_by(other).dim == 2
    assert space_by(encoder).dim == 3
    assert encoder.seen == other.seen == len(LINES)
    Path("docs.txt").write_text(f"{FILE}more\n", "utf-8")
    assert len(space_by(encoder)) == len(LINES) + 1


def test_lines_and_forced_lines_do_not_share_a_store() -> None:
    encoder = Encoding(by_letters)
    Path("v.txt").write_bytes(VECTORS)
    assert list(space_by(encoder, "lines:v.txt").words())[1:] == ["king 1.0 2.0 3.0", "queen 3.0 2.0 1.0"]
    with pytest.raises(UsageError, match="holds vectors"):
        space_by(encoder, "v.txt")


def test_where_nothing_can_be_kept_texts_are_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").write_text("", "utf-8")
    monkeypatch.setenv("VECALC_CACHE_DIR", "file/below")
    done = asked('text("good")', "-k", "9")
    assert sorted(done.words) == sorted(LINES)
    assert "read into memory, it can't be kept in the cache" in done.err
    assert asked('text("good")', "--require-cache").code == 5


def test_a_damaged_store_is_made_again_with_verify() -> None:
    asked('text("good")')
    (store,) = (cache_folder() / "models").glob("docs*")
    data = (store / "vectors.npy").read_bytes()
    (store / "vectors.npy").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    good = asked('text("good")', "--verify").out
    assert good == asked('text("good")').out
    assert (store / "vectors.npy").read_bytes() == data


def test_who_does_not_want_to_wait_for_another_run_is_told() -> None:
    asked('text("good")')
    (store,) = (cache_folder() / "models").glob("docs*")
    shutil.rmtree(store)
    with building(store, "docs.txt", CacheUse()):
        done = asked('text("good")', "--no-wait")
    assert done.code == 5
    assert "another vecalc is converting it" in done.err


def test_a_file_that_changes_while_it_is_embedded_is_not_kept() -> None:
    class Meddling(Encoding):
        def encode(self, texts: Sequence[str]) -> Singles:
            Path("docs.txt").write_text("other\n", "utf-8")
            return super().encode(texts)

    with pytest.raises(FileProblem, match="changed while it was being read"):
        space_by(Meddling(by_letters))
    assert not list((cache_folder() / "models").glob("docs*"))


@pytest.mark.slow
def test_an_interrupt_leaves_nothing(folder: Path) -> None:
    Path("long.txt").write_text("".join(f"line {i}\n" for i in range(5000)), "utf-8")
    slow = "!while read -r line; do sleep 0.01; echo '[1, 2]'; done"
    run = subprocess.Popen(
        command("-m", "long.txt", "--embed", slow, "king"), stderr=subprocess.PIPE, start_new_session=True
    )
    models = folder / "cache_dir" / "models"
    deadline = time.monotonic() + PATIENCE
    while not list(models.glob(".long*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)
    run.communicate(timeout=PATIENCE)
    assert run.returncode == 130
    assert list(models.iterdir()) == []


# --- by name --------------------------------------------------------------------------------


def test_imported_texts_know_their_embedder() -> None:
    done = vecalc("import", "docs.txt", "--name", "kept", "--embed", "pot")
    assert done.code == 0
    assert done.out.startswith("kept: 5 texts by ")
    Path("docs.txt").unlink()
    done = vecalc("-m", "kept", 'text("good")', "-k", "9")
    assert sorted(done.words) == sorted(LINES)
    assert "5 texts, by pot" in done.err
    assert "texts by pot" in vecalc("models", "list").out
    assert "texts by" in vecalc("models", "info", "kept").out
    assert load("kept").space.encoder is not None


def test_another_model_of_that_name_does_not_embed_imported_texts() -> None:
    vecalc("import", "docs.txt", "--name", "kept", "--embed", "pot")
    write_textual(Path("pot"), seed=9)
    done = vecalc("-m", "kept", "king")
    assert done.code == 4
    assert "its texts were embedded by pot" in done.err
    assert "import them again" in done.err


def test_an_import_without_an_embedder_forgets_the_older_one() -> None:
    vecalc("import", "docs.txt", "--name", "kept", "--embed", "pot")
    Path("v.txt").write_bytes(VECTORS)
    assert vecalc("import", "v.txt", "--name", "kept").code == 0
    assert catalogue.read().entries.get("kept") is None
    assert vecalc("-m", "kept", "king").words == ["queen"]


def test_a_failed_import_leaves_the_older_one() -> None:
    vecalc("import", "docs.txt", "--name", "kept", "--embed", "pot")
    before = catalogue.read()
    assert vecalc("import", "pot/config.json", "--name", "kept", "--embed", "nowhere").code == 4
    assert catalogue.read() == before
    assert vecalc("-m", "kept", 'text("good")', "-k", "9").code == 0


def test_an_alias_of_lines() -> None:
    assert vecalc("models", "add", "talk", "docs.txt", "--embed", "pot").code == 0
    assert sorted(vecalc("-m", "talk", 'text("good")', "-k", "9").words) == sorted(LINES)
    assert "texts by " in vecalc("models", "list").out
    done = vecalc("models", "add", "more", "lines:docs.txt", "--embed", "pot")
    assert done.code == 2
    assert "--import" in done.err
    assert vecalc("models", "add", "more", "lines:docs.txt", "--embed", "pot", "--import").code == 0


def test_an_alias_is_listed_as_its_own_texts_are_now() -> None:
    def listed(name: str) -> str:
        done = vecalc("models", "list", "--format", "jsonl")
        rows = [json.loads(line) for line in done.out.splitlines()]
        return str(next(row.get("words") for row in rows if row.get("name") == name))

    assert vecalc("models", "add", "talk", "docs.txt", "--embed", "pot").code == 0
    write_textual(Path("other"), seed=6)
    vecalc("-m", "docs.txt", "--embed", "other", 'text("food")')
    assert listed("talk") == "None"  # what the cache has is by another
    vecalc("-m", "talk", 'text("food")')
    assert listed("talk") == "5"
    Path("docs.txt").write_text(FILE + "food\n", "utf-8")
    assert listed("talk") == "None"
    assert "6" in vecalc("models", "info", "talk").out
    assert listed("talk") == "6"


def test_a_file_of_vectors_is_not_imported_as_texts() -> None:
    Path("v.txt").write_bytes(VECTORS)
    done = vecalc("import", "v.txt", "--name", "x", "--embed", "pot")
    assert done.code == 2
    assert "v.txt holds vectors" in done.err
    assert vecalc("import", "lines:v.txt", "--name", "x", "--embed", "pot").code == 0
    assert catalogue.imported_names() == ["x"]


def test_every_door_embeds() -> None:
    assert (
        vecalc("words", "-m", "docs.txt", "--embed", "pot", "--count", "--format", "plain").out.strip() == "5"
    )
    assert vecalc("convert", "docs.txt", "out.npy", "--embed", "pot").code == 0
    assert np.load("out.npy").shape == (5, WIDTH)
    assert vecalc("models", "info", "docs.txt", "--embed", "pot").code == 0
    assert vecalc("explain", "-m", "docs.txt", "--embed", "pot", 'text("good")').code == 0


def test_lines_are_not_overwritten() -> None:
    for prefix in ("", "lines:"):
        done = vecalc("-m", f"{prefix}docs.txt", "--embed", "pot", 'text("good")', "-o", "docs.txt")
        assert done.code == 2
        assert "input and output are the same file" in done.err
    done = vecalc("-m", "docs.txt", "--embed", "pot", 'text("good")', "-o", "pot/model.safetensors")
    assert done.code == 2
    assert Path("docs.txt").read_text("utf-8") == FILE


# --- faults ---------------------------------------------------------------------------------


def test_a_binary_file_is_no_lines() -> None:
    with pytest.raises(FileProblem, match="it holds NULs, so it is binary"):
        words("lines:a.bin", b"one\ntwo\nthr\0ee\n")
    done = vecalc("-m", "a.bin", "--embed", "pot", "king")
    assert done.code == 4


def test_a_line_of_more_than_a_megabyte() -> None:
    with pytest.raises(FileProblem, match=r"a\.txt:2|the line .* has 1,048,577 bytes"):
        words("a.txt", f"one\n{'x' * (MAX_WORD + 1)}\n")
    with pytest.raises(FileProblem, match=r"a cell of 1,048,577 characters"):
        words("a.jsonl#text", as_objects([{"text": "x" * (MAX_WORD + 1)}]))


def test_more_texts_than_a_file_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "MOST_TEXTS", 3)
    with pytest.raises(FileProblem, match="more than 3 texts"):
        space_by(Encoding(by_letters))


@pytest.mark.parametrize("text", ["", "\n \n\t\n"])
def test_a_file_without_a_text(text: str) -> None:
    with pytest.raises(VecalcError, match=r"no text|is empty"):
        words("lines:a.txt", text)


def test_lines_that_a_terminal_obeys_are_escaped() -> None:
    Path("docs.txt").write_text("good \x1b[31mfood\ncheap\tfood\n", "utf-8")
    done = asked('text("good")')
    assert "\x1b" not in done.out
    assert "cheap\\tfood" in done.out


def test_a_line_with_an_operator_is_noted_where_it_is_an_expression() -> None:
    Path("docs.txt").write_text("king - queen\nking\nqueen\n", "utf-8")
    done = vecalc("-m", "docs.txt", "--embed", "pot", "king - queen")
    assert 'king - queen is an expression here; the word is "king - queen"' in done.err
    assert (
        vecalc("-m", "docs.txt", "--embed", "pot", '"king - queen"', "--exclude", "none").words[0]
        == "king - queen"
    )


def test_a_line_that_is_read_as_that_line_is_no_expression() -> None:
    done = vecalc("-m", "docs.txt", "--embed", "pot", "Cheap but good")
    assert done.code == 0
    assert "expression" not in done.err


@pytest.mark.parametrize("model", ["-", "lines:-", "docs=-"])
def test_models_do_not_come_from_standard_input(model: str) -> None:
    done = vecalc("-m", model, "--embed", "pot", 'text("food")', stdin=FILE)
    assert done.code == 4
    assert "a model can't come from standard input; write it to a file first" in done.err


@pytest.mark.parametrize("embed", ["python3 emb.py", "emb.py"])
def test_a_program_without_its_mark_is_shown_with_it(embed: str) -> None:
    Path("emb.py").write_text("import sys\n")
    done = vecalc("-m", "docs.txt", "--embed", embed, 'text("food")')
    assert done.code == 4
    assert "'!python3 emb.py'" in done.err


def test_lines_of_another_encoding_propose_it() -> None:
    Path("some.txt").write_bytes("good café\ngood soufflé\nbad\n".encode("latin-1"))
    done = vecalc("-m", "some.txt", "--embed", "pot", "food")
    assert done.code == 4
    assert "--encoding latin-1" in done.err


def test_the_note_names_the_column_and_the_file_once() -> None:
    found = notes("semi.csv", "id;review\n1;good\n2;bad\n")
    assert "the column 'review' is read" in found
    assert "read as cells between semicolons, not as cells between commas" in found


def test_a_row_of_json_may_lack_a_column_or_have_more() -> None:
    lines = (
        '{"review": "good", "by": "me"}',
        '{"by": "you"}',
        '{"review": "bad"}',
        '{"review": "so", "a": 1, "by": "me"}',
    )
    assert words("some.jsonl", "\n".join(lines)) == ["good", "bad", "so"]
    assert not any("malformed" in note for note in notes("some.jsonl", "\n".join(lines)))


def test_one_line_is_counted_as_one() -> None:
    assert "1 line of one.txt, as texts, by m" in notes("one.txt", "good\n")
