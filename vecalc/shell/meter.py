"""How far long work is, on standard error: after a second, on a terminal, gone when it is done.

A thread looks at the work, so that what counts nothing, or is busy with one long step, has a sign of life,
too. Of several meters, one within another, the innermost is seen. Whatever else is written hides it first.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, RLock, Thread

from vecalc.render.visible import visible
from vecalc.shell.display import columns, is_terminal, on_writing

PATIENCE = 1.0  # seconds before anything is shown
EVERY = 0.2  # seconds between two looks
_LOCK = RLock()  # of the line, which several threads write
_running: list[Meter] = []  # the innermost last


class Meter:
    """Counts bytes of a known total, or records, and says how long the rest may take."""

    def __init__(self, what: str, total: int | None = None) -> None:
        self.what = visible(what)
        self.total = total
        self.done = 0
        self.began = time.monotonic()
        self.next_look = self.began + PATIENCE
        self.complete_at = self.began  # when all of a known total was done
        self.shown = False

    def add(self, amount: int) -> None:
        """So much more is done."""
        self.at(self.done + amount)

    def at(self, done: int) -> None:
        """So much is done."""
        self.done = done
        if self.total and done >= self.total:
            self.complete_at = self.complete_at if self.complete_at > self.began else time.monotonic()
        self.look()

    def look(self) -> None:
        """Show how far it is, from time to time, unless another one within it is seen."""
        now = time.monotonic()
        with _LOCK:
            if now >= self.next_look and _running[-1:] == [self]:
                self.next_look = now + EVERY
                self._show(now)

    def _show(self, now: float) -> None:
        width = columns(sys.stderr) - 1
        text = f"vecalc: {self.what}: {self._state(now)}"[:width]
        self._write(f"\r{text:<{width}}\r")
        self.shown = True

    def _state(self, now: float) -> str:
        """Seconds of what counts nothing, the rest of what does, and what comes behind all of it."""
        seconds = max(now - self.began, 1e-9)
        if not self.done:
            return f"{seconds:.0f} s"
        rate = self.done / seconds
        if not self.total:
            return f"{self.done:,}, {rate:,.0f} a second"
        if self.done >= self.total:
            return f"100 %, finishing for {now - self.complete_at:.0f} s"
        left = (self.total - self.done) / rate
        duration = f"{left:.0f} s" if left < 90 else f"{left / 60:.0f} min"
        return f"{self.done / self.total:.0%}, {duration} left"

    def hide(self) -> None:
        """Remove the line, until the next look."""
        with _LOCK:
            if self.shown:
                self._write("\r" + " " * (columns(sys.stderr) - 1) + "\r")
                self.shown = False

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # the terminal is gone; the work need not fail for that
            sys.stderr.write(text)
            sys.stderr.flush()


def _hide_all() -> None:
    for meter in tuple(_running):
        meter.hide()


@contextmanager
def metered(what: str, total: int | None, *, quiet: bool) -> Iterator[Meter | None]:
    """A meter, where somebody can see it."""
    if quiet or not is_terminal(sys.stderr):
        yield None
        return
    meter, ended = Meter(what, total), Event()

    def look() -> None:
        while not ended.wait(EVERY):
            meter.look()

    _hide_all()
    _running.append(meter)
    on_writing(_hide_all)
    meter.look()
    watcher = Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield meter
    finally:
        ended.set()
        watcher.join()
        meter.hide()
        _running.remove(meter)


@contextmanager
def watched(what: str, total: int, *, quiet: bool = False) -> Iterator[Callable[[bytes], None]]:
    """What `kept_stores.Watch` wants: a function that takes the bytes as they come."""
    with metered(what, total, quiet=quiet) as meter:
        yield (lambda data: meter.add(len(data))) if meter else (lambda data: None)
