"""The program as a process that may not take more than so much memory and time, and what it took.

A process that forks hands its own peak on to the child, so a small launcher stands between: what is measured
is the program's alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from running import command

MB = 1_000_000
SECONDS = 40  # of the processor, for a file under 2 MB: 20 s on two cores
AT_ONCE = 20  # of the processor, for one expression or pattern; none takes a hundredth of it
PATIENCE = 4 * SECONDS  # on the clock: the machine may be shared, but what waits for ever doesn't answer
EXPRESSION = 2_000 * MB  # bytes that an expression of 64 KiB may take
IDLE = 500 * MB  # bytes that any command may take, whatever it is given
TIMES = 10  # times its size that a file may take beyond that
ROOM = 4_000 * MB  # addresses beyond the memory allowed: libraries reserve what they never touch

LAUNCHER = """
import json, os, resource, sys
seconds, addresses = int(sys.argv[1]), int(sys.argv[2])
child = os.fork()
if not child:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.execv(sys.argv[4], sys.argv[4:])
_, status, used = os.wait4(child, 0)
taken = {"code": os.waitstatus_to_exitcode(status), "memory": used.ru_maxrss * 1024,
         "seconds": used.ru_utime + used.ru_stime}
with open(sys.argv[3], "w") as stream:
    json.dump(taken, stream)
"""


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


def bounded(
    *arguments: str | Path,
    note: Path,
    memory: int,
    stdin: bytes = b"",
    **environment: str,
) -> Taken:
    """Run a command line, and see that it keeps to a limit of bytes, and to SECONDS.

    Fails when it takes more, ends by a signal, doesn't end, runs into the system's limit instead of one of
    its own, or is a fault in vecalc itself. `note` is a file for what is measured.
    """
    limits = [str(SECONDS), str(memory + ROOM), str(note)]
    launched = [sys.executable, "-I", "-S", "-c", LAUNCHER, *limits, *command(*arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        launched, stdin=pipe, stdout=pipe, stderr=pipe, env=os.environ | environment, start_new_session=True
    ) as running:
        try:
            out, err = running.communicate(stdin, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            raise AssertionError(f"no end after {PATIENCE} s: {arguments}") from None
    taken = Taken(out=out.decode(), err=err.decode(), **json.loads(note.read_text("utf-8")))
    asked = " ".join(map(str, arguments))[:100]
    used = f"{taken.memory / MB:,.0f} MB, {taken.seconds:.1f} s"
    shown = f"{asked}: {used}, exit code {taken.code}: {taken.err[:300]}"
    assert taken.code >= 0, shown
    assert taken.memory <= memory, shown
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
