"""Lines as they come, and the questions for them: what any Python has."""

from __future__ import annotations

import sys

from vecalc.shell.display import is_terminal
from vecalc.shell.repl import CONTINUED, PROMPT


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
