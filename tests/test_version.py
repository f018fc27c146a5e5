"""`vecalc --version`: everything that a report of a fault should tell."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from running import vecalc

from vecalc.shell.cli import manual

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]


def names(requirements: list[str]) -> set[str]:
    return {found[0] for text in requirements if (found := re.match(r"[\w-]+", text))}


def test_every_part_has_a_line() -> None:
    done = vecalc("--version")
    assert done.code == 0
    lines = {line.split(" ")[0]: line for line in done.out.splitlines()}
    assert {"vecalc", "Python", "BLAS", *names(PROJECT["dependencies"])} <= set(lines)
    optional = {name for name, line in lines.items() if line.endswith(" (optional)")}
    extras = {extra: names(of) for extra, of in PROJECT["optional-dependencies"].items() if extra != "all"}
    assert optional == set().union(*extras.values())
    assert all(part in extras[extra] for part, extra in manual.OPTIONAL.items())


def test_what_is_missing_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manual, "_version", lambda name: "")
    monkeypatch.setattr(manual, "WITHOUT_ZSTANDARD", (99,))
    out = vecalc("--version").out
    assert "pyarrow not installed, pip install 'vecalc[parquet]' (optional)\n" in out
    assert "zstandard not installed, pip install 'vecalc[zstd]' (optional)\n" in out
    monkeypatch.setattr(manual, "WITHOUT_ZSTANDARD", (3, 11))
    assert "zstandard not needed, Python reads zstd itself (optional)\n" in vecalc("--version").out
