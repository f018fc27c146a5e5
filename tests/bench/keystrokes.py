"""How soon a key shows, and how soon the answer to what is typed is right, at a prompt that answers live.

    python tests/bench/keystrokes.py MODEL WORD WORD WORD ...

A line is typed at 20 characters a second, some times. An echo is the time from a key to its character on the
screen; an answer that from the last key to the one which stands there when nothing changes any more. What the
emulation of the terminal takes is in both.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from screen import Screen

RATE = 20  # characters a second
LINES = 8  # of each some 60 characters
PIECE = 0.001  # seconds that are waited for output at once
SETTLED = 1.5  # seconds after which an answer is there, or none comes


def measured(model: str, words: Sequence[str]) -> dict[str, float]:
    """Milliseconds: `echo_p50`, `echo_p99`, `answer_p50`, `answer_max`; and `keys` and `lines` of them."""
    echoes: list[float] = []
    answers: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        screen = Screen(Path(folder), long_way=True, model=model, columns=100)
        screen.until("^vecalc>")
        screen.settle(1)
        for number in range(LINES + 1):
            some = [words[(number + i) % len(words)] for i in range(4)]
            line = "0.5*({0}*{1} + {0} + {1}) - {2} + {3}".format(*some)
            found = _type(screen, line)
            if number:  # the first reads the files
                echoes += found[:-1]
                answers.append(found[-1])
            screen.anew()
        screen.terminal.ends()
    echoes.sort()
    answers.sort()
    return {
        "echo_p50": _ms(echoes[len(echoes) // 2]),
        "echo_p99": _ms(echoes[int(len(echoes) * 0.99)]),
        "answer_p50": _ms(answers[len(answers) // 2]),
        "answer_max": _ms(answers[-1]),
        "keys": len(echoes),
        "lines": len(answers),
    }


def _type(screen: Screen, line: str) -> list[float]:
    """Seconds until each key shows; at last, those from the last key to the right answer."""
    echoes = []
    due = time.perf_counter()
    for i, key in enumerate(line, start=1):
        while time.perf_counter() < due:
            screen.pump(PIECE)
        due += 1 / RATE
        start = time.perf_counter()
        screen.types(key)
        while not _shows(screen, key, len("vecalc> ") + i):
            screen.pump(PIECE)
        echoes.append(time.perf_counter() - start)
    start, last, bar = time.perf_counter(), time.perf_counter(), ""
    while time.perf_counter() - start < SETTLED:
        if screen.pump(PIECE) and screen.bar[0] != bar:
            bar, last = screen.bar[0], time.perf_counter()
    is_right = bar != "" and ":" not in bar  # an old answer has its expression before it
    assert is_right, f"no answer to {line}:\n{screen.shown}"
    return [*echoes, last - start]


def _shows(screen: Screen, key: str, behind: int) -> bool:
    """Whether a key stands before the cursor, where it should. To look at all lines would take longer."""
    cursor = screen.screen.cursor
    return cursor.x == behind and screen.screen.buffer[cursor.y][behind - 1].data == key


def _ms(seconds: float) -> float:
    return round(seconds * 1e3, 1)


if __name__ == "__main__":
    found = measured(sys.argv[1], sys.argv[2:])
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else -1
    print(json.dumps({**found, "load": round(load, 2)}))
