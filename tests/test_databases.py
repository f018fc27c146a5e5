"""Databases as models: SQLite, DuckDB and LanceDB, tables and columns by name, live ones, hostile ones."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from database_files import sqlite, sqlite_vec, write_duckdb, write_lance, write_llm, write_sqlite, write_vec0
from running import vecalc

from vecalc.codecs.protobuf_fields import field_numbers
from vecalc.codecs.vector_blobs import kind_of
from vecalc.conditions import MetadataColumn, WordColumn
from vecalc.errors import FileProblem
from vecalc.formats import table_rows
from vecalc.formats.load import Loaded, load
from vecalc.library import open_model, vector_models
from vecalc.shell.offered import space_before
from vecalc.sources import extras

WORDS = [f"film {i}" for i in range(12)] + ["it's", 'say "x"', "naïve", "日本"]
INTO = "INSERT INTO {} VALUES (?, ?)"
ROWS = np.random.default_rng(4).normal(size=(len(WORDS), 6)).astype(np.float32)
WRITERS: dict[str, Callable[..., Path]] = {
    "sqlite": write_sqlite,
    "duckdb": write_duckdb,
    "lance": write_lance,
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VECALC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blob(*numbers: float) -> bytes:
    return np.array(numbers, "<f4").tobytes()


def refused(model: str | Path, **reading: Any) -> str:
    with pytest.raises(FileProblem) as caught:
        load(model, **reading)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def assert_all(loaded: Loaded, words: list[str] = WORDS, rows: np.ndarray = ROWS) -> None:
    space = loaded.space
    assert list(space.words()) == words
    assert space.vectors(range(len(space)), np.float32).tobytes() == rows.tobytes()


def known(loaded: Loaded, word: str) -> dict[str, Any]:
    space: Any = loaded.space
    row = list(space.words()).index(word)
    names = [column.name for column in space.metadata.columns]
    found = dict(zip(names, space.metadata.records([row], names)[0], strict=True))
    assert found.pop(names[0]) == word  # the words' own column
    return found


# --- tables and columns ---------------------------------------------------------------------------


@pytest.mark.parametrize("form", WRITERS)
def test_a_table_is_read_whole_with_its_other_columns(folder: Path, form: str) -> None:
    path = WRITERS[form](folder / "data", WORDS, ROWS)
    loaded = load(path)
    assert_all(loaded)
    assert known(loaded, "film 3") == {"number": 3}
    for part in ("films", "films.title"):
        assert_all(load(f"{path}#{part}"))
    assert f"{len(WORDS)} rows" in refused(f"{path}#?")
    assert "title" in refused(f"{path}#films.?")
    assert "there is no table 'nope'" in refused(f"{path}#nope")
    assert "there is no column 'nope'" in refused(f"{path}#films.nope")
    assert [*load(f"{path}#FILMS").space.words()] == [*load(f"{path}#films").space.words()]


@pytest.mark.parametrize("form", WRITERS)
def test_a_scheme_says_what_a_file_has_to_be(folder: Path, form: str) -> None:
    path = WRITERS[form](folder / "data", WORDS, ROWS)
    assert_all(open_model.load(f"{form}:{path}#films"))
    assert list(open_model.open_spaces([f"f={form}:data"]).spaces["f"].words()) == WORDS
    other = next(name for name in WRITERS if name != form)
    with pytest.raises(FileProblem, match=f"a file of the format {form}, and not {other}"):
        open_model.load(f"{other}:{path}")
    assert vecalc("models", "add", "other", f"{other}:data").code == 4
    assert vecalc("models", "add", f"{form}s", f"{form}:data#films").code == 0
    assert vecalc("words", "film 3", "-m", f"{form}s", "--format", "plain").code == 0
    told = vecalc("models", "info", f"{form}:{path}", "--json")
    assert (told.code, '"size": 0,' in told.out) == (0, False), told
    assert vecalc("words", "*", "-m", f"{form}:data", "-o", path).code == (5 if path.is_dir() else 2)
    assert vecalc("import", f"{form}:data#films", "--name", f"kept_{form}").code == 0
    assert space_before(f"a={form}:da") == f"a={form}:"
    path.rename(folder / f"{form}:data")
    assert_all(open_model.load(f"{form}:data"))


def test_of_several_tables_one_is_named_or_the_only_one_with_vectors(folder: Path) -> None:
    path = write_sqlite(folder / "films.db", WORDS, ROWS)
    with sqlite(path) as database:
        database.execute("CREATE TABLE people (name TEXT, born INTEGER)")
        database.execute("CREATE VIEW old AS SELECT title, embedding FROM films WHERE number < 4")
    loaded = load(path)
    assert_all(loaded)
    assert loaded.notes == ("the table 'films' is read, the only one with vectors",)
    assert_all(load(f"{path}#old"), WORDS[:4], ROWS[:4])
    assert "'old' (a view" in refused(f"{path}#?")
    with sqlite(path) as database:
        database.execute('CREATE TABLE "a.b ""c""" ("the ""word""" TEXT, v BLOB)')
        database.execute('INSERT INTO "a.b ""c""" VALUES (?, ?)', ("king", blob(1, 2, 3)))
    assert "it is not clear which table is meant: it holds 'films' (title, number, embedding" in refused(path)
    for part in ('a.b "c"', 'a.b "c".v', 'a.b "c".the "word",v'):
        assert list(load(f"{path}#{part}").space.words()) == ["king"]


def test_vectors_may_be_lists_in_text_or_columns_or_blobs_of_other_numbers(folder: Path) -> None:
    with sqlite(folder / "a.db") as database:
        database.execute("CREATE TABLE lists (word TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID")
        database.execute("CREATE TABLE numbers (word TEXT, d0 REAL, d1 REAL, d2 REAL)")
        for kind in ("f8", "f2"):
            database.execute(f"CREATE TABLE {kind} (word TEXT, v BLOB)")
        database.execute("CREATE TABLE wordless (v BLOB)")
        database.execute("CREATE TABLE ids (id INTEGER PRIMARY KEY, v BLOB)")
        for word, row in sorted(zip(WORDS, ROWS[:, :3], strict=True)):
            database.execute("INSERT INTO lists VALUES (?, ?)", (word, str(row.tolist())))
            database.execute("INSERT INTO numbers VALUES (?, ?, ?, ?)", (word, *row.tolist()))
            for kind in ("f8", "f2"):
                database.execute(INTO.format(kind), (word, row.astype(kind).tobytes()))
            database.execute("INSERT INTO wordless VALUES (?)", (row.tobytes(),))
            database.execute(
                "INSERT INTO ids VALUES (?, ?)", (7 * len(word), row.tobytes())
            ) if word == "it's" else 0
        database.execute("CREATE TABLE keyed (slug TEXT PRIMARY KEY, body TEXT, v BLOB)")
        for i, letter in enumerate("ab"):
            database.execute("INSERT INTO keyed VALUES (?, ?, ?)", (letter, f"body {i}", blob(1, 2, i)))
    keyed = load("a.db#keyed")
    assert (list(keyed.space.words()), keyed.notes) == (
        ["a", "b"],
        ("the words are the primary key, the column 'slug'",),
    )
    order = [i for _, i in sorted((word, i) for i, word in enumerate(WORDS))]
    words, rows = [WORDS[i] for i in order], ROWS[order, :3]
    for table, told in (("lists", ""), ("numbers", ""), ("f8", "float64"), ("f2", "float16")):
        loaded = load(f"a.db#{table}")
        expected = rows.astype(np.float16).astype(np.float32) if table == "f2" else rows
        assert_all(loaded, words, expected)
        assert told in " ".join(loaded.notes)
    assert list(load("a.db#wordless").space.words()) == [str(i + 1) for i in range(len(WORDS))]
    assert list(load("a.db#ids").space.words()) == ["28"]


def test_what_is_no_vector_is_none() -> None:
    """Hashes, pictures and texts as blobs; numbers of one width are never taken for those of another."""
    rng = np.random.default_rng(1)
    assert kind_of([rng.bytes(32) for _ in range(20)]) is None
    assert kind_of([b"\x89PNG\r\n\x1a\n" + rng.bytes(1000)]) is None
    assert kind_of([b"hello world, text here!!"] * 3) is None
    for kind in ("<f4", "<f8", "<f2"):
        for width in (8, 100, 384):
            rows = rng.normal(size=(9, width)) / np.sqrt(width)
            assert kind_of([row.astype(kind).tobytes() for row in rows]) == (kind, width)


def test_collections_of_llm(folder: Path) -> None:
    one = {"films": (WORDS, ROWS)}
    loaded = load(write_llm(folder / "one.db", one))
    assert_all(loaded)
    assert known(loaded, "film 3") == {
        "content": "text 3",
        "updated": 1_700_000_003,
        "metadata.year": 1903,
        "metadata.seen": False,
        "metadata.tags": '["a"]',
    }
    assert known(loaded, "film 2")["metadata.year"] is None
    path = write_llm(folder / "two.db", {**one, "other": (["a"], ROWS[:1])})
    assert "'films'" in refused(path)
    assert "'other'" in refused(path)
    assert_all(load(f"{path}#other"), ["a"], ROWS[:1])
    assert next(iter(load(f"{path}#films.content").space.words())) == "text 0"


def test_tables_of_sqlite_vec_are_read_without_it(folder: Path) -> None:
    """With the same words, rows and columns as sqlite-vec itself gives."""
    path = write_vec0(folder / "v.db", WORDS, ROWS)
    with sqlite_vec(path) as database:
        database.execute("DELETE FROM films WHERE id = 'film 5'")
        database.execute("CREATE VIRTUAL TABLE items USING vec0(e int8[8], b bit[16], v float[3])")
        cells = (7, bytes(range(8)), b"\xff\x01", blob(1, 2, 3))
        database.execute("INSERT INTO items(rowid, e, b, v) VALUES (?, vec_int8(?), vec_bit(?), ?)", cells)
        names = ("id", "embedding", "lang", "price", "n", "ok", "genre", "plot")
        told = {row[0]: row for row in database.execute("SELECT * FROM films")}
    loaded = load(f"{path}#films.id,embedding")
    space = loaded.space
    assert sorted(space.words()) == sorted(told)
    for row, word in enumerate(space.words()):
        assert space.vectors([row], np.float32).tobytes() == told[word][1]
        assert known(loaded, word) == dict(zip(names[2:], told[word][2:], strict=True))
    assert load(f"{path}#items.v").space.vectors([0], np.float32).tolist() == [[1, 2, 3]]
    assert load(f"{path}#items.e").space.vectors([0], np.float32).tolist() == [list(range(8))]
    with sqlite(path) as database:
        database.execute("UPDATE films_chunks SET validity = x'ff', rowids = x'00'")
        database.execute("UPDATE films_vector_chunks00 SET vectors = x'0102'")
    assert refused(f"{path}#films")


# --- metadata -------------------------------------------------------------------------------------


def test_columns_beside_have_one_kind_each(folder: Path) -> None:
    with sqlite(folder / "a.db") as database:
        database.execute(
            "CREATE TABLE t (word TEXT, v BLOB, price, seen BOOLEAN, picture BLOB, note TEXT, extra)"
        )
        for i in range(3):
            cells = (f"w{i}", blob(1, i, 2), i / 2, i % 2, b"\x89PNG\xff", None if i else "no", i)
            database.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", cells)
    loaded = load("a.db#t.word")
    space: Any = loaded.space
    assert space.metadata.columns == (
        WordColumn("word", "text"),
        MetadataColumn("price", "number"),
        MetadataColumn("seen", "flag"),
        MetadataColumn("note", "text"),
        MetadataColumn("extra", "number"),
    )
    assert known(loaded, "w1") == {"price": 0.5, "seen": True, "note": None, "extra": 1}


# --- live databases ------------------------------------------------------------------------------------


@pytest.fixture
def cached(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], list[str]]:
    monkeypatch.setattr(vector_models, "WORTH_STORING", 0)
    return lambda path: list(open_model.load(path).space.words())


def test_what_a_live_writer_has_written_is_seen(folder: Path, cached: Callable[[Path], list[str]]) -> None:
    """In SQLite's log, which begins to exist and ends while the database itself stays what it was."""
    path = folder / "live.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("CREATE TABLE t (word TEXT, v BLOB)")
        words: list[str] = []

        def add(word: str) -> None:
            database.execute("INSERT INTO t VALUES (?, ?)", (word, blob(len(words), 1, 2)))
            database.commit()
            words.append(word)

        add("king")
        add("queen")
        assert cached(path) == words
        add("man")
        assert cached(path) == words
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert cached(path) == words
        add("woman")
        assert cached(path) == words
    assert not path.with_name("live.db-wal").exists()
    assert cached(path) == words
    assert sorted(path.name for path in folder.glob("live*")) == ["live.db"]  # nothing was made beside it
    (kept,) = (folder / "cache" / "models").iterdir()
    stamp = kept.stat().st_mtime_ns
    assert cached(path) == words
    assert kept.stat().st_mtime_ns == stamp
    with closing(sqlite3.connect(path)) as database:
        add("child")
        assert cached(path) == words


def test_a_new_version_of_a_table_replaces_the_conversion(
    folder: Path, cached: Callable[[Path], list[str]]
) -> None:
    import duckdb
    import lancedb

    lance = write_lance(folder / "lance", WORDS, ROWS)
    assert cached(lance) == WORDS
    lancedb.connect(str(lance)).open_table("films").delete("title = 'film 3'")
    without = [word for word in WORDS if word != "film 3"]
    assert cached(lance) == without
    assert len(list((folder / "cache" / "models").iterdir())) == 1
    duck = write_duckdb(folder / "duck.db", WORDS, ROWS)
    assert cached(duck) == WORDS
    with duckdb.connect(str(duck)) as database:
        database.execute("DELETE FROM films WHERE title = 'film 3'")
    assert cached(duck) == without
    killed = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute(sys.argv[2]); os._exit(0)"
    change = "DELETE FROM films WHERE title = 'film 4'"
    subprocess.run([sys.executable, "-c", killed, duck, change], check=True)
    assert duck.with_name("duck.db.wal").stat().st_size
    assert cached(duck) == [word for word in without if word != "film 4"]


def test_a_database_that_is_locked_is_told_in_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vecalc.formats import sqlite_reading

    monkeypatch.setattr(sqlite_reading, "PATIENCE", 0.05)
    path = write_sqlite(folder / "films.db", WORDS, ROWS)
    with closing(sqlite3.connect(path)) as database:
        database.execute("BEGIN EXCLUSIVE")
        assert "the SQLite database is locked; a program is writing to it" in refused(path)
    path = write_duckdb(folder / "duck.db", WORDS, ROWS)
    writer = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", writer, path], stdin=-1, stdout=-1) as child:
        assert child.stdout
        child.stdout.readline()
        assert "the DuckDB database is locked by a program" in refused(path)
        child.communicate(b"\n")


# --- damaged and hostile --------------------------------------------------------------------------


def test_packed_databases_are_refused_in_one_line(folder: Path) -> None:
    for form in ("sqlite", "duckdb"):
        path = WRITERS[form](folder / form, WORDS, ROWS)
        (folder / f"{form}.gz").write_bytes(gzip.compress(path.read_bytes()))
        assert "a compressed" in refused(folder / f"{form}.gz")


def test_rows_without_a_vector_of_the_width_are_odd(folder: Path) -> None:
    path = write_sqlite(folder / "films.db", WORDS, ROWS)
    for wrong, why in (
        (None, "row 4 has no vector"),
        (b"1234", "row 4 has a blob of 4 bytes, 24 are expected"),
        ("text", "row 4 has 'text' where a vector is expected"),
    ):
        with sqlite(path) as database:
            database.execute("UPDATE films SET embedding = ? WHERE number IN (3, 5)", (wrong,))
        assert why in refused(path)
        assert len(load(path, skip_bad_rows=True).space) == len(WORDS) - 2


JOINED = ", ".join(f"films {name}" for name in "abcdefgh")
HOSTILE = {
    "loops": "WITH RECURSIVE x(word) AS (SELECT 1 UNION ALL SELECT word + 1 FROM x) SELECT word FROM x",
    "joins": f"SELECT max(a.title) AS word, count(*) AS v FROM {JOINED}",  # noqa: S608
    "grows": f"SELECT a.title AS word, zeroblob(4000) AS v FROM {JOINED}",  # noqa: S608
    "large": "SELECT title AS word, zeroblob(1000000000) AS v FROM films",
    "other": "SELECT title AS word, load_extension('x') AS v FROM films",
    "nothing": "SELECT title AS word, missing(1) AS v FROM films",
}


@pytest.mark.parametrize("view", HOSTILE)
def test_views_can_do_nothing_but_read_and_end(folder: Path, view: str) -> None:
    path = write_sqlite(folder / "films.db", WORDS, ROWS)
    with sqlite(path) as database:
        for i in range(10):
            database.execute(
                "INSERT INTO films SELECT title || ?, number, embedding FROM films LIMIT 40", (i,)
            )
        database.execute(f"CREATE VIEW v AS {HOSTILE[view]}")
    start = time.process_time()
    refused(f"{path}#v.word")
    assert len(load(path).space) > len(WORDS)
    assert time.process_time() - start < 20


def test_views_of_duckdb_reach_nothing_and_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    from vecalc.formats import duckdb as reader

    monkeypatch.setattr(reader, "_PATIENCE", 0.5)
    (folder / "secret.csv").write_text("word,v\nking,1\n")
    path = write_duckdb(folder / "duck.db", WORDS, ROWS)
    with duckdb.connect(str(path)) as database:
        database.execute(f"CREATE VIEW reads AS SELECT word, [v]::FLOAT[1] AS v FROM '{folder}/secret.csv'")  # noqa: S608 - of ours
        of_many = "SELECT 'w' AS word, [sum(a.range * b.range % 7)]::DOUBLE[] AS v FROM {0} a, {0} b"
        database.execute("CREATE VIEW counts AS " + of_many.format("range(10_000_000)"))
    assert_all(load(path))
    assert "can't be read" in refused(f"{path}#reads")
    assert "a view" in refused(f"{path}#?")
    assert "took more than" in refused(f"{path}#counts")


def test_a_writer_that_ended_in_the_middle(folder: Path) -> None:
    """Its journal would have to be rolled back, which a reader must not do."""
    path = write_sqlite(folder / "films.db", WORDS, ROWS)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA cache_size = 1")
        database.execute("PRAGMA cache_spill = 1")
        database.execute("BEGIN")
        database.executemany(INTO.format("films (title, embedding)"), [("more", bytes(3000))] * 400)
        for name in ("films.db", "films.db-journal"):
            shutil.copy(folder / name, folder / f"copied{name.removeprefix('films')}")
        database.rollback()
    assert "a program ended while it wrote" in refused(folder / "copied.db")
    assert_all(load(path))


def test_strange_tables(folder: Path) -> None:
    """Two thousand columns, generated ones, triggers, no rows, a stranger's name for everything."""
    with sqlite(folder / "a.db") as database:
        names = ", ".join(f"c{i} REAL" for i in range(1_998))
        database.execute(f"CREATE TABLE wide (word TEXT, v BLOB, {names})")
        database.execute(
            "CREATE TABLE made (word TEXT, v BLOB, up TEXT AS (upper(word)), big AS (zeroblob(1 << 29)))"
        )
        database.execute("CREATE TABLE empty (word TEXT, v BLOB)")
        database.execute("CREATE TRIGGER t AFTER INSERT ON made BEGIN SELECT load_extension('x'); END")
        database.execute(
            "INSERT INTO wide (word, v) VALUES ('king', ?), ('queen', ?)", (blob(1, 2, 3), blob(3, 2, 1))
        )
        database.execute("DROP TRIGGER t")
        database.execute("INSERT INTO made (word, v) VALUES ('king', ?)", (blob(1, 2, 3),))
    assert list(load("a.db#wide.word,v").space.words()) == ["king", "queen"]
    assert "a value of more than" in refused("a.db#made")
    assert "no" in refused("a.db#empty")


def test_what_a_table_of_lance_may_not_name(folder: Path) -> None:
    """Rows that lie elsewhere: the field of a manifest that says so, behind all others."""
    path = write_lance(folder / "lance", WORDS, ROWS)
    (manifest,) = (path / "films.lance" / "_versions").glob("*.manifest")
    data = manifest.read_bytes()
    start = int.from_bytes(data[-16:-8], "little")
    size = int.from_bytes(data[start : start + 4], "little")
    assert 18 not in set(field_numbers(data[start + 4 : start + 4 + size]))
    more = b"\x92\x01\x0e\x08\x01\x22\x0as3://a/b/c"
    grown = (
        data[:start] + (size + len(more)).to_bytes(4, "little") + data[start + 4 : start + 4 + size] + more
    )
    manifest.write_bytes(grown + data[start + 4 + size :])
    assert "whose rows lie elsewhere" in refused(path)
    for broken in (b"\x07", b"\xff" * 11, b"\x12\x05ab"):
        with pytest.raises(ValueError, match=r"field|number"):
            list(field_numbers(broken))


def test_a_missing_package_is_named_with_its_extra(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for form, package in (("duckdb", "duckdb"), ("lance", "lancedb")):
        path = WRITERS[form](folder / form, WORDS, ROWS)
        real = extras.importlib.import_module

        def without(name: str, real: Any = real, package: str = package) -> Any:
            if name == package:
                raise ImportError(name)
            return real(name)

        with monkeypatch.context() as patch:
            patch.setattr(extras.importlib, "import_module", without)
            assert f"pip install 'vecalc[{form}]'" in refused(path)


def test_rows_come_in_pieces_of_some_megabytes() -> None:
    rows = [("word", bytes(1 << 20))] * 40
    pieces = list(table_rows.pieces(iter(rows), 2))
    assert [row for piece in pieces for row in piece.rows] == rows
    assert max(len(piece.rows) for piece in pieces) <= 1 + table_rows.BYTES // (1 << 20)
