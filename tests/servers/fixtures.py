"""The fixtures; `__init__` says what is to be known about them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from .housed import NotHere
from .milvus import Milvus, MilvusServer
from .postgres import Postgres, PostgresServer
from .sharing import shared


@pytest.fixture(scope="session")
def postgres(nobodys_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The Postgres of this run; its password is in the environment."""
    found: Postgres = _shared("postgres", tmp_path_factory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", found.password)
        yield found


@pytest.fixture(scope="session")
def milvus(nobodys_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Milvus:
    """The Milvus of this run."""
    found: Milvus = _shared("milvus", tmp_path_factory)
    return found


@pytest.fixture
def own_postgres(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    """A Postgres for one test, which may do with it what it likes; its password is in the environment."""
    with _started(PostgresServer, tmp_path) as server:
        monkeypatch.setenv("PGPASSWORD", server.at.password)
        yield server


@pytest.fixture
def own_milvus(tmp_path: Path) -> Iterator[MilvusServer]:
    """A Milvus for one test, which may do with it what it likes."""
    with _started(MilvusServer, tmp_path) as server:
        yield server


def _shared(name: str, factory: pytest.TempPathFactory) -> Any:
    base = factory.getbasetemp()
    try:
        return shared(name, base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
    except NotHere as why:
        _give_up(name.capitalize(), why)


def _started(server: Callable[[Path], Any], tmp_path: Path) -> Any:
    folder = tmp_path / "server"
    folder.mkdir()
    try:
        return server(folder)
    except NotHere as why:
        _give_up(server.__name__.removesuffix("Server"), why)


def _give_up(name: str, why: NotHere) -> NoReturn:
    """Skip the test; but where all that a server needs is there, as in the checks before a landing, fail."""
    told = f"{name} can't be started: {' '.join(str(why).split())}"
    if os.environ.get("CI") and sys.platform == "linux" and not os.geteuid():
        pytest.fail(told, pytrace=False)
    pytest.skip(told)
