"""The prompt: `prompt` is the loop, `prompt_commands` what can be typed besides expressions.

An `Editor` reads what is typed, and `editors` chooses it: `live_editor`, by prompt_toolkit; `line_editor`, by
readline; or `plain_editor`.
"""

from __future__ import annotations

from typing import Protocol

PROMPT, CONTINUED = "vecalc> ", "   ...> "


class Editor(Protocol):
    """Reads what is typed."""

    def read(self) -> str | None:
        """A line, or a block of lines; "" after Ctrl-C, None at the end of input."""

    def more(self, text: str) -> str | None:
        """A text whose bracket is open, with what goes on with it; the same text where nothing does, None
        where it is dropped (Ctrl-C, Ctrl-D).
        """

    def remember(self, text: str) -> None:
        """Put what was typed into the history, unless it is private."""

    def use_keys(self, name: str) -> None:
        """Edit with the keys of vi or emacs."""

    def close(self) -> str:
        """Write the history; why it can't be written, if so."""
