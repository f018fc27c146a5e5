"""Output formats: one suite over all that the finder finds, with words that break careless ones."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import unicodedata

import pytest
from rendering import (
    COSINE,
    DULL,
    EMPTY,
    EVERYTHING,
    FORMATS,
    LIST,
    MATRIX,
    MODULES,
    NASTY,
    NASTY_TABLE,
    NASTY_WORDS,
    NUMBERS,
    QUEEN,
    SGR,
    WRONG,
    asked,
    document,
)

from vecalc.answers import Answer, Number
from vecalc.render import Renderer, Style

FOR_PEOPLE = ["table", "plain", "markdown"]
STYLES = [
    DULL,
    Style(color=True, width=80, several=True),
    Style(color=False, width=1, header=False, precision=0, csv_safe=True, ascii=True),
    Style(color=True, width=200, precision=12, several=True),
]
each_format = pytest.mark.parametrize("name", FORMATS)
each_style = pytest.mark.parametrize("style", STYLES)


def test_the_formats() -> None:
    assert sorted(["table", "plain", "tsv", "csv", "json", "jsonl", "junit", "markdown", "vector"]) == FORMATS


@each_format
@pytest.mark.parametrize("function", ["begin", "answer", "end"])
def test_a_format_has_the_signatures_of_the_contract(name: str, function: str) -> None:
    of_contract = list(inspect.signature(getattr(Renderer, function)).parameters.values())[1:]
    signature = inspect.signature(getattr(MODULES[name], function))
    assert list(signature.parameters.values()) == of_contract
    assert signature.return_annotation == "str"


@each_style
@each_format
def test_any_answer_is_drawn_the_same_twice_and_encodes(name: str, style: Style) -> None:
    text = document(name, EVERYTHING, style)
    text.encode()
    assert text == document(name, EVERYTHING, style)
    assert text.endswith("\n")


@each_style
@each_format
def test_no_answers(name: str, style: Style) -> None:
    text = document(name, [], style)
    if name == "junit":
        assert "<testcase" not in text
        assert "<testsuite" in text
    else:
        assert text == ("[\n]\n" if name == "json" else "")


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "csv"])
def test_no_escape_without_colour(name: str) -> None:
    assert "\x1b" not in document(name, EVERYTHING)


@each_style
@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_people_see_no_control_character(name: str, style: Style) -> None:
    text = document(name, EVERYTHING, style)
    seen = set(SGR.sub("", text) if style.color and name == "table" else text) - {"\n", "\t"}
    assert not {
        c for c in seen if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in "\u202e\ufeff\xa0"
    }


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("table", "vector")])
def test_words_are_never_cut(name: str) -> None:
    text = document(name, [NASTY], Style(color=False, width=10))
    assert "x" * 300 in text
    assert "長" * 300 in text


@pytest.mark.parametrize("name", ["table", "markdown", "plain"])
def test_a_failing_expression_alone_prints_nothing(name: str) -> None:
    assert document(name, [WRONG]) == ""


# --- plain, vector, markdown ----------------------------------------------------------------


def test_plain_has_three_columns() -> None:
    lines = document("plain", [NASTY]).splitlines()[:-1]  # the last tells of the expectation
    assert {len(line.split("\t")) for line in lines} == {3}
    assert [line.split("\t")[0] for line in lines] == [str(i) for i in range(1, len(NASTY_WORDS) + 1)]


def test_plain_of_a_table_is_its_matrix() -> None:
    head, *lines = (line.split("\t") for line in document("plain", [MATRIX]).splitlines())
    assert head == ["#", "queen", "2", "red * blue"]
    assert lines == [["king", "0.861235", "-1e-09", "1"], ["漢字", "-0.25", "0.5", "0.333333"]]
    assert document("plain", [NUMBERS]) == "1\tking\t0.8612\n2\t2\t-0.5\n3\t漢字\t0.333333\n"
    nasty = document("plain", [NASTY_TABLE]).splitlines()
    assert {line.count("\t") for line in nasty} == {len(NASTY_WORDS)}
    assert len(nasty) == len(NASTY_WORDS) + 1
    bare = document("plain", [MATRIX], Style(color=False, width=80, header=False, precision=1))
    assert bare == "king\t0.9\t0.0\t1.0\n漢字\t-0.2\t0.5\t0.3\n"


def test_plain_remarks_among_several() -> None:
    text = document("plain", [COSINE, WRONG], Style(color=False, width=80, several=True))
    assert text == (
        "# cos(king, queen)\n0.651096\n# king - mann + womn\n# error: unknown words 'mann', 'womn'\n"
    )


def test_vector_components_are_exact_and_lines_count_expressions() -> None:
    lines = document("vector", [QUEEN, WRONG, COSINE, EMPTY]).split("\n")
    assert [float(x) for x in lines[0].split()] == list(QUEEN.result.vector)  # type: ignore[union-attr]
    assert lines[1:] == ["", repr(0.6510956859588623), lines[0], ""]
    assert document("vector", [LIST]) == "1.0 0.1\n-2.0 1e+22\n"


def test_vectors_of_a_table_are_its_rows() -> None:
    assert document("vector", [MATRIX]) == (
        "0.8612345678 -1e-09 1.0000000000000002\n-0.25 0.5 0.3333333333333333\n"
    )
    assert document("vector", [NUMBERS]) == "0.8612\n-0.5\n0.3333333333333333\n"


def test_markdown_of_tables() -> None:
    assert document("markdown", [MATRIX]).splitlines() == [
        r"|  | queen | 2 | red \* blue |",
        "| :--- | ---: | ---: | ---: |",
        "| king | 0.8612 | 0.0000 | 1.0000 |",
        "| 漢字 | -0.2500 | 0.5000 | 0.3333 |",
    ]
    assert document("markdown", [NUMBERS]).splitlines()[2:] == [
        "| king | 0.8612 |",
        "| 2 | -0.5000 |",
        "| 漢字 | 0.3333 |",
    ]


def test_markdown_has_a_column_of_weights_where_there_are_some() -> None:
    rows = LIST.result.rows  # type: ignore[union-attr]
    bare = LIST._replace(result=LIST.result._replace(rows=rows[:1]))  # type: ignore[union-attr]
    assert document("markdown", [bare]).splitlines()[0] == "|  | vector | length | nearest |"
    assert document("markdown", [LIST]).splitlines()[0] == "|  | vector | length | weight | nearest |"


def test_markdown_cells_stay_cells() -> None:
    lines = document("markdown", [NASTY]).splitlines()
    rows = [re.findall(r"(?<!\\)(?:\\\\)*\|", line) for line in lines[: len(NASTY_WORDS) + 2]]
    assert {len(bars) for bars in rows} == {4}
    assert r"| 41 | \<b\> | 0.6000 |" in lines


def test_markdown_fence_outgrows_backticks() -> None:
    text = document("markdown", [Answer(asked("a``b`"), result=Number(1.0))], Style(False, 80, several=True))
    assert text.startswith("### ``` a``b` ```\n")


# --- what is loaded -------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "table"])
def test_a_plain_answer_loads_neither_rich_nor_numpy(name: str) -> None:
    program = (
        f"import sys; from vecalc.answers import *; from vecalc.render import Style, {name} as it\n"
        "near = Ranking((Neighbour(1, 'naïve', 0.5),), (), type('V', (), {'tolist': lambda self: [1.0]})())\n"
        "it.answer(Answer(Asked(1, 'a', 'rms', 'cos', 'm', 1, 1), result=near), Style(True, 80), 0)\n"
        "print(*({'rich', 'numpy', 'unicodedata'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.split() == []
