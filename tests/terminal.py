"""A prompt on a terminal of its own, for tests."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
from running import FAMILY

PROMPT = "vecalc> "
CONTINUED = r"   \.\.\.> "
WAIT = 20  # seconds; a prompt answers in a hundredth of one
CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")


class Terminal:
    """A prompt on a terminal of 80 columns."""

    def __init__(self, folder: Path, *arguments: str, **variables: str) -> None:
        environment = os.environ | {
            "VECALC_HISTORY": str(folder / "history"),
            "VECALC_CONFIG": str(folder / "config"),
            "TERM": "dumb",
            "NO_COLOR": "1",
            "PS1": "",
            **variables,
        }
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "vecalc", "-m", str(FAMILY), "-k", "1", *arguments],
            env=environment,
            cwd=str(folder),
            dimensions=(40, 80),
            encoding="utf-8",
            timeout=WAIT,
            echo=False,
        )

    def until(self, what: str = PROMPT) -> str:
        """What is shown before the next prompt, without codes."""
        self.child.expect(what)
        return CODES.sub("", str(self.child.before))

    def says(self, line: str) -> str:
        """What is shown after a line was typed; what the terminal repeats of the line is left out."""
        self.child.sendline(line)
        return self.until().removeprefix(f"{line}\n")

    def leaves(self) -> int | None:
        """The exit code."""
        self.child.expect(pexpect.EOF)
        self.child.wait()
        return self.child.exitstatus


Open = Callable[..., Terminal]
