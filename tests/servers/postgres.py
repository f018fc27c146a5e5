"""Postgres with pgvector, from the wheel `pgserver`: not by its library, which makes an account."""

from __future__ import annotations

import importlib.util
import itertools
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .housed import Housed, NotHere, needs

USER = "vecalc"
# Postgres won't run as root. In a user namespace it takes itself for `daemon` (1 everywhere), and reads and
# writes as root outside: no account is made, and no file changes its owner.
APART = ("--user", "--map-user=1", "--map-group=1", "--mount")
SETTINGS = {
    "fsync": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",  # in the folder, and not in /dev/shm, where a kill leaves it
    "unix_socket_directories": "",
}

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Postgres:
    """Where a Postgres is, and how one gets in."""

    address: str  # postgresql://USER@HOST:PORT/DATABASE, without a password
    password: str = field(repr=False)

    def connect(self, **options: Any) -> Any:
        """A connection of psycopg; what is done is done, without a transaction."""
        import psycopg

        return psycopg.connect(self.address, password=self.password, **{"autocommit": True, **options})

    @contextmanager
    def database(self) -> Iterator[Postgres]:
        """A database of one's own, with the extension, for as long as the block lasts."""
        name = f"own_{os.getpid()}_{next(_numbers)}"
        with self.connect() as connection:
            connection.execute(f"create database {name}")
        own = Postgres(f"{self.address.rpartition('/')[0]}/{name}", self.password)
        try:
            with own.connect() as connection:
                connection.execute("create extension vector")
            yield own
        finally:
            with self.connect() as connection:
                connection.execute(f"drop database {name} with (force)")


class PostgresServer:
    """A server in a folder, for as long as a `with` lasts; raises NotHere."""

    def __init__(self, folder: Path):
        needs("setpriv", *(["unshare"] if _apart() else []))
        self._programs = _programs()
        self._folder = folder
        self._port = _free_port()
        self.at = Postgres(f"postgresql://{USER}@127.0.0.1:{self._port}/postgres", secrets.token_hex(8))
        self._make()
        self.restart()
        with self.at.connect() as connection:
            connection.execute("create extension vector")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self.kill()
        shutil.rmtree(self._folder / "data")

    def restart(self) -> None:
        """Start it where it was before, with what it had, and wait until it answers."""
        settings = SETTINGS | {"port": str(self._port), "listen_addresses": "127.0.0.1"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        program = self._programs / "postgres"
        self._house = Housed([program, "-D", self._folder / "data", *options], self._folder, _apart())
        self.freeze, self.thaw, self.kill = self._house.freeze, self._house.thaw, self._house.kill
        self._house.until(self._answers)

    def _make(self) -> None:
        (self._folder / "password").write_text(self.at.password, "ascii")
        options = ["--encoding=utf8", "--locale=C", "--no-sync", "--auth=scram-sha-256", "--pwfile=password"]
        command: list[str | Path] = [self._programs / "initdb", "-D", "data", "-U", USER, *options]
        apart = ["unshare", *_apart(), "--"] if _apart() else []
        done = subprocess.run(
            [*apart, *command], cwd=self._folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NotHere(f"initdb: {done.stderr.strip() or done.stdout.strip()}")

    def _answers(self) -> bool | None:
        import psycopg

        try:
            self.at.connect(connect_timeout=2).close()
        except psycopg.OperationalError:
            return None
        return True


def _apart() -> tuple[str, ...]:
    return () if os.geteuid() else APART


def _programs() -> Path:
    found = importlib.util.find_spec("pgserver")
    if not found or not found.origin or not importlib.util.find_spec("psycopg"):
        raise NotHere("no pgserver or no psycopg among the packages: there are no wheels for this system")
    return Path(found.origin).parent / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
