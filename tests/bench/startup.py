"""How long a one-shot answer takes, against starting Python with the same libraries.

    python tests/bench/startup.py [RUNS]

Prints the median wall time of each whole process, taken in turns so that a noisy machine is noisy for
all of them, and the ratio to the baseline. Nothing in the test suite asserts these numbers.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as `measure` explains
VECALC = str(Path(sys.executable).with_name("vecalc"))  # the installed command, as a user runs it
BASELINE = "click+lark+numpy+rich"
COMMANDS = {
    "bare Python": [sys.executable, "-c", "pass"],
    BASELINE: [sys.executable, "-c", "import click, lark, numpy, rich.console, rich.table"],
    "vecalc --help": [VECALC, "--help"],
    "vecalc EXPR (table)": [VECALC, "--format", "table", "king - man + woman"],
    "vecalc EXPR (plain)": [VECALC, "--format", "plain", "king - man + woman"],
    "vecalc EXPR (json)": [VECALC, "--json", "king - man + woman"],
}


def seconds(command: list[str]) -> float:
    """Wall time of a whole process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def measured(runs: int) -> dict[str, tuple[float, float]]:
    """Each command's median seconds and ratio to the baseline: `runs` times, in turns, after a warm-up."""
    for command in COMMANDS.values():
        seconds(command)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    base = times[BASELINE]
    # Pair by pair: a slow moment of the machine is in both sides of its ratio.
    return {
        name: (statistics.median(taken), statistics.median(t / b for t, b in zip(taken, base, strict=True)))
        for name, taken in times.items()
    }


def main(runs: int) -> None:
    """Print the table."""
    for name, (taken, ratio) in measured(runs).items():
        print(f"{name:<24} {taken * 1e3:7.1f} ms   {ratio:5.2f} x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
