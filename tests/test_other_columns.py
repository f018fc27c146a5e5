"""Other columns of a file: from every format that may have some into a space, a store, and files again."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from database_files import sqlite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vecalc.conditions import Kind, MetadataColumn, Relation, WordColumn, instant, settled
from vecalc.engine.records import columns_shown
from vecalc.formats import other_columns
from vecalc.formats.known import formats
from vecalc.formats.load import convert, load
from vecalc.formats.save import save, writers
from vecalc.library.cache import is_current
from vecalc.sources import Reading
from vecalc.space import VectorSpace, metadata_table
from vecalc.space.matrix import MatrixSpace
from vecalc.space.metadata_table import open_metadata
from vecalc.space.metadata_writer import MetadataWriter
from vecalc.space.selection import Selection
from vecalc.space.store import FACTS, METADATA, open_store

Known = dict[str, tuple[Kind, list[Any]]]
N = 9
WORDS = [f"film{i}" for i in range(N)]
ROWS = np.random.default_rng(1).normal(size=(N, 12)).astype(np.float32)
# Names that mean something to the table, to SQL or to the format, and values that are hard to keep.
COLUMNS: Known = {
    "price": ("number", [1.5, None, -7, 2**62 + 1, 1e300, 0, 0.1, 5e-324, None]),
    "seen": ("flag", [True, False, None, None, True, True, False, None, True]),
    "released": ("time", ["2024-05-01", "1999-12-31T23:59:59.5", None, *["0001-01-01"] * 6]),
    "rowid": (
        "text",
        ['a "quoted", cell', "two\nlines", "it's", "ß漢字🎬", "  blanks  ", "=1+1", None, "\\", "x\ty"],
    ),
    "row": ("number", list(range(N))),
    "c0": ("text", ["00501", "1,5", "x", *[None] * 6]),
    'select "x"; --': ("text", [f"t{i}" for i in range(N)]),
}


def records(space: VectorSpace) -> Known:
    """All that is known of all rows."""
    known = space.metadata
    assert known is not None
    found = {}
    for name, kind in known.columns:
        found[name] = (kind, [record[0] for record in known.records(range(len(space)), [name])])
    return found


def spaced(columns: Known) -> MatrixSpace:
    """A space that knows these columns."""
    count = len(next(iter(columns.values()))[1])
    writer = MetadataWriter()
    writer.add(0, count, {MetadataColumn(name, kind): values for name, (kind, values) in columns.items()})
    return MatrixSpace(WORDS[:count], ROWS[:count].copy(), metadata=writer.in_memory(count))


# --- read -------------------------------------------------------------------------------------


def _table(columns: Known) -> pa.Table:
    arrays = {"word": pa.array(WORDS), "vector": pa.array(ROWS.tolist(), pa.list_(pa.float32()))}
    types = {"flag": pa.bool_(), "text": pa.string(), "time": pa.timestamp("us", "Europe/Berlin")}
    for name, (kind, values) in columns.items():
        whole = all(isinstance(value, int | None) for value in values)
        plain = values if whole else list(map(_number, values))
        some = list(map(_moment, values)) if kind == "time" else plain
        arrays[name] = pa.array(some, types.get(kind, pa.int64() if whole else pa.float64()))
    return pa.table(arrays)


def _moment(text: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC) if text else None


def _parquet(path: Path, columns: Known) -> None:
    pq.write_table(_table(columns), path, row_group_size=4)


def _arrow(path: Path, columns: Known) -> None:
    table = _table(columns)
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)


def _arrow_stream(path: Path, columns: Known) -> None:
    table = _table(columns)
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def _json(path: Path, columns: Known) -> None:
    lines = []
    for i, word in enumerate(WORDS):
        more = {name: values[i] for name, (_, values) in columns.items() if values[i] is not None}
        lines.append(json.dumps({"word": word, "vector": ROWS[i].tolist(), **more}))
    path.write_text("\n".join(lines))


def _csv(path: Path, columns: Known) -> None:
    save(spaced(columns), path.with_suffix(".csv"))
    path.with_suffix(".csv").rename(path)


def _as_dicts(columns: Known) -> list[dict[str, Any]]:
    names = {name: values for name, (_, values) in columns.items()}
    return [{name: values[i] for name, values in names.items()} for i in range(N)]


def _sqlite(path: Path, columns: Known) -> None:
    """A column that is declared as one of booleans holds flags."""
    types = {"flag": " BOOLEAN"}
    names = ", ".join(
        '"' + n.replace('"', '""') + '"' + types.get(kind, "") for n, (kind, _) in columns.items()
    )
    marks = ", ?" * len(columns)
    with sqlite(path) as database:
        database.execute(f"CREATE TABLE films (word TEXT, vector BLOB, {names})")
        for i, record in enumerate(_as_dicts(columns)):
            cells = (WORDS[i], ROWS[i].tobytes(), *record.values())
            database.execute(f"INSERT INTO films VALUES (?, ?{marks})", cells)  # noqa: S608 - of the test


def _duckdb(path: Path, columns: Known) -> None:
    import duckdb

    table = _table(columns)
    with duckdb.connect(str(path)) as database:
        database.execute("SET TimeZone = 'UTC'")
        database.register("told", table)
        database.execute("CREATE TABLE films AS SELECT * FROM told")


def _lance(path: Path, columns: Known) -> None:
    import lancedb

    path.mkdir()
    lancedb.connect(str(path)).create_table("films", _table(columns))


MAKERS: dict[str, Callable[[Path, Known], None]] = {
    "arrow": _arrow,
    "arrow_stream": _arrow_stream,
    "csv": _csv,
    "duckdb": _duckdb,
    "json": _json,
    "lance": _lance,
    "parquet": _parquet,
    "sqlite": _sqlite,
}


def _near(found: Known, wanted: Known) -> bool:
    """Whether all is the same; a file of float64 alone has large whole numbers as these."""
    return list(found) == list(wanted) and all(
        found[name][0] == kind and [_number(v) for v in found[name][1]] == [_number(v) for v in values]
        for name, (kind, values) in wanted.items()
    )


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_every_format_that_may_have_columns_brings_them(tmp_path: Path) -> None:
    """By memory, by a store, and by some of its rows; the formats are found by themselves."""
    able = {name for name, form in formats().items() if getattr(form, "HAS_COLUMNS", False)}
    assert able == set(MAKERS)
    for form in sorted(able):
        path = tmp_path / form
        MAKERS[form](path, COLUMNS)
        loaded = load(path)
        assert set(records(loaded.space)) == {"word", *COLUMNS}, (form, loaded.notes)
        assert records(loaded.space)["word"] == ("text", WORDS)
        assert columns_shown([loaded.space], ["*"]) == tuple(
            name for name in records(loaded.space) if name != "word"
        )
        in_order = {name: records(loaded.space)[name] for name in COLUMNS}
        wanted = dict(COLUMNS)
        assert _near(in_order, wanted), (form, in_order)
        convert(path, tmp_path / "store" / form, name=form, reading=Reading())
        stored = open_store(tmp_path / "store" / form)
        assert records(stored) == records(loaded.space)
        assert stored.metadata.columns[0] == WordColumn("word", "text")  # type: ignore[union-attr]
        assert isinstance(stored.metadata.columns[0], WordColumn)  # type: ignore[union-attr]
        part = Selection(stored, np.array([1, 4, 8]))
        assert records(part)["row"] == ("number", [1, 4, 8])
        condition = settled(Relation("row", ">=", 4), stored.metadata.columns)  # type: ignore[union-attr]
        assert part.metadata is not None
        assert part.metadata.matching(condition).tolist() == [1, 2]
        assert part.metadata.matching(condition, np.array([0, 2])).tolist() == [2]


@pytest.mark.slow
def test_a_kind_is_known_at_the_end(tmp_path: Path) -> None:
    """What is numbers for thousands of rows and a text then is text, as it was spelled."""
    count = 40_000
    lines = [f"w{i},0.{i + 1},0.5,{i},{i}.50,true,2024-01-01" for i in range(count)]
    head = "word,x0,x1,id,code,flag,day"
    path = tmp_path / "late.csv"
    path.write_text("\n".join([head, *lines, "last,0.5,0.25,7,A1,maybe,soon"]))
    found = records(load(path).space)
    assert {name: kind for name, (kind, _) in found.items()} == {
        "word": "text",
        "id": "number",
        "code": "text",
        "flag": "text",
        "day": "text",
    }
    assert found["code"][1][:2] == ["0.50", "1.50"]
    assert [found[name][1][-1] for name in ("id", "code", "flag", "day")] == [7, "A1", "maybe", "soon"]
    path = tmp_path / "late.jsonl"
    some = [{"word": f"w{i}", "vector": [i + 1, 0.5], "a": i, "f": True} for i in range(5_000)]
    last = {"word": "z", "vector": [1, 2.5], "a": "x", "f": 1.5, "late": {"b": [math.nan]}}
    path.write_text("\n".join(map(json.dumps, [*some, last])))
    found = records(load(path).space)
    assert (found["a"][0], found["a"][1][-2:]) == ("text", ["4999", "x"])
    assert (found["f"][0], found["f"][1][-2:]) == ("text", ["true", "1.5"])
    assert (found["late"][0], found["late"][1][-2:]) == ("other", [None, '{"b": [null]}'])


def test_types_of_arrow(tmp_path: Path) -> None:
    """Each of its types is of a kind, or said not to be kept; nothing is lost in silence."""
    odd = datetime.datetime(2024, 5, 1, 10, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    table = _table({}).slice(0, 2)
    more: dict[str, tuple[pa.Array, Kind | None, Any]] = {
        "u64": (pa.array([2**64 - 1, None], pa.uint64()), "number", float(2**64 - 1)),
        "dec": (pa.array([1.25, None]).cast(pa.decimal128(9, 2)), "number", 1.25),
        "half": (pa.array(np.array([0.5, 1], np.float16)), "number", 0.5),
        "nan": (pa.array([math.nan, 1.0]), "number", None),
        "zone": (pa.array([odd, None], pa.timestamp("ns", "Asia/Tokyo")), "time", "2024-05-01T08:00:00"),
        "nano": (pa.array([1, None], pa.timestamp("ns")), "time", "1970-01-01T00:00:00.000000001"),
        "far": (pa.array([2**62, 0], pa.timestamp("s")), "time", None),
        "date": (pa.array([datetime.date(1970, 1, 2), None]), "time", "1970-01-02"),
        "clock": (pa.array([datetime.time(9, 30), None]), "other", '"09:30:00"'),
        "words": (pa.array(["é", None]).dictionary_encode(), "text", "é"),
        "large": (pa.array(["", None], pa.large_string()), "text", ""),
        "view": (pa.array(["v", None], pa.string_view()), "text", "v"),
        "list": (pa.array([["a", None], None]), "other", '["a", null]'),
        "ints": (pa.array([[1, 2], None]), "other", "[1, 2]"),
        "struct": (pa.array([{"a": 1}, None]), "other", '{"a": 1}'),
        "null": (pa.nulls(2), "other", None),
        "bytes": (pa.array([b"x", None]), None, None),
        "deep": (pa.array([[b"x"], None]), None, None),
    }
    for name, (array, _, _) in more.items():
        table = table.append_column(name, array)
    with pa.ipc.new_file(tmp_path / "t.arrow", table.schema) as writer:
        writer.write_table(table)
    loaded = load(tmp_path / "t.arrow")
    found = records(loaded.space)
    wanted = {"word": ("text", WORDS[0])} | {n: (kind, value) for n, (_, kind, value) in more.items() if kind}
    assert {name: (kind, values[0]) for name, (kind, values) in found.items()} == wanted
    assert "bytes and the like, not kept: 'bytes', 'deep'" in loaded.notes


def test_times_are_written_as_times(tmp_path: Path) -> None:
    """Days as dates, moments as timestamps; those that are finer stay texts; all are read as they were."""
    day, moment, fine = "0001-02-03", "2024-05-01T10:00:00.000001", "2024-05-01T10:00:00.123456789"
    values = {"day": [day, None], "moment": [moment, day], "fine": [fine, moment], "none": [None, None]}
    space = spaced({name: ("time", found) for name, found in values.items()})
    types = {"day": "date32[day]", "moment": "timestamp[us, tz=UTC]", "fine": "string", "none": "date32[day]"}
    for form, read in (("parquet", pq.read_table), ("arrow", lambda path: pa.ipc.open_file(path).read_all())):
        path = save(space, tmp_path / f"t.{form}").files[0]
        found = records(load(path).space)
        assert {name: str(read(path).schema.field(name).type) for name in types} == types
        assert {name: found[name][1] for name in values} == values
        assert {found[name][0] for name in types} == {"time"}
        again = save(load(path).space, tmp_path / f"again.{form}").files[0]
        assert read(again).schema.types[2:] == read(path).schema.types[2:]


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long values and too many columns are left out, and said to be, whatever the file."""
    monkeypatch.setattr(other_columns, "MOST", 4)
    long = "x" * (other_columns.LONGEST + 1)
    columns: Known = {name: ("text", [long, *["y"] * (N - 1)]) for name in "abcd"}
    for form, make in MAKERS.items():
        make(tmp_path / form, columns)
        loaded = load(tmp_path / form)
        found = records(loaded.space)
        assert list(found) == ["word", "a", "b", "c"], form
        assert found.pop("word") == ("text", WORDS), form
        assert all(values == [None, *["y"] * (N - 1)] for _, values in found.values()), form
        assert other_columns.TOO_MANY in loaded.notes, form
        assert any(note.startswith(f"{other_columns.TOO_LONG}: 3") for note in loaded.notes), (
            form,
            loaded.notes,
        )


def test_the_words_own_column(tmp_path: Path) -> None:
    """It is asked for by its name; a file of nothing else has no metadata; `*` is all others."""
    table = pa.table({"lang": ["en"] * N, "title": WORDS, "vector": pa.array(ROWS.tolist())})
    pq.write_table(table, tmp_path / "films.parquet")
    space = load(tmp_path / "films.parquet").space
    assert records(space) == {"title": ("text", WORDS), "lang": ("text", ["en"] * N)}
    condition = settled(Relation("title", "=", "film3"), space.metadata.columns)  # type: ignore[union-attr]
    assert space.metadata.matching(condition).tolist() == [3]  # type: ignore[union-attr]
    assert columns_shown([space], ["*", "title"]) == ("lang", "title")
    for suffix in (".parquet", ".csv"):
        saved = save(space, tmp_path / f"out{suffix}")
        assert "the column 'title' is called 'word' in it" in saved.notes
        assert list(records(load(saved.files[0]).space)) == ["word", "lang"]
    rows = [{"word": word, "vector": row.tolist()} for word, row in zip(WORDS, ROWS, strict=True)]
    path = tmp_path / "w.jsonl"
    for late, columns in (({}, []), ({"seen": True}, ["word", "seen"])):
        path.write_text("\n".join(map(json.dumps, [*rows[:-1], {**rows[-1], **late}])))
        convert(path, tmp_path / "store", name="w")
        for space in (load(path).space, open_store(tmp_path / "store")):
            assert [column.name for column in (space.metadata.columns if space.metadata else ())] == columns
            assert not columns or records(space)["word"] == ("text", WORDS)
        assert (tmp_path / "store" / METADATA).exists() == bool(columns)


def test_records_come_as_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A range, or rows in any order and twice, over the ends of pieces; nothing is known of a row beyond."""
    monkeypatch.setattr(metadata_table, "_ROWS_AT_ONCE", 3)
    metadata = spaced(COLUMNS).metadata
    assert metadata is not None
    for rows in (range(N), range(2, 7), range(8, 0, -3), [7, 1, 1, 0, 8, 3, 1], np.array([4, 2]), []):
        assert metadata.records(rows, ["row", "c0"]) == [(row, COLUMNS["c0"][1][row]) for row in rows]  # type: ignore[arg-type]
    assert metadata.records([1, N], ["row"]) == [(1,), (None,)]
    assert metadata.records([1, 2], []) == [(), ()]


def test_what_is_dropped_is_named(tmp_path: Path) -> None:
    """Columns of a table whose words lie beside it, and of one that pandas wrote column by column."""
    lines = [f"{i / 7},{i / 3},{1990 + i},k" for i in range(N)]
    (tmp_path / "rows.csv").write_text("\n".join(["d0,d1,year,kind", *lines]))
    (tmp_path / "words.txt").write_text("\n".join(WORDS))
    space, notes = load(tmp_path / "rows.csv", words_file=str(tmp_path / "words.txt"), part="")
    assert (space.dim, space.metadata) == (2, None)
    assert "other columns of a table whose words are beside it, not kept: 'year', 'kind'" in notes
    columns = {"title": WORDS, "price": list(range(N)), "vector": ROWS.tolist()}
    table = {name: dict(zip(map(str, range(N)), values, strict=True)) for name, values in columns.items()}
    (tmp_path / "t.json").write_text(json.dumps(table))
    space, notes = load(tmp_path / "t.json")
    assert list(space.words()) == WORDS
    assert notes == ("other columns of a table that is written column by column, not kept: 'price'",)


def test_stores_of_earlier_versions(tmp_path: Path) -> None:
    """A conversion that kept no metadata is out of date; opened as a model of its own it is what it was."""
    _parquet(tmp_path / "films.parquet", COLUMNS)
    folder = tmp_path / "store"
    convert(tmp_path / "films.parquet", folder, name="films")
    assert is_current(folder, tmp_path / "films.parquet")
    facts = json.loads((folder / FACTS).read_text())
    assert facts.pop("columns") == len(COLUMNS) + 1
    for of in ("digests", "sizes"):
        del facts[of][METADATA]
    (folder / METADATA).unlink()
    (folder / FACTS).write_text(json.dumps(facts))
    assert not is_current(folder, tmp_path / "films.parquet")
    old = open_store(folder)
    assert (list(old.words()), old.metadata) == (WORDS, None)
    # One whose words were no column yet has its others, and each of them under `*`.
    writer = MetadataWriter(tmp_path / METADATA)
    writer.add(0, N, {MetadataColumn("row", "number"): range(N)})
    assert writer.finish(N) == 1
    writer.close()
    (column,) = open_metadata(tmp_path / METADATA, N).columns
    assert type(column) is MetadataColumn


# --- written ----------------------------------------------------------------------------------

NAMES = [
    "price",
    "word",
    "vector",
    "row",
    "rowid",
    "c0",
    "7",
    "vectors",
    "Title",
    "a b",
    "ä",
    '"',
    ",",
    "word (2)",
]
TEXTS = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    "number": st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False),
    "text": TEXTS,
    "flag": st.none() | st.booleans(),
    "time": st.none() | st.datetimes().map(lambda moment: instant(moment.isoformat())),
    "other": st.none() | st.lists(st.integers() | TEXTS, max_size=3).map(json.dumps),
}


@st.composite
def known(draw: st.DrawFn) -> Known:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    found: Known = {}
    for name in names:
        kind = draw(st.sampled_from(list(VALUES)))
        found[name] = (kind, draw(st.lists(VALUES[kind], min_size=N, max_size=N)))
    return found


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(known())
def test_what_has_room_for_all_keeps_all(tmp_path: Path, columns: Known) -> None:
    """Names that mean something else in a file are others there, and said to be."""
    space = spaced(columns)
    for form, writer in writers().items():
        room = getattr(writer, "ROOM", None)
        if room is None or "other" not in room.kinds:
            continue
        path = tmp_path / f"out{writer.SUFFIXES[0]}"
        saved = save(space, path, force=True)
        found = records(load(path).space)
        assert found.pop("word", ("text", WORDS)) == ("text", WORDS)
        assert len(found) == len(columns)
        for (name, (kind, values)), (called, (kind_found, values_found)) in zip(
            columns.items(), found.items(), strict=True
        ):
            assert kind_found == kind, form
            mixed = kind == "number" and any(isinstance(value, float) for value in values)
            assert values_found == ([_number(value) for value in values] if mixed else values), form
            assert called == name or any(repr(name) in note and repr(called) in note for note in saved.notes)


@pytest.mark.slow
def test_what_has_no_room_says_so(tmp_path: Path) -> None:
    """All writers, found by themselves; what is not written is named."""
    space = spaced({**COLUMNS, "tags": ("other", ["[1, 2]"] * N)})
    for form, writer in writers().items():
        saved = save(space, tmp_path / f"{form}{writer.SUFFIXES[0]}", form)
        room = getattr(writer, "ROOM", None)
        kinds: Sequence[Kind] = room.kinds if room else ()
        lacking = [repr(column.name) for column in space.metadata.columns if column.kind not in kinds]  # type: ignore[union-attr]
        assert bool(saved.notes) == bool(lacking), form
        assert not lacking or lacking[0] in saved.notes[0], form
        found = load(saved.files[0]).space
        assert len(found) == N
        assert found.metadata is None or len(found.metadata.columns) == 9 - len(lacking)
