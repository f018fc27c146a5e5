"""One server for all workers of a run: the first that asks starts what keeps it until the run is over."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .housed import LOOK, NotHere
from .milvus import Milvus, MilvusServer
from .postgres import Postgres, PostgresServer

SERVERS: dict[str, tuple[Callable[[Path], Any], Callable[..., Any]]] = {
    "postgres": (PostgresServer, Postgres),
    "milvus": (MilvusServer, Milvus),
}

_keepers: list[subprocess.Popen[bytes]] = []  # nobody waits for them: they end after us


def shared(name: str, base: Path) -> Any:
    """Where the server of this run is; `base` is the run's folder, which is the same for all its workers.

    Raises NotHere: to all workers alike, after one of them has tried.
    """
    told = base / f"{name}.json"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            _start_keeper(name, told)
        said = json.loads(told.read_text("utf-8"))
    if "why" in said:
        raise NotHere(said["why"])
    return SERVERS[name][1](**said)


def _start_keeper(name: str, told: Path) -> None:
    """Start the process that keeps the server, and wait until it has told where that is."""
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    command = [sys.executable, "-m", "servers", name, "--until", str(run), "--tell", str(told)]
    with Path(os.devnull).open("r+b") as nothing:
        keeper = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[1],
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            start_new_session=True,  # a Ctrl-C is for the tests; it ends with them
        )
    _keepers.append(keeper)
    while keeper.poll() is None and not told.exists():
        time.sleep(LOOK)
    if not told.exists():
        told.write_text(json.dumps({"why": f"what keeps {name} ended with {keeper.returncode}"}), "utf-8")


def keep(name: str, until: int | None, told: Path | None) -> None:
    """Keep a server until a process has ended, or for ever; tell where it is in a file, or print it."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    try:
        with SERVERS[name][0](folder) as server:
            _tell(asdict(server.at), told)
            _wait(until)
    except NotHere as why:
        _tell({"why": str(why)}, told)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(said: dict[str, str], told: Path | None) -> None:
    if not told:
        print(*said.values(), flush=True)  # noqa: T201
        return
    unfinished = told.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(said), "utf-8")
    unfinished.rename(told)


def _wait(until: int | None) -> None:
    if until:
        select.select([os.pidfd_open(until)], [], [])
    else:
        select.select([], [], [])
