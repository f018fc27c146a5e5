"""The program as tests run it: in this process for speed, or as a process of its own; and small models."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
from data import as_text
from forking import LINUX, Forked

from vecalc.__main__ import run

PATIENCE = 30  # seconds after which a process hangs; none takes a tenth of it
HANDLED = ("SIGTERM", "SIGHUP")  # signals that the program takes over


class Done(NamedTuple):
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> list[str]:
        """The neighbours of a plain answer."""
        return [line.split("\t")[1] for line in self.out.splitlines() if "\t" in line]

    @property
    def records(self) -> list[dict[str, Any]]:
        """A JSON array or JSON lines, read by a parser that knows neither NaN nor Infinity."""
        texts = [self.out] if self.out.startswith("[") else self.out.splitlines()
        read = [json.loads(text, parse_constant=refuse) for text in texts]
        return read[0] if self.out.startswith("[") else read


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


# --- in this process ------------------------------------------------------------------------


class _Stream(io.TextIOWrapper):
    """A standard stream that says of itself whether it is a terminal."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal


def vecalc(
    *arguments: str | Path,
    stdin: str | bytes = "",
    terminal: bool = False,
    encoding: str = "utf-8",
    **environment: str,
) -> Done:
    """Run a command line here. `terminal` is what stdout and stderr are; stdin never is one."""
    sent = stdin.encode() if isinstance(stdin, str) else stdin
    out, err = io.BytesIO(), io.BytesIO()
    streams = {
        "stdin": _Stream(io.BytesIO(sent), encoding="utf-8"),
        "stdout": _Stream(out, encoding=encoding, newline="\n"),
        "stderr": _Stream(err, encoding=encoding, errors="backslashreplace", newline="\n"),
    }
    streams["stdout"].terminal = streams["stderr"].terminal = terminal
    with mock.patch.multiple(sys, **streams), mock.patch.dict(os.environ, environment), _handlers_kept():
        code = run([str(argument) for argument in arguments])
        for stream in ("stdout", "stderr"):
            streams[stream].flush()
    done = Done(code, out.getvalue().decode(encoding), err.getvalue().decode(encoding))
    assert "a fault in vecalc itself" not in done.err, done.err
    return done


def family(*arguments: str | Path, **how: Any) -> Done:
    """The same with the family's words as the model."""
    return vecalc("-m", FAMILY, *arguments, **how)


@contextmanager
def _handlers_kept() -> Iterator[None]:
    before = {name: signal.getsignal(getattr(signal, name)) for name in HANDLED}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


# --- as a process ---------------------------------------------------------------------------


def command(*arguments: str | Path) -> list[str]:
    """The program and its arguments, for a process."""
    return [sys.executable, "-m", "vecalc", *map(str, arguments)]


def process(*arguments: str | Path, stdin: str | bytes = b"", **environment: str) -> Done:
    """Run a command line as a process of its own, its output pipes."""
    return _ended(subprocess.Popen, command(*arguments), stdin, environment)


def forked(*arguments: str | Path, stdin: str | bytes = b"", **environment: str) -> Done:
    """The same, sooner: see forking.py."""
    if not LINUX:
        return process(*arguments, stdin=stdin, **environment)
    return _ended(Forked, [*map(str, arguments)], stdin, environment)


def _ended(
    kind: type[subprocess.Popen[bytes]], line: list[str], stdin: str | bytes, environment: dict[str, str]
) -> Done:
    pipe = subprocess.PIPE
    with kind(line, stdin=pipe, stdout=pipe, stderr=pipe, env=os.environ | environment) as child:
        try:
            out, err = child.communicate(stdin.encode() if isinstance(stdin, str) else stdin, PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            raise
    return Done(child.returncode, out.decode(), err.decode())


# `vecalc` as a process that ends by telling on stderr what it has loaded.
TELLING = """
import sys
from vecalc.__main__ import run
code = run(sys.argv[1:])
print("loaded:", *sys.modules, file=sys.stderr)
sys.exit(code)
"""


def loaded(*arguments: str | Path, stdin: str = "") -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", TELLING, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.partition("loaded: ")[2].split())


# --- models ---------------------------------------------------------------------------------

# Thirteen words, each component a trait: royal, male, female, edible. queen answers king - man + woman.
FAMILY = Path(__file__).parent / "models" / "family.txt"

LONG = "lo" + "o" * 297 + "ng"
ESCAPE = "\x1b[31mred\x07"
# Words that mean something to a terminal, to rich, to CSV, to a spreadsheet or to nobody.
MARKUP = ["[red]", "[/]", ":smile:", "[link=x]"]
TABULAR = ["=1+1", "a,b", 'say "so"', "-k"]
HARD = [*MARKUP, *TABULAR, ESCAPE, LONG, "東京", "e\u0301", "\u202eabc"]


def write_model(path: Path, words: Sequence[str]) -> Path:
    """A text model with some vector for each word."""
    rows = np.random.default_rng(5).normal(size=(len(words), 4)).astype(np.float32)
    path.write_bytes(as_text(words, rows))
    return path
