"""Editing, history and completion of the line, where the platform has readline; plain input elsewhere."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from vecalc.calc.functions import FUNCTIONS
from vecalc.errors import VecalcError
from vecalc.lang.show import quote
from vecalc.library.paths import HISTORY

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

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
    kept = str(HISTORY.path()) != os.devnull
    if kept and (why := _load()):
        session.tell([why])
    first = readline.get_current_history_length() + 1
    readline.set_auto_history(False)
    readline.set_completer(_Completer(session, offered).complete)
    readline.set_completer_delims(" \t\n+-*/@^()[],;:=\"'")
    readline.parse_and_bind(
        "bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete"
    )
    try:
        yield
    finally:
        if kept and (why := _save(first)):
            session.tell([why])


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


def _load() -> str:
    """Take up the history of earlier sessions; why it can't be, which is no reason not to calculate."""
    try:
        data = HISTORY.read() or b""
    except VecalcError as problem:
        return f"{problem.where}: {problem.message}"
    for line in data.split(b"\n")[-HISTORY_LINES - 1 :]:
        if line and b"\0" not in line:
            readline.add_history(line.decode("utf-8", "surrogateescape"))
    return ""


def _save(first: int) -> str:
    """Write the session's lines, from the `first` on, behind what other sessions wrote; why they can't be."""
    count = readline.get_current_history_length()
    lines = [readline.get_history_item(i).encode("utf-8", "surrogateescape") for i in range(first, count + 1)]

    def longer(found: bytes | None) -> bytes:
        kept = [*(line for line in (found or b"").split(b"\n") if line), *lines][-HISTORY_LINES:]
        return b"".join(line + b"\n" for line in kept)

    try:
        HISTORY.change(longer)
    except VecalcError as problem:
        return f"{problem.where}: {problem.message}"
    return ""


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
