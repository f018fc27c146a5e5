"""Formulas over tables: what is likely meant for a column is taken for a word by no command."""

from __future__ import annotations

from collections.abc import Callable
from csv import DictReader
from pathlib import Path

import numpy as np
import pytest
from running import Done, family

TABLE = "King,woman,gold\nking,queen,8\nprince,kign,2\nman,woman,1\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(TABLE)
    Path("few.csv").write_text("King,woman\nking,queen\n")
    Path("q.txt").write_text("man king woman queen\n")
    Path("pairs.tsv").write_text("king\tqueen\t8\nman\tbread\t1\nking\tprince\t9\n")


def csv(text: str, *more: str) -> Done:
    return family("--csv", "t.csv", "-e", text, "--format", "csv", "-k", "1", *more)


def features(text: str) -> Done:
    return family("features", "few.csv", "-e", text, "-o", "out.npy")


ROWS: list[Callable[[str], Done]] = [csv, features]
both = pytest.mark.parametrize("run", ROWS)


@both
@pytest.mark.parametrize(
    ("text", "wrong", "meant"),
    [
        ("cos(king, woman)", "king", "King"),
        ("cos(King, Woman)", "Woman", "woman"),
        ("cos(King, women)", "women", "woman"),
        ("Kings - woman", "Kings", "King"),
        ("x = KING; cos(x, woman)", "KING", "King"),
        ("cos(x, woman) where x = king", "king", "King"),
    ],
)
def test_a_name_near_a_column_is_an_error_told_once(
    run: Callable[[str], Done], text: str, wrong: str, meant: str
) -> None:
    done = run(text)
    assert (done.code, done.out) == (3, "")
    (line,) = done.err.splitlines()
    assert line.startswith(f"vecalc: -e '{text}':1:{text.index(wrong) + 1}: '{wrong}' is not a column; ")
    assert f"did you mean {meant}? the columns are King, woman" in line
    assert line.endswith(f'"{wrong}" in quotes is the word')


@both
def test_a_word_in_quotes_or_far_from_all_columns_is_a_word(run: Callable[[str], Done]) -> None:
    assert run('cos(King, "king")').code == 0
    assert run("cos(King, bread)").code == 0
    assert run("cos(King, king) where king = bread").code == 0


@both
@pytest.mark.parametrize("name", ["king", "King"])
def test_a_word_of_a_definition_is_no_column(run: Callable[[str], Done], name: str) -> None:
    """It is a word, which is told where a column is called like it; in quotes it is meant."""
    done = family(*DEFINED[run], f"A = {name}")
    assert (done.code, done.out) == (3, "")
    assert f"'{name}' in a definition is a word, and a column is called King; " in done.err
    quoted = family(*DEFINED[run], 'A = "king"')
    assert (quoted.code, quoted.err) == (0, "")


DEFINED: dict[Callable[[str], Done], list[str]] = {
    csv: ["--csv", "few.csv", "-e", "cos(King, A)", "--let"],
    features: ["features", "few.csv", "-o", "out.npy", "-e", "cos(King, A)", "--let"],
}


def test_what_is_expected_may_be_a_column() -> None:
    """Then the cell of the row is; a name near the column is an error as it is elsewhere."""
    Path("asked.csv").write_text("a,b,c,answer\nman,king,woman,queen\nman,king,woman,bread\n")
    done = family("--csv", "asked.csv", "-e", "b - a + c => answer", "-k", "1", "--format", "jsonl")
    assert done.code == 1
    assert [(r["expected"]["word"], r["expected"]["passed"]) for r in done.records] == [
        ("queen", True),
        ("bread", False),
    ]
    wrong = family("--csv", "asked.csv", "-e", "b - a + c => Answer")
    assert wrong.code == 3
    assert "'Answer' is not a column; did you mean answer?" in wrong.err
    word = family("--csv", "asked.csv", "-e", 'b - a + c => "queen"', "-k", "1", "--format", "jsonl")
    assert [r["expected"]["passed"] for r in word.records] == [True, True]


@pytest.mark.parametrize("kind", ["analogies", "similarity"])
def test_a_formula_without_a_column_can_not_be_measured(kind: str) -> None:
    file, formula = {"analogies": ("q.txt", "king"), "similarity": ("pairs.tsv", "cos(king, man)")}[kind]
    done = family("eval", kind, file, "-e", formula)
    assert (done.code, done.out) == (3, "")
    assert "uses no column, it is the same in every row; the columns are a, b" in done.err


@pytest.mark.parametrize("form", ["json", "csv", "table", "markdown"])
def test_what_fails_before_the_first_answer_writes_nothing(form: str) -> None:
    done = csv("cos(king, woman)", "--format", form)
    assert (done.code, done.out) == (3, "")


def test_what_is_neither_a_column_nor_a_word_is_told_once() -> None:
    done = csv("cos(word1, King)")
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "vecalc: -e 'cos(word1, King)':1:5: 'word1' is not a column or a word of the model; "
        "the columns are King, woman, gold; if the first line holds data, add --headerless\n"
    )
    assert "left out" in csv("word1 + King", "--oov", "skip").err


@both
def test_an_expression_without_a_column_is_told_of_once(run: Callable[[str], Done]) -> None:
    done = run("cos(bread, apple)")
    assert done.code == 0
    assert done.err.count("has no column of the table: it is the same in every row\n") == 1


def test_an_unknown_word_in_a_cell_is_still_a_problem_of_its_row() -> None:
    done = csv("cos(King, woman)")
    assert done.code == 1
    assert done.err.count("unknown word 'kign'") == 1
    assert len(done.out.splitlines()) == 4


@pytest.mark.parametrize(
    ("line", "wrong"),
    [(["analogies", "q.txt", "-e", "B - a + c"], "B"), (["similarity", "pairs.tsv", "-e", "cos(a, B)"], "B")],
)
def test_columns_of_questions_are_columns(line: list[str], wrong: str) -> None:
    done = family("eval", *line)
    assert (done.code, done.out) == (3, "")
    assert f"'{wrong}' is not a column; did you mean b? the columns are a, b" in done.err


def test_many_columns_are_not_all_listed() -> None:
    names = ",".join(f"column{i}" for i in range(300))
    Path("t.csv").write_text(f"{names}\n{','.join(['king'] * 300)}\n")
    assert "column19 and 280 more;" in csv("cos(column1, Column2)").err


@both
def test_numbers_in_a_column_of_words_are_told_of(run: Callable[[str], Done]) -> None:
    for file in ("t.csv", "few.csv"):
        Path(file).write_text("a,b,c\nking,queen,1\nking,1.50,2\nking,bread,3\n")
    done = run("a * b * c")
    assert done.code == 0
    assert done.err.count("column b: cells read as numbers 1 (1.50), as words 2\n") == 1
    assert "column a:" not in done.err
    assert "column c:" not in done.err


def test_a_table_without_rows_is_an_error() -> None:
    Path("t.csv").write_text("a,b\n")
    done = csv("a + b")
    assert (done.code, done.err) == (4, "vecalc: t.csv: has no rows\n")


@pytest.mark.parametrize(
    ("text", "direct"),
    [
        ("x = a; cos(x, b)", "cos(king, queen)"),
        ("f(x) = cos(x, b); f(a)", "cos(king, queen)"),
        ("x = a - b; y = x + b; cos(y, b)", "cos(king - queen + queen, queen)"),
    ],
)
@both
def test_what_a_text_binds_may_have_columns(run: Callable[[str], Done], text: str, direct: str) -> None:
    """And not the words that are spelled like them."""
    for file in ("t.csv", "few.csv"):
        Path(file).write_text("a,b\nking,queen\n")
    done = run(text)
    assert (done.code, done.err) == (0, "")
    expected = float(family(direct, "--format", "json").records[0]["value"])
    if run is features:
        found = float(np.load("out.npy")[0, 0])
    else:
        (row,) = DictReader(done.out.splitlines())
        found = float(row[next(name for name in row if name not in ("a", "b", "error"))])
    assert found == pytest.approx(expected, abs=1e-5)


def test_nearest_looks_from_the_words_of_the_questions() -> None:
    done = family("eval", "similarity", "pairs.tsv", "-e", "cos(mean(nearest(a, 1)), b)", "--json")
    assert done.code == 0, done.err


def test_a_word_that_a_column_holds_as_a_part_is_a_word() -> None:
    """Near spellings of words look beside separators; a column king_of_a is not meant by `king`."""
    Path("parts.csv").write_text("king_of_a,b\nqueen,man\n")
    done = family("--csv", "parts.csv", "-e", "cos(king, b)", "--format", "jsonl")
    assert done.code == 0, done.err
    assert done.records[0]["value"] == family("cos(king, man)", "--format", "json").records[0]["value"]


def test_a_rank_is_that_of_the_words_of_each_row() -> None:
    Path("ranks.csv").write_text("a,b\nking,queen\nman,queen\n")
    done = family("--csv", "ranks.csv", "-e", "rank(b, a)", "--format", "jsonl")
    alone = family("rank(queen, king); rank(queen, man)", "--format", "jsonl")
    assert [record["value"] for record in done.records] == [record["value"] for record in alone.records]
    features = family("features", "ranks.csv", "-e", "rank(b, a)", "-o", "ranks.npy")
    assert features.code == 0, features.err
    assert np.load("ranks.npy")[:, 0].tolist() == [record["value"] for record in alone.records]
