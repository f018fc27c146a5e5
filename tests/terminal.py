"""A prompt on a terminal of its own, for tests."""

from __future__ import annotations

import os
import re
import signal
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
from forking import LINUX, fork
from ptyprocess import PtyProcess
from running import FAMILY, command

PROMPT = "vecalc> "
CONTINUED = r"   \.\.\.> "
WAIT = 20  # seconds; a prompt answers in a hundredth of one
LOOK = 0.01  # seconds between two looks at what it does
RESTS = 5  # looks in succession that find it asleep
CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")


class _Forked(pexpect.spawn):
    """`spawn` of the program: everything but the way in which it starts."""

    def _spawnpty(self, args: list[bytes], **how: Any) -> PtyProcess:
        ours, theirs = os.openpty()
        termios.tcsetwinsize(theirs, how["dimensions"])
        look = termios.tcgetattr(theirs)
        look[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, look)
        line = [argument.decode() for argument in args[len(command()) :]]
        child = fork(line, [theirs] * 3, how["env"], Path(how["cwd"]), terminal=True)
        os.close(theirs)
        return PtyProcess(child, ours)


class Terminal:
    """A prompt on a terminal; `long_way`: of a process that Python starts, see forking.py."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        long_way: bool = not LINUX,
        model: Path = FAMILY,
        dimensions: tuple[int, int] = (40, 80),
        **variables: str,
    ) -> None:
        environment = os.environ | {
            "VECALC_HISTORY": str(folder / "history"),
            "VECALC_CONFIG": str(folder / "config"),
            "TERM": "dumb",
            "NO_COLOR": "1",
            "PS1": "",
            **variables,
        }
        python, *line = command("-m", model, "-k", "1", *arguments)
        self.child = (pexpect.spawn if long_way else _Forked)(
            python,
            line,
            env=environment,
            cwd=str(folder),
            dimensions=dimensions,
            encoding="utf-8",
            timeout=WAIT,
            echo=False,
        )
        self.child.delaybeforesend = None  # nothing is typed before the prompt is there

    def until(self, what: str = PROMPT) -> str:
        """What is shown before the next prompt, without codes."""
        self.child.expect(what)
        return CODES.sub("", str(self.child.before))

    def says(self, line: str) -> str:
        """What is shown after a line was typed; what the terminal repeats of the line is left out."""
        self.child.sendline(line)
        return self.until().removeprefix(f"{line}\n")

    def until_it_rests(self) -> None:
        """Until it waits for a key: readline takes no notice of a Ctrl-C that comes while it is at work."""
        asleep = 0
        while asleep < RESTS:
            time.sleep(LOOK)
            asleep = asleep + 1 if not LINUX or self._facts()[0] == "S" else 0

    def until_it_works(self) -> None:
        """Until it has worked for a tenth of a second: nothing shows that an answer is on its way."""
        if not LINUX:
            time.sleep(0.3)
            return
        begun = self._spent()
        while self._spent() < begun + 0.1:
            time.sleep(LOOK)

    def _spent(self) -> float:
        """Seconds of processor."""
        return sum(map(int, self._facts()[11:13])) / os.sysconf("SC_CLK_TCK")

    def _facts(self) -> list[str]:
        """What Linux says of the process, from its state on."""
        return Path(f"/proc/{self.child.pid}/stat").read_text("utf-8").rpartition(")")[2].split()

    def ends(self) -> None:
        """Whatever it is at, without the waits of pexpect."""
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            self.child.wait()
        self.child.ptyproc.delayafterclose = 0
        self.child.close()

    def leaves(self) -> int | None:
        """The exit code."""
        self.child.expect(pexpect.EOF)
        self.child.wait()
        return self.child.exitstatus


Open = Callable[..., Terminal]
