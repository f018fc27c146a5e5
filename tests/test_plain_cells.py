"""What every command with `--format` answers is plain Python values: no numpy number gets into a document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from running import FAMILY, vecalc
from serving import serving

from vecalc.shell import registry
from vecalc.shell.cli import command as answering
from vecalc.shell.display import TextSink

PLAIN = {str, int, float, bool, type(None)}
FILES = {
    "questions.txt": ": o\nman king woman queen\nwoman queen man king\n: y\nman prince woman princess\n",
    "pairs.tsv": "king\tqueen\t8\nman\tbread\t1\nking\tprince\t9\nman\tapple\t2\n",
}

# Command lines that show all that a command has to show: sheets, and the columns that only some have.
MODEL = ["-m", str(FAMILY)]
LINES: dict[str, list[list[str]]] = {
    "": [[*MODEL, "king"], [*MODEL, "cos(?, king)"], [*MODEL, "[king, attend(man, [king])]", "norm(king)"]],
    "compare": [["king", "queen", *MODEL]],
    "plot": [["king, queen", *MODEL, "--colour", "frequency"], ["cos(?, king)", *MODEL]],
    "diff": [["king", "[king, man]", "norm(?)", *MODEL, "-m", f"other={FAMILY}"]],
    "eval": [
        ["analogies", "questions.txt", *MODEL, "--method", "lrcos", "--method", "3cosavg", "--details"],
        ["similarity", "pairs.tsv", *MODEL, "-e", "cos(a, b)", "-e", "a@b"],
    ],
    "explain": [
        [*MODEL, text]
        for text in ("king - man", "norm(?)", "cos(?, king) * norm(?)", "cos(king, man)", "[king, man]")
    ]
    + [[*MODEL, "king", "--metric", metric] for metric in ("l2", "dot")],
    "models check": [[str(FAMILY)]],
    "models info": [[str(FAMILY)], ["starter"]],
    "models list": [[]],
    "models prune": [[], ["--all"]],
    "models pull": [[]],
    "words": [["*", *MODEL], ["*", "--count", *MODEL]],
}


def with_formats() -> Iterator[str]:
    """The commands, and actions of commands, that have `--json`."""
    found: dict[str, click.Command] = {"": answering.vecalc}
    for name in registry.names():
        one = registry.find(name)
        assert one is not None
        found |= {name: one, **{f"{name} {action}": own for action, own in one.actions.items()}}
    return (name for name, one in found.items() if any(param.name == "json" for param in one.params))


def test_every_command_with_formats_is_tried() -> None:
    assert sorted(LINES) == sorted(with_formats())


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in LINES.items() for line in lines])
def test_answers_and_sheets_hold_plain_values(
    name: str, line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    through = TextSink.write
    monkeypatch.setattr(TextSink, "write", lambda sink, one: (shown.append(one), through(sink, one)))
    monkeypatch.chdir(tmp_path)
    for file, text in FILES.items():
        Path(file).write_text(text)
    with serving() if name == "models pull" else nullcontext(("", [])) as (url, _):
        done = vecalc(*name.split(), *line, "--format", "csv", VECALC_DATA_URL=url)
    assert done.code in (0, 1), done.err
    assert {type(value) for one in shown for value in leaves(one)} <= PLAIN
    assert done.out
    assert "np." not in done.out


def leaves(value: Any) -> Iterator[Any]:
    """What the tuples, dicts and lists of an answer or sheet hold; components of vectors are numpy's."""
    if isinstance(value, tuple | list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from leaves(part)
    elif not isinstance(value, np.ndarray):
        yield value
