"""Models published to Postgres: what was in force stays so until a new version answers as the model does."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from running import vecalc
from servers.postgres import Postgres
from stores.model import model

import vecalc as python
from vecalc.arrays import Singles
from vecalc.errors import RemoteProblem
from vecalc.space import VectorSpace
from vecalc.space.matrix import MatrixSpace
from vecalc.stores import NewRows, Patience, pg_target, publishing
from vecalc.stores.addresses import address_of
from vecalc.stores.pg_target import PgTarget
from vecalc.stores.postgresql import connect, target
from vecalc.stores.publishing import Publication, publish
from vecalc.stores.served import ServedSpace

pytestmark = pytest.mark.slow
FAST = Patience(connect=2, answer=20)


@pytest.fixture
def place(postgres: Postgres) -> Iterator[str]:
    """The address of a model that is not there yet, in a database of its own."""
    with postgres.database() as own:
        yield f"{own.address}#films"


def put(space: VectorSpace, place: str) -> Publication:
    with closing(target(address_of(place), FAST)) as found:
        return publish(space, "films", found)


def opened(place: str) -> ServedSpace:
    return ServedSpace(connect(address_of(place), FAST), "", lambda _: None)


def small(factor: float, rows: int = 300) -> MatrixSpace:
    vectors = np.random.default_rng(rows).normal(size=(rows, 8)).astype(np.float32) * np.float32(factor)
    return MatrixSpace([f"w{row}" for row in range(rows)], vectors, "films")


def with_metadata(folder: Path, rows: int = 200) -> Path:
    """A table of a file with columns that are called as those of a version are, and otherwise oddly."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    chosen = model().vectors[:rows]
    columns: dict[str, Any] = {
        "word": list(model().words[:rows]),
        "vector": chosen.tolist(),
        "folded": [number % 7 for number in range(rows)],
        "50% off; {--}": [None if number % 3 else f"it's {number}" for number in range(rows)],
        "x" * 80: [number / 8 for number in range(rows)],
        "stocked": [number % 2 == 0 for number in range(rows)],
        "Ümlaut": [f"2024-01-{1 + number % 28:02}" for number in range(rows)],
    }
    path = folder / "films.parquet"
    parquet.write_table(pyarrow.table(columns), path)
    return path


# --- versions -------------------------------------------------------------------------------


def test_a_version_is_what_the_model_is(place: str, tmp_path: Path) -> None:
    """Also its metadata, whatever the columns are called."""
    path = with_metadata(tmp_path)
    done = vecalc("publish", path, place)
    assert done.code == 0, done
    assert "films: 200 words x 24 are in force, as films_v" in done.out
    assert "note: the column 'folded' is called column_" in done.err
    assert "column_" not in vecalc("-m", place, "--where", "folded < 3", model().words[0]).err
    local, there = python.open(path, notes=lambda _: None), opened(place)
    assert local.metadata
    assert there.metadata
    assert there.metadata.columns == tuple(local.metadata.columns)
    names = [column.name for column in local.metadata.columns]
    rows = [0, 199, 7]
    assert there.metadata.records(rows, names) == local.metadata.records(rows, names)
    assert [*there.words()] == [*local.words()]
    assert there.vectors(range(200), np.float32).tobytes() == local.vectors(range(200), np.float32).tobytes()
    first, second = [word for word in model().words[:200] if word.isalpha()][:2]
    asked = (f"{first} + {second}", "--where", "folded < 3 and stocked = true and `50% off; {--}` is null")
    shown = ("--show", "folded,50% off; {--}", "--format", "tsv")
    assert vecalc("-m", place, *asked, *shown).out == vecalc("-m", path, *asked, *shown).out != ""
    assert vecalc("import", place, "--name", "copied").code == 0
    assert vecalc("-m", "copied", *asked, *shown).out == vecalc("-m", path, *asked, *shown).out
    assert "--strict: for files, and not used of a server" in vecalc("-m", place, "--strict", first).err
    assert vecalc("publish", path, place, "--first", "50", "--match", "k*").code == 0
    assert all(word.startswith("k") for word in opened(place).words())


def test_the_words_have_one_column(place: str, tmp_path: Path) -> None:
    """It is asked for as the file calls it, isn't one of the others, and comes back once."""
    lines = ["film,price,d0,d1", "Brazil,5,1,0.5", "Solaris,8,0.5,1", "Stalker,2,0.25,1.5"]
    path = tmp_path / "films.csv"
    path.write_text("\n".join(lines))
    done = vecalc("publish", path, place)
    assert (done.code, "is called" in done.err) == (0, False), done
    for asked in (("--where", "film like 'S%'"), ("--show", "*"), ("--show", "film,price")):
        here, there = (vecalc("-m", model, "Brazil", *asked) for model in (path, place))
        assert (there.code, there.out) == (0, here.out)
    assert vecalc("convert", place, tmp_path / "back.csv").code == 0
    assert vecalc("models", "add", "added", place, "--import").code == 0
    assert (tmp_path / "back.csv").read_text("utf-8").splitlines()[0].count("word") == 1
    asked = ("-m", "added", "Brazil", "--show", "film,price")
    assert vecalc(*asked).out == vecalc("-m", path, *asked[2:]).out


def test_versions_follow_each_other(place: str, postgres: Postgres) -> None:
    own = Postgres(place.partition("#")[0], postgres.password)
    first = put(small(1), place)
    assert (first.before, first.removed) == ("", [])
    reader = opened(place)
    with own.connect() as connection:
        connection.execute("drop role if exists film_reader")
        connection.execute("create role film_reader")
        connection.execute("grant select on films to film_reader")
        second = put(small(2, rows=200), place)
        assert (second.before, second.removed) == (first.version, [])
        assert len(reader) == 300  # who began with a version stays with it
        assert reader.vectors([299]).tolist() == small(1).vectors([299]).tolist()
        assert len(opened(place)) == 200
        third = put(small(3), place)
        assert third.removed == [first.version]
        with pytest.raises(RemoteProblem, match="the table is gone; a newer version"):
            reader.vectors([1])
        for name in ("films", third.version):
            asked = "select has_table_privilege('film_reader', %s, 'select')"
            assert connection.execute(asked, [name]).fetchone() == (True,)
        connection.execute(f"delete from {third.version} where row = 7")  # noqa: S608
        with pytest.raises(RemoteProblem, match="published with 300 rows, and has 299"):
            opened(place)
        connection.execute("comment on view films is 'vecalc {}'")
        with pytest.raises(RemoteProblem, match="noted of the published table is damaged"):
            opened(place)
        connection.execute("drop view films")
        connection.execute("drop owned by film_reader")
        connection.execute("drop role film_reader")
        connection.execute("create table films (mine text)")
        refused = vecalc("publish", "starter", place, "--first", "20")
        assert refused.code == 6
        assert "that vecalc has not published; --force replaces it" in refused.err
        assert connection.execute("select count(*) from films").fetchone() == (0,)
        assert vecalc("publish", "starter", place, "--first", "20", "--force", "--index", "hnsw").code == 0
        assert connection.execute("select count(*) from pg_indexes where indexdef ~ 'hnsw'").fetchone() == (
            1,
        )


def test_what_can_t_be_is_refused(place: str) -> None:
    wide = MatrixSpace(["a"], np.ones((1, 16_001), np.float32), "films")
    odd = MatrixSpace(["fine", "nul\0"], np.eye(2, dtype=np.float32), "films")
    for space, address, message in (
        (wide, place, "vectors of 16,001 numbers; there can be 16,000"),
        (odd, place, r"row 2 can't be published: no text of Postgres has the character U\+0000"),
        (small(1), place + "x" * 40, "a model's name has 1 to 38 bytes"),
    ):
        with pytest.raises(RemoteProblem, match=message):
            put(space, address)
    unnamed = vecalc("publish", "starter", place.partition("#")[0])
    assert (unnamed.code, "the name is missing" in unnamed.err) == (6, True)
    assert vecalc("publish", "starter", "nowhere.txt").code == 2
    assert vecalc("publish", "starter", place, "--index", "tree").code == 2
    assert vecalc("publish", "starter", "milvus://127.0.0.1:9/films", "--force").code == 2
    put(small(1), place)
    assert len(opened(place)) == 300
    with pytest.raises(RemoteProblem, match=r"with vectors there are films$"):
        opened(f"{place}_v1")


# --- faults ---------------------------------------------------------------------------------


def test_80_a_version_that_answers_wrongly_is_not_put_in_force(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(small(1), place)
    monkeypatch.setattr(publishing, "PATIENCE", 0.3)
    plain = PgTarget.put

    def wrongly(change: Any) -> Any:
        return lambda self, version, rows: plain(self, version, change(rows))

    def longer(rows: NewRows) -> NewRows:
        return rows._replace(vectors=rows.vectors * np.float32(2))

    def others(rows: NewRows) -> NewRows:
        turned: Singles = rows.vectors[:, ::-1].copy()
        turned[::2] = rows.vectors[::2]
        return rows._replace(vectors=turned)

    def fewer(rows: NewRows) -> NewRows:
        return rows._replace(words=rows.words[:-1], folded=rows.folded[:-1], vectors=rows.vectors[:-1])

    def misspelt(rows: NewRows) -> NewRows:
        return rows._replace(words=[f"{word} " for word in rows.words])

    for change, message in (
        (longer, "lengths are not those of the model"),
        (others, "neighbours are not those of the model"),
        (fewer, "it counts 299 rows, 300 were sent"),
        (misspelt, "words are not those of the model"),
    ):
        monkeypatch.setattr(PgTarget, "put", wrongly(change))
        with pytest.raises(RemoteProblem, match=message):
            put(small(1), place)
        assert opened(place).vectors([299]).tolist() == small(1).vectors([299]).tolist()
    monkeypatch.setattr(PgTarget, "put", plain)
    assert len(put(small(2), place).removed) == 1  # each run has removed what the one before left


def test_who_stops_it_hears_what_is_in_force(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = put(small(1), place)

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    for step, told in (("put", "what was in force still is"), ("switch", "it was just being put in force")):
        with monkeypatch.context() as patched:
            patched.setattr(PgTarget, step, stop)
            stopped = vecalc("publish", "starter", place, "--first", "20")
        assert stopped.code == 130
        assert stopped.err.count(f"films: stopped; {told}") == 1
        with closing(target(address_of(place), FAST)) as found:
            assert found.in_force() == before.version
    assert vecalc("publish", "starter", place, "--where", "price < 3").code == 2


def test_two_at_once_follow_each_other_or_one_is_refused(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(small(1), place)
    plain, began, go_on = PgTarget.put, threading.Event(), threading.Event()

    def slow(self: PgTarget, version: str, rows: NewRows) -> None:
        began.set()
        assert go_on.wait(20)
        plain(self, version, rows)

    monkeypatch.setattr(PgTarget, "put", slow)
    made: list[Publication] = []
    first = threading.Thread(target=lambda: made.append(put(small(2), place)))
    first.start()
    assert began.wait(20)
    monkeypatch.setattr(pg_target, "LOCK_WAIT", 0.1)
    with pytest.raises(RemoteProblem, match="another run is publishing it"):
        put(small(3), place)
    monkeypatch.setattr(pg_target, "LOCK_WAIT", 20)
    threading.Timer(0.3, go_on.set).start()
    second = put(small(3), place)
    first.join()
    assert second.before == made[0].version
    assert opened(place).vectors([5]).tolist() == small(3).vectors([5]).tolist()


def test_80_killed_at_any_moment_the_old_one_is_in_force_and_whole(place: str) -> None:
    """And the next run removes what was left."""
    models = {float(small(factor).vectors([299])[0, 0]): factor for factor in range(1, 23)}
    began = time.monotonic()
    put(small(1), place)
    lasts = time.monotonic() - began
    chance, in_force, ends = random.Random(8), 1, set()  # noqa: S311
    for factor in range(2, 22):
        child = os.fork()
        if not child:
            try:
                put(small(factor), place)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0, 1.2 * lasts))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        space = opened(place)
        assert [*space.words()] == [f"w{row}" for row in range(300)]
        found = models[float(space.vectors([299])[0, 0])]
        assert found in (in_force, factor)
        assert (
            space.vectors(range(300), np.float32).tobytes()
            == small(found).vectors(range(300), np.float32).tobytes()
        )
        ends.add(found == factor)
        in_force = found
    put(small(22), place)
    with closing(target(address_of(place), FAST)) as at:
        assert len(at.drop_others([at.in_force()])) == 1  # the one before
    assert False in ends
