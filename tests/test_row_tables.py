"""--csv: one table, its own columns first and one for each formula, on a terminal and in a pipe."""

from __future__ import annotations

from csv import DictReader
from pathlib import Path

import pytest
from running import Done, family

pytestmark = pytest.mark.usefixtures("in_folder")
TABLE = "a,b,gold\nking,queen,9\nking,,8\nkign,queen,7\nman,woman,2\n"


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(TABLE)


def rows(*arguments: str, form: str = "csv", **how: str) -> list[dict[str, str]]:
    done = asked(*arguments, "--format", form, **how)
    return list(DictReader(done.out.splitlines(), delimiter="," if form == "csv" else "\t"))


def asked(*arguments: str, **how: str) -> Done:
    return family("--csv", "t.csv", *arguments, **how)


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_its_own_columns_and_one_for_each_formula(form: str) -> None:
    found = rows("-e", "sim = cos(a, b)", "-e", "cos(a, man)", form=form)
    assert list(found[0]) == ["a", "b", "gold", "sim", "cos(a, man)", "error"]
    assert [row["a"] for row in found] == ["king", "king", "kign", "man"]
    direct = family("cos(king, queen)", "--format", "plain").out.strip()
    assert (found[0]["sim"], found[0]["error"]) == (direct, "")
    assert (found[1]["sim"], found[1]["error"]) == ("", "the cell b is empty")
    assert found[1]["cos(a, man)"] == rows("-e", "cos(king, man)")[0]["cos(king, man)"]
    assert (found[2]["sim"], found[2]["error"]) == ("", "unknown word 'kign'")
    assert found[3]["cos(a, man)"] == "1"


def test_a_ranking_has_a_word_and_a_score() -> None:
    best = family("king - man", "-k", "2", "--format", "plain").out.splitlines()
    (row, *_) = rows("-e", "a - man", "-k", "1")
    assert best[0].split("\t")[1:] == [
        row["a - man"],
        row["a - man score"] + "0" * (8 - len(row["a - man score"])),
    ]
    assert "rank" not in row
    several = rows("-e", "n = a - man", "-e", "cos(a, man)", "-k", "2")
    assert [(row["a"], row["rank"], row["n"]) for row in several[:2]] == [
        ("king", "1", best[0].split("\t")[1]),
        ("king", "2", best[1].split("\t")[1]),
    ]
    assert several[0]["cos(a, man)"] == several[1]["cos(a, man)"] != ""


def test_what_is_expected_is_told() -> None:
    Path("t.csv").write_text("a,b\nking,queen\nking,bread\n")
    found = rows("-e", "a - man + woman => b @1", "-k", "1")
    assert [row["a - man + woman => b @1 passed"] for row in found] == ["true", "false"]


def test_a_value_that_failed_is_not_that_of_the_row_before() -> None:
    """Each row asks for itself: what could not be bound is no older value."""
    found = rows("-e", "x = a + woman; cos(x, queen)")
    assert [bool(row["x = a + woman; cos(x, queen)"]) for row in found] == [True, True, False, True]
    records = asked("-e", "x = a + woman; cos(x, queen)", "--json").records
    assert [record["error"] is None for record in records] == [True, True, False, True]


@pytest.mark.parametrize(
    ("formulas", "message"),
    [
        (["cos(a, b)", "cos(a, b)"], "two columns are called 'cos(a, b)'"),
        (["gold = cos(a, b)"], "two columns are called 'gold'"),
        (["cos(a, b); a"], "one formula is wanted"),
        (["f(x) = cos(x, b)"], "one formula is wanted"),
    ],
)
def test_what_makes_no_table(formulas: list[str], message: str) -> None:
    done = asked(*(part for text in formulas for part in ("-e", text)))
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_terminal_shows_one_table_with_errors_in_their_cells() -> None:
    done = asked("-e", "sim = cos(a, b)", terminal=True, COLUMNS="60", NO_COLOR="1")  # type: ignore[arg-type]
    lines = done.out.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["a", "king", "king", "kign", "man", lines[-1]]
    assert "the cell b is empty" in lines[2]
    assert "unknown word 'kign'" in lines[3]
    assert "norm rms" in lines[-1]
    assert done.err.count("unknown word 'kign'") == 1


def test_long_tables_are_aligned_all_the_way() -> None:
    Path("t.csv").write_text("a,b\n" + "king,queen\n" * 1500 + "princess,prince\n")
    lines = asked("-e", "cos(a, b)", "--format", "table").out.splitlines()
    assert len(lines) == 1 + 1501 + 1
    assert sum(line.startswith("a ") for line in lines) == 1
    assert {line.index("0.") for line in lines[1:1001]} == {lines[0].index("cos") + 3}


def test_a_table_in_parts_is_the_whole_table() -> None:
    """Formats for programs have one header, whatever is resumed or flushed."""
    whole = asked("-e", "cos(a, b)", "-e", "a", "-k", "1", "--format", "csv").out
    assert asked("-e", "cos(a, b)", "-e", "a", "-k", "1", "--format", "csv", "--line-buffered").out == whole
    done = asked("-e", "cos(a, b)", "-e", "a", "-k", "1", "-o", "out.csv", "--resume")
    assert done.code == 1
    assert Path("out.csv").read_text() == whole
    markdown = asked("-e", "cos(a, b)", "--format", "markdown").out
    assert markdown.count("---: |") == 1


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_table_without_a_header(mark: str) -> None:
    Path("t.csv").write_text(f"king{mark}queen\nking{mark}king\n")
    assert [list(row.items())[:2] for row in rows("-e", "cos(c1, c2)", "--headerless", "-q")] == [
        [("c1", "king"), ("c2", "queen")],
        [("c1", "king"), ("c2", "king")],
    ]
    piped = family(
        "--csv", "-", "-e", "cos(c1, c2)", "--headerless", "--format", "csv", stdin=Path("t.csv").read_text()
    )
    assert piped.out.count("king") == 3


def test_what_several_formulas_of_a_row_meet_is_told_once() -> None:
    Path("t.csv").write_text("a,b\nking,quen\nKING,man\nkign,quen\nking,quen\n,man\n")
    formulas = ("-e", "cos(a, b)", "-e", "a - b", "-e", "a + a", "-k", "1")
    for form in ("table", "csv", "json"):
        done = asked(*formulas, "--format", form, terminal=form == "table", NO_COLOR="1", COLUMNS="200")
        told = [line.partition("; ")[0].removeprefix("vecalc: ") for line in done.err.splitlines()]
        assert told == [
            "t.csv:2: unknown word 'quen'",
            "note: KING read as king",
            "t.csv:4: unknown words 'kign', 'quen'",
            "t.csv:4: unknown word 'kign'",  # of a formula that has no b: another message
            "t.csv:5: unknown word 'quen'",  # another row
            "t.csv:6: the cell a is empty",
        ], form
    errors = [row["error"] for row in rows(*formulas)]
    assert errors[2] == "unknown words 'kign', 'quen'; unknown word 'kign'"
