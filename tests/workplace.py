"""A folder with one of everything that a command can read, and an example of every command that reads it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import pytest
from data import as_text
from embedders import write_textual
from running import FAMILY, Done, vecalc

from vecalc.shell import registry
from vecalc.shell.cli.command import vecalc as program
from vecalc.shell.commands.models import ACTIONS

# What a terminal obeys (one writes to the clipboard), what rich reads as markup, what spreadsheets compute.
HOSTILE = ("\x1b]52;c;cm0=\x07b", "\x1b[31mr\rd", "\u202eabc\x9b2J", "[red]b[/]", "=1+1")
NAMED = "a\x1b[31m\x07\u202e"  # a column, a file: what hostile words are, without what ends a name

# MODEL is the model, OUT a file that is written by an argument; the rest are files of the workplace.
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "": (
        "king -m MODEL --among among.txt",
        "-f questions.txt -m MODEL",
        "--csv table.csv -e 'cos(a, b)' -m MODEL",
    ),
    "compare": ("compare king man -m MODEL --among among.txt",),
    "config": ("config show",),
    "convert": ("convert MODEL OUT --to word2vec-text --force --among among.txt",),
    "diff": ("diff king -m a=MODEL -m b=second.txt", "diff -f questions.txt -m a=MODEL -m b=second.txt"),
    "eval": (
        "eval similarity pairs.tsv -m MODEL --resamples 100",
        "eval analogies royals -m MODEL --resamples 100",
        "eval analogies sat.questions -m MODEL --resamples 100",
    ),
    "explain": ("explain 'king - man' -m MODEL --among among.txt",),
    "features": ("features table.csv -e 'cos(a, b)' -m MODEL -o OUT --format csv",),
    "help": ("help syntax",),
    "import": ("import model.txt --name fresh", "import said.txt --name heard --embed pot"),
    "models add": ("models add more model.txt",),
    "models check": ("models check MODEL --words among.txt",),
    "models default": ("models default",),
    "models info": ("models info MODEL",),
    "models list": ("models list",),
    "models path": ("models path news",),
    "models prune": ("models prune",),
    "models pull": ("models pull --timeout 1",),
    "models remove": ("models remove spare",),
    "models set": ("models set news --norm unit",),
    "plot": ("plot 'king - man + woman' -m MODEL --among among.txt", "plot 'cos(?, king)' -m MODEL"),
    "publish": ("publish starter postgresql://127.0.0.1:9/database#words",),  # where nobody answers
    "words": ("words -m MODEL",),
}


def command_of(name: str) -> click.Command:
    """The command of an example."""
    first, _, action = name.partition(" ")
    found = ACTIONS[action] if action else registry.find(first) if first else program
    assert found is not None
    return found


def every_name() -> set[str]:
    """All commands, and in place of `models` its actions."""
    return {"", *registry.names(), *(f"models {action}" for action in ACTIONS)} - {"models"}


class Case(NamedTuple):
    """A command line of a command."""

    name: str
    line: str

    @property
    def code(self) -> int:
        """The exit code: the model has a word twice, which a check finds wrong."""
        return int(self.name == "models check")

    @property
    def options(self) -> set[str]:
        """The names of the command's options."""
        return {param.name or "" for param in command_of(self.name).params}

    @property
    def writes(self) -> bool:
        """Whether it can be told a file to write."""
        return "OUT" in self.line or "output" in self.options

    @property
    def opens(self) -> bool:
        """Whether it opens a model that the line names."""
        return "MODEL" in self.line

    def arguments(self, model: str = "model.txt", out: str = "") -> list[str]:
        """The command line with this model, into this file."""
        words = [word.replace("MODEL", model) for word in shlex.split(self.line)]
        if "OUT" in words:
            words[words.index("OUT")] = out or "out.csv"
        elif out:
            words += ["-o", out]
        return words

    def files(self) -> Iterator[str]:
        """The files of the workplace that the line names, besides the model; of a folder all of them."""
        for word in shlex.split(self.line):
            path = Path(word.rpartition("=")[2])
            if path.is_dir():
                yield from map(str, path.rglob("*.txt"))
            elif path.is_file():
                yield str(path)
                yield from map(str, path.parent.glob(f"{path.stem}.answers"))


CASES = [Case(name, line) for name, lines in EXAMPLES.items() for line in lines]


def furnish() -> None:
    """Put everything into the current folder."""
    words, rows = family()
    write(
        "model.txt", as_text([*words, "king"], np.vstack([rows, rows[:1]]))
    )  # a word twice: there is a note
    write("second.txt", as_text(words, rows[::-1]))
    write_textual(Path("pot"))
    write("said.txt", b"the king was good\ncheap food\nslow delivery\n")
    write("among.txt", b"king\nqueen\nman\nwoman\n")
    write("questions.txt", b"king\nqueen - woman\n")
    write("table.csv", b"a,b\nking,queen\nman,woman\n")
    write("pairs.tsv", b"king\tqueen\t9\nman\twoman\t7\nking\tapple\t1\nqueen\tapple\t2\n")
    write("royals/royal.txt", b": royal\nman king woman queen\n")
    write("sat.questions", b"man king woman\n")
    write("sat.answers", b"JJ_JJR queen\n")
    write("config/prelude.vec", b"twice(x) = 2*x\n")
    write("config/config.toml", b"precision = 4\n")
    write("vecalc.toml", b"header = true\n")
    for name, path in (("news", "model.txt"), ("spare", "second.txt")):
        vecalc("models", "remove", name)
        good("models", "add", name, path)
    good("import", "model.txt", "--name", "kept", "-q")


def family() -> tuple[list[str], np.ndarray]:
    """The words of the family and their rows."""
    lines = [line.split(" ") for line in FAMILY.read_text("utf-8").splitlines()[1:]]
    return [line[0] for line in lines], np.array([line[1:] for line in lines], np.float32)


def write(name: str, content: bytes) -> Path:
    """A file in the current folder."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def good(*arguments: str) -> str:
    """What a command line that must succeed writes."""
    done = vecalc(*arguments)
    assert done.code == 0, done.err
    return done.out


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(case: Case, model: str = "model.txt", out: str = "", *more: str, **how: str) -> Done:
    """What a case leaves behind."""
    return vecalc(*case.arguments(model, out), *more, **how)


def link(name: str, target: str, *, hard: bool = False) -> str:
    """Another name of a file."""
    if hard:
        Path(name).hardlink_to(target)
    else:
        Path(name).symlink_to(target)
    return name


def each(*cases: Case) -> pytest.MarkDecorator:
    """A test of each case."""
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.line.split(" -m")[0])
