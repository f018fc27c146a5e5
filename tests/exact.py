"""The program with a fault at one exact system call: `strace` kills it there, or lets the call fail.

A process that has loaded the program forks a child for every run, so that hundreds of them take a minute;
strace looks at what a run does, and nothing of how Python starts. `Server` is the door; the rest of this
file is the process behind it.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

KILL, FULL, BROKEN = "signal=KILL", "error=ENOSPC", "error=EIO"
KILLED = -9  # how a run ends that is
PATIENCE = 60  # seconds after which a run hangs; none takes a twentieth of it

# The calls that change a disk, by kinds that are counted together.
CALLS: Mapping[str, tuple[str, ...]] = {
    "openat": ("openat",),
    "write": ("write", "pwrite64", "writev", "sendfile", "copy_file_range"),
    "sync": ("fsync", "fdatasync"),
    "rename": ("rename", "renameat", "renameat2", "link", "linkat"),
    "unlink": ("unlink", "unlinkat", "rmdir"),
    "mkdir": ("mkdir", "mkdirat"),
    "truncate": ("ftruncate", "fallocate"),
}
BROKEN_ONLY = ("unlink", "truncate")  # they need no room
# Of these a run has many alike: behind its first, each is hit once, by what its turn is. All others are hit
# by a kill and by an error.
IN_TURN = dict.fromkeys(("openat", "write"), (KILL, FULL, KILL, BROKEN))
_FOR_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")
_OPEN_FILE = re.compile(r"\d+<([^>]+)>")
_PATH = re.compile(r'"([^"]+)"')
_CALL = re.compile(r"^(\d+) +(\w+)\((.*)")


class Ran(NamedTuple):
    """How a run ended; `hit` says whether the fault was met."""

    code: int  # negative: the signal that ended it
    out: str
    err: str
    calls: str = ""  # what strace saw

    @property
    def hit(self) -> bool:
        """Whether a call failed by our doing, or the process was killed."""
        return self.code == KILLED or "(INJECTED)" in self.calls


class Point(NamedTuple):
    """The n-th call of a kind, in a thread, and what happens there."""

    kind: str
    nth: int
    fault: str

    def __str__(self) -> str:
        return f"{self.kind} {self.nth} {self.fault}"


def points(calls: str, folder: Path) -> Iterator[Point]:
    """Where faults can be placed in a run of which strace has seen these calls: all that write in a folder.

    Calls are counted by thread, so the n-th of a kind may be met in several; the first of them must be one of
    ours.
    """
    seen: dict[str, Counter[str]] = {kind: Counter() for kind in CALLS}
    firsts: dict[tuple[str, int], bool] = {}
    kinds = {name: kind for kind, names in CALLS.items() for name in names}
    for line in calls.splitlines():
        if not (call := _CALL.match(line)) or call[2] not in kinds:
            continue
        thread, name, rest = call.groups()
        kind = kinds[name]
        seen[kind][thread] += 1
        ours = str(folder) in rest and (kind != "openat" or bool(_FOR_WRITING.search(rest)))
        firsts.setdefault((kind, seen[kind][thread]), ours)
    hit = set()
    for kind, nth in (place for place, ours in firsts.items() if ours):
        if kind in IN_TURN and kind in hit:
            yield Point(kind, nth, IN_TURN[kind][nth % 4])
        else:
            yield Point(kind, nth, KILL)
            yield Point(kind, nth, BROKEN if kind in BROKEN_ONLY or nth % 2 else FULL)
        hit.add(kind)


def unsynced(calls: str, folder: Path) -> Iterator[str]:
    """What took its name in the folder before its content was on the disk: what a loss of power leaves empty.

    Of all files that were written since they were last synced those that lie where a rename begins, or below.
    """
    written: set[str] = set()
    for line in calls.splitlines():
        if not (call := _CALL.match(line)):
            continue
        _, name, rest = call.groups()
        on = _OPEN_FILE.match(rest)
        if on and name in CALLS["write"]:
            written.add(on[1])
        elif on and name in CALLS["sync"]:
            written.discard(on[1])
        elif name in CALLS["rename"] and (paths := _PATH.findall(rest)):
            source = paths[0]
            lost = sorted(path for path in written if path == source or path.startswith(f"{source}/"))
            if source.startswith(str(folder)):
                yield from (f"{path} is renamed and not on the disk" for path in lost)


@cache
def unusable() -> str:
    """Why there can be no faults at exact calls on this machine; "" when there can."""
    if not sys.platform.startswith("linux") or not shutil.which("strace"):
        return "strace is not installed"
    with Server() as server:
        ran = server.run(["--version"], cwd=Path.cwd(), tracing=["-e", "trace=write"])
    return "" if "write(" in ran.calls else f"strace may not look at processes here: {ran.calls}"


class Server:
    """The process that forks, to be closed in the end."""

    def __init__(self) -> None:
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(
        self,
        arguments: Sequence[str],
        *,
        cwd: Path,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
        changed: Mapping[str, Any] | None = None,
        tracing: Sequence[str] = (),
        kill_after: float | None = None,
    ) -> Ran:
        """Run a command line in a folder, and kill it after so many seconds, if it is to be.

        `changed` are values of the program's constants (module:NAME), `tracing` is what strace is told.
        """
        order = {
            "arguments": list(arguments),
            "cwd": str(cwd),
            "stdin": stdin,
            "environment": dict(environment or {}),
            "changed": dict(changed or {}),
            "tracing": list(tracing),
            "kill_after": kill_after,
        }
        self._process.stdin.write(json.dumps(order) + "\n")  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]
        answer = self._process.stdout.readline()  # type: ignore[union-attr]
        assert answer, "the process that forks is gone"
        return Ran(**json.loads(answer))

    def look(self, arguments: Sequence[str], **how: Any) -> Ran:
        """The same, with the calls of all kinds in what comes back."""
        every = ",".join(name for names in CALLS.values() for name in names)
        return self.run(arguments, tracing=["-e", f"trace={every}"], **how)

    def disturb(self, point: Point, arguments: Sequence[str], **how: Any) -> Ran:
        """The same, with a fault."""
        names = ",".join(CALLS[point.kind])
        placed = f"inject={names}:{point.fault}:when={point.nth}"
        return self.run(arguments, tracing=["-e", f"trace={names}", "-e", placed], **how)


# --- the process behind it ------------------------------------------------------------------


def serve(orders: IO[str], answers: IO[str]) -> dict[str, Any] | None:
    """Fork a child for every line of orders, and answer with how it ended. In a child: its order."""
    while line := orders.readline():
        order = json.loads(line)
        streams = [os.memfd_create(name) for name in ("stdin", "stdout", "stderr", "calls", "modules")]
        os.pwrite(streams[0], order["stdin"].encode(), 0)
        read, write = os.pipe()
        if not (child := os.fork()):
            _become(order, streams, read)
            return order
        os.close(read)
        code = _watched(child, order["tracing"], write, streams[3], order["kill_after"])
        _, out, err, calls, modules = map(_taken, streams)
        _load(modules.split())
        answers.write(json.dumps({"code": code, "out": out, "err": err, "calls": calls}) + "\n")
        answers.flush()
    return None


def _become(order: dict[str, Any], streams: list[int], start: int) -> None:
    """In the child: stand where a process stands that has just begun, once the word is given."""

    for number in range(3):
        os.dup2(streams[number], number)
    os.environ.update(order["environment"])
    os.chdir(order["cwd"])
    for place, value in order["changed"].items():
        module, _, name = place.partition(":")
        loaded = importlib.import_module(module)
        assert hasattr(loaded, name), place
        setattr(loaded, name, value)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    order["modules"] = streams[4]
    any_tracer = 2**64 - 1
    ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(any_tracer), 0, 0, 0)  # PR_SET_PTRACER
    os.read(start, 1)
    time.sleep(0.01)  # strace has seized us by now; the calls that it counts come after this one


def _watched(child: int, tracing: list[str], start: int, calls: int, kill_after: float | None) -> int:
    """Give the word when strace looks on, if it is to; the exit code."""
    tracer = None
    if tracing:
        line = [
            "strace",
            "-f",
            "-y",
            "-qq",
            *tracing,
            "-o",
            f"/proc/{os.getpid()}/fd/{calls}",
            "-p",
            str(child),
        ]
        tracer = subprocess.Popen(line, stdin=subprocess.DEVNULL, stderr=calls)
        while tracer.poll() is None and not _is_traced(child):
            time.sleep(0.001)
    os.write(start, b"!")
    os.close(start)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)  # it may have ended: it is not waited for yet
    _, status = os.waitpid(child, 0)
    if tracer:
        tracer.wait(PATIENCE)
    return os.waitstatus_to_exitcode(status)


def _is_traced(process: int) -> bool:
    told = Path(f"/proc/{process}/status").read_text("ascii", errors="replace")
    return "TracerPid:\t0\n" not in told


def _taken(stream: int) -> str:
    data = os.pread(stream, os.fstat(stream).st_size, 0)
    os.close(stream)
    return data.decode(errors="replace")


def _load(modules: list[str]) -> None:
    """What a run had to load is there for those that come."""
    for name in modules:
        if name not in sys.modules and not name.startswith("_"):
            try:
                importlib.import_module(name)
            except ImportError:
                sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def main() -> None:
    """Serve; a child runs its command line instead, and leaves as the program does."""
    order = serve(sys.stdin, sys.stdout)
    if order is None:
        return
    from vecalc.__main__ import run

    code = run(order["arguments"])
    os.write(order["modules"], "\n".join(sys.modules).encode())
    atexit._run_exitfuncs()
    os._exit(code)  # taking hundreds of modules down takes longer than everything before


if __name__ == "__main__":
    main()
