"""Questions to a server that may be gone for a moment: asked again, within the time that there is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from vecalc.stores import Patience, Unreachable

T = TypeVar("T")
FIRST_PAUSE = 0.1  # seconds before a question is asked again; then twice as long each time
LONGEST_PAUSE = 2.0


def asked(question: Callable[[], T], reconnect: Callable[[], None], patience: Patience) -> T:
    """The answer to a question that changes nothing, asked again over a new connection while there is time.

    Raises the last `Unreachable`, and every other `RemoteProblem` at once.
    """
    end = time.monotonic() + patience.answer
    pause, again = FIRST_PAUSE, False
    while True:
        try:
            if again:
                reconnect()
            return question()
        except Unreachable:
            again = True
            if time.monotonic() + pause >= end:
                raise
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
