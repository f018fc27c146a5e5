"""Conditions on metadata: their language, and the same rows from every database as when read row by row."""

from __future__ import annotations

import math
import operator
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vecalc.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Likeness,
    Membership,
    MetadataColumn,
    Missing,
    Negation,
    Relation,
    Wildcard,
    columns_of,
    instant,
    leaves,
    pieces_of,
    settled,
)
from vecalc.errors import ExpressionError, FileProblem, LimitExceeded
from vecalc.lang.condition_parse import MOST_VALUES, parse_condition
from vecalc.space.metadata_table import TabledMetadata, open_metadata
from vecalc.space.metadata_writer import MetadataWriter
from vecalc.space.sql import DUCKDB, POSTGRESQL, clause

NAMES = {"price": "number", 'a "b"`]\'%s ?': "text", "sold": "flag", "day": "time", "tags": "other"}
COLUMNS = [MetadataColumn(name, kind) for name, kind in NAMES.items()]  # type: ignore[arg-type]
PRICE, TITLE, SOLD, DAY, TAGS = NAMES
Row = dict[str, Any]

# --- what a condition means, row by row -----------------------------------------------------

SIGNS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(condition: Condition, row: Row) -> bool | None:
    """Three values: true, false, and None where it is unknown."""
    match condition:
        case Negation(part):
            told = holds(part, row)
            return None if told is None else not told
        case AllOf(parts):
            told = [holds(part, row) for part in parts]
            return False if False in told else None if None in told else True
        case AnyOf(parts):
            told = [holds(part, row) for part in parts]
            return True if True in told else None if None in told else False
        case Missing(column, negated):
            return known(row[column]) is negated
        case _ if not known(row[condition.column]):
            return None
        case Relation(column, sign, value):
            return bool(SIGNS[sign](moment(column, row[column]), moment(column, value)))
        case Membership(column, values, negated):
            return (moment(column, row[column]) in [moment(column, v) for v in values]) is not negated
        case Likeness(column, pattern, negated):
            return bool(re.fullmatch(regex(pattern), row[column], re.DOTALL)) is not negated
    raise AssertionError(condition)


def known(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def moment(column: str, value: Any) -> Any:
    return (
        datetime.fromisoformat({4: f"{value}-01-01", 7: f"{value}-01"}.get(len(value), value))
        if column == DAY
        else value
    )


def regex(pattern: str) -> str:
    plain = {"%": ".*", "_": "."}
    return "".join(plain[p.sign] if isinstance(p, Wildcard) else re.escape(p) for p in pieces_of(pattern))


# --- conditions and rows of any kind --------------------------------------------------------

numbers = st.sampled_from([0, -0.0, 1, -1, 0.1, 1.5, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 1e300, 5e-324])
chars = st.sampled_from(
    ["a", "A", "ä", "日", "😀", "%", "_", "\\", "*", "?", "[", "]", "^", "'", '"', "\n", "\uffff"]
)
texts = st.text(chars, max_size=4)
days = st.sampled_from(
    ["2024", "2024-05", "2024-05-01", "2023-12-31T23:59:59.5", "2024-05-01T10:00", "0001-01-01"]
)
values = {PRICE: numbers, TITLE: texts, SOLD: st.booleans(), DAY: days}
rows = st.fixed_dictionaries(
    {column: st.none() | of for column, of in values.items()}
    | {PRICE: st.none() | numbers | st.just(math.nan), TAGS: st.none() | st.just(["x"])}
)


def relations(column: str) -> st.SearchStrategy[Condition]:
    signs = st.sampled_from(["=", "<>"] if column == SOLD else list(SIGNS))
    one_of = st.lists(values[column], min_size=1, max_size=3).map(tuple)
    return st.builds(Relation, st.just(column), signs, values[column]) | st.builds(
        Membership, st.just(column), one_of, st.booleans()
    )


patterns = texts.filter(lambda text: (len(text) - len(text.rstrip("\\"))) % 2 == 0)
single = st.one_of(
    *map(relations, values),
    st.builds(Missing, st.sampled_from(list(NAMES)), st.booleans()),
    st.builds(Likeness, st.just(TITLE), patterns, st.booleans()),
)
conditions = st.recursive(
    single,
    lambda part: (
        part.map(Negation)
        | st.lists(part, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts)))
        | st.lists(part, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
    ),
    max_leaves=8,
)


def written(
    writer: MetadataWriter, columns: Sequence[MetadataColumn], batches: Sequence[Sequence[Sequence[Any]]]
) -> int:
    """Batches of a list for each column, put into a table; how many rows there are."""
    rows = 0
    for batch in batches:
        writer.add(rows, len(batch[0]), dict(zip(columns, batch, strict=True)))
        rows += len(batch[0])
    return rows


def write_metadata(path: Path, columns: Sequence[MetadataColumn], batches: Any) -> None:
    with closing(MetadataWriter(path)) as writer:
        writer.finish(written(writer, columns, batches))


def metadata_in_memory(columns: Sequence[MetadataColumn], batches: Any) -> TabledMetadata:
    writer = MetadataWriter()
    return writer.in_memory(written(writer, columns, batches))


def in_memory(table: Sequence[Row]) -> TabledMetadata:
    return metadata_in_memory(COLUMNS, [[[row[column] for row in table] for column in NAMES]])


TYPES = {"number": "DOUBLE", "text": "VARCHAR", "flag": "BOOLEAN", "time": "TIMESTAMP", "other": "VARCHAR[]"}


@pytest.fixture(scope="module")
def ducks() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        listed = ", ".join(f"{DUCKDB.quoted(name)} {TYPES[kind]}" for name, kind in NAMES.items())
        connection.execute(f"CREATE TABLE films (row INTEGER, whole HUGEINT, {listed})")
        yield connection


@settings(max_examples=150, deadline=None)
@given(condition=conditions, table=st.lists(rows, min_size=1, max_size=5))
def test_the_same_rows_as_reading_row_by_row(
    ducks: duckdb.DuckDBPyConnection, condition: Condition, table: list[Row]
) -> None:
    asked = settled(condition, COLUMNS)
    assert not any(isinstance(part, Negation) for part in [asked, *getattr(asked, "parts", ())])
    wanted = [i for i, row in enumerate(table) if holds(condition, row)]
    assert in_memory(table).matching(asked).tolist() == wanted
    ducks.execute("DELETE FROM films")
    # A column of doubles has no more digits than doubles have, and its numbers are compared as such.
    doubles = [{**row, PRICE: None if row[PRICE] is None else float(row[PRICE])} for row in table]
    told = [{**row, DAY: row[DAY] and instant(row[DAY])} for row in doubles]
    insert = f"INSERT INTO films VALUES ({', '.join('?' * (2 + len(NAMES)))})"  # noqa: S608
    ducks.executemany(insert, [(i, None, *(row[name] for name in NAMES)) for i, row in enumerate(told)])
    sql, given = clause(asked, COLUMNS, DUCKDB)
    assert asked_of(ducks, sql, given) == [
        i for i, row in enumerate(doubles) if holds(as_doubles(condition), row)
    ]


def asked_of(ducks: duckdb.DuckDBPyConnection, sql: str, given: list[Any]) -> list[int]:
    found = ducks.execute(f"SELECT row FROM films WHERE {sql} ORDER BY row", given).fetchall()  # noqa: S608
    return [row for (row,) in found]


def as_doubles(condition: Condition) -> Condition:
    match condition:
        case Negation(part):
            return Negation(as_doubles(part))
        case AllOf(parts) | AnyOf(parts):
            return type(condition)(tuple(map(as_doubles, parts)))
        case Relation("price", sign, value):
            return Relation("price", sign, float(value))
        case Membership("price", many, negated):
            return Membership("price", tuple(map(float, many)), negated)
    return condition


def test_whole_numbers_are_compared_exactly(ducks: duckdb.DuckDBPyConnection) -> None:
    """In a column of integers, where one more than 2^53 is no float64."""
    whole = [MetadataColumn("whole", "number")]
    some = [2**53, 2**53 + 1, 2**63 - 1, -(2**63)]
    ducks.execute("DELETE FROM films")
    ducks.execute("ALTER TABLE films ALTER whole TYPE BIGINT")
    ducks.executemany("INSERT INTO films (row, whole) VALUES (?, ?)", list(enumerate(some)))
    held = metadata_in_memory(whole, [[some]])
    for text, wanted in {
        f"whole = {2**53}": [0],
        f"whole = {2**53}.0": [0],
        f"whole > {2**53}": [1, 2],
        f"whole < {10**30} and whole > 0.5": [0, 1, 2],
        f"whole in ({2**53 + 1}, {-(2**63)})": [1, 3],
        f"not whole <= {2**63 - 1}": [],
    }.items():
        asked = settled(parse_condition(text), whole)
        assert held.matching(asked).tolist() == wanted
        sql, given = clause(asked, whole, DUCKDB)
        assert asked_of(ducks, sql, given) == wanted


def test_no_value_stands_in_the_text() -> None:
    """And names are quoted: those of a client that formats with % twice over."""
    text = f'`{TITLE.replace("`", "``")}` like "x\'; drop%" or price = 4711 or day > "2024"'
    condition = settled(parse_condition(text), COLUMNS)
    for dialect in (DUCKDB, POSTGRESQL):
        sql, given = clause(condition, COLUMNS, dialect)
        assert given == ["x'; drop%", "2024-01-01", 4711]
        assert "drop" not in sql
        assert "4711" not in sql
    assert '"a ""b""`]\'%%s ?" LIKE %s' in sql
    assert sql % (("?",) * 3) == sql.replace("%s", "?").replace("%?", "%s")  # as a client would format it


# --- the language ---------------------------------------------------------------------------

FILMS = [MetadataColumn(*column) for column in (("price", "number"), ("lang", "text"), ("sold", "flag"))]
FILMS += [
    MetadataColumn("day", "time"),
    MetadataColumn("tags", "other"),
    MetadataColumn("release date", "text"),
]


def test_what_may_be_written() -> None:
    for text, wanted in {
        "price == -1.50e1": Relation("price", "=", -15),
        "price≤.5": Relation("price", "<=", 0.5),
        "PRICE != 1": Relation("PRICE", "<>", 1),
        "lang = 'it''s'": Relation("lang", "=", "it's"),
        'lang <> """"': Relation("lang", "<>", '"'),
        "[release date] = 'a'": Relation("release date", "=", "a"),
        "`a``b` = 1": Relation("a`b", "=", 1),
        "größe_2 > 1": Relation("größe_2", ">", 1),
        "sold = TRUE": Relation("sold", "=", True),
        'lang NOT IN ("a", 1)': Membership("lang", ("a", 1), negated=True),
        "price Is Not Null": Missing("price", negated=True),
        'lang not like "a%"': Likeness("lang", "a%", negated=True),
        "price between 1 and 2 and sold = true": AllOf(
            (AllOf((Relation("price", ">=", 1), Relation("price", "<=", 2))), Relation("sold", "=", True))
        ),
        "not a = 1 and b = 1 or c = 1": AnyOf(
            (AllOf((Negation(Relation("a", "=", 1)), Relation("b", "=", 1))), Relation("c", "=", 1))
        ),
        "not\n(a = 1 or\tb = 1)": Negation(AnyOf((Relation("a", "=", 1), Relation("b", "=", 1)))),
        "android = 1 or nothing = 2": AnyOf((Relation("android", "=", 1), Relation("nothing", "=", 2))),
    }.items():
        found = parse_condition(text)
        assert found == wanted
        assert all(type(value) in (int, float, str, bool) for value in values_of(found))


def values_of(condition: Condition) -> list[Any]:
    return [v for leaf in leaves(condition) if isinstance(leaf, Relation) for v in (leaf.value, leaf.sign)]


def test_mistakes_say_where_and_what_to_do() -> None:
    for text, place, part in (
        ("lang = en", "1:8", 'a text stands in quotes: "en"'),
        ("\"lang\" = 'en'", "1:1", "`lang`"),
        ("10 < price", "1:1", "a column stands on the left"),
        ("price = null", "1:9", "write is null"),
        ("price < 10 < 20", "1:12", "price between 1 and 10"),
        ("sold", "1:5", "a sign such as ="),
        ("sold and price < 1", "1:6", "sold = true"),
        ("price <", "1:8", "a number or a text in quotes"),
        ("price < 1)", "1:10", "expected the end"),
        ("(price < 1", "1:11", "expected ')'"),
        ("in = 3", "1:1", "`in`"),
        ('lang = "en', "1:8", "never closed"),
        ("lang = “en”", "1:8", 'write "'),
        ("price < 1 && sold = true", "1:11", "write and"),
        ("release-date = 1", "1:8", "backticks"),
        ("price = 1e999", "1:9", "too large"),
        ("price = " + "9" * 5_000, "1:9", "too large"),
        ("lang like 5", "1:11", "a text in quotes"),
        ("", "", "empty"),
        ("prise < 3", "1:1", "did you mean price?"),
        ("x < 3", "1:1", "there are price, lang, sold, day, tags, release date"),
        ('price < "10"', "1:9", 'price holds numbers, "10" is a text; write it without quotes: 10'),
        ("lang = 3", "1:8", 'lang holds texts, 3 is a number; write it in quotes: "3"'),
        ("price = true", "1:9", "price holds numbers, true is neither"),
        ("sold = 1", "1:8", "write sold = true, or sold = false"),
        ("sold < true", "1:1", "no order"),
        ('tags = "a"', "1:1", "can't be compared"),
        ('price like "a"', "1:1", "'like' is for texts"),
        ('lang like "a\\"', "1:11", "double it"),
        (f'lang like "{"a" * 5000}"', "1:11", "4,000"),
        ('day = "May"', "1:7", "2024-05-01T10:00"),
        ("day = 2024", "1:7", 'write it in quotes: "2024"'),
        ('lang = "a\0"', "1:8", "U+0000"),
        ("lang in ('a', 'a\udc80')", "1:15", "U+DC80"),
        ('lang in ("en", 5)', "1:16", "5 is a number"),
        ("sold", "1:5", "as in sold = true"),
        ("not sold", "1:9", "as in sold = true"),
        ("price+1 > 5", "1:6", "no arithmetic"),
        ("price > 5 * 2", "1:11", "no arithmetic"),
        ('lower(lang) = "en"', "1:6", "no functions"),
        ("price > abs(price)", "1:9", "no functions"),
        ("-price < 0", "1:1", "no arithmetic"),
        ('lang startswith "e"', "1:6", 'write lang like "e%"'),
        ('lang ilike "e%"', "1:6", 'write lang like "%e%"'),
        ('lang =~ "e"', "1:7", 'write lang like "%e%"'),
        ('lang.str.startswith("e")', "1:5", 'no methods here: write lang like "e%"'),
        ("~sold", "1:1", "write not"),
        ("price < $5", "1:9", "a number stands alone"),
        ("price < 5,50", "1:10", "decimals have a point"),
        ("day > 2024-05-01", "1:11", "a date stands in quotes"),
        ("day > 2024/05/01", "1:11", "a date stands in quotes"),
        ("day > 2024-05", "1:11", "a date stands in quotes"),
        ("price => 5", "1:8", "write >="),
        ("price =< 5", "1:8", "write <="),
        ("price == None", "1:10", "write is null"),
        ("sold = yes", "1:8", "write true"),
        ("lang = price", "1:8", "columns aren't compared with each other"),
        ('lang in ["en","de"]', "1:9", 'lang in ("en", "de")'),
        ('lang not in "en"', "1:13", 'lang in ("en", "de")'),
        ("price < 5 sold = true", "1:11", "join two comparisons with and"),
    ):
        with pytest.raises(ExpressionError) as caught:
            settled(parse_condition(text), FILMS, text)
        line = str(caught.value)
        assert line.startswith(f"--where:{place}: " if place else "--where: "), line
        assert part in line
        assert "backticks" not in line or part in ("backticks", "`in`")


def test_limits() -> None:
    for text in (
        "(" * 100_000 + "a = 1" + ")" * 100_000,
        "not " * 100_000 + "a = 1",
        " " * (1 << 20) + "a = 1",
    ):
        with pytest.raises(LimitExceeded):
            parse_condition(text)
    many = ", ".join("1" * (MOST_VALUES + 1))
    with pytest.raises(LimitExceeded, match="30,001 values"):
        parse_condition(f"a in ({many})")


def test_what_the_limits_allow_is_answered() -> None:
    """By SQLite, too, whose parser has room for a hundred symbols."""
    held = metadata_in_memory(FILMS[:1], [[[1.0, 2.0, None]]])
    chain = " or ".join(f"price = {i}" for i in range(20_000)) + " and price > 1" * 1_000
    listed = ", ".join("2" * MOST_VALUES)
    deep, right, wide = "price = 1", "price = 1", "(price = 1 or price = 2 and price = 1)"
    for i in range(30):
        sign = ("and price = 1", "or price = 2")[i % 2]
        deep = f"(price = 2 and price = 3 or {deep} {sign})"
        right = f"({'price = 1 and' if i % 2 else 'price = 3 or'} {right})"
    for _ in range(9):
        wide = f"({wide} and price = 1 or {wide})"
    assert held.matching(settled(parse_condition(chain), FILMS)).tolist() == [0, 1]
    assert held.matching(settled(parse_condition(f"price in ({listed})"), FILMS)).tolist() == [1]
    for text in (deep, right, wide):
        condition = parse_condition(text)
        wanted = [i for i, price in enumerate((1.0, 2.0, None)) if holds(condition, {"price": price})]
        assert held.matching(settled(condition, FILMS)).tolist() == wanted
    assert columns_of(parse_condition(deep)) == ("price",)


def test_instants() -> None:
    for text, wanted in {
        "2024": "2024-01-01",
        "2024-05": "2024-05-01",
        "2024-05-01T00:00Z": "2024-05-01",
        "2024-05-01 10:00:30.250": "2024-05-01T10:00:30.25",
        "2024-05-01T00:30+02:00": "2024-04-30T22:30:00",
        "2024-05-01T00:30-0130": "2024-05-01T02:00:00",
        "0001-01-01": "0001-01-01",
        "2023-02-29": None,
        "0001-01-01T00:00+01:00": None,
        "2024-5-1": None,
        "": None,
    }.items():
        assert instant(text) == wanted


# --- the table of a local space -------------------------------------------------------------


def test_values_come_back(tmp_path: Path) -> None:
    """From a file and from memory, in the order they are asked for."""
    table = {
        "price": [1, 2**63 - 1, 10**30, math.nan, 0.1, 10**400],
        "lang": ["", None, "a\0b\udc80", 5, "日", "x"],
        "sold": [True, False, None, 1, 0, True],
        "day": ["2024-05-01T10:00+02:00", None, "2024-05-01", "rubbish", "2024", None],
        "tags": ['["a", 1]', None, '{"x": "ä"}', '"ff"', '"s"', "1.5"],
        "release date": ["a"] * 6,
    }
    batches = [[values[:4] for values in table.values()], [values[4:] for values in table.values()]]
    path = tmp_path / "metadata.db"
    write_metadata(path, FILMS, batches)
    for held in (open_metadata(path, 6), metadata_in_memory(FILMS, batches)):
        assert list(held.columns) == FILMS
        assert len(held) == 6
        assert held.records([0, 1, 2], ["day", "price"]) == [
            ("2024-05-01T08:00:00", 1),
            (None, 2**63 - 1),
            ("2024-05-01", 1e30),
        ]
        assert held.records([4, 3, 4], ["lang", "sold"]) == [("日", False), ("5", True), ("日", False)]
        assert held.records([3, 5], ["price"]) == [(None,), (math.inf,)]
        assert held.records([2], ["lang"]) == [("a␀b\\udc80",)]
        tags = [record[0] for record in held.records(range(6), ["tags"])]
        assert tags == ['["a", 1]', None, '{"x": "ä"}', '"ff"', '"s"', "1.5"]
        found = held.matching(settled(parse_condition("price > 0"), FILMS), np.array([1, 2, 3, 5]))
        assert found.tolist() == [1, 2, 5]
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["metadata.db"]


def test_75_a_file_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    """Views, triggers, other columns, rows that are missing, bytes changed: never run, never a wrong row."""
    good = tmp_path / "good.db"
    columns = [MetadataColumn("price", "number"), MetadataColumn("lang", "text")]
    write_metadata(good, columns, [[[i / 3 for i in range(900)], [f"word {i}" for i in range(900)]]])
    path = tmp_path / "bad.db"
    for script in (
        "DROP TABLE rows; CREATE VIEW rows AS SELECT 0 AS row, 1 AS c0, 'x' AS c1",
        "ALTER TABLE rows ADD COLUMN c2 AS (abs(-9223372036854775808))",
        "CREATE INDEX more ON rows (c0)",
        "UPDATE named SET kind = 'python'",
        "UPDATE named SET name = 'price'",
        "UPDATE named SET name = x'ff'",
        "INSERT INTO named VALUES (2, 'more', 'text')",
        "DELETE FROM rows WHERE row = 899",
        "DELETE FROM rows WHERE row = 0",
        "DROP TABLE named",
    ):
        path.write_bytes(good.read_bytes())
        with sqlite3.connect(path) as connection:
            connection.executescript(script)
        connection.close()
        with pytest.raises(FileProblem, match=re.escape(str(path))):
            list(open_metadata(path, 900).columns)
    asked = settled(parse_condition('price >= 0 or lang like "%x%"'), columns)
    whole = good.read_bytes()
    noise = np.random.default_rng(1)
    refused = 0
    for _ in range(150):
        data = bytearray(whole)
        for at in noise.integers(0, noise.choice([200, len(data)]), 3):
            data[at] = noise.integers(256)
        path.write_bytes(bytes(data[: noise.choice([len(data), len(data) // 2])]))
        try:
            held = open_metadata(path, 900)
            assert set(held.matching(asked).tolist()) <= set(range(900))
            held.records(range(0, 900, 7), ["price", "lang"])
        except FileProblem:
            refused += 1
    assert refused > 50
    path.unlink()
    with pytest.raises(FileProblem):
        list(open_metadata(path, 900).columns)
