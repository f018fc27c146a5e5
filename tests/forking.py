"""The program as a process that begins as a copy of one that has loaded it: that takes a tenth of the time.

From its first line on it is a process like any other, with arguments, environment, streams and perhaps a
terminal of its own. What is not tried is how Python starts and what comes in at which import: for that,
`running.process`. Where the system can't hand over the children of another process, they start the long way.
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import importlib
import json
import os
import pkgutil
import resource
import socket
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

LINUX = sys.platform.startswith("linux")
SUBREAPER = 36  # prctl: orphans below a process become its children
LARGEST = 1 << 17  # bytes of an order
# What is loaded inside functions; and what must not be, as it looks at the terminal when it is loaded.
LATER = (
    "blake3", "lark", "prompt_toolkit.shortcuts", "rapidfuzz.process", "regex", "rich.console", "rich.table",
    "zipfile",
)  # fmt: skip
NOT_BEFORE = ("vecalc.shell.repl", "vecalc.__main__")

_turn = threading.Lock()


def fork(
    arguments: Sequence[str],
    streams: Sequence[int],
    environment: Mapping[str, str],
    folder: Path,
    *,
    terminal: bool = False,
    limits: Mapping[str, int] | None = None,
) -> int:
    """The process id of a child of ours that runs a command line on these streams, of a terminal or not.

    `limits` are what the system lets it have, by the names of `resource`.
    """
    order = {
        "arguments": list(arguments),
        "environment": dict(environment),
        "folder": str(folder),
        "terminal": terminal,
        "limits": dict(limits or {}),
    }
    with _turn:
        socket.send_fds(_door(), [json.dumps(order).encode()], list(streams))
        return int(_door().recv(LARGEST))


@cache
def _door() -> socket.socket:
    """The way to the process that forks, which ends when it is closed."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        number = theirs.fileno()
        forking = subprocess.Popen([sys.executable, __file__, str(number)], pass_fds=[number], cwd="/")
    atexit.register(lambda: (ours.close(), forking.wait()))
    return ours


class Forked(subprocess.Popen[bytes]):
    """`Popen` of the program: everything but the way in which it starts, and what the system lets it have."""

    def __init__(self, args: Sequence[str], limits: Mapping[str, int] | None = None, **how: Any) -> None:
        self._limits = limits
        super().__init__(args, **how)

    def _execute_child(self, args: Any, *how: Any) -> None:  # type: ignore[override]
        _, _, _, _, folder, environment, _, _, _, *pipes = how[:15]
        given, sent, got, taken, read, told = pipes
        where = folder or Path.cwd()
        self.pid = fork(args, (given, taken, told), environment, where, limits=self._limits)
        self._child_created = True
        self._close_pipe_fds(given, sent, got, taken, read, told)  # type: ignore[attr-defined]


# --- the process that forks -----------------------------------------------------------------


def _serve(door: socket.socket) -> dict[str, Any] | None:
    """Fork a child for every order, and answer with its number. In a child: the order."""
    while True:
        message, streams, _, _ = socket.recv_fds(door, LARGEST, 3)
        if not message:
            return None
        reading, writing = os.pipe()
        if not (between := os.fork()):
            if not (child := os.fork()):
                return _become(json.loads(message), streams, door)
            os.write(writing, str(child).encode())
            os._exit(0)
        os.waitpid(between, 0)  # from now on the child is not ours
        door.send(os.read(reading, 99))
        for stream in (reading, writing, *streams):
            os.close(stream)


def _become(order: dict[str, Any], streams: list[int], door: socket.socket) -> dict[str, Any]:
    """Stand where a process stands in which Python has just started."""
    if order["terminal"]:
        os.setsid()
        fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, max(*streams, door.detach()) + 3)  # the pipe, too
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    for name, most in order["limits"].items():
        resource.setrlimit(getattr(resource, name), (most, most))
    for number, (name, mode) in enumerate({"stdin": "r", "stdout": "w", "stderr": "w"}.items()):
        old = getattr(sys, name)
        line = 1 if name == "stderr" else -1
        new = open(number, mode, line, encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, new)
    return order


def _load() -> None:
    import vecalc

    for name in LATER:
        importlib.import_module(name)
    for module in pkgutil.walk_packages(vecalc.__path__, "vecalc."):
        if not module.name.startswith(NOT_BEFORE):
            importlib.import_module(module.name)


def main(door: int) -> None:
    """Serve; a child runs its command line instead, and leaves as the program does."""
    sys.path.pop(0)  # this folder
    _load()
    order = _serve(socket.socket(fileno=door))
    if order is None:
        return
    from vecalc.__main__ import main

    sys.argv[1:] = order["arguments"]
    try:
        main()
    except SystemExit as leaving:
        atexit._run_exitfuncs()
        os._exit(int(leaving.code or 0))  # taking hundreds of modules down takes longer than the rest


if __name__ == "__main__":
    main(int(sys.argv[1]))
