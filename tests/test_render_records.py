"""json, jsonl, csv and tsv read back: the same words, numbers and places, whatever the words hold."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from rendering import (
    ATTENTION,
    COSINE,
    DULL,
    EMPTY,
    EVERYTHING,
    IN_ROW,
    LIST,
    MATRIX,
    NASTY,
    NASTY_ERROR,
    NASTY_LIST,
    NASTY_TABLE,
    NASTY_WORDS,
    NUMBERS,
    ORDINARY,
    QUEEN,
    QUERIES,
    WRONG,
    asked,
    document,
    ranking,
)

from vecalc.answers import SCHEMA, Answer, Neighbour, Number, Row, Rows, Tabled
from vecalc.render import Style

VECTOR = ["place", "label", "length", "passed"]  # columns of lists and of what is expected
both = pytest.mark.parametrize("name", ["csv", "tsv"])


def strictly(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def cells(name: str, answers: Sequence[Answer], style: Style = DULL) -> list[list[str]]:
    """A csv or tsv document read back."""
    text = document(name, answers, style)
    if name == "csv":
        return list(csv.reader(io.StringIO(text, newline="")))
    return [[_unescaped(cell) for cell in line.split("\t")] for line in text.split("\n")[:-1]]


def _unescaped(cell: str) -> str:
    signs = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(r"\\u([0-9a-f]{4})|\\(.)", lambda m: chr(int(m[1], 16)) if m[1] else signs[m[2]], cell)


# --- json -----------------------------------------------------------------------------------


def test_json_is_the_array_of_the_lines() -> None:
    array = strictly(document("json", EVERYTHING))
    assert array == [strictly(line) for line in document("jsonl", EVERYTHING).splitlines()]
    assert [one["type"] for one in array[:7]] == [
        "ranking",
        "ranking",
        "scalar",
        "ranking",
        "list",
        "ranking",
        None,
    ]
    assert {one["schema"] for one in array} == {SCHEMA}


def test_json_words_are_exact() -> None:
    [record] = strictly(document("json", [NASTY]))
    assert [hit["word"] for hit in record["results"]] == NASTY_WORDS
    assert record["expr"] == NASTY.asked.expr


def test_json_shows_no_control_but_readable_text() -> None:
    text = document("jsonl", EVERYTHING)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\ud800-\udfff]", text)
    assert "漢字" in text
    assert r"a\u202eb" in text


def test_json_keys_stand_in_one_order() -> None:
    record = strictly(document("jsonl", [QUEEN]))
    assert " ".join(record) == (
        "schema id expr parsed model norm metric type results excluded notes expected error"
    )
    assert record["expected"] == {"word": "queen", "at": 3, "rank": 1, "passed": True}
    assert record["excluded"][0] == {"word": "king", "rank": 1, "score": 0.8449}
    assert record["error"] is None


def test_json_error() -> None:
    error = strictly(document("jsonl", [WRONG]))["error"]
    assert (error["kind"], error["start"], error["end"]) == ("unknown word", 7, 11)
    assert error["suggestions"] == ["man", "many", "woman"]
    assert error["missing"][1] == {"word": "womn", "start": 14, "end": 18, "suggestions": ["woman"]}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_json_never_has_nan(value: float) -> None:
    bad = [Answer(asked(), result=Number(value)), Answer(asked(), result=ranking(Neighbour(1, "a", value)))]
    scalar, near = strictly(document("json", bad))
    assert scalar["value"] is None
    assert near["results"][0]["score"] is None


def test_json_numbers_are_exact() -> None:
    assert (
        strictly(document("jsonl", [COSINE], Style(color=False, width=80, precision=2)))["value"]
        == 0.6510956859588623
    )


def test_json_attention_rows_and_list() -> None:
    assert strictly(document("jsonl", [ATTENTION]))["attention"][0][0] == {"label": "queen", "weight": 0.75}
    several = strictly(document("jsonl", [QUERIES]))["attention"]
    assert several[1][0] == {"query": "2 * man", "label": "queen", "weight": 0.125}
    assert strictly(document("jsonl", [IN_ROW]))["row"] == {"word": "king", "B": "=1,2"}
    rows = strictly(document("jsonl", [LIST]))["rows"]
    assert ["weight" in row for row in rows] == [False, True]
    assert rows[0]["results"][1] == {"rank": 2, "word": "kings", "score": 0.99}


def test_json_of_a_table_is_its_labels_and_its_numbers() -> None:
    record = strictly(document("jsonl", [MATRIX]))
    assert " ".join(record) == (
        "schema id expr parsed model norm metric type rows columns values excluded notes error"
    )
    assert (record["type"], record["excluded"]) == ("table", [])
    assert (record["rows"], record["columns"]) == (["king", "漢字"], ["queen", "", "red * blue"])
    assert record["values"] == MATRIX.result.values.tolist()  # type: ignore[union-attr]
    flat = strictly(document("jsonl", [NUMBERS]))
    assert (flat["rows"], flat["columns"]) == (["king", "", "漢字"], [])
    assert flat["values"] == [0.8612, -0.5, 1 / 3]


def test_json_of_a_table_never_has_nan() -> None:
    numbers = np.array([[1.0, np.nan], [np.inf, -np.inf]])
    answers = [
        Answer(asked(), result=Tabled(("a", "b"), ("c", "d"), numbers)),
        Answer(asked(), result=Tabled(("a", "b"), (), numbers[0])),
    ]
    matrix, flat = strictly(document("json", answers))
    assert matrix["values"] == [[1.0, None], [None, None]]
    assert flat["values"] == [1.0, None]


# --- csv, tsv -------------------------------------------------------------------------------


@both
def test_cells_read_back(name: str) -> None:
    head, *rows = cells(name, [NASTY])
    assert head == ["id", "expr", "rank", "word", "score", "error", *VECTOR]
    spelled = [w.encode(errors="backslashreplace").decode() if name == "csv" else w for w in NASTY_WORDS]
    assert [row[3] for row in rows] == spelled
    assert {row[1] for row in rows} == {NASTY.asked.expr}
    assert [float(row[4]) for row in rows] == [round(1 - 0.01 * i, 6) for i in range(len(NASTY_WORDS))]


@both
def test_every_record_has_the_columns_of_the_header(name: str) -> None:
    answers = [*ORDINARY, NASTY, NASTY_LIST, NASTY_ERROR]
    assert {len(row) for row in cells(name, answers)} == {10}
    failed = [row for row in cells(name, answers) if row[5] and row[0] == "7"]
    assert failed == [["7", "king - mann + womn", "", "", "", "unknown words 'mann', 'womn'", *[""] * 4]]


@both
def test_no_expression_is_left_out(name: str) -> None:
    _, *rows = cells(name, ORDINARY)
    assert list(dict.fromkeys(row[0] for row in rows)) == [str(answer.asked.id) for answer in ORDINARY]
    assert [row[2:] for row in rows if row[0] == str(EMPTY.asked.id)] == [[*[""] * 7, "false"]]
    assert [row[9] for row in rows if row[0] == str(QUEEN.asked.id)] == ["true"] * 5


@both
def test_lists_and_numbers_in_cells(name: str) -> None:
    _, number, first, second, third = cells(name, [COSINE, LIST])
    assert number == ["3", "cos(king, queen)", "", "", "0.651096", "", "", "", "", ""]
    assert first == ["5", "[king, man * 2]", "1", "king", "1.000000", "", "1", "king", "14.142136", ""]
    assert second[2:] == ["2", "kings", "0.990000", "", "1", "king", "14.142136", ""]
    assert third[2:] == ["1", "man", "1.000000", "", "2", "man * 2", "28.284271", ""]


def test_columns_mean_what_they_mean_in_json() -> None:
    head, *rows = cells("tsv", [QUEEN, LIST])
    told = iter([dict(zip(head, row, strict=True)) for row in rows])
    for record in strictly(document("json", [QUEEN, LIST])):
        for vector in record.get("rows", [record]):
            for hit in vector["results"]:
                row = next(told)
                assert {name: row[name] for name in ("rank", "word")} == {
                    "rank": str(hit["rank"]),
                    "word": hit["word"],
                }
                assert float(row["score"]) == pytest.approx(hit["score"], abs=1e-6)
                assert row["label"] == vector.get("label", "")
                assert row["length"] == (f"{vector['length']:.6f}" if "length" in vector else "")
    assert next(told, None) is None


@pytest.mark.parametrize("name", ["plain", "csv", "tsv"])
def test_a_vector_without_neighbours_keeps_its_place(name: str) -> None:
    alone = Answer(asked(), result=Rows((Row("", 2.5, None, ()),), np.ones((1, 2))))
    assert (
        document(name, [alone]).splitlines()[-1]
        == {
            "plain": "# 1: length 2.500000",
            "csv": "1,king - man + woman,,,,,1,,2.500000,",
            "tsv": "1\tking - man + woman\t\t\t\t\t1\t\t2.500000\t",
        }[name]
    )


@both
def test_a_table_in_cells_has_a_row_for_each_number(name: str) -> None:
    _, *rows = cells(name, [MATRIX, NUMBERS])
    assert rows[0][2:] == ["", "queen", "0.861235", "", "1", "king", "", ""]
    assert [(row[6], row[7], row[3], row[4]) for row in rows if row[0] == "10"] == [
        ("1", "king", "queen", "0.861235"), ("1", "king", "2", "-1e-09"), ("1", "king", "red * blue", "1"),
        ("2", "漢字", "queen", "-0.25"), ("2", "漢字", "2", "0.5"), ("2", "漢字", "red * blue", "0.333333"),
    ]  # fmt: skip
    assert [row[2:] for row in rows if row[0] == "9"] == [
        ["", "", "0.8612", "", "1", "king", "", ""],
        ["", "", "-0.5", "", "2", "", "", ""],
        ["", "", "0.333333", "", "3", "漢字", "", ""],
    ]


@both
def test_a_table_is_a_matrix_again_by_place_and_word(name: str) -> None:
    head, *rows = cells(name, [NASTY_TABLE])
    told = [dict(zip(head, row, strict=True)) for row in rows]
    words = list(dict.fromkeys(row["word"] for row in told))
    numbers = {(int(row["place"]), row["word"]): float(row["score"]) for row in told}
    assert len(numbers) == len(NASTY_WORDS) ** 2
    matrix = [[numbers[place, word] for word in words] for place in range(1, len(NASTY_WORDS) + 1)]
    assert matrix == NASTY_TABLE.result.values.tolist()  # type: ignore[union-attr]


@both
def test_safe_cells_begin_no_formula(name: str) -> None:
    _, *rows = cells(name, [NASTY, NASTY_ERROR], Style(color=False, width=80, csv_safe=True))
    words = [row[3] for row in rows]
    assert not [word for word in words if word.startswith(tuple("=+-@\t\r"))]
    assert "'=cmd|' /C calc'!A0" in words
    assert rows[-1][1].startswith("'-")
    lowest = Answer(asked(), result=ranking(Neighbour(1, "a", -0.5)))
    assert cells(name, [lowest], Style(color=False, width=80, csv_safe=True))[1][4] == "-0.500000"


@both
def test_the_header_stands_once_or_not_at_all(name: str) -> None:
    assert sum(row[0] == "id" for row in cells(name, [QUEEN, QUEEN])) == 1
    assert cells(name, [QUEEN, QUEEN], Style(color=False, width=80, header=False))[0][0] == "1"
