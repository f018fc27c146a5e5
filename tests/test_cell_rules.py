"""Tables and files of questions: what separates cells and what quotes mean, by one set of rules."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running import Done, family

from vecalc.errors import FileProblem
from vecalc.tables import question_rows
from vecalc.tables.cell_rules import OpenQuote, divided, layout_of, number_of
from vecalc.tables.question_rows import rows
from vecalc.tables.question_tables import QuestionText, table

PAIRS = [
    ("king", "queen", "8.5"),
    ("man", "bread", "1"),
    ("prince", "princess", "8"),
    ("apple", "king", "0.5"),
]
HEADER = ("a", "b", "score")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def text_of(delimiter: str, entries: Sequence[Sequence[str]] = (HEADER, *PAIRS)) -> str:
    if delimiter == "{":
        return "".join(json.dumps(dict(zip(HEADER, entry, strict=True))) + "\n" for entry in entries[1:])
    return "".join(delimiter.join(entry) + "\n" for entry in entries)


def given_as(name: str, text: str) -> str:
    """What is sent on standard input; else it is in the file."""
    if name != "-":
        Path(name).write_text(text)
    return text if name == "-" else ""


# --- the three commands read alike ----------------------------------------------------------


def csv(name: str, text: str) -> Done:
    stdin = given_as(name, text)
    return family("--csv", name, "-e", "cos(a, b)", "--format", "tsv", stdin=stdin)


def features(name: str, text: str) -> Done:
    stdin = given_as(name, text)
    done = family("features", name, "-e", "cos(a, b)", "--keep", "score", "-o", "out.csv", stdin=stdin)
    return done._replace(out=Path("out.csv").read_text() if done.code == 0 else done.out)


def evaluation(name: str, text: str) -> Done:
    stdin = given_as(name, text)
    done = family("eval", "similarity", name, "--bind", "a=a", "--bind", "b=b", "--json", stdin=stdin)
    return done._replace(out=json.dumps(done.records[0]["rows"]) if done.code == 0 else done.out)


every_reader = pytest.mark.parametrize("read", [csv, features, evaluation])
NOTE = "vecalc: note: {}: read as {}, not as cells between {}\n"


@every_reader
@pytest.mark.parametrize(
    "delimiter", ["\t", ",", ";", "|", "{"], ids=["tabs", "commas", "semicolons", "bars", "objects"]
)
@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.dat", "t", "-"])
def test_cells_are_told_apart_by_what_is_in_the_file(
    read: Callable[[str, str], Done], name: str, delimiter: str
) -> None:
    usual = read("usual.csv", text_of(","))
    assert (usual.code, usual.err) == (0, "")
    done = read(name, text_of(delimiter))
    assert done.code == 0, done.err
    if read is not csv or delimiter != "{":  # which has other numbers of lines
        assert done.out == usual.out
    promised = {"t.csv": ",", "t.tsv": "\t"}.get(name, delimiter)
    assert bool(done.err) == (promised != delimiter)


@every_reader
def test_what_the_name_does_not_promise_is_told(read: Callable[[str, str], Done]) -> None:
    assert read("t.csv", text_of(";")).err == NOTE.format("t.csv", "cells between semicolons", "commas")
    assert read("t.tsv", text_of(",")).err == NOTE.format("t.tsv", "cells between commas", "tabs")
    assert read("t.csv", text_of("{")).err == NOTE.format("t.csv", "JSON objects, one a line", "commas")


@every_reader
def test_decimal_commas_and_sentences_separate_nothing(read: Callable[[str, str], Done]) -> None:
    for delimiter, name, cell in ((";", "note", "5,5"), ("\t", "a, note", "some, text; here")):
        entries = [(*HEADER, name), *((*pair, cell) for pair in PAIRS)]
        done = read("t.dat", text_of(delimiter, entries))
        assert done.code == 0, done.err
        if read is not csv:  # which shows all columns
            assert done.out == read("t.dat", text_of(",")).out


@every_reader
@pytest.mark.parametrize("delimiter", ["\t", ",", ";", "|"])
def test_a_cell_in_quotes_is_what_is_within(read: Callable[[str, str], Done], delimiter: str) -> None:
    quoted = [[f'"{cell}"' for cell in entry] for entry in (HEADER, *PAIRS)]
    assert read("t.dat", text_of(delimiter, quoted)).out == read("t.dat", text_of(delimiter)).out


def test_the_first_answer_needs_no_more_than_the_first_row() -> None:
    class Slow(io.RawIOBase):
        """Fails where a third line is asked for."""

        sent = iter([b"a;b\n", b"king;queen\n"])

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            line = next(self.sent)
            buffer[: len(line)] = line
            return len(line)

    found = rows("-", io.BufferedReader(Slow()))
    assert next(found).cells == {"a": "king", "b": "queen"}


# --- delimiters -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a\tb"], "\t"),
        (["a,b"], ","),
        (["a;b"], ";"),
        (["a b"], " "),
        (["word"], " "),
        (["a, b\tc, d\te"], "\t"),
        (["a;b", "1,5;2,5"], ";"),
        (["könig;königin;3,5", "mann;frau;4,0"], ";"),
        (["id,notes", '1,"a; b; c"', "2,x"], ","),
        (['"a,b,c";d', '"e,f";g'], ";"),
        (['"a ""b, c"" d";e', "f;g"], ";"),
        (["a,b,c", "d;e,f,g"], ","),
        ([], " "),
    ],
)
def test_delimiters(lines: list[str], expected: str) -> None:
    assert layout_of("t", lines, " ") == expected


def test_a_name_decides_where_lines_do_not() -> None:
    heard: list[str] = []
    for name in ("t.tsv", "t.csv"):
        (row,) = rows(name, io.BytesIO(b"a\nking; queen\n"), heard.append)
        assert row.cells == {"a": "king; queen"}
    assert heard == []


# --- quotes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('"king"', "king"),
        ('"say ""so"""', 'say "so"'),
        ('""', ""),
        ('""""', '"'),
        ('"', '"'),
        ('5"', '5"'),
        ('"5" disk"', '"5" disk"'),
        ('"king', '"king'),
        ('"""', '"""'),
    ],
)
def test_between_tabs_a_cell_is_unquoted_when_all_of_it_is_quoted(cell: str, expected: str) -> None:
    """So a quotation mark that is a word does not swallow the cells and lines behind it."""
    data = f"a\tb\n{cell}\tqueen\nman\twoman\n".encode()
    found = list(rows("t.tsv", io.BytesIO(data)))
    assert [row.cells for row in found] == [{"a": expected, "b": "queen"}, {"a": "man", "b": "woman"}]
    assert table(QuestionText("t.tsv", data)).rows[1].cells == (expected, "queen")


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_quoted_cell_may_hold_line_ends_and_delimiters(delimiter: str) -> None:
    data = f'a{delimiter}b\n"x{delimiter}\ny"{delimiter}queen\nman{delimiter}woman\n'.encode()
    cells = [(f"x{delimiter}\ny", "queen"), ("man", "woman")]
    found = list(rows("t", io.BytesIO(data)))
    assert [(row.number, tuple(row.cells.values())) for row in found] == list(zip((3, 4), cells, strict=True))
    read = table(QuestionText("t", data)).rows
    assert [(row.number, row.cells) for row in read[1:]] == list(zip((3, 4), cells, strict=True))


CELLS = st.text(st.sampled_from('ab",; é'), min_size=1, max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5))
def test_cells_between_tabs_that_were_quoted_come_back(entries: list[list[str]]) -> None:
    lines = ["\t".join('"' + cell.replace('"', '""') + '"' for cell in entry) + "\n" for entry in entries]
    assert list(divided(lines, "\t")) == entries


@pytest.mark.parametrize(
    ("cell", "number"), [("2", 2.0), (" -1.5e3 ", -1500.0), (".5", 0.5), ("nan", None), ("1e999", None)]
)
def test_what_reads_as_a_number(cell: str, number: float | None) -> None:
    assert number_of(cell) == number


# --- JSON lines that are bad ----------------------------------------------------------------


@pytest.mark.parametrize("read", [csv, features])
@pytest.mark.parametrize("line", ['{"a": "king", "b"', "[1, 2]", "{}", "king"])
def test_a_bad_first_row_is_told_as_one(read: Callable[[str, str], Done], line: str) -> None:
    """Not as a table that lacks the columns of the formulas."""
    done = read("t.jsonl", f"{line}\n")
    assert done.code == 4
    assert done.err.startswith("vecalc: t.jsonl:1: is no")
    behind = read("t.jsonl", f'{line}\n{{"a": "king", "b": "queen", "score": 1}}\n')
    assert "t.jsonl:1: is no" in behind.err
    assert "column" not in behind.err


def test_bad_rows_do_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_rows, "MOST_WAITING", 3)
    good = b'{"a": "king"}\n'
    assert len(list(rows("t.jsonl", io.BytesIO(b"x\n" * 2 + good)))) == 3
    with pytest.raises(FileProblem, match="is not JSON"):
        list(rows("t.jsonl", io.BytesIO(b"x\n" * 3 + good)))


# --- quotes that are never closed -----------------------------------------------------------

ROWS = [f"{i},word {i}" for i in range(30)]


@pytest.mark.parametrize(
    "stray",
    [
        {10: '10,"word 10'},
        {10: '10,"word 10', 20: '20,"word 20'},  # which would close it
        {10: '10,"word 10', 20: '20,"word 20"'},
        {29: '29,"word 29'},
        {10: '10,"word', 11: 'and ""so"" on'},
    ],
)
def test_a_quote_that_is_never_closed_swallows_nothing(stray: dict[int, str]) -> None:
    lines = "\n".join(["number,text", *(stray.get(i, row) for i, row in enumerate(ROWS))])
    number = min(stray) + 2
    for read in (
        lambda: list(rows("t.csv", io.BytesIO(lines.encode()))),
        lambda: table(QuestionText("t.csv", lines.encode())),
    ):
        with pytest.raises(OpenQuote, match="a quote that opens in this row is never closed") as caught:
            read()
        assert caught.value.where == f"t.csv:{number}"


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ('1,"one\ntwo"', "one\ntwo"),
        ('1,"one\n\n""two"""', 'one\n\n"two"'),
        ('1,5" disk', '5" disk'),
        ('1,"so" it is', "so it is"),
    ],
)
def test_quotes_that_swallow_nothing_are_read(line: str, cell: str) -> None:
    data = f"number,text\n{line}\n2,two\n".encode()
    assert [row.cells["text"] for row in rows("t.csv", io.BytesIO(data))] == [cell, "two"]
