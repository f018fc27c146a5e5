"""The cluster of `--cluster`: a dask scheduler at an address, or workers of our own on this machine.

Nothing is opened on other machines, and nothing is spoken to them without TLS unless that is asked for. What
dask writes for its log reaches nobody here.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import ssl
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import vecalc
from vecalc.errors import RemoteProblem, UsageError

if TYPE_CHECKING:
    from distributed import Client

FORMS = "tcp://HOST:8786, tls://HOST:8786 or local:N"
PORT = 8786  # of a scheduler, unless an address names another
MOST_WORKERS = 256
ANSWER = 15.0  # seconds that a scheduler has to answer,
GREETING = 10.0  # and to say the first byte
TRIES = 3  # workers that may end over a part, before it is split: of our own cluster
SILENCE = 30  # seconds after which a worker of it is given up
ORPHANED = 60  # and after which one ends that has no scheduler
PATIENCE = 5.0  # seconds that its processes have to end
# A tcp timeout under 11 s makes every process of dask fail at its start.
LIMITS = {
    "distributed.comm.timeouts.connect": f"{ANSWER:.0f}s",
    "distributed.comm.timeouts.tcp": "15s",
    "distributed.scheduler.worker-ttl": f"{SILENCE}s",
    "distributed.scheduler.allowed-failures": TRIES - 1,
}
TLS = "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, __CLIENT__CERT and __CLIENT__KEY name the files of certificates"
_ADDRESS = re.compile(r"(tcp|tls)://(?:\[([0-9a-fA-F:.]+)\]|([^\s/:\[\]@]+))(?::(\d{1,5}))?/?")
_LOCAL = re.compile(r"local:(\d{1,4})")


class ClusterAddress(NamedTuple):
    """Where a scheduler is."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_here(self) -> bool:
        """Whether it is this machine, by an address that no other one can have."""
        with suppress(ValueError):
            return ip_address(self.host).is_loopback
        return self.host == "localhost"


class Cluster:
    """A connection to a scheduler; `where` is how messages call it."""

    def __init__(self, client: Client, where: str) -> None:
        self.client = client
        self.where = where
        # How many workers may end over a part before it comes back.
        self.tries = 1 + int(self._setting("allowed-failures"))

    def threads(self) -> int:
        """How many parts can be worked on at once. Raises whatever dask does where it is lost."""
        found = self.client.sync(self.client.scheduler.ncores, callback_timeout=ANSWER)
        return sum(found.values())

    def notes(self) -> Iterator[str]:
        """What a person may want to set otherwise."""
        from dask.utils import parse_timedelta

        silence = self._setting("worker-ttl")
        if not silence or parse_timedelta(silence) > SILENCE:
            told = f"only after {silence}" if silence else "never"
            wanted = f"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL={SILENCE}s"
            yield f"{self.where} gives up a silent worker {told}; start it with {wanted}"

    def _setting(self, name: str) -> Any:
        """A setting of the scheduler."""
        from dask import config

        return self.client.run_on_scheduler(config.get, f"distributed.scheduler.{name}")


def checked(told: str, *, insecure: bool) -> ClusterAddress | int:
    """What `--cluster` names: an address, or a number of workers of our own. Raises `UsageError`."""
    if (found := _LOCAL.fullmatch(told)) and 1 <= int(found[1]) <= MOST_WORKERS:
        return int(found[1])
    if not (found := _ADDRESS.fullmatch(told)):
        raise UsageError(f"'{told}' is no cluster", where="--cluster", hint=f"it is {FORMS}")
    address = ClusterAddress(found[1], found[2] or found[3], int(found[4] or PORT))
    if address.scheme == "tcp" and not address.is_here and not insecure:
        raise UsageError(
            f"{address} is another machine, and tcp:// is not encrypted",
            where="--cluster",
            hint=f"{address._replace(scheme='tls')}, or --insecure-cluster where the network is yours alone",
        )
    return address


@contextmanager
def connected(wanted: ClusterAddress | int) -> Iterator[Cluster]:
    """The cluster, while it lasts. Raises `RemoteProblem` where none answers, `UsageError` without dask."""
    try:
        import dask.config
        import distributed
    except ImportError:
        what = "a cluster needs the package distributed, which is not installed"
        raise UsageError(what, where="--cluster", hint="pip install 'vecalc[cluster]'") from None
    _silence()
    with dask.config.set(LIMITS), warnings.catch_warnings(), ExitStack() as stack:
        warnings.simplefilter("ignore")
        if isinstance(wanted, int):
            where = f"local:{wanted}"
            address = stack.enter_context(_own(wanted))
        else:
            where = address = str(wanted)
            _probe(wanted, distributed.Security())
        try:
            client = distributed.Client(address, timeout=ANSWER, set_as_default=False)
            stack.callback(_close, client)
            cluster = Cluster(client, where)
        except Exception as fault:
            raise _unreachable(where, str(fault)) from fault
        yield cluster


def _unreachable(where: str, why: str, hint: str = "") -> RemoteProblem:
    return RemoteProblem(f"there is no dask scheduler that answers: {why}", where=where, hint=hint)


def _close(client: Client) -> None:
    with suppress(Exception):
        client.close(timeout=PATIENCE)


def _silence() -> None:
    """Nothing of what dask and what it is made of logs is for the user."""
    for name in ("distributed", "dask", "tornado", "asyncio", "bokeh"):
        for called in (
            name,
            *(other for other in logging.root.manager.loggerDict if other.startswith(f"{name}.")),
        ):
            logger = logging.getLogger(called)
            logger.handlers[:] = [logging.NullHandler()]
            logger.propagate = False


def _probe(address: ClusterAddress, security: Any) -> None:
    """Raises `RemoteProblem` at once, with the reason, where dask would try again and again.

    A scheduler speaks first, so that its first byte tells it from all others.
    """
    where = str(address)
    try:
        how = security.get_connection_args("client") if address.scheme == "tls" else {}
        context = how.get("ssl_context")
        if address.scheme == "tls" and context is None:
            raise RemoteProblem("there are no certificates for tls://", where=where, hint=TLS)
        if address.scheme == "tcp" and security.require_encryption:
            raise RemoteProblem("the settings of dask require tls://", where=where)
        with socket.create_connection((address.host, address.port), GREETING) as plain:
            plain.settimeout(GREETING)
            with context.wrap_socket(plain) if context else plain as stream:
                if not stream.recv(1):
                    raise _unreachable(where, "it closes the connection", _OTHERWISE[address.scheme])
    except TimeoutError:
        raise _unreachable(where, f"nothing came in {GREETING:.0f} s", _OTHERWISE[address.scheme]) from None
    except ssl.SSLError as fault:
        raise _unreachable(where, f"TLS: {_reason(fault)}", TLS) from None
    except OSError as fault:
        hint = TLS if fault.filename else ""
        raise _unreachable(where, str(fault.strerror or fault), hint) from None


_OTHERWISE = {"tcp": "it may want tls://", "tls": f"it may be tcp://, or want another certificate; {TLS}"}


def _reason(fault: ssl.SSLError) -> str:
    return (getattr(fault, "verify_message", "") or fault.reason or "no handshake").replace("_", " ").lower()


# --- our own ----------------------------------------------------------------------------------


@contextmanager
def _own(workers: int) -> Iterator[str]:
    """A scheduler in this process and workers in others, on this machine alone; its address.

    They have a session of their own: Ctrl-C reaches us, and we end them. If we are killed, they end, too.
    """
    from distributed import LocalCluster

    here = "127.0.0.1"
    quiet: dict[str, Any] = {"dashboard_address": f"{here}:0", "silence_logs": False}
    with LocalCluster(n_workers=0, processes=True, host=here, **quiet) as scheduler:
        address = str(scheduler.scheduler_address)
        command = [sys.executable, "-P", "-m", "distributed.cli.dask_worker", address, "--host", here]
        command += ["--nworkers", str(workers), "--nthreads", "1", "--memory-limit", "0"]
        command += ["--dashboard-address", f"{here}:0", "--death-timeout", str(ORPHANED)]
        root = str(Path(vecalc.__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
        nowhere = subprocess.DEVNULL
        running = subprocess.Popen(  # noqa: S603 - our own
            command,
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        try:
            yield address
        finally:
            _end(running)


def _end(running: subprocess.Popen[bytes]) -> None:
    """End the workers, with all that they have started."""
    running.terminate()
    with suppress(subprocess.TimeoutExpired):
        running.wait(PATIENCE)
    if hasattr(os, "killpg"):
        import signal

        with suppress(OSError):
            os.killpg(running.pid, signal.SIGKILL)
    running.kill()
    running.wait()
