"""A process in a house of its own: it can be frozen, and dies with whoever started it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 90.0  # seconds that a server may take to answer; Milvus takes a minute to recover from a kill
LOOK = 0.02  # seconds between two looks whether it does


class NotHere(Exception):
    """Why a server can't be started on this machine."""


class Housed:
    """A program in namespaces of its own, as far as it needs some, with all that it starts."""

    def __init__(
        self,
        command: Sequence[str | Path],
        folder: Path,
        apart: Sequence[str] = (),
        within: Sequence[str] = (),
        **variables: str,
    ):
        """Start it in a folder, where its output is kept.

        `apart` are options of unshare(1) for what it has alone; `within` leads to what it shares.
        """
        # The order counts: what dies with us is unshare, and with it the first process of the namespace,
        # and with that all others.
        inner = ["unshare", *apart, "--pid", "--fork", "--kill-child", "--mount-proc", "--"] if apart else []
        with (folder / "output").open("ab") as output:
            self._outer = subprocess.Popen(
                [*within, "setpriv", "--pdeathsig", "KILL", "--", *inner, *map(str, command)],
                cwd=folder,
                env=_environment(variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._output = folder / "output"
        self._inner = bool(inner)

    @property
    def pid(self) -> int:
        """The program's own process, seen from outside."""
        if not self._inner:
            return self._outer.pid
        return self.until(lambda: next(iter(_children(self._outer.pid)), None))

    def until(self, get: Callable[[], T | None]) -> T:
        """Wait for something that the program does; raises NotHere if it ends first, or takes too long."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._outer.poll() is None:
            if (got := get()) is not None:
                return got
            time.sleep(LOOK)
        raise NotHere(
            self._output.read_text("utf-8", "replace")[-500:] or "it says nothing, and doesn't answer"
        )

    def freeze(self) -> None:
        """Stop it and all it started: connections stay, and nothing answers."""
        self._send(signal.SIGSTOP)
        self.until(lambda: all(map(_is_stopped, _descendants(self.pid))) or None)

    def thaw(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, as a loss of power does; no harm if it has ended."""
        if self._outer.poll() is None:
            os.kill(
                self.pid, signal.SIGKILL
            )  # all in its namespace end with it; then unshare has nothing to wait for
        self._outer.wait()

    def _send(self, number: signal.Signals) -> None:
        for pid in _descendants(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def needs(*programs: str, root: bool = False) -> None:
    """Raise NotHere where a server can't have a house."""
    if sys.platform != "linux":
        raise NotHere(f"servers are started on Linux, not on {sys.platform}")
    if root and os.geteuid():
        raise NotHere("a network of its own needs root")
    if missing := [program for program in programs if not shutil.which(program)]:
        raise NotHere(f"no {' and no '.join(missing)} on this machine")


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables}


def _children(pid: int) -> list[int]:
    try:
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split())]
    except FileNotFoundError:
        return []


def _is_stopped(pid: int) -> bool:
    """Whether all its threads are, each of which takes note by itself; or it has ended."""
    try:
        told = [thread.read_text("utf-8") for thread in Path(f"/proc/{pid}/task").glob("*/stat")]
    except (FileNotFoundError, ProcessLookupError):
        return False  # a thread has just ended
    return all(line.rpartition(")")[2].split()[0] in "TZX" for line in told)


def _descendants(pid: int) -> Iterator[int]:
    yield pid
    for child in _children(pid):
        yield from _descendants(child)
