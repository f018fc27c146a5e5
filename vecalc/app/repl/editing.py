"""Editing, history and completion of the line, where the platform has readline; plain input elsewhere."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from vecalc.app.places import history_file
from vecalc.calc.functions import FUNCTIONS
from vecalc.lang.show import quote

if TYPE_CHECKING:
    from vecalc.app.repl.session import Session

if importlib.util.find_spec("readline"):
    import readline

    HAS_READLINE = True
else:  # Windows
    HAS_READLINE = False

Offered = Callable[[Sequence[str]], Sequence[str]]  # what may follow the parts of a line

KEYS = ("emacs", "vi")
HISTORY_LINES = 1_000
OFFERED = 40  # completions of one key press
SCANNED = 200_000  # words looked through for one: the most frequent, in a few milliseconds


@contextlib.contextmanager
def line_editor(session: Session, offered: Offered) -> Iterator[None]:
    """History from the last sessions, and completion of commands, words, names and functions."""
    if not HAS_READLINE:
        yield
        return
    path = history_file()
    _load(path)
    readline.set_auto_history(False)
    readline.set_completer(_Completer(session, offered).complete)
    readline.set_completer_delims(" \t\n+-*/@^()[],;:=\"'")
    readline.parse_and_bind(
        "bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete"
    )
    try:
        yield
    finally:
        _save(path)


def use_keys(name: str) -> None:
    """Edit with the keys of vi or emacs; `~/.inputrc` says which come first."""
    if HAS_READLINE:
        vi = name == "vi"
        libedit = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind(("bind -v" if vi else "bind -e") if libedit else f"set editing-mode {name}")


def remember(line: str) -> None:
    """Put a line into the history; a line that begins with a blank is private."""
    if HAS_READLINE and line.strip() and not line.startswith(" "):
        last = readline.get_history_item(readline.get_current_history_length())
        if line != last:
            readline.add_history(line)


def _load(path: Path) -> None:
    """A history that can't be read is no reason not to calculate."""
    with contextlib.suppress(OSError):
        if path.is_file():
            readline.read_history_file(path)


def _save(path: Path) -> None:
    """Write the history, private from the first byte on. What is no file (/dev/null) is left alone."""
    with contextlib.suppress(OSError):
        if path.exists() and not path.is_file():
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        path.chmod(0o600)
        readline.set_history_length(HISTORY_LINES)
        readline.write_history_file(path)


class _Completer:
    """Readline asks for the n-th completion of a prefix until there is none."""

    def __init__(self, session: Session, offered: Offered) -> None:
        self.session = session
        self.offered = offered
        self.found: list[str] = []

    def complete(self, prefix: str, state: int) -> str | None:
        if state == 0:
            self.found = list(islice(self._matches(prefix), OFFERED))
        return self.found[state] if state < len(self.found) else None

    def _matches(self, prefix: str) -> Iterator[str]:
        """What a command takes; or commands, names, functions, then words, the most frequent first."""
        before = readline.get_line_buffer()[: readline.get_begidx()].split()
        offered = self.offered(before)
        yield from (one for one in offered if one.startswith(prefix))
        if before and offered:
            return
        calculator = self.session.calculator
        scope = calculator.scope
        yield from (name for name in scope.names if name.startswith(prefix))
        yield from (f"{name}(" for name in (*FUNCTIONS, *scope.functions) if name.startswith(prefix))
        if prefix:
            words = islice(calculator.spaces[calculator.default].words(), SCANNED)
            yield from (_typed(word) for word in words if word.startswith(prefix))


def _typed(word: str) -> str:
    """A word as it must be typed."""
    return word if word.isidentifier() and word != "where" else quote(word)
