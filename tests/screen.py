"""A prompt on a terminal that draws: what stands on its screen, and how it looks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pyte
from terminal import WAIT, Terminal

PIECE = 0.02  # seconds that are waited for output at once
KEYS = {
    "enter": "\r", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
    "escape": "\x1b", "alt-enter": "\x1b\r", "ctrl-a": "\x01", "ctrl-c": "\x03", "ctrl-d": "\x04",
    "ctrl-e": "\x05",    "ctrl-r": "\x12", "ctrl-u": "\x15", "ctrl-z": "\x1a", "edit": "\x18\x05",
}  # fmt: skip


class _Emulated(pyte.Screen):
    """A screen that answers when it is asked where the cursor is."""

    answer: Callable[[str], object] = staticmethod(lambda data: None)

    def write_process_input(self, data: str) -> None:
        self.answer(data)


class Screen:
    """Lines and columns; without a colour in NO_COLOR, as most terminals are."""

    def __init__(
        self, folder: Path, *arguments: str, lines: int = 24, columns: int = 80, **more: Any
    ) -> None:
        """`more`: what a `Terminal` takes, and variables."""
        look = {"TERM": "xterm-256color", "NO_COLOR": "", **more}
        self.terminal = Terminal(folder, *arguments, dimensions=(lines, columns), **look)
        self.screen = _Emulated(columns, lines)
        self.screen.answer = self.terminal.child.send
        self.stream = pyte.Stream(self.screen)
        self.count = 0

    # --- what is typed ------------------------------------------------------------------------

    def types(self, *typed: str) -> None:
        """Keys by name, or text."""
        for one in typed:
            self.terminal.child.send(KEYS.get(one, one))

    def pastes(self, text: str) -> None:
        """What a terminal sends of a text that is pasted."""
        self.types(f"\x1b[200~{text}\x1b[201~")

    def enters(self, line: str) -> None:
        """A line, and Enter, when it is there; the next prompt is waited for."""
        self.types(line)
        self.until(lambda: self.line == f"vecalc> {line}", line)
        self.types("enter")
        self.until(lambda: self.line == "vecalc>", "an empty line")

    def anew(self) -> None:
        """Ctrl-C, and an empty line is there: not the one that was there before, so it gets a mark."""
        self.count += 1
        self.types(mark := f"~{self.count}~")
        self.until(lambda: mark in self.shown, mark)
        self.types("ctrl-c")
        self.until(lambda: self.line == "vecalc>", "an empty line")

    # --- what is seen -------------------------------------------------------------------------

    @property
    def shown(self) -> str:
        """The lines of the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def row(self) -> int:
        """Where the last prompt is."""
        rows = [i for i, line in enumerate(self.screen.display) if line.startswith("vecalc>")]
        return rows[-1] if rows else 0

    @property
    def line(self) -> str:
        """The line at the last prompt."""
        return str(self.screen.display[self.row].rstrip())

    @property
    def bar(self) -> list[str]:
        """The toolbar: the last two lines of the screen."""
        return [line.rstrip() for line in self.screen.display[-2:]]

    def underlined(self) -> str:
        """What is underlined at the last prompt."""
        cells = self.screen.buffer[self.row]
        return "".join(cells[i].data for i in range(self.screen.columns) if cells[i].underscore)

    def color_of(self, text: str, row: int | None = None) -> str:
        """The colour of a text at the last prompt, or in another row; the default one until it is there."""
        row = self.row if row is None else row % self.screen.lines
        return str(self.screen.buffer[row][self.screen.display[row].find(text)].fg)

    def until(self, holds: str | Callable[[], bool], what: str = "") -> None:
        """Wait for a pattern on the screen, or for anything."""
        is_there = (
            holds if callable(holds) else lambda: re.search(holds, self.shown, re.MULTILINE) is not None
        )
        end = time.monotonic() + WAIT
        while not is_there():
            assert time.monotonic() < end, f"waited for {what or holds!r}; the screen is:\n{self.shown}"
            self.pump()

    def pump(self, seconds: float = PIECE) -> bool:
        """Take what comes; False where nothing does."""
        try:
            self.stream.feed(self.terminal.child.read_nonblocking(1 << 16, seconds))
        except pexpect.TIMEOUT:
            return False
        except pexpect.EOF:
            time.sleep(seconds)
            return False
        return True

    def settle(self, seconds: float) -> None:
        """See whatever happens for some time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump()
