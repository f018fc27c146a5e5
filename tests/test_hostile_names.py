"""Names that are no good to see or to run: words, columns, files, models, whoever wrote them."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import numpy as np
import pexpect
import pytest
from data import as_text
from running import PATIENCE, vecalc
from workplace import CASES, HOSTILE, NAMED, Case, each, family, good, write

pytestmark = pytest.mark.usefixtures("workplace")

# --- on a terminal --------------------------------------------------------------------------

# What a terminal obeys, but for line ends and tabs: C0, DEL, C1, and what turns the direction of writing.
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
FORMATS = ("table", "plain", "tsv", "csv", "json", "jsonl", "markdown")


def hostile_files() -> None:
    """Words, columns and questions with codes in them, in the files of every example."""
    words, rows = family()
    hostile = [*HOSTILE, *words[len(HOSTILE) :]]
    write("model.txt", as_text(hostile, rows))
    write("second.txt", as_text([*reversed(hostile)], rows))
    write("among.txt", "".join(f"{word}\n" for word in HOSTILE).encode())
    write("questions.txt", "".join(f'"{word}"\n' for word in HOSTILE).encode())
    write("table.csv", f'a,b,{NAMED}\n"{HOSTILE[0]}",Paris,{NAMED}\nnosuch{NAMED},Paris,x\n'.encode())
    write("pairs.tsv", "".join(f"{word}\tParis\t{i}\n" for i, word in enumerate(HOSTILE)).encode())
    asked = f"{HOSTILE[0]} Paris apple bread\nbread Paris apple bread\n"
    write("royals/royal.txt", f": {NAMED}\n{asked}".encode())
    write("sat.questions", f"{HOSTILE[0]} Paris apple\nbread Paris apple\n".encode())
    write("sat.answers", b"JJ_JJR bread\nJJ_JJR bread\n")


HOSTILE_LINES = {  # where an example names words of its own
    "king -m MODEL --among among.txt": f"-m MODEL -e '\"{HOSTILE[0]}\"' -e 'nosuch{NAMED}'",
    "compare king man -m MODEL --among among.txt": f"compare '\"{HOSTILE[0]}\"' Paris -m MODEL",
    "diff king -m a=MODEL -m b=second.txt": f"diff '\"{HOSTILE[0]}\"' -m a=MODEL -m b=second.txt",
    "plot 'king - man + woman' -m MODEL --among among.txt": "plot --all -m MODEL",
    "plot 'cos(?, king)' -m MODEL": f"plot 'cos(?, \"{HOSTILE[0]}\")' -m MODEL",
    "explain 'king - man' -m MODEL --among among.txt": f"explain '\"{HOSTILE[0]}\" - Paris' -m MODEL",
}


@each(*CASES)
def test_hostile_words_and_columns_reach_no_terminal(case: Case) -> None:
    hostile_files()
    case = Case(case.name, HOSTILE_LINES.get(case.line, case.line))
    shown = 0
    for form in FORMATS if "format" in case.options and case.name != "features" else ("",):
        options = ["--format", form, *(["--csv-safe"] if form == "csv" else [])] if form else []
        code, out, err = vecalc(*case.arguments(), *options, terminal=True, NO_COLOR="1", COLUMNS="200")
        assert OBEYED.findall(out + err) == []
        shown += r"x1b" in out + err or r"u001b" in out + err
        assert code < 5 or case.name in ("models pull", "publish"), err
    assert shown or not case.opens or case.name in ("features", "convert", "eval", "publish")


@each(*CASES)
def test_hostile_arguments_reach_no_terminal(case: Case) -> None:
    for arguments in (
        [*case.arguments(), f"--{NAMED}"],
        [*case.arguments(), NAMED, "--debug"],
        case.arguments(f"nowhere{NAMED}.bin"),
        case.arguments("model.txt", f"nowhere{NAMED}/out{NAMED}.csv"),
    ):
        _, out, err = vecalc(*arguments, terminal=True, NO_COLOR="1", stdin="")
        assert OBEYED.findall(out + err) == []


def test_hostile_names_of_files_reach_no_terminal() -> None:
    """Model, questions, table and folder are called like that, and some of them exist."""
    folder = Path(NAMED)
    for name in ("model.txt", "second.txt", "questions.txt", "table.csv", "pairs.tsv", "sat.questions"):
        write(str(folder / name), Path(name).read_bytes())
    good("models", "add", "odd", str(folder / "model.txt"))
    write(f"{NAMED}.txt", Path("model.txt").read_bytes())
    lines = [
        ["-m", f"{NAMED}.txt", "king"], ["-m", "odd", "king", "-o", str(folder / "x.csv")],
        ["convert", "odd", str(folder / "o.bin")], ["import", str(folder / "model.txt"), "--name", "i"],
        ["models"], ["models", "info", "odd"], ["models", "path", "odd"], ["models", "check", "odd"],
        ["eval", "similarity", str(folder / "pairs.tsv"), "-m", "odd"],
        ["-f", str(folder / "questions.txt"), "-m", "odd"], ["words", "-m", str(folder / "second.txt")],
        ["features", str(folder / "table.csv"), "-e", "cos(a, b)", "-m", "odd", "-o", str(folder / "f.npz")],
        ["models", "remove", "odd"],
    ]  # fmt: skip
    for arguments in lines:
        code, out, err = vecalc(*arguments, terminal=True, NO_COLOR="1")
        assert OBEYED.findall(out + err) == [], arguments
        assert code in (0, 1), err
    os.chdir(folder)
    for arguments in (["config", "path"], ["config"], ["king"]):
        _, out, err = vecalc(*arguments, terminal=True, NO_COLOR="1")
        assert OBEYED.findall(out + err) == [], arguments


def test_csv_is_exact_for_programs() -> None:
    """Into a pipe and into a file; a terminal sees escapes. Names of columns are made safe as cells are."""
    write("model.txt", as_text(list(HOSTILE), np.eye(len(HOSTILE), 4) + 1))
    asked = ["-m", "model.txt", "--csv", "t.csv", "-e", '"=1+1"', "--exclude", "none", "--format", "csv"]
    write("t.csv", b"=x,-y\n1,2\n")
    _, piped, _ = vecalc(*asked)
    assert all(word in piped.replace('"', "") for word in HOSTILE if "\r" not in word)
    vecalc(*asked, "-o", "out.csv", terminal=True)
    assert Path("out.csv").read_bytes().decode() == piped
    assert piped.splitlines()[0].startswith('=x,-y,rank,"""=1+1""",')
    assert vecalc(*asked, "--csv-safe")[1].splitlines()[0].startswith("'=x,'-y,rank,")


# --- in a shell -----------------------------------------------------------------------------

# Models that older versions let be called like this; pasted into a shell without quotes they would run.
RUNNING = (
    "x;touch PWN1",
    "y$(touch PWN2)",
    "z`touch PWN3`",
    "$(touch PWN4)",
    "a&touch PWN5",
    "'quoted",
    "two words",
)


def named_by_an_older_version() -> None:
    place = str(Path("model.txt").absolute())
    models = {name: {"path": place} for name in (*RUNNING, "plain.name", "\u00fcber")}
    write("config/models.json", json.dumps({"format": 1, "models": models}).encode())


def test_models_that_have_such_names_still_open() -> None:
    named_by_an_older_version()
    for name in RUNNING:
        assert vecalc("-m", name, "king").code == 0
        assert vecalc("models", "add", "again", "model.txt").code in (0, 2)


@pytest.mark.parametrize("name", RUNNING[:-1])
def test_no_model_gets_such_a_name(name: str) -> None:
    for arguments in (["models", "add", name, "model.txt"], ["import", "model.txt", "--name", name]):
        done = vecalc(*arguments)
        assert (done.code, done.out) == (2, "")
        assert "can't be a model's name" in done.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_such_names_are_not_offered_to_a_shell(shell: str) -> None:
    named_by_an_older_version()
    asked = {"COMP_WORDS": "vecalc -m ", "COMP_CWORD": "2" if shell != "fish" else ""}
    done = vecalc(_VECALC_COMPLETE=f"{shell}_complete", **asked)
    assert done.code == 0
    assert "plain.name" in done.out
    assert "\u00fcber" in done.out
    assert not set("$`;&'") & set(done.out)
    assert "two words" not in done.out


@pytest.mark.slow
def test_nothing_runs_in_bash_when_what_is_completed_is_entered(tmp_path: Path) -> None:
    """The real shell on a terminal, with the script that it is told to load."""
    named_by_an_older_version()
    write("bin/vecalc", f'#!/bin/sh\nexec {sys.executable} -m vecalc "$@"\n'.encode()).chmod(0o755)
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PS1": "READY> ", "INPUTRC": "/dev/null"}
    bash = pexpect.spawn(
        "bash", ["--norc", "--noprofile"], env=environment, encoding="utf-8", timeout=PATIENCE, echo=False
    )
    try:
        bash.expect("READY> ")
        bash.sendline('eval "$(vecalc --generate bash)"; bind "set bell-style none"; PS1="G""O> "')
        bash.expect("GO> ")
        for number, typed in enumerate("xyz"):
            bash.send(f"vecalc words --count -m {typed}\t\t\x05")  # and to the end of the line
            bash.sendline()
            bash.sendline(f"echo done-{number}-$((1+1))")
            bash.expect(f"done-{number}-2")
        bash.send("vecalc words --count -m plai\t\n")  # it does complete
        bash.expect(r"plain\.name")
        bash.expect(r"\b13\b")
    finally:
        bash.close(force=True)
    assert not list(Path().glob("PWN*"))
