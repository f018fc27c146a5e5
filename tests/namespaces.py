"""Several machines on one: network namespaces as hosts, a bridge and cables between them.

    with Network() as network:
        one, two = network.host(), network.host()     # 10.99.0.1, 10.99.0.2
        server = one.start("python", "-m", "http.server")
        two.cable("down")

A host has its own network and mounts, the files and process numbers of this machine; nothing of it can be
reached from outside, and all that was started ends with the network. Linux, as root: see `MISSING`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

PATIENCE = 20  # seconds until a holder of namespaces is there


def _missing() -> str:
    """Why there can be no hosts here; "" where there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces need Linux, as root"
    if lacking := [name for name in ("unshare", "nsenter", "ip") if not shutil.which(name)]:
        return f"network namespaces need {', '.join(lacking)}"
    tried = subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "this machine allows no namespaces"


MISSING = _missing()


class Network:
    """Hosts at 10.99.0.1, 10.99.0.2, ... on one bridge."""

    def __init__(self) -> None:
        self.running: list[subprocess.Popen[bytes]] = []
        self.hosts: list[Host] = []

    def __enter__(self) -> Self:
        self._hub = self._namespace()
        self.within(self._hub, "ip", "link", "add", "bridge", "type", "bridge")
        self.within(self._hub, "ip", "link", "set", "bridge", "up")
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.running):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()

    def host(self) -> Host:
        """One more."""
        made = Host(self, self._namespace(), len(self.hosts) + 1)
        self.hosts.append(made)
        end = f"port{made.number}"
        self.within(
            self._hub, "ip", "link", "add", end, "type", "veth", "peer", "cable", "netns", str(made.pid)
        )
        self.within(self._hub, "ip", "link", "set", end, "master", "bridge", "up")
        made.run("ip", "address", "add", f"{made.address}/24", "dev", "cable")
        made.run("ip", "link", "set", "cable", "up")
        made.run("ip", "link", "set", "lo", "up")
        return made

    def cable(self, number: int, state: str) -> None:
        """Pull the cable of a host (`down`), or put it back (`up`)."""
        self.within(self._hub, "ip", "link", "set", f"port{number}", state)

    def start(self, command: list[str], **how: Any) -> subprocess.Popen[bytes]:
        """A process that ends with the network, with all of its session."""
        process = subprocess.Popen(command, start_new_session=True, **how)
        self.running.append(process)
        return process

    def within(self, pid: int, *command: str) -> None:
        """Run a command in the namespaces that a process holds."""
        subprocess.run([*entering(pid), *command], check=True, capture_output=True, timeout=PATIENCE)

    def _namespace(self) -> int:
        """The process that holds a new pair of namespaces."""
        before = Path("/proc/self/ns/net").readlink()
        held = self.start(["unshare", "--net", "--mount", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        place = Path(f"/proc/{held.pid}")
        while (place / "ns/net").readlink() == before or (place / "comm").read_text().strip() != "sleep":
            assert time.monotonic() < until
            time.sleep(0.01)
        return held.pid


class Host:
    """A machine of a network."""

    def __init__(self, network: Network, pid: int, number: int) -> None:
        self.network, self.pid, self.number = network, pid, number
        self.address = f"10.99.0.{number}"

    def run(self, *command: str) -> None:
        """Run a command to its end. Raises `CalledProcessError`."""
        self.network.within(self.pid, *command)

    def start(self, *command: str, **how: Any) -> subprocess.Popen[bytes]:
        """A process that ends with the network; its number is that of the command itself."""
        return self.network.start([*entering(self.pid), *command], **how)

    def cable(self, state: str) -> None:
        """Pull its cable (`down`), or put it back (`up`)."""
        self.network.cable(self.number, state)


def entering(pid: int) -> list[str]:
    """What runs a command where a process is; it becomes the command."""
    return ["nsenter", f"--net=/proc/{pid}/ns/net", f"--mount=/proc/{pid}/ns/mnt", f"--wd={Path.cwd()}"]


def children(pid: int) -> list[int]:
    """The processes that one has started, from whichever thread, and that are left."""
    found = list[int]()
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found
