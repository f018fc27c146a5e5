"""How far long work is, on standard error: after a second, on a terminal, gone when it is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from vecalc.render.visible import visible
from vecalc.shell.display import columns, is_terminal

PATIENCE = 1.0  # seconds before anything is shown
EVERY = 0.2  # seconds between two looks


class Meter:
    """Counts bytes of a known total, or records, and says how long the rest may take."""

    def __init__(self, what: str, total: int | None = None) -> None:
        self.what = visible(what)
        self.total = total
        self.done = 0
        self.began = time.monotonic()
        self.next_look = self.began + PATIENCE
        self.shown = False

    def add(self, amount: int) -> None:
        """So much more is done."""
        self.at(self.done + amount)

    def at(self, done: int) -> None:
        """So much is done."""
        self.done = done
        now = time.monotonic()
        if now >= self.next_look:
            self.next_look = now + EVERY
            self._show(now - self.began)

    def _show(self, seconds: float) -> None:
        width = columns() - 1
        text = f"vecalc: {self.what}: {self._state(seconds)}"[:width]
        self._write(f"\r{text:<{width}}\r")
        self.shown = True

    def _state(self, seconds: float) -> str:
        rate = self.done / seconds
        if not self.total:
            return f"{self.done:,}, {rate:,.0f} a second"
        left = max(self.total - self.done, 0) / rate if rate else 0.0
        duration = f"{left:.0f} s" if left < 90 else f"{left / 60:.0f} min"
        return f"{min(self.done / self.total, 1):.0%}, {duration} left"

    def close(self) -> None:
        """Remove the line."""
        if self.shown:
            self._write("\r" + " " * (columns() - 1) + "\r")

    def _write(self, text: str) -> None:
        with suppress(OSError):  # the terminal is gone; the work need not fail for that
            sys.stderr.write(text)
            sys.stderr.flush()


@contextmanager
def metered(what: str, total: int | None, *, quiet: bool) -> Iterator[Meter | None]:
    """A meter, where somebody can see it."""
    if quiet or not is_terminal(sys.stderr):
        yield None
        return
    meter = Meter(what, total)
    try:
        yield meter
    finally:
        meter.close()


@contextmanager
def watched(what: str, total: int, *, quiet: bool = False) -> Iterator[Callable[[bytes], None]]:
    """What `kept_stores.Watch` wants: a function that takes the bytes as they come."""
    with metered(what, total, quiet=quiet) as meter:
        yield (lambda data: meter.add(len(data))) if meter else (lambda data: None)
