"""Milvus from the wheel `milvus`: the real server. It listens on all addresses: of a network of its own."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .housed import Housed, NotHere, needs

PORT, HEALTH = 19530, 9091
CABLES = 250  # as many can be started at once on one machine; the name of a cable is claimed by making it
# It keeps files in places that one server on a machine has for itself.
START = """set -e
mkdir -p /tmp/milvus
for place in /run /tmp/milvus; do mount -t tmpfs none $place; done
exec "$PROGRAM" run standalone
"""


@dataclass(frozen=True)
class Milvus:
    """Where a Milvus is."""

    address: str  # milvus://HOST:PORT

    def connect(self, **options: Any) -> Any:
        """A client of pymilvus."""
        from pymilvus import MilvusClient

        return MilvusClient(self.address.replace("milvus", "http", 1), **options)


class MilvusServer:
    """A server in a folder, for as long as a `with` lasts; raises NotHere."""

    def __init__(self, folder: Path):
        needs("setpriv", "unshare", "nsenter", "ip", "mount", root=True)
        self._programs = _programs()
        self._folder = folder
        _write_settings(folder)
        self._network = Network(folder)
        self.cut, self.mend = self._network.cut, self._network.mend
        self.at = Milvus(f"milvus://{self._network.host}:{PORT}")
        self.restart()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self.kill()
        self._network.remove()
        shutil.rmtree(self._folder / "data")

    def restart(self) -> None:
        """Start it with what it had, and wait until it answers: up to a minute after a kill."""
        variables = {
            "DEPLOY_MODE": "STANDALONE",
            "METRICS_PORT": str(HEALTH),
            "LD_LIBRARY_PATH": str(self._programs),
            "PROGRAM": str(self._programs / "milvus"),
        }
        start = ["sh", "-c", START]
        self._house = Housed(start, self._folder, ["--mount"], self._network.within, **variables)
        self.freeze, self.thaw, self.kill = self._house.freeze, self._house.thaw, self._house.kill
        self._house.until(self._answers)

    def _answers(self) -> bool | None:
        try:
            with urllib.request.urlopen(f"http://{self._network.host}:{HEALTH}/healthz", timeout=2) as said:
                return b"OK" in said.read() or None
        except OSError:
            return None


class Network:
    """A network of its own, and a cable to it from here; both go with the process that holds it."""

    def __init__(self, folder: Path):
        self._holder = Housed(["sleep", "infinity"], folder, ["--net"])
        self.within = ("nsenter", f"--net=/proc/{self._holder.pid}/ns/net", "--")
        self._cable, here, self.host = _claim(self._holder.pid)
        _run(*self.within, "ip", "link", "set", "lo", "up")
        _run(*self.within, "ip", "addr", "add", f"{self.host}/24", "dev", "eth0")
        _run(*self.within, "ip", "link", "set", "eth0", "up")
        _run("ip", "addr", "add", f"{here}/24", "dev", self._cable)
        self.mend()

    def cut(self) -> None:
        """Cut the cable: whatever is sent is lost, and nobody says so."""
        _run("ip", "link", "set", self._cable, "down")

    def mend(self) -> None:
        """The opposite."""
        _run("ip", "link", "set", self._cable, "up")

    def remove(self) -> None:
        """End it with its cable."""
        self._holder.kill()


def _claim(pid: int) -> tuple[str, str, str]:
    """A cable to the network of a process: its name, which no other has, and the addresses of its ends."""
    for number in range(1, CABLES):
        cable = f"vecalc{number}"
        with suppress(NotHere):
            _run("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", str(pid))
            return cable, f"10.98.{number}.1", f"10.98.{number}.2"
    raise NotHere("no cable to a network of its own: `ip link add` fails")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHere(f"{' '.join(command)}: {done.stderr.strip()}")


def _write_settings(folder: Path) -> None:
    """What the wheel writes, with all paths in the folder."""
    from milvus import MilvusServerConfig

    MilvusServerConfig(data_dir=str(folder)).resolve()


def _programs() -> Path:
    """The folder of the program and its libraries, unpacked once for an environment: 250 MB, 4 seconds."""
    if not importlib.util.find_spec("milvus") or not importlib.util.find_spec("pymilvus"):
        raise NotHere("no milvus or no pymilvus among the packages: there are no wheels for this system")
    import milvus

    unpacked = Path(sys.prefix) / "share" / f"milvus-{milvus.__version__}"
    if not unpacked.exists():
        unpacked.parent.mkdir(exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=unpacked.parent))
        milvus._initialize_data_files(str(made))
        with suppress(OSError):  # another was quicker
            made.rename(unpacked)
        shutil.rmtree(made, ignore_errors=True)
    return unpacked / "bin"
