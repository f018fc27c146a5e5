"""What every test starts from: an environment in which nothing of the developer's own shows."""

from __future__ import annotations

import compileall
import os
import shutil
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from servers.fixtures import milvus, own_milvus, own_postgres, postgres  # noqa: F401 - for all tests
from terminal import Open, Terminal

import vecalc

# No test asserts a time; and what the checks before a landing find, they find again.
settings.register_profile("vecalc", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("vecalc")

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a private folder in it
ROOM = 4 << 30  # bytes; a run writes a quarter of it, and removes most at once
OURS = ("VECALC_TEST_DATA", "VECALC_GOLDEN")  # what steers the tests themselves
LOOKS = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM", "PYTHONIOENCODING", "PYTHONUTF8")


def pytest_configure(config: pytest.Config) -> None:
    """Have the program compiled, as an installed one is: else each of some thousand starts does it again."""
    sys.dont_write_bytecode = (
        False  # nor does pytest rewrite the tests anew, which takes half of collecting them
    )
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(vecalc.__file__).parent, quiet=2)
        if has_room(MEMORY):
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a minute begins first, or at the end one worker would run it while the others wait."""
    items.sort(key=lambda item: not any(mark.kwargs.get("first") for mark in item.iter_markers("slow")))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """The last lines of a run are what it did not test, and why; `.ci/run` collects them."""
    yield
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    reports = [] if hasattr(session.config, "workerinput") else reporter.stats.get("skipped", [])
    for why, number in Counter(report.longrepr[2] for report in reports).items():
        told = " ".join(why.removeprefix("Skipped: ").split())
        reporter.write_line(f"not run: {number} of the tests: {told}")


def has_room(folder: Path) -> bool:
    """Whether files of tests can lie there: in memory, where to make, sync and remove them takes no time."""
    if not os.access(folder, os.W_OK):
        return False
    there = os.statvfs(folder)
    return there.f_bavail * there.f_frsize > ROOM and not there.f_flag & os.ST_NOEXEC


@pytest.fixture(scope="session", autouse=True)
def nobodys_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home of our own: no settings, history, prelude or colours leak in, and none of ours leaks out."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name in LOOKS or name.startswith("LC_") or (name.startswith("VECALC_") and name not in OURS):
                patch.delenv(name)
        patch.setenv("LANG", "C.UTF-8")
        patch.setenv("TERM", "xterm-256color")
        patch.setenv("HOME", str(home))
        for kind in ("CONFIG", "CACHE", "STATE", "DATA"):
            patch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
        yield


@pytest.fixture
def open_prompt(tmp_path: Path) -> Iterator[Open]:
    opened: list[Terminal] = []

    def start(*arguments: str, **variables: str) -> Terminal:
        opened.append(Terminal(tmp_path, *arguments, **variables))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.ends()


@pytest.fixture
def prompt(open_prompt: Open) -> Terminal:
    terminal = open_prompt()
    terminal.until()
    return terminal


@pytest.fixture(scope="session")
def furnished(nobodys_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files of every kind, and a user's with models of every kind."""
    from workplace import furnish

    folder = tmp_path_factory.mktemp("furnished")
    with pytest.MonkeyPatch.context() as patch:
        move_into(folder, patch)
        furnish()
    return folder


@pytest.fixture
def workplace(furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of it, which is the current folder."""
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    catalogue = tmp_path / "config" / "models.json"
    catalogue.write_text(catalogue.read_text("utf-8").replace(str(furnished), str(tmp_path)), "utf-8")
    move_into(tmp_path, monkeypatch)


def move_into(folder: Path, patch: pytest.MonkeyPatch) -> None:
    for variable, name in (("CONFIG", "config"), ("CACHE_DIR", "cache"), ("MODELS", "imported")):
        patch.setenv(f"VECALC_{variable}", str(folder / name))
    patch.setenv("VECALC_DATA_URL", "http://127.0.0.1:9")  # where nobody answers
    patch.chdir(folder)
