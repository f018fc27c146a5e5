"""The tables of commands, in every format: exact for programs, readable and harmless for people."""

from __future__ import annotations

import csv
import io
import json

import pytest

from vecalc import finder
from vecalc.answers import Column, Sheet
from vecalc.render import Style

STYLE = Style(color=False, width=80)
SHEET = Sheet(
    "models",
    (
        Column("name"),
        Column("words", "count"),
        Column("share", "percent"),
        Column("bytes", "size"),
        Column("s", "score"),
    ),
    (("a|b\x1b[31m", 39579, 0.125, 12_345_678, 0.5), ("[red]", None, None, 12, -0.1234567)),
    title="Models",
    remarks=("two of them",),
)


def rendered(form: str, style: Style = STYLE, sheet: Sheet = SHEET) -> str:
    module = finder.module("vecalc.render", form)
    return "".join(
        (module.begin(style), module.sheet(sheet, style, 0), module.sheet(sheet, style, 1), module.end(style))
    )


def test_a_table_is_for_people() -> None:
    first = rendered("table").split("\n\n")[0].splitlines()
    assert first == [
        "Models",
        "name          words    share     bytes        s",
        "a|b\\x1b[31m  39,579  12.50 %   12.3 MB   0.5000",
        "[red]                         12 bytes  -0.1235",
        "two of them",
    ]


def test_json_is_exact_and_one_document() -> None:
    one, other = json.loads(rendered("json"))
    assert one == other
    assert one["sheet"] == "models"
    assert one["rows"][0] == {
        "name": "a|b\x1b[31m",
        "words": 39579,
        "share": 0.125,
        "bytes": 12345678,
        "s": 0.5,
    }
    assert [json.loads(line)["name"] for line in rendered("jsonl").splitlines()[:2]] == [
        "a|b\x1b[31m",
        "[red]",
    ]


def test_csv_and_tsv_read_back() -> None:
    text = rendered("csv").split("\n\n")[0]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[1] == {"name": "[red]", "words": "", "share": "", "bytes": "12", "s": "-0.123457"}
    assert rendered("tsv").splitlines()[2] == "[red]\t\t\t12\t-0.123457"


@pytest.mark.parametrize("form", ["table", "plain", "markdown", "tsv", "json", "jsonl"])
def test_no_terminal_is_commanded(form: str) -> None:
    assert "\x1b" not in rendered(form)


def test_markdown_escapes_its_own_syntax() -> None:
    assert "| a\\|b" in rendered("markdown")


def test_plain_has_remarks_that_can_be_left_out() -> None:
    assert rendered("plain").startswith("# Models\n# name\twords")
    assert rendered("plain", STYLE._replace(header=False)).startswith("a|b")


@pytest.mark.parametrize("form", ["table", "plain", "markdown", "tsv", "csv", "json"])
def test_a_sheet_may_be_empty(form: str) -> None:
    assert rendered(form, sheet=SHEET._replace(rows=()))
    assert rendered("jsonl", sheet=SHEET._replace(rows=())) == ""


def test_spreadsheets_do_not_compute_cells() -> None:
    sheet = SHEET._replace(rows=(("=1+1", 1, 0.5, 2, -3.0),))
    assert "'=1+1,1,0.5,2,-3\n" in rendered("csv", STYLE._replace(csv_safe=True), sheet)
