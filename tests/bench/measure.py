"""Times, memory and machine: how everything here is measured."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
# What is installed has its modules compiled; a checkout has so after its first start, unless this forbids it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
VECALC = str(Path(sys.executable).with_name("vecalc"))  # the installed command, as a user runs it
PACKAGES = ("vecalc", "numpy", "numkong", "gensim", "faiss-cpu", "usearch", "click", "lark", "rich")


class Process(NamedTuple):
    """A process that is done: wall seconds, and the most memory of its own (anonymous, not mapped files)."""

    seconds: float
    private: int
    out: str


def median(work: Callable[[], object], times: int) -> float:
    """The median of the seconds that some work takes, after one run to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def process(command: Sequence[str], **environment: str) -> Process:
    """Run a process to its end; its own memory is looked at a hundred times a second."""
    start = time.perf_counter()
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | environment)
    most = 0

    def watch() -> None:
        nonlocal most
        while running.poll() is None:
            most = max(most, _private(running.pid))
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = running.communicate()
    seconds = time.perf_counter() - start
    watcher.join()
    if running.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {running.returncode}")
    return Process(seconds, most, out)


def _private(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in text.splitlines() if line.startswith("RssAnon")), 0)


def peer(task: str, *arguments: object) -> dict[str, Any]:
    """What a task of `peers.py` measures, in a process of its own, with its own memory."""
    done = process([sys.executable, str(HERE / "peers.py"), task, *map(str, arguments)])
    found: dict[str, Any] = json.loads(done.out.splitlines()[-1])
    return {**found, "private": done.private}


def machine() -> dict[str, str]:
    """What the numbers were measured on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    flags: set[str] = set()
    if info.exists():
        lines = [line.partition(":") for line in info.read_text("utf-8").splitlines()]
        cpu = next((value.strip() for name, _, value in lines if name.startswith("model name")), cpu)
        flags = set(next((value for name, _, value in lines if name.startswith("flags")), "").split())
    known = ("avx2", "avx512f", "avx512_vnni", "amx_int8")
    return {
        "processor": f"{cpu}, {os.cpu_count()} cores, {', '.join(f for f in known if f in flags)}",
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
