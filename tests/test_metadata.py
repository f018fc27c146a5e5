"""`--where` and `--show` on every surface, of a model whose words have metadata."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from running import FAMILY
from running import vecalc as run
from test_prompt_manners import Talk

import vecalc
from vecalc.answers import Ranking
from vecalc.conditions import Condition, MetadataColumn, column_list, columns_of, listed
from vecalc.engine import identity
from vecalc.errors import TypeMismatch, UnknownName, UsageError, VecalcError
from vecalc.library import catalogue
from vecalc.search import exact
from vecalc.shell.repl.completer import completions
from vecalc.space import Filtered, Hits, Measure
from vecalc.space.matrix import MatrixSpace
from vecalc.space.metadata_writer import MetadataWriter

WORDS = ["Alien", "Heat", "Ran", "Up", "Her", "It"]
KINDS = {
    "price": "number",
    "title": "text",
    "sold": "flag",
    "day": "time",
    "score": "number",
    "tags": "other",
}
COLUMNS = [MetadataColumn(name, kind) for name, kind in KINDS.items()]  # type: ignore[arg-type]
VALUES = {
    "price": [10, 5.5, None, 2.25, 7, 30],
    "title": ["Alien (1979)", "Heat | *cold*", "乱", None, "=Her", "\x1b[31mIt"],
    "sold": [True, False, True, None, False, True],
    "day": ["1979-05-25", "1995-12-15", "1985-06-01", "2009-05-29T10:00", None, "2017-09-08"],
    "score": [8, 8.3, 8.2, 8.3, 8, 7.3],
    "tags": ['["space"]', None, "[]", '["dogs", "balloons"]', "[]", '["clown"]'],
}
SHOWN = "price,title,sold,day,score,tags"


@cache
def films() -> MatrixSpace:
    matrix = np.random.default_rng(5).normal(size=(len(WORDS), 4)).astype(np.float32)
    writer = MetadataWriter()
    writer.add(0, len(WORDS), dict(zip(COLUMNS, VALUES.values(), strict=True)))
    return MatrixSpace(WORDS, matrix, name="films", metadata=writer.in_memory(len(WORDS)))


@pytest.fixture(autouse=True)
def films_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "starter", films)


# --- which words ----------------------------------------------------------------------------


def test_only_words_that_meet_the_condition() -> None:
    """As many as asked for, however few come early; beside all other limits."""
    every = run("Alien").words
    for options, wanted in (
        (["--where", "price < 10"], {"Heat", "Up", "Her"}),
        (["--where", "not (price < 10)"], {"It"}),
        (["--where", "not (price < 10)", "--exclude", "none"], {"Alien", "It"}),
        (["--where", "price is null"], {"Ran"}),
        (["--where", "day >= '1995' and sold = false"], {"Heat"}),
        (["--where", 'title like "%乱"'], {"Ran"}),
        (["--where", "price < 10", "--first", "4"], {"Heat", "Up"}),
        (["--where", "price < 10", "--match", "H*"], {"Heat", "Her"}),
        (["--where", "price < 10", "--among", "Her,It"], {"Her"}),
        (["--where", "price < 10", "-k", "2"], 2),
    ):
        found = run("Alien", *options).words
        if isinstance(wanted, int):
            assert len(found) == wanted
        else:
            assert set(found) == wanted, options
        assert found == [word for word in [*every, "Alien"] if word in found] or "none" in options


def test_functions_scores_and_expectations_keep_to_it() -> None:
    assert run("nearest(Alien, 5)", "--where", "price > 20", "-k", "1").out.count("It") >= 1
    assert set(run("cos(?, Alien)", "--where", "price < 10").words) == {"Heat", "Up", "Her"}
    assert "not a candidate" in run("Alien => It", "--where", "price < 10").out
    assert "PASS It @1" in run("Alien => It", "--where", "price > 20").out


def test_what_is_not_there_is_told_with_a_mark() -> None:
    for arguments, code, place, line in (
        (["--where", "prise < 3"], 3, "--where:1:1", "did you mean price?"),
        (["--where", "title = Alien"], 3, "--where:1:9", '"Alien"'),
        (["--where", 'price < "10"'], 3, "--where:1:9", "without quotes: 10"),
        (["--show", "prise"], 2, "--show", "did you mean price?"),
    ):
        done = run("Alien", *arguments)
        first, *marked = done.err.splitlines()
        assert done.code == code
        assert done.out == ""
        assert first.startswith(f"vecalc: {place}: ")
        assert line in first
        assert bool(marked) == (code == 3)
        if marked:
            assert "^" in marked[1]
    done = run("Alien", "--where", "price > 1000")
    assert "no row meets price > 1000" in done.err


def test_a_model_without_metadata_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = MatrixSpace(WORDS, np.eye(6, dtype=np.float32), name="bare")
    monkeypatch.setattr(catalogue, "starter", lambda: bare)
    for option, text in (("--where", "price < 3"), ("--show", "*")):
        done = run("Alien", option, text)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"vecalc: {option}: bare has no metadata; tables with further columns")


def test_of_several_models_those_without_the_columns_are_passed_over() -> None:
    bare = MatrixSpace(["Alien", "Nobody"], np.eye(2, 4, dtype=np.float32), name="bare")
    notes: list[str] = []
    calculate = vecalc.Calculator({"films": films(), "bare": bare}, where="price < 10", notes=notes.append)
    calculate.set(show="price")
    assert {near.word for near in calculate("films:Alien").result.neighbours} == {"Heat", "Up", "Her"}
    with pytest.raises(UsageError, match="bare has no metadata"):
        calculate("bare:Alien")
    with pytest.raises(UnknownName, match="there is no column 'cost'"):
        calculate.set(where="cost < 3")
    assert calculate.options.where == "price < 10"
    calculate.set(where=None)
    assert [near.record for near in calculate("bare:Alien").result.neighbours] == [(None,)]


def test_a_batch_goes_on_where_a_space_is_passed_over() -> None:
    bare = MatrixSpace(["Alien", "Nobody"], np.eye(2, 4, dtype=np.float32), name="bare")
    for limits in ({"where": "price < 10"}, {"among": ["Heat"]}):
        calculate = vecalc.Calculator({"bare": bare, "films": films()}, **limits)
        answers = list(calculate.answers(["Alien - Nobody", "films:Alien", "Nobody", "cos(?, Nobody)"] * 2))
        assert [answer.error is None for answer in answers] == [False, True, False, False] * 2
        assert {type(answer.error) for answer in answers} == {UsageError, type(None)}


def test_a_space_that_searches_by_itself_is_told_the_condition() -> None:
    """Not its rows; where other limits name rows, it is told none."""
    told: list[Condition | None] = []

    class Seeking(MatrixSpace):
        def search(self, queries: object, k: int, measure: Measure, among: Filtered | None) -> Hits:
            told.append(among and among.condition)
            rows = None if among is None else self.metadata.matching(among.condition)
            return exact.search(films(), queries, k, measure, rows)

        def expect(self, words: object) -> None: ...

    space = Seeking(WORDS, films().vectors(range(6), np.float32), name="far", metadata=films().metadata)
    space.seeker = space  # type: ignore[misc,assignment]
    calculate = vecalc.Calculator(space, where="price < 10", k=2)
    here = vecalc.Calculator(films(), where="price < 10", k=2)
    assert calculate("Alien").result.neighbours == here("Alien").result.neighbours
    assert [columns_of(one) for one in told if one is not None] == [("price",)]
    calculate.set(first=5)
    here.set(first=5)
    assert calculate("Alien").result.neighbours == here("Alien").result.neighbours
    assert len(told) == 1


# --- how it is shown ------------------------------------------------------------------------


def test_metadata_stand_behind_the_score() -> None:
    asked = ["Alien", "--show", SHOWN, "--where", "price > 8 or price is null or price < 3", "--format"]
    plain = {line.split("\t")[1]: line.split("\t")[3:] for line in run(*asked, "plain").out.splitlines()}
    assert plain["Ran"] == ["", "乱", "true", "1985-06-01", "8.2", "[]"]
    assert plain["It"] == ["30", "\\x1b[31mIt", "true", "2017-09-08", "7.3", '["clown"]']
    assert plain["Up"][0] == "2.25"
    (answer,) = run(*asked, "json").records
    records = {one["word"]: one["record"] for one in answer["results"]}
    assert records["Ran"] == {
        "price": None, "title": "乱", "sold": True, "day": "1985-06-01", "score": 8.2, "tags": "[]",
    }  # fmt: skip
    assert records["It"]["title"] == "\x1b[31mIt"
    rows = list(csv.reader(io.StringIO(run(*asked, "csv").out)))
    assert rows[0][-6:] == ["price", "title", "sold", "day", "score_2", "tags"]
    assert {len(row) for row in rows} == {16}
    safe = run("Alien", "--show", "title", "--format", "csv", "--csv-safe").out
    assert "'=Her" in safe
    markdown = run("Alien", "--show", "title,price", "--format", "markdown").out
    assert "| rank | word | score | title | price |" in markdown
    assert "| ---: | :--- | ---: | :--- | ---: |" in markdown
    assert r"Heat \| \*cold\*" in markdown
    failed = run("Alien", "nobody", "--show", "price", "--format", "tsv").out.splitlines()
    assert {line.count("\t") for line in failed} == {10}


def test_a_table_for_people() -> None:
    out = run("Alien", "--show", "title,price", "--where", "price < 10", "--format", "table").out
    head, *lines = out.splitlines()
    assert re.fullmatch(r"rank +word +score +title +price", head)
    assert any(re.search(r"Up .* 2\.25$", line) for line in lines)
    assert lines[-1].endswith("· where price < 10")
    out = run("Alien", "--first", "3", "--match", "H*", "--min-score", "-1", "--format", "table").out
    assert out.splitlines()[-1].endswith("· first 3 · match H* · min-score -1")
    assert "first" not in run("Alien", "--format", "table").out
    everything = run("Alien", "--show", "*", "--format", "json").records[0]["results"][0]["record"]
    assert list(everything) == [*KINDS]


def test_words_of_a_model_with_their_metadata() -> None:
    done = run("words", "--where", "price < 8", "--show", "price,day", "--format", "plain")
    assert done.out.splitlines()[0] == "# rank\tword\tlength\tprice\tday"
    assert [line.split("\t")[3:] for line in done.out.splitlines()[1:]] == [
        ["5.5", "1995-12-15"], ["2.25", "2009-05-29T10:00:00"], ["7", ""],
    ]  # fmt: skip
    assert run("words", "H*", "--where", "price < 6", "--count").out == "1\n"
    record = run("words", "--where", "price < 3", "--show", "price", "--format", "jsonl").records[0]
    assert record["price"] == 2.25
    assert "no word meets price > 99" in run("words", "--where", "price > 99").err
    assert run("words", "--where", "price >").code == 3


def test_a_plot_is_coloured_by_a_column() -> None:
    for column, wanted in (("price", {"10", "5.5", ""}), ("sold", {"true", "false", ""})):
        rows = run("plot", "--all", "--color-by", column, "--format", "csv").out.splitlines()
        header, *lines = list(csv.reader(rows))
        place = header.index(column)
        assert wanted <= {line[place].removesuffix(".0") for line in lines}
    assert "did you mean price?" in run("plot", "--all", "--color-by", "prise").err
    years = run("plot", "--all", "--color-by", "day", "--format", "csv").out
    assert "year of day" in years
    assert "2009.4" in years
    quoted = run("plot", "--all", "--color-by", "`price`", "--format", "csv")
    assert quoted.out == run("plot", "--all", "--color-by", "price", "--format", "csv").out
    for wrong in ("*", "`price`, day"):
        assert (
            f"vecalc: --color-by: there is no column '{wrong}'"
            in run("plot", "--all", "--color-by", wrong).err
        )


def test_what_a_colour_is_taken_for_is_said() -> None:
    names = [MetadataColumn("Heat", "number"), MetadataColumn("a, b", "text")]
    told: list[str] = []
    calculate = vecalc.Calculator(films(), notes=told.append)
    assert calculate.plot("Alien, Ran", color_by="price").drawing.colouring.name == "price"
    assert not told
    writer = MetadataWriter()
    writer.add(0, len(WORDS), {names[0]: [*range(6)], names[1]: ["x"] * 6})
    vectors = films().vectors(range(6), np.float32)
    own = MatrixSpace(WORDS, vectors, name="own", metadata=writer.in_memory(len(WORDS)))
    calculate = vecalc.Calculator(own, notes=told.append)
    cosines = calculate.plot("Alien, Heat", colour="Heat").drawing.colouring.values
    assert cosines[1] == pytest.approx(1)
    assert told == ["--colour: 'Heat' is not the column of metadata here; --color-by takes that"]
    for name in ("a, b", "`a, b`"):
        assert calculate.plot("Alien, Heat", color_by=name).drawing.colouring.values == ("x", "x")
    for wrong in ({"color_by": 5}, {"colour": ["a"]}, {"color_by": "x", "colour": "Heat"}):
        with pytest.raises(UsageError):
            calculate.plot("Alien, Heat", **wrong)
    with pytest.raises(TypeError, match="color_by"):
        calculate.plot("Alien", column="price")


def test_times_are_times_in_frames() -> None:
    answer = vecalc.Calculator(films(), show="day,title")("Alien")
    plain = vecalc.Calculator(films())("Alien")
    wanted = {"Up": "2009-05-29T10:00:00", "Heat": "1995-12-15T00:00:00", "Her": None}
    for pandas in (answer.to_pandas(), vecalc.to_pandas([answer, plain])):
        assert str(pandas["day"].dtype) == "datetime64[us]"
        assert pandas["title"].dtype != pandas["day"].dtype
    for polars in (answer.to_polars(), vecalc.to_polars([answer, plain])):
        assert str(polars.schema["day"]) == "Datetime(time_unit='us', time_zone=None)"
    for arrow in (answer.to_arrow(), vecalc.to_arrow([answer, plain])):
        assert str(arrow.schema.field("day").type) == "timestamp[us]"
        days = dict(zip(arrow["word"].to_pylist()[:5], arrow["day"].to_pylist(), strict=False))
        assert {word: days[word] and days[word].isoformat() for word in wanted} == wanted
    assert answer.to_pandas()["day"].isna().sum() == answer.to_polars()["day"].null_count() == 1
    writer = MetadataWriter()
    writer.add(0, 6, {MetadataColumn("day", "text"): ["Monday"] * 6})
    vectors = films().vectors(range(6), np.float32)
    other = MatrixSpace(WORDS, vectors, name="other", metadata=writer.in_memory(6))
    texts = vecalc.to_arrow([answer, vecalc.Calculator(other, show="day")("Alien")])
    assert {"1995-12-15", "Monday"} <= {*texts["day"].to_pylist()}  # of two kinds: both as they are


def test_options_of_another_kind_are_refused() -> None:
    wrong = {"where": 5, "show": 5, "match": [5], "among": 5, "within": 5, "min_score": "a"}
    for name, value in [*wrong.items(), ("show", ["price", None]), ("phrase_words", 5)]:
        with pytest.raises(UsageError, match=f"^{name} can't be "):
            vecalc.Calculator(films(), **{name: value})
    assert vecalc.Calculator(films(), show=None, where=None).options.show == ()


def test_explain_and_compare_take_conditions() -> None:
    for arguments in (["explain", "Alien"], ["compare", "Alien", "Heat"]):
        done = run(*arguments, "--where", "price < 10", "--format", "json")
        assert done.code == 0, done.err
        assert '"Ran"' not in done.out


def test_rows_of_a_table_say_where_metadata_are(tmp_path: object) -> None:
    done = run("--csv", "-", "-e", "a", "--show", "price", "--format", "csv", stdin="a\nAlien\n")
    assert "note: --show: csv has the table's own columns; --format jsonl has the metadata" in done.err


# --- Python and the prompt ------------------------------------------------------------------


def test_python() -> None:
    calculate = vecalc.Calculator(films(), where="price < 10", show=["title", "price", "sold"])
    answer = calculate("Alien")
    assert isinstance(answer.result, Ranking)
    assert answer.asked.show == ("title", "price", "sold")
    assert answer.asked.only == ("where price < 10",)
    frame = answer.to_pandas()
    assert [*frame.columns] == ["rank", "word", "score", "title", "price", "sold"]
    assert str(frame["price"].dtype) == "float64"
    assert set(frame["price"]) == {5.5, 2.25, 7.0}
    long = vecalc.to_polars([answer, vecalc.Calculator(films())("Alien")])
    assert long["title"].null_count() == 1 + 5
    html = answer._repr_html_()
    assert "<th>title</th>" in html
    assert "Heat | *cold*" in html
    assert "where price &lt; 10" in html
    for wrong, kind in (("prise < 1", UnknownName), ("price < 'a'", TypeMismatch), ("price <", VecalcError)):
        with pytest.raises(kind):
            calculate.set(where=wrong)
    with pytest.raises(UsageError, match="no column 'nothing'"):
        calculate.set(show="nothing")
    assert calculate("Alien").result.neighbours == answer.result.neighbours
    assert column_list("a, `b,c``d` ,*") == ("a", "b,c`d", "*")
    assert column_list(listed(["a", "b,c`d"])) == ("a", "b,c`d")


@pytest.fixture
def say(
    capsys: pytest.CaptureFixture[str], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Talk]:
    monkeypatch.setenv("VECALC_HISTORY", f"{tmp_path}/history")
    monkeypatch.setenv("VECALC_CONFIG", f"{tmp_path}/config")
    talk = Talk(capsys, top=3, model=())
    yield talk
    talk.session.close()


def test_at_the_prompt(say: Talk) -> None:
    assert say("set where price = 30") == ""
    assert say("set show title, price") == ""
    assert say("set where").startswith("where = price = 30")
    assert "(off, or a condition such as price < 10; columns: " in say("set where")
    assert "It" in say("Alien")
    assert "there is no column 'prise'" in say("set where prise < 3")
    assert "^^^^^" in say("set where prise < 3")
    assert "where = price = 30" in say("set")
    assert "no row meets price > 99" in say("set where price > 99") + say("Alien")
    assert "show title,price" not in say("set show off")
    say("set where price = 30")
    for line in (f"use f={FAMILY}", "f:king"):
        assert "vecalc: set where: f has no metadata; set where off lifts it" in say(line), line
    assert say("set where off") == ""
    assert "where" not in say("Alien")
    say("set show title")
    say(f"use f={FAMILY}")
    assert "title" not in say("king")
    assert "title" in say("starter:Alien")
    say("use starter")
    assert "title" not in say("f:king")
    offered = [one.text for one in completions(say.session, "set where price < 3 and t")]
    assert offered == ["title", "tags"]
    assert "price" in [one.text for one in completions(say.session, "set where ")]
    assert [one.text for one in completions(say.session, "set show title,pr")] == ["price"]


# --- a file ---------------------------------------------------------------------------------


def test_a_table_and_what_is_made_of_it(tmp_path: Path) -> None:
    """Its further columns are metadata; a run that is resumed sees that they have changed."""
    table = Path(__file__).parents[1] / "examples" / "rated_films.csv"
    assert "column\tprice (number), 2 missing\n" in run("models", "info", table).out
    part = tmp_path / "part.txt"
    assert run("convert", table, part, "--where", "price < 8").code == 0
    assert run("words", "-m", part, "--count").out == "6\n"
    films = tmp_path / "films.csv"
    before, same, changed = (
        identity.of_calculator(vecalc.Calculator(films, notes=lambda _: None))
        for old in (b"7.5", b"7.5", b"8.5")
        if films.write_bytes(table.read_bytes().replace(b"7.5", old))
    )
    assert before == same
    assert before != changed
