"""Editing, history and completion of the line, where the platform has readline; plain input elsewhere."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vecalc.errors import VecalcError
from vecalc.library.paths import HISTORY
from vecalc.shell.repl.completer import DELIMITERS, of_part

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

if importlib.util.find_spec("readline"):
    import readline

    HAS_READLINE = True
else:  # Windows
    HAS_READLINE = False

HISTORY_LINES = 1_000


@contextlib.contextmanager
def line_editor(session: Session) -> Iterator[None]:
    """History from the last sessions, and completion of commands, words, names and functions."""
    if not HAS_READLINE:
        yield
        return
    kept = str(HISTORY.path()) != os.devnull
    if kept and (why := _load()):
        session.tell([why])
    first = readline.get_current_history_length() + 1
    readline.set_auto_history(False)
    session.use_keys = use_keys
    readline.set_completer(_Completer(session).complete)
    readline.set_completer_delims(DELIMITERS)
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

    def __init__(self, session: Session) -> None:
        self.session = session
        self.found: list[str] = []

    def complete(self, _prefix: str, state: int) -> str | None:
        if state == 0:
            before = readline.get_line_buffer()[: readline.get_endidx()]
            self.found = of_part(self.session, before, readline.get_begidx())
        return self.found[state] if state < len(self.found) else None
