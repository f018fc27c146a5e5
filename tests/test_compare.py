"""`vecalc compare`: formulas side by side, each column what the formula answers alone."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from data import data_file, needs_data
from running import FAMILY, Done, vecalc

import vecalc as package
from vecalc.answers import NORMS, Column, Sheet
from vecalc.render import Style, table
from vecalc.studies.compare.formulas import FORMULAS

Rows = list[dict[str, Any]]
NAMES = [formula.name for formula in FORMULAS]


def compared(*arguments: Any, **how: Any) -> Done:
    return vecalc("compare", "-m", FAMILY, *arguments, **how)


def sheets_of(*arguments: Any) -> dict[str, Rows]:
    done = compared(*arguments, "--json")
    assert done.code in (0, 1), done.err
    return {record["sheet"]: record["rows"] for record in done.records}


def column(rows: Rows, name: str, norm: str = "rms") -> list[tuple[str, float]]:
    return [(row["word"], row["score"]) for row in rows if (row["name"], row["norm"]) == (name, norm)]


def standing(summary: Rows, name: str, norm: str = "rms") -> dict[str, Any]:
    (row,) = [row for row in summary if (row["name"], row["norm"]) == (name, norm)]
    return row


# --- columns --------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.name)
@pytest.mark.parametrize("operands", [("king", "queen"), ("king - man", "2 * Queen")], ids=str)
def test_a_column_is_what_the_formula_answers_alone(
    norm: str, formula: Any, operands: tuple[str, str]
) -> None:
    found = column(compared_once(operands)["neighbours"], formula.name, norm)
    text = f"{formula.text} where A = {operands[0]}, B = {operands[1]}"
    (record,) = vecalc("-m", FAMILY, "--norm", norm, "-k", "4", text, "--json").records
    assert found == [(near["word"], near["score"]) for near in record["results"]]


@cache
def compared_once(operands: tuple[str, str]) -> dict[str, Rows]:
    return sheets_of(*operands, "-k", "4", "--all-norms")


@pytest.mark.parametrize(
    "options", [["--metric", "l2"], ["--exclude", "none"], ["--match", "p*"], ["--first", "7"]]
)
def test_the_options_of_a_ranking_hold_in_every_column(options: list[str]) -> None:
    found = column(sheets_of("king", "queen", *options)["neighbours"], "combined")
    text = "0.5*(A*B + A + B) where A = king, B = queen"
    (record,) = vecalc("-m", FAMILY, text, *options, "--json").records
    assert found == [(near["word"], near["score"]) for near in record["results"]]


def test_formulas_of_ones_own_stand_behind_the_others() -> None:
    sheets = sheets_of("king", "queen", "-e", "3*A - B + man", "-e", "cos(A, B)", "--only", "sum")
    assert list(dict.fromkeys(row["name"] for row in sheets["summary"])) == [
        "sum", "3*A - B + man", "cos(A, B)",
    ]  # fmt: skip
    (record,) = vecalc("-m", FAMILY, "3*king - queen + man", "--json").records
    found = column(sheets["neighbours"], "3*A - B + man")
    assert found == [(near["word"], near["score"]) for near in record["results"]]
    (number,) = [row for row in sheets["neighbours"] if row["name"] == "cos(A, B)"]
    (record,) = vecalc("-m", FAMILY, "cos(king, queen)", "--json").records
    assert (number["rank"], number["word"], number["score"]) == (None, None, record["value"])


def test_a_formula_may_give_a_list() -> None:
    found = column(
        sheets_of("king", "queen", "-e", "[A, A + B]", "--only", "sum")["neighbours"], "[A, A + B]"
    )
    assert [word for word, _ in found] == ["king", "king + queen"]


def test_a_formula_may_be_a_score() -> None:
    sheets = sheets_of("king", "queen", "-e", "cos(?, A) * cos(?, B)", "--only", "sum")
    (record,) = vecalc("-m", FAMILY, "cos(?, king) * cos(?, queen)", "--json").records
    found = column(sheets["neighbours"], "cos(?, A) * cos(?, B)")
    assert found == [(near["word"], near["score"]) for near in record["results"]]
    row = standing(sheets["summary"], "cos(?, A) * cos(?, B)")
    assert (row["axes"], row["cosine"], row["problem"]) == ("free", None, None)
    assert row["shared"] == len(
        {word for word, _ in found} & {w for w, _ in column(sheets["neighbours"], "sum")}
    )


def test_operands_may_use_bound_names() -> None:
    sheets = sheets_of("x", "queen", "--let", "x = king - man", "--only", "sum")
    (record,) = vecalc("-m", FAMILY, "king - man + queen", "--json").records
    assert column(sheets["neighbours"], "sum") == [(n["word"], n["score"]) for n in record["results"]]


def test_only_some_in_the_order_of_the_table() -> None:
    sheets = sheets_of("king", "queen", "--only", "product, sum")
    assert [row["name"] for row in sheets["summary"]] == ["sum", "product"]
    assert [row["name"] for row in sheets_of("king", "queen")["summary"]] == NAMES


# --- beside the sum -------------------------------------------------------------------------


def test_columns_are_measured_by_the_sum() -> None:
    sheets = sheets_of("king", "queen", "-k", "5")
    of_sum = {word for word, _ in column(sheets["neighbours"], "sum")}
    calculator = package.Calculator(package.load(FAMILY).space)
    for formula in FORMULAS:
        row = standing(sheets["summary"], formula.name)
        words = {word for word, _ in column(sheets["neighbours"], formula.name)}
        assert row["shared"] == len(words & of_sum)
        cosine = calculator.value(f"cos({formula.text}, A + B) where A = king, B = queen")
        assert row["cosine"] == pytest.approx(float(cosine))  # type: ignore[arg-type]
    assert standing(sheets["summary"], "sum")["shared"] == 5


def test_words_say_whether_the_sum_has_them() -> None:
    rows = sheets_of("king", "queen", "-k", "3")["neighbours"]
    of_sum = {word for word, _ in column(rows, "sum")}
    assert all(row["in_sum"] == ("yes" if row["word"] in of_sum else "no") for row in rows)


def test_the_sum_is_the_measure_also_when_it_is_not_shown() -> None:
    with_it = standing(sheets_of("king", "queen")["summary"], "product")
    assert standing(sheets_of("king", "queen", "--only", "product")["summary"], "product") == with_it


def test_the_axes_are_measured() -> None:
    summary = sheets_of("king", "queen")["summary"]
    depend = {row["name"] for row in summary if row["axes"] == "depend"}
    assert depend == {"product", "combined", "max", "min", "convolution"}
    assert {row["name"] for row in summary if row["axes"] == "free"} == {*NAMES} - depend
    assert all(row["change"] < 1e-9 and row["kept"] == 1 for row in summary if row["axes"] == "free")


def test_the_formula_is_judged_not_how_the_operands_were_made() -> None:
    summary = sheets_of("king * queen", "princess + queen")["summary"]
    assert standing(summary, "sum")["axes"] == "free"
    assert standing(summary, "product")["axes"] == "depend"


def test_at_unit_norm_the_combination_is_nearer_to_the_sum_than_at_rms() -> None:
    summary = compared_once(("king", "queen"))["summary"]
    assert standing(summary, "combined", "unit")["cosine"] > standing(summary, "combined", "rms")["cosine"]


# --- the target -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_target_has_its_rank_in_every_column(name: str) -> None:
    text = next(formula.text for formula in FORMULAS if formula.name == name)
    found = standing(sheets_of("king", "queen", "--target", "Bread", "-k", "1")["summary"], name)
    (record,) = vecalc(
        "-m", FAMILY, f"{text.replace('A', 'king').replace('B', 'queen')} => bread", "--json"
    ).records
    assert found["target_rank"] == record["expected"]["rank"]


def test_an_input_is_no_target() -> None:
    summary = sheets_of("king", "queen", "--target", "king")["summary"]
    assert {row["target_rank"] for row in summary} == {None}


def test_the_rank_of_the_target_is_headed_by_it() -> None:
    assert (
        "rank of princess"
        in compared("king", "queen", "--target", "princess", "--format", "table", COLUMNS="120").out
    )


# --- tables ---------------------------------------------------------------------------------


def test_tables_stand_below_each_other_where_the_terminal_is_narrow() -> None:
    for width in (100, 60):
        out = compared("king", "queen", "-k", "3", terminal=True, COLUMNS=str(width), NO_COLOR="1").out
        lines = out.splitlines()
        assert max(map(len, lines[: lines.index("")])) <= width
        assert max(map(len, (line for line in lines if line.startswith(("rank", " "))))) <= width
        headings = " ".join(line for line in lines if line.startswith("rank"))
        assert re.sub(r" [*]", "", " ".join(headings.split())).replace("rank ", "").split()[:3] == NAMES[:3]
        assert headings.count("rank") > (2 if width == 60 else 1)


def test_a_table_is_cut_between_groups_of_columns() -> None:
    columns = (Column("rank", "count"), *(Column(f"{name}{i}") for i in range(4) for name in "ws"))
    cells = tuple("x" * 8 for _ in range(8))
    sheet = Sheet("s", columns, ((1, *cells),), keys=1, together=2)
    lines = table.sheet(sheet, Style(color=False, width=50), 0).splitlines()
    assert [line.split() for line in lines if line.startswith("rank")] == [
        ["rank", "w0", "s0", "w1", "s1"], ["rank", "w2", "s2", "w3", "s3"],
    ]  # fmt: skip
    assert max(map(len, lines)) <= 50
    whole = table.sheet(sheet._replace(keys=0), Style(color=False, width=50), 0)
    assert whole.count("rank") == 1


def test_marks_say_what_is_new_and_what_depends_on_the_axes() -> None:
    out = compared("king", "queen", "-k", "3", "--only", "sum,product", "--format", "table").out
    assert re.search(r"^rank +sum +product \*$", out, re.MULTILINE)
    assert " + " in out


@pytest.mark.parametrize("form", ["table", "plain", "tsv", "csv", "json", "jsonl", "markdown"])
def test_every_format_shows_all_columns(form: str) -> None:
    done = compared("king", "queen", "--format", form)
    assert done.code == 0
    assert all(name in done.out for name in NAMES)


# --- mistakes -------------------------------------------------------------------------------


def test_an_error_stays_in_its_column() -> None:
    done = compared("king", "king", "-e", "A + kign", "--json")
    assert done.code == 1
    summary = next(record["rows"] for record in done.records if record["sheet"] == "summary")
    assert "zero vector" in standing(summary, "difference")["problem"]
    assert "unknown word 'kign'" in standing(summary, "A + kign")["problem"]
    assert standing(summary, "sum")["problem"] is None
    shown = compared("king", "king", "-e", "A + kign", "--format", "table").out
    assert "error: unknown word 'kign'" in " ".join(shown.split())


@pytest.mark.parametrize("metric", ["dot", "l2"])
def test_a_zero_vector_has_neighbours_and_no_cosine(metric: str) -> None:
    difference = standing(sheets_of("king", "king", "--metric", metric)["summary"], "difference")
    assert (difference["cosine"], difference["problem"]) == (None, None)
    assert sheets_of("king - king", "queen", "--metric", metric)


def test_without_a_sum_the_others_are_still_shown() -> None:
    done = compared("king", "(-king)", "--json")
    summary = next(record["rows"] for record in done.records if record["sheet"] == "summary")
    assert "zero vector" in standing(summary, "sum")["problem"]
    assert standing(summary, "difference")["shared"] is None
    assert done.code == 1


MISTAKES = [
    (["king"], 2, "two expressions are compared, 1 given"),
    ([], 2, "two expressions are compared, 0 given"),
    (["king", "queen", "man"], 2, "two expressions are compared, 3 given"),
    (["king", "kign"], 3, "    kign\n    ^^^^"),
    (["king +", "queen"], 3, "    king +\n"),
    (["king", "queen", "--target", "nobody"], 3, "--target: unknown word 'nobody'"),
    (["king", "concat(king, queen)"], 3, "4 components, B one of 8"),
    (["3", "queen"], 3, "this is a number"),
    (["[king, man]", "queen"], 3, "this is a list"),
    (["cos(?, king)", "queen"], 3, "this is a number for every word"),
    (["king", "queen", "--only", "sums"], 2, "there is no formula 'sums'"),
    (["king", "queen", "--format", "vector"], 2, "is for vectors"),
    (["king", "queen", "--norm", "long"], 2, "--norm"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "told"), MISTAKES)
def test_mistakes_are_told(arguments: list[str], code: int, told: str) -> None:
    done = compared(*arguments)
    assert (done.code, done.out) == (code, "")
    assert told in done.err


# --- the Google News words --------------------------------------------------------------------


@cache
def blood_color() -> dict[str, Rows]:
    model = data_file("googlenews-8000x300/googlenews-8000x300.w2v.txt.gz")
    done = vecalc(
        "compare", "blood", "color", "-m", model, "--target", "red", "-k", "5", "--all-norms", "--json"
    )
    return {record["sheet"]: record["rows"] for record in done.records}


@needs_data
@pytest.mark.parametrize(
    ("name", "norm", "expected"),
    [
        (
            "combined",
            "rms",
            [("colors", 0.480784), ("colored", 0.42791), ("blue", 0.421009), ("red", 0.390092)],
        ),
        ("combined", "unit", [("colors", 0.53392), ("colored", 0.482569), ("white", 0.461386)]),
    ],
)
def test_the_product_finds_what_was_published(
    name: str, norm: str, expected: list[tuple[str, float]]
) -> None:
    found = column(blood_color()["neighbours"], name, norm)
    assert [(word, round(score, 6)) for word, score in found[: len(expected)]] == expected


@needs_data
def test_the_product_finds_what_the_sum_does_not() -> None:
    """With unit vectors the product term lifts red past skin; the sum has it sixth."""
    summary = blood_color()["summary"]
    assert standing(summary, "sum", "unit")["target_rank"] == 6
    assert standing(summary, "combined", "unit")["target_rank"] == 5
    assert standing(summary, "combined", "rms")["target_rank"] == 4
    assert standing(summary, "combined", "unit")["cosine"] > 0.998
    assert standing(summary, "combined", "rms")["cosine"] < 0.9
