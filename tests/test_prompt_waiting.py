"""Long work at the prompt is seen on its terminal while it lasts, and leaves nothing there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest
from running import FAMILY
from terminal import PROMPT, WAIT

# The program with a meter that is seen at once: nothing that a test can wait for takes a second.
IMPATIENT = (
    "import sys; from vecalc.shell import meter; meter.PATIENCE = 0.0; "
    "from vecalc.__main__ import run; sys.exit(run(sys.argv[1:]))"
)
GONE = "\r" + " " * 79 + "\r"
Start = Callable[..., pexpect.spawn]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    opened: list[pexpect.spawn] = []
    (tmp_path / "pager").write_text("echo paging; sleep 0.5; cat\n")
    variables = {
        "VECALC_EDITOR": "plain",
        "VECALC_HISTORY": str(tmp_path / "history"),
        "VECALC_CONFIG": str(tmp_path / "config"),
        "NO_COLOR": "1",
        "PAGER": f"sh {tmp_path / 'pager'}",
        "TERM": "xterm",
    }

    def prompt(*arguments: str, lines: int) -> pexpect.spawn:
        command = ["-c", IMPATIENT, "-m", str(FAMILY), "-k", "1", *arguments]
        how = {"cwd": str(tmp_path), "encoding": "utf-8", "timeout": WAIT, "env": {**os.environ, **variables}}
        child = pexpect.spawn(sys.executable, command, dimensions=(lines, 80), **how)
        child.delaybeforesend = None
        opened.append(child)
        child.expect(PROMPT)
        return child

    yield prompt
    for child in opened:
        child.close(force=True)


def says(child: pexpect.spawn, line: str) -> str:
    child.sendline(line)
    child.expect(f"{re.escape(line)}\r\n")
    child.expect(PROMPT)
    return str(child.before)


def test_long_work_is_seen_until_there_is_something_to_see(start: Start, tmp_path: Path) -> None:
    child = start(lines=100)
    for line, doing in (
        ("compare king, man", "compare"),
        ("explain king - man -k 2", "explain"),
        ("king - man", "answering"),
    ):
        said = says(child, line)
        assert f"\rvecalc: {doing}: 0 s" in said
        *_, after = said.split(f"vecalc: {doing}: ")
        assert GONE in after
        assert after.split(GONE)[-1].count("\r\n") > 2  # and what is shown stays
    # Not while somebody reads, or is asked.
    child = start(lines=10)
    seen, read = says(child, "explain king - man").split("paging")
    assert "vecalc: explain: " in seen
    assert "vecalc: explain: " not in read
    (tmp_path / "x.json").write_text("{}")
    child.sendline("save x.json")
    child.expect(r"replace it\? \[y/N\] ")
    child.expect(pexpect.TIMEOUT, timeout=0.5)
    assert child.before == ""
    child.sendline("n")
    child.expect(PROMPT)


def test_who_wants_it_quiet_sees_no_meter(start: Start) -> None:
    assert "compare: " not in says(start("-q", lines=100), "compare king, man")
