"""Milvus as a store and as a target, tried on the real server 2.3.5."""

from __future__ import annotations

import math
import re
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import vecalc
from servers.milvus import Milvus, MilvusServer
from stores import STORES
from stores.model import NASTY, model
from test_conditions import COLUMNS, DAY, NAMES, PRICE, SOLD, TAGS, TITLE, Row, conditions, holds

from vecalc.conditions import (
    AllOf,
    Condition,
    Likeness,
    Membership,
    MetadataColumn,
    Missing,
    Relation,
    Sign,
    Wildcard,
    WordColumn,
    instant,
    leaves,
    pieces_of,
    settled,
)
from vecalc.errors import RemoteProblem, SyntaxProblem, UsageError
from vecalc.space.spelling import fold
from vecalc.stores import NewRows, Patience, Published, Target, milvus_rows
from vecalc.stores.addresses import address_of
from vecalc.stores.milvus import connect, target
from vecalc.stores.milvus_filter import MilvusField, expression, quoted
from vecalc.stores.milvus_layout import columns_of_published
from vecalc.stores.milvus_rows import MilvusRows

# --- expressions ----------------------------------------------------------------------------

STRING = re.compile(r'"(?:[^"\\\n\r\t]|\\["\\nrt])*"')
FIELDS = {name: MilvusField(f"c{place}", kind) for place, (name, kind) in enumerate(NAMES.items())}  # type: ignore[arg-type]


@given(st.text() | st.text('\\"\n\r\tnrt'))
def test_a_text_is_one_string_and_means_itself(text: str) -> None:
    written = quoted(text)
    assert STRING.fullmatch(written)
    unescaped = {"n": "\n", "r": "\r", "t": "\t"}
    assert re.sub(r"\\(.)", lambda found: unescaped.get(found[1], found[1]), written[1:-1]) == text


def test_whole_numbers_come_back_whole() -> None:
    """All numbers are doubles there; what was published whole is no fraction afterwards."""
    column = columns_of_published([MetadataColumn("year", "number")])["year"]
    cells = [column.cell({"c0": value, "c0_known": True}, "year") for value in (1999.0, 0.5, 2.0**60)]
    assert list(map(repr, cells)) == ["1999", "0.5", repr(2.0**60)]


@given(conditions)
def test_nothing_of_a_condition_is_outside_of_strings(condition: Condition) -> None:
    told = said(settled(condition, COLUMNS), FIELDS)
    assert re.fullmatch(r"[a-z0-9 ()\[\]=<>!,.+*-]*", STRING.sub("", told), re.ASCII)
    assert told.count("(") == told.count(")")


def said(condition: Condition, fields: dict[str, MilvusField]) -> str:
    """As an expression; "" where that can't be said, which is checked to be so."""
    try:
        return expression(condition, fields, "row")
    except SyntaxProblem:
        assert any(within(leaf.pattern) for leaf in leaves(condition) if isinstance(leaf, Likeness))
        return ""


def within(pattern: str) -> bool:
    """Whether there is more to a pattern than how a text begins."""
    pieces = pieces_of(pattern)
    wild = [place for place, piece in enumerate(pieces) if isinstance(piece, Wildcard)]
    return any(pieces[place].sign == "_" or place < len(pieces) - 1 for place in wild)  # type: ignore[union-attr]


# --- a published model ----------------------------------------------------------------------

OWN = secrets.token_hex(4)  # the workers of a test run share the server, and not what they publish
FILMS = f"films_{OWN}"
FAST = Patience(connect=2, answer=60)


class OnServer(NamedTuple):
    """A collection, and the same here."""

    address: str
    words: Sequence[str]
    vectors: np.ndarray
    columns: Sequence[MetadataColumn] = ()
    table: Sequence[Row] = ()

    def told(self, metric: Any = "cos", fingerprint: str = "first") -> Published:
        width = self.vectors.shape[1]
        return Published("films", len(self.words), width, tuple(self.columns), metric, "", fingerprint)

    def put(self, target_: Target, version: str, first: int = 0, last: int | None = None) -> None:
        some = slice(first, last)
        records = [tuple(cell(row[column.name]) for column in self.columns) for row in self.table[some]]
        words = self.words[some]
        target_.put(
            version, NewRows(first, words, [fold(word) for word in words], self.vectors[some], records)
        )

    def publish(self, metric: Any = "cos", fingerprint: str = "first") -> str:
        with closing(target(address_of(self.address), FAST)) as place:
            version = place.begin(self.told(metric, fingerprint))
            self.put(place, version)
            place.finish(version)
            assert place.count(version) == len(self.words)
            place.switch(version)
            return version

    def connect(self) -> MilvusRows:
        return connect(address_of(self.address), FAST)


def cell(value: Any) -> Any:
    """As a `Metadata` gives it."""
    return "[1]" if isinstance(value, list) else value


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The model of the contract's suite in a file."""
    return STORES["csv_file"].filled(model(), tmp_path_factory.mktemp("table"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def published(milvus: Milvus, table: str) -> OnServer:
    """The same on the server, as the command line publishes it; with its columns as they are told of."""
    kinds = {"price": "number", "lang": "text", "year": "number", "stocked": "flag", "added": "time"}
    records = [{**row, "added": instant(row["added"].isoformat())} for row in model().records()]
    columns = [MetadataColumn(name, kind) for name, kind in kinds.items()]  # type: ignore[arg-type]
    made = OnServer(f"{milvus.address}/model_{OWN}", model().words, model().vectors, columns, records)
    said = vecalc("publish", table, made.address)
    assert said.code == 0, said.err
    assert said.out.startswith(f"model_{OWN}: 2,000 words x 24 are in force, as model_{OWN}_v2")
    return made


@pytest.mark.slow
def test_words_and_vectors_come_back_as_they_were(
    published: OnServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    words, vectors = published.words, published.vectors
    for at_once in (milvus_rows.ASKED, 7):  # whole, and in many pieces
        monkeypatch.setattr(milvus_rows, "ASKED", at_once)
        monkeypatch.setattr(milvus_rows, "MOST", 4 * at_once)
        with closing(published.connect()) as rows:
            assert rows.facts.rows == len(words)
            assert (rows.facts.metric, rows.facts.exact, rows.facts.columns) == (
                "cos",
                True,
                (WordColumn("word", "text"), *published.columns),
            )
            asked = [*NASTY, "absent", "x", "nul\0", "half \ud800", *words[:50]]
            assert rows.find(asked) == {word: words.index(word) for word in asked if word in words}
            injected = ["y'] or row >= 0 or word in ['y", 'y"] or row >= 0 or word in ["y']
            assert not rows.find([*injected, '"', "\\"][:2])
            assert rows.variants(["kInG", "CAFE\u0301", "no such", *injected]) == {
                asked: [row for row, word in enumerate(words) if fold(word) == fold(asked)]
                for asked in ("kInG", "CAFE\u0301")
            }
            order = np.random.default_rng(1).permutation(len(words))[:100].tolist()
            found, fetched = rows.fetch(order)
            assert found == [words[row] for row in order]
            assert fetched.tobytes() == vectors[order].tobytes()
            assert [word for some, _ in rows.stream(vectors=False) for word in some] == list(words)
            assert np.concatenate([some for _, some in rows.stream()]).tobytes() == vectors.tobytes()
            for names in (["price", "added"], ["stocked", "lang", "year"]):
                there = [tuple(published.table[row][name] for name in names) for row in order]
                assert rows.records(order, names) == there
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_neighbours_at_any_selectivity_are_the_nearest(
    published: OnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """k rows come whenever k match; zero vectors, which have no cosine, are not waited for."""
    vectors = published.vectors
    lengths = np.linalg.norm(vectors.astype(float), axis=1)
    queries = np.random.default_rng(2).normal(size=(20, vectors.shape[1])).astype(np.float32)
    scores = queries.astype(float) @ (vectors / np.where(lengths, lengths, 1)[:, None]).T
    with closing(published.connect()) as rows:
        for below in (2, 20, 200, len(vectors)):
            condition = Relation("year", "<", below)
            meeting = [row for row in range(below) if lengths[row]]
            assert rows.matching(condition).tolist() == list(range(below))
            for k, at_once in ((1, 3), (50, 1_000), (below + 1, 1_000_000)):
                monkeypatch.setattr(milvus_rows, "FOUND", at_once)
                for found, own in zip(rows.near(queries, k, "cos", condition), scores, strict=True):
                    best = sorted(meeting, key=lambda row: -own[row])[:k]
                    assert np.allclose(own[found.rows], own[best], atol=1e-6)
                    assert found.complete is (k > below)
        everything = rows.near(queries[:1], len(vectors), "cos", None)[0]
        assert everything.complete
        assert set(everything.rows.tolist()) == set(np.flatnonzero(lengths).tolist())
        many = Membership("year", tuple(range(0, 2_000, 2)) + tuple(range(5_000, 9_000)))
        assert rows.matching(many).tolist() == list(range(0, 2_000, 2))
        with pytest.raises(SyntaxProblem, match="how they begin"):
            rows.matching(Likeness("lang", "%n"))


# --- conditions: what is published, and fields that no schema knows --------------------------


@pytest.fixture(scope="module")
def films(milvus: Milvus) -> OnServer:
    """A row for each value of each column, and some of all."""
    cells: dict[str, list[Any]] = {
        PRICE: [None, math.nan, 0, -0.0, 1, -1, 0.1, 1.5, 2**53, 1e300, 5e-324, math.inf, -math.inf],
        TITLE: [None, "", "a", "A", "ä", "日", "😀", "%a", "a_", "\\", "a\n'\"", "\uffff", "\uffffa", "ab"],
        SOLD: [None, True, False],
        DAY: [None, "2024", "2024-05-01T10:00", "2023-12-31T23:59:59.5", "0001-01-01"],
        TAGS: [None, ["x"]],
    }
    longest = max(map(len, cells.values()))
    table = [
        {name: some[(row + turn) % len(some)] for name, some in cells.items()}
        for turn in range(2)
        for row in range(longest)
    ]
    vectors = np.random.default_rng(3).normal(size=(len(table), 4)).astype(np.float32)
    words = [f"w{row}" for row in range(len(table))]
    made = OnServer(f"{milvus.address}/{FILMS}", words, vectors, COLUMNS, table)
    made.publish("l2")
    return made


@pytest.fixture(scope="module")
def dynamic(milvus: Milvus, films: OnServer) -> OnServer:
    """The same as anybody would insert it: what is missing is left out; whole numbers stay whole."""
    table = [
        {**row, PRICE: 2**63 - 1 - place if row[PRICE] == 1e300 else row[PRICE]}
        for place, row in enumerate(films.table)
    ]
    table = [row | ({PRICE: None} if not math.isfinite(row[PRICE] or 0) else {}) for row in table]
    client = milvus.connect()
    name = foreign(milvus, "IP", id="INT64", text="VARCHAR", vector=4)
    told = [
        {"id": 7 + place, "text": films.words[place], "vector": films.vectors[place], **known(row)}
        for place, row in enumerate(table)
    ]
    client.upsert(name, told)
    columns = [column._replace(kind="text") if column.name == DAY else column for column in COLUMNS]
    return OnServer(f"{milvus.address}/{name}", films.words, films.vectors, columns, table)


def known(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}


def foreign(milvus: Milvus, metric: str, index: str = "FLAT", params: Any = None, **fields: Any) -> str:
    """A loaded collection with these fields: the first is the key; of vectors the width is told."""
    from pymilvus import DataType

    client, name = milvus.connect(), f"foreign_{secrets.token_hex(4)}"
    schema = client.create_schema(auto_id=False, enable_dynamic_field=True)
    for place, (field, kind) in enumerate(fields.items()):
        if isinstance(kind, int):
            schema.add_field(field, DataType.FLOAT_VECTOR, dim=kind)
            vector = field
        else:
            longest = {"max_length": 1_000} if kind == "VARCHAR" else {}
            schema.add_field(field, DataType[kind], is_primary=place == 0, **longest)
    made = client.prepare_index_params()
    made.add_index(vector, index_type=index, metric_type=metric, params=params or {})
    client.create_collection(name, schema=schema, index_params=made)
    return name


@pytest.mark.slow
def test_conditions_hold_for_the_rows_that_they_hold_for_here(films: OnServer, dynamic: OnServer) -> None:
    with closing(films.connect()) as one, closing(dynamic.connect()) as other:
        assert {*one.facts.columns} == {*films.columns}
        assert {*other.facts.columns} == {*dynamic.columns}

        @settings(max_examples=150, deadline=None)
        @given(conditions)
        def same(condition: Condition) -> None:
            for rows, there in ((one, films), (other, dynamic)):
                if there is dynamic and any(leaf.column == DAY for leaf in leaves(condition)):
                    continue  # a text there
                asked = settled(condition, there.columns)
                wanted = [row for row, cells in enumerate(there.table) if holds(condition, cells)]
                try:
                    assert rows.matching(asked).tolist() == wanted, (there.address, asked)
                except SyntaxProblem:
                    assert not said(asked, FIELDS)

        same()
        for relation in get_args(Sign):
            for value in (math.inf, -math.inf, 2**53 + 1, 2**63 - 1, -(2**63)):
                asked = Relation(PRICE, relation, value)
                for rows, there in ((one, films), (other, dynamic)):
                    wanted = [row for row, cells in enumerate(there.table) if holds(asked, cells)]
                    assert rows.matching(asked).tolist() == wanted, (there.address, asked)
        long = AllOf(tuple(Relation(PRICE, "<>", number + 0.25) for number in range(500)))
        assert len(one.matching(long)) == len(one.matching(Missing(PRICE, negated=True)))
        shown = [tuple(shown_cell(row[name]) for name in NAMES) for row in films.table]
        assert one.records(range(len(shown)), list(NAMES)) == shown


def shown_cell(value: Any) -> Any:
    match value:
        case list():
            return "[1]"
        case float() if math.isnan(value):
            return None
        case str():
            return instant(value) or value
    return value


# --- collections of others ------------------------------------------------------------------


@pytest.mark.slow
def test_any_collection_can_be_read(
    milvus: Milvus, dynamic: OnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys of texts, keys with gaps, whole numbers of a schema; l2 and dot; an index that leaves rows out."""
    client, rng = milvus.connect(), np.random.default_rng(4)
    vectors = rng.normal(size=(3_000, 4)).astype(np.float32)
    keys = [f"k{key:05}" for key in rng.permutation(len(vectors)).tolist()]
    name = foreign(milvus, "L2", "IVF_FLAT", {"nlist": 256}, name="VARCHAR", size="INT64", emb=4)
    table = [
        {"name": key, "size": size, "emb": v, "note": {"a": 1}}
        for key, size, v in zip(keys, range(3_000), vectors, strict=True)
    ]
    client.insert(name, table)
    order = np.argsort(keys)
    with closing(connect(address_of(f"{milvus.address}/{name}"), FAST)) as rows:
        assert (rows.facts.metric, rows.facts.exact, rows.facts.rows) == ("l2", False, 3_000)
        assert rows.find(["k00000", "k02999", "k03000", "K00001"]) == {"k00000": 0, "k02999": 2_999}
        assert rows.variants(["K00001"]) == {"K00001": [1]}
        assert rows.near(vectors[order[:3]], 1, "l2", None)[2].rows.tolist() == [2]
        assert np.array_equal(rows.fetch([5, 2_000, 7])[1], vectors[order[[5, 2_000, 7]]])
        assert rows.records([5], ["size", "note"]) == [(int(order[5]), '{"a": 1}')]
        for sign in get_args(Sign):
            for value in (2.5, 2_997, 1.0, -(2.0**70), 2.0**70, -(2**63)):
                asked = Relation("size", sign, value)
                wanted = [row for row, size in enumerate(order) if holds(asked, {"size": int(size)})]
                assert rows.matching(settled(asked, rows.facts.columns)).tolist() == wanted
        assert rows.near(vectors[:1], 3_001, "l2", None)[0].complete
        monkeypatch.setattr(rows, "_nearest", half(rows._nearest))
        for k, condition in ((2, None), (3_001, None), (9, Relation("size", "<", 9))):
            with pytest.raises(RemoteProblem, match="that there must be: its index isn't ready; ask again"):
                rows.near(vectors[:1], k, "l2", condition)
    with closing(dynamic.connect()) as rows:
        assert (rows.facts.metric, rows.facts.exact) == ("dot", True)
        assert rows.find(["w0", "w5"]) == {"w0": 0, "w5": 5}  # their keys are 7 and 12
        scores = dynamic.vectors @ dynamic.vectors[0]
        assert (
            rows.near(dynamic.vectors[:1], 3, "dot", None)[0].rows.tolist()
            == np.argsort(-scores)[:3].tolist()
        )


def half(nearest: Any) -> Any:
    """What an interim index did for 15 s after a flush: half of the neighbours, and not a word about it."""
    return lambda *given: (rows[: len(rows) // 2] for rows in nearest(*given))


@pytest.mark.slow
def test_what_is_no_store_is_told_in_a_line(milvus: Milvus, capfd: pytest.CaptureFixture[str]) -> None:
    client, place = milvus.connect(), milvus.address
    two = foreign(milvus, "COSINE", id="INT64", one="VARCHAR", other="VARCHAR", vector=2)
    host = place.removeprefix("milvus://").partition(":")[0]
    told = {
        f"milvus://{host}:1/x": (RemoteProblem, "can't be reached: connection refused"),
        "milvus://no.such.host.invalid/x": (RemoteProblem, "can't be reached: "),
        f"milvus://{host}:9091/x": (
            RemoteProblem,
            "no Milvus answers there; is the server",
        ),  # another service of the same server
        f"{place}/none": (RemoteProblem, "there is no collection none; .*there are .*foreign_"),
        f"{place}/nodb/none": (RemoteProblem, "database"),
        f"{place}/a-b": (RemoteProblem, "[Ii]nvalid collection name"),
        place: (UsageError, "names no collection"),
        f"{place}/#?": (RemoteProblem, "it holds .*foreign_"),
        f"{place}/x?token=SECRET": (UsageError, "no option \\?token=; .*VECALC_MILVUS_TOKEN"),
        f"{place}/{two}": (
            UsageError,
            "which field holds the words\\?; name it: \\?word=FIELD; there are one, other",
        ),
        f"{place}/{two}?word=vector": (UsageError, "no such field of texts; there are one, other"),
        f"milvus://u:SECRET@{host}:{place.rpartition(':')[2]}/none": (
            RemoteProblem,
            "//u@.*no collection none",
        ),
    }
    for address, (kind, message) in told.items():
        began = time.monotonic()
        with pytest.raises(kind, match=message) as problem:
            connect(address_of(address), FAST)
        assert "SECRET" not in str(problem.value)
        assert "\n" not in str(problem.value)
        assert time.monotonic() - began < 2 * FAST.connect, address
    with closing(connect(address_of(f"{place}/{two}?word=other"), FAST)) as rows:
        assert rows.facts.rows == 0
        assert rows.facts.notes == ("words are in the field other, vectors in vector, the key is id",)
        assert not rows.find(["w1"])
        assert not rows.near(np.ones((1, 2), np.float32), 3, "cos", None)[0].rows.size
    client.release_collection(two)
    with pytest.raises(RemoteProblem, match=rf"isn't loaded.*load_collection\(\"{two}\"\)"):
        connect(address_of(f"{place}/{two}?word=other"), FAST)
    assert capfd.readouterr() == ("", "")


# --- versions -------------------------------------------------------------------------------


@pytest.mark.slow
def test_versions_replace_each_other_in_one_step(milvus: Milvus, films: OnServer) -> None:
    client = milvus.connect()
    first = client.describe_collection(FILMS)["collection_name"]
    with closing(films.connect()) as old, closing(target(address_of(films.address), FAST)) as place:
        abandoned = place.begin(films.told())
        films.put(place, abandoned)
        changed = films._replace(vectors=-films.vectors)
        second = place.begin(changed.told("dot", "second"))
        for _ in range(2):  # as if it had been interrupted
            changed.put(place, second, 0, 20)
            changed.put(place, second, 10)
        assert place.in_force() == first
        assert films.connect().facts.fingerprint == "first"
        place.finish(second)
        place.finish(second)
        assert place.count(second) == len(films.words)
        with closing(place.connection(second)) as tried:
            assert tried.facts.metric == "dot"
            assert np.array_equal(tried.fetch([3])[1], changed.vectors[[3]])
        place.switch(second)
        place.switch(second)
        assert place.in_force() == second
        assert np.array_equal(old.fetch([3])[1], films.vectors[[3]])  # what was open stays what it was
        assert {*place.drop_others([first, second])} == {abandoned}
        assert place.drop_others([second]) == [first]
        assert place.drop_others([second]) == []
        with pytest.raises(RemoteProblem, match="collection not found"):
            old.find(["w1"])
    client.release_collection(second)
    with closing(films.connect()) as rows:  # of those that vecalc has made, reading loads what isn't
        assert rows.facts.fingerprint == "second"
    client.delete(second, filter="row in [3, 4]")
    with pytest.raises(RemoteProblem, match=r"has 26 rows of 4 numbers, and 28 rows of 4 numbers were"):
        films.connect()
    client.drop_alias(FILMS)
    with closing(target(address_of(films.address), FAST)) as place:
        assert place.in_force() == ""


@pytest.mark.slow
def test_what_cannot_be_published_is_refused(milvus: Milvus, dynamic: OnServer) -> None:
    vectors = np.ones((2, 2), np.float32)
    columns = [MetadataColumn("n", "number"), MetadataColumn("t", "text")]
    made = OnServer(f"{milvus.address}/refused_{OWN}", ["one", "two"], vectors, columns)
    for name, message in (
        ("a-b", "letters of English"),
        (dynamic.address.rpartition("/")[2], "another name"),
    ):
        place = target(address_of(f"{milvus.address}/{name}"), FAST)
        with closing(place), pytest.raises(RemoteProblem, match=message):
            place.begin(made.told())
    with pytest.raises(UsageError, match="--force is not for Milvus"):
        target(address_of(f"{made.address}?force=yes"), FAST)
    with closing(target(address_of(made.address), FAST)) as place:
        wide = [MetadataColumn(f"c{number}", "flag") for number in range(31)]
        with pytest.raises(RemoteProblem, match="31 columns"):
            place.begin(made._replace(columns=wide).told())
        version = place.begin(made.told())
        for word, n, t, message in (
            ("x" * 65_536, 1, "", "row 2, 'x{40}…', can't be published: a text of 65,536 bytes"),
            ("nul\0", 1, "", r"U\+0000"),
            ("fine", 2**53 + 1, "", r"9007199254740993 is a whole number beyond 2\^53"),
            ("fine", 1, "ä" * 32_768, "65,536 bytes"),
        ):
            bad = made._replace(words=["one", word], table=[{"n": 1, "t": ""}, {"n": n, "t": t}])
            with pytest.raises(RemoteProblem, match=message):
                bad.put(place, version)
        longest = made._replace(words=["one", "x" * 65_535], table=[{"n": 2**53, "t": None}] * 2)
        longest.put(place, version)
        with pytest.raises(RemoteProblem, match="no version that vecalc has made"):
            longest.put(place, dynamic.address.rpartition("/")[2])
        assert place.drop_others([]) == [version]


@pytest.mark.slow
def test_the_command_line_answers_as_of_the_file(published: OnServer, table: str) -> None:
    """What can't be asked of it is a mistake in the condition, not a fault of the server."""
    for asked in (
        ["king - man + woman"],
        ["king", "--where", "price >= 6 and lang like 'it%'"],
        ["queen", "--where", "price is null and added < '2022'", "--show", "*"],
        ["king", "--where", "word in ('queen', 'man')", "--show", "word,year"],
    ):
        here, there = vecalc("-m", table, *asked), vecalc("-m", published.address, *asked)
        assert (here.code, there.code, there.out) == (0, 0, here.out)
    for asked, code, message in (
        (["king", "--where", "lang like '%n'"], 3, "Milvus finds texts by how they begin"),
        (["king", "--metric", "dot", "--norm", "raw"], 6, "its index ranks by cos"),
        (["'y\"] or row >= 0 or word in [\"y'"], 3, "unknown word"),
    ):
        failed = vecalc("-m", published.address, *asked)
        assert (failed.code, failed.out) == (code, ""), failed
        assert message in failed.err


# --- a server that fails --------------------------------------------------------------------


@pytest.mark.slow
def test_a_server_that_fails_loses_and_doubles_nothing(
    own_milvus: MilvusServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VECALC_MILVUS_TOKEN", "root:Milvus")  # wanted after the restart
    vectors = np.random.default_rng(5).normal(size=(2_000, 8)).astype(np.float32)
    made = OnServer(f"{own_milvus.at.address}/kept", [f"w{row}" for row in range(len(vectors))], vectors)
    where = address_of(made.address)
    with closing(target(where, Patience(connect=1, answer=1))) as place:
        version = place.begin(made.told())
        for stop, go_on in ((own_milvus.freeze, own_milvus.thaw), (own_milvus.cut, own_milvus.mend)):
            stop()
            for question in (lambda: made.put(place, version, 0, 10), lambda: connect(where, Patience(1, 1))):
                began = time.monotonic()
                with pytest.raises(RemoteProblem, match="answer") as problem:
                    question()
                assert time.monotonic() - began < 3
                assert "\n" not in str(problem.value)
            go_on()
    with closing(target(where, Patience(answer=120))) as place:
        made.put(place, version, 0, 1_000)
        own_milvus.kill()
        began = time.monotonic()
        with pytest.raises(RemoteProblem, match="connection refused"):
            connect(where, FAST)
        assert time.monotonic() - began < 1
        configuration = tmp_path / "server" / "configs" / "milvus.yaml"
        said = configuration.read_text("utf-8")
        assert "authorizationEnabled: false" in said
        configuration.write_text(said.replace("authorizationEnabled: false", "authorizationEnabled: true"))
        with ThreadPoolExecutor(1) as other:  # not for the restart: a server ends with its thread
            waiting = other.submit(made.put, place, version, 500)
            own_milvus.restart()
            waiting.result()  # it has waited for the server, and doubles nothing
        place.finish(version)
        assert place.count(version) == len(vectors)
        with closing(place.connection(version)) as tried:
            assert np.concatenate([some for _, some in tried.stream()]).tobytes() == vectors.tobytes()
        place.switch(version)
    wrong = made.address.replace("//", "//root:SECRET@")
    monkeypatch.delenv("VECALC_MILVUS_TOKEN")
    for address in (made.address, wrong):
        with pytest.raises(RemoteProblem, match=r"doesn't let you in; .*VECALC_MILVUS_TOKEN") as problem:
            connect(address_of(address), FAST)
        assert "SECRET" not in str(problem.value)
    assert connect(address_of(made.address.replace("//", "//root:Milvus@")), FAST).facts.rows == len(vectors)
    assert capfd.readouterr() == ("", "")
