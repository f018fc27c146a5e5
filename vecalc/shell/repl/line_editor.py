"""The line from readline, or from libedit under its name, with history and completion."""

from __future__ import annotations

import readline
from typing import TYPE_CHECKING

from vecalc.lang.blocks import one_line
from vecalc.shell.repl import history
from vecalc.shell.repl.completer import DELIMITERS, of_part
from vecalc.shell.repl.plain_editor import PlainEditor

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session


class ReadlineEditor(PlainEditor):
    """See `Editor`. Reading is as without it: `input` asks readline once that is loaded."""

    def __init__(self, session: Session) -> None:
        self._first = readline.get_current_history_length() + 1
        self._is_libedit = "libedit" in (readline.__doc__ or "")
        earlier, why = history.load()
        session.tell([why] if why else [])
        readline.set_auto_history(False)
        for entry in earlier:
            readline.add_history(one_line(entry))
        self._first += len(earlier)
        readline.set_completer(_Completer(session).complete)
        readline.set_completer_delims(DELIMITERS)
        readline.parse_and_bind("bind ^I rl_complete" if self._is_libedit else "tab: complete")

    def remember(self, text: str) -> None:
        """See `Editor`. A block becomes one line."""
        last = readline.get_history_item(readline.get_current_history_length())
        if (line := one_line(history.kept(text))) and line != last:
            readline.add_history(line)

    def use_keys(self, name: str) -> None:
        """See `Editor`. `~/.inputrc` says which come first."""
        bind = "bind -v" if name == "vi" else "bind -e"
        readline.parse_and_bind(bind if self._is_libedit else f"set editing-mode {name}")

    def close(self) -> str:
        """See `Editor`."""
        numbers = range(self._first, readline.get_current_history_length() + 1)
        return history.save([readline.get_history_item(number) for number in numbers])


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
