"""A machine for tests that goes down, stops, or runs out of space: at its n-th change of a file.

As a program of its own, it loads vecalc once and forks a child for each command line, so that many hundred
kills take seconds. What counts as a change is whatever goes through `os`: opening, writing, cutting, syncing,
renaming, removing. A write that is hit is half done.
"""

from __future__ import annotations

import errno
import importlib
import itertools
import json
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Self

import vecalc

CHANGES = ("open", "write", "ftruncate", "fsync", "chmod", "replace", "rename", "unlink", "mkdir", "rmdir")
KILL, STOP, FULL = "kill", "stop", "full"  # what happens at the n-th change


class Ended(NamedTuple):
    """How a command line ended, if it did: its code, or minus the signal."""

    code: int
    err: str
    stopped: bool

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Machine:
    """A process that runs command lines, one after another."""

    def __init__(self, err: Path) -> None:
        self._err = err

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self._server = subprocess.Popen([sys.executable, __file__, str(self._err)], stdin=pipe, stdout=pipe)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self._server.kill()
        self._server.communicate()

    def run(self, *arguments: str | Path, at: int = 0, what: str = KILL, locks: bool = True) -> Ended:
        """Run a command line, on a file system that has locks, or has none."""
        self.start(*arguments, at=at, what=what, locks=locks)
        return self.ended()

    def start(self, *arguments: str | Path, at: int = 0, what: str = KILL, locks: bool = True) -> None:
        """The same without waiting for it."""
        self._send({"arguments": [*map(str, arguments)], "at": at, "what": what, "locks": locks})

    def go_on(self) -> Ended:
        """Let a command that stopped go on to its end."""
        self._send({})
        return self.ended()

    def ended(self) -> Ended:
        """Wait for what was started."""
        assert self._server.stdout
        code, stopped = json.loads(self._server.stdout.readline())
        return Ended(code, self._err.read_text("utf-8"), stopped)

    def _send(self, job: dict[str, Any]) -> None:
        assert self._server.stdin
        self._server.stdin.write(json.dumps(job).encode() + b"\n")
        self._server.stdin.flush()


# --- the program ----------------------------------------------------------------------------


def serve(err: Path) -> None:
    """Run what comes in, a child each."""
    for package in ("blake3", "lark", "rapidfuzz.process", "zipfile"):  # what is loaded inside functions
        importlib.import_module(package)
    for module in pkgutil.walk_packages(vecalc.__path__, "vecalc."):
        importlib.import_module(module.name)
    child = 0
    for line in sys.stdin:
        job = json.loads(line)
        if job:
            child = os.fork() or run(job, err)
        else:
            os.kill(child, signal.SIGCONT)
        _, status = os.waitpid(child, os.WUNTRACED)
        stopped = os.WIFSTOPPED(status)
        print(json.dumps([0 if stopped else os.waitstatus_to_exitcode(status), stopped]), flush=True)  # noqa: T201


def run(job: dict[str, Any], err: Path) -> NoReturn:
    """A command line, in a process that ends with it."""
    import fcntl

    from vecalc.__main__ import run
    from vecalc.space import unfinished
    from vecalc.studies.features.maker import Maker

    for number, path in enumerate((os.devnull, os.devnull, err)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), number)
    os.ftruncate(2, 0)
    unfinished.EVERY, unfinished.SHARE = 0.0, 0  # each answer and block is noted, so that each can be lost
    Maker.rows_at_once = property(lambda _: 2)  # type: ignore[method-assign, assignment]
    if not job["locks"]:
        fcntl.flock = no_locks  # type: ignore[assignment]
    os.fsync = lambda _: None  # nothing here outlives the machine
    counted = itertools.count(1)
    for name in CHANGES if job["at"] else ():
        setattr(os, name, changed(getattr(os, name), lambda: next(counted) == job["at"], BLOWS[job["what"]]))
    os._exit(run(job["arguments"]))


def changed(
    call: Callable[..., Any], is_hit: Callable[[], bool], blow: Callable[[], None]
) -> Callable[..., Any]:
    """A call of the system at which the machine may be hit, first."""

    def instead(*arguments: Any, **options: Any) -> Any:
        if call.__name__ == "open" and not arguments[1] & os.O_CREAT:
            return call(*arguments, **options)
        if is_hit():
            if call.__name__ == "write":
                number, data = arguments
                half = call(number, data[: len(data) // 2])
                blow()
                return half + call(number, data[half:])
            blow()
        return call(*arguments, **options)

    return instead


def full() -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def no_locks(_: int, __: int) -> NoReturn:
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


BLOWS: dict[str, Callable[[], None]] = {
    KILL: lambda: os.kill(os.getpid(), signal.SIGKILL),
    STOP: lambda: os.kill(os.getpid(), signal.SIGSTOP),
    FULL: full,
}

if __name__ == "__main__":
    serve(Path(sys.argv[1]))
