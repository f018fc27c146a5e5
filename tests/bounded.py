"""The program as a process that may not take more than so much memory and time, and what it took.

It is forked from one that has loaded it (forking.py): what the program itself takes counts as its own, what
was taken for the files of other tests does not.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from forking import LINUX, Forked

MB = 1_000_000
SECONDS = 40  # of the processor, for a file under 2 MB: 20 s on two cores
AT_ONCE = 20  # of the processor, for one expression or pattern; none takes a hundredth of it
PATIENCE = 4 * SECONDS  # on the clock: the machine may be shared, but what waits for ever doesn't answer
EXPRESSION = 2_000 * MB  # bytes that an expression of 64 KiB may take
IDLE = 500 * MB  # bytes that any command may take, whatever it is given
TIMES = 10  # times its size that a file may take beyond that
WARM = 50 * MB  # that the process it is forked from has loaded, and a plain start has not
ROOM = 4_000 * MB  # addresses beyond the memory allowed: libraries reserve what they never touch


class Taken(NamedTuple):
    """How a command ended, and what it took: bytes at its peak, seconds of the processor."""

    code: int  # negative: the signal that ended it
    out: str
    err: str
    memory: int
    seconds: float


def memory_for(*paths: Path) -> int:
    """The bytes that a command may take that reads these files."""
    return IDLE + TIMES * sum(path.stat().st_size for path in paths)


class _Measured(Forked):
    """A process that is asked what it took when it ends."""

    used: resource.struct_rusage

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        pid, status, self.used = os.wait4(self.pid, wait_flags)
        return pid, status


def bounded(*arguments: str | Path, memory: int, stdin: bytes = b"", **environment: str) -> Taken:
    """Run a command line, and see that it keeps to a limit of bytes, and to SECONDS.

    Fails when it takes more, ends by a signal, doesn't end, runs into the system's limit instead of one of
    its own, or is a fault in vecalc itself.
    """
    if not LINUX:
        pytest.skip("what a process took is asked of Linux")
    line = [*map(str, arguments)]
    limits = {"RLIMIT_CPU": SECONDS, "RLIMIT_AS": memory + ROOM, "RLIMIT_CORE": 0}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with _Measured(line, limits, **pipes, env=os.environ | environment) as running:
        try:
            out, err = running.communicate(stdin, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            running.kill()
            raise AssertionError(f"no end after {PATIENCE} s: {arguments}") from None
    used = running.used
    seconds = used.ru_utime + used.ru_stime
    taken = Taken(running.returncode, out.decode(), err.decode(), used.ru_maxrss * 1024, seconds)
    asked = " ".join(line)[:100]
    took = f"{taken.memory / MB:,.0f} MB, {seconds:.1f} s"
    shown = f"{asked}: {took}, exit code {taken.code}: {taken.err[:300]}"
    assert taken.code >= 0, shown
    assert taken.memory <= memory + WARM, shown
    assert "not enough memory" not in taken.err, shown
    assert "a fault in vecalc itself" not in taken.err, shown
    return taken


# --- in this process ------------------------------------------------------------------------


class Hang(BaseException):
    """An expression took too long."""


@contextmanager
def limited() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, AT_ONCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
