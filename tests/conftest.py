"""What every test starts from: an environment in which nothing of the developer's own shows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from terminal import Open, Terminal

# No test asserts a time; and what the checks before a landing find, they find again.
settings.register_profile("vecalc", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("vecalc")

OURS = ("VECALC_TEST_DATA", "VECALC_GOLDEN")  # what steers the tests themselves
LOOKS = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM", "PYTHONIOENCODING", "PYTHONUTF8")


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
        terminal.child.close(force=True)


@pytest.fixture
def prompt(open_prompt: Open) -> Terminal:
    terminal = open_prompt()
    terminal.until()
    return terminal
