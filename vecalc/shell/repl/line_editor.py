"""The line from readline, with history and completion; or as it comes, where there is no readline."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from vecalc.lang.blocks import one_line
from vecalc.shell.display import is_terminal
from vecalc.shell.repl import CONTINUED, PROMPT, history
from vecalc.shell.repl.completer import DELIMITERS, completions

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

if importlib.util.find_spec("readline"):
    import readline


class PlainEditor:
    """Lines as they come: there may be no terminal, and nobody to prompt."""

    def read(self) -> str | None:
        """See `Editor`."""
        try:
            return _line(PROMPT)
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            return ""
        except EOFError:
            _end_line()
            return None

    def more(self, text: str) -> str | None:
        """See `Editor`. An empty line gives up, and so does the end of a file."""
        try:
            line = _line(CONTINUED)
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            return None
        except EOFError:
            _end_line()
            return None if is_terminal(sys.stdin) else text
        return f"{text}\n{line}" if line else text

    def remember(self, text: str) -> None:
        """Nothing is remembered."""

    def use_keys(self, name: str) -> None:
        """There are no keys to choose."""

    def close(self) -> str:
        """See `Editor`."""
        return ""


class ReadlineEditor(PlainEditor):
    """Lines edited by readline, or by libedit under its name."""

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
        if not history.is_kept(text):
            return
        last = readline.get_history_item(readline.get_current_history_length())
        if (line := one_line(text)) != last:
            readline.add_history(line)

    def use_keys(self, name: str) -> None:
        """See `Editor`. `~/.inputrc` says which come first."""
        bind = "bind -v" if name == "vi" else "bind -e"
        readline.parse_and_bind(bind if self._is_libedit else f"set editing-mode {name}")

    def close(self) -> str:
        """See `Editor`."""
        numbers = range(self._first, readline.get_current_history_length() + 1)
        return history.save([readline.get_history_item(number) for number in numbers])


def _line(prompt: str) -> str:
    """A line. Raises `EOFError`, `KeyboardInterrupt`."""
    asks = is_terminal(sys.stdin)
    if asks and not is_terminal(sys.stdout):  # the answers go to a file, and the prompt to the person
        sys.stderr.write(prompt)
        sys.stderr.flush()
        asks = False
    try:
        return input(prompt if asks else "")
    except UnicodeDecodeError:
        sys.stderr.write("vecalc: that line is not UTF-8\n")
        return ""


def _end_line() -> None:
    if is_terminal(sys.stdin):
        (sys.stdout if is_terminal(sys.stdout) else sys.stderr).write("\n")


class _Completer:
    """Readline asks for the n-th completion of a prefix until there is none."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.found: list[str] = []

    def complete(self, _prefix: str, state: int) -> str | None:
        if state == 0:
            before = readline.get_line_buffer()[: readline.get_endidx()]
            self.found = [one.text for one in completions(self.session, before)]
        return self.found[state] if state < len(self.found) else None
