"""How long a batch takes on workers, against one process that is limited to one core.

    python tests/bench/cluster.py [EXPRESSIONS] [WORKERS] [ROWS]

100,000 expressions, 2 workers, 200,000 words of 300 components, unless other numbers are given. It
prints the seconds of each, their ratio, and whether the bytes are the same. Needs `taskset` (Linux), and a
core for each worker that nobody else uses.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from measure import VECALC, process
from spaces import binary, word

WIDTH = 300


def main(expressions: int = 100_000, workers: int = 2, rows: int = 200_000) -> int:
    """Measure, and print; 0 where the bytes are the same."""
    folder = Path(tempfile.mkdtemp(prefix="vecalc-bench-"))
    try:
        return _measured(folder, expressions, workers, rows)
    finally:
        shutil.rmtree(folder)


def _measured(folder: Path, expressions: int, workers: int, rows: int) -> int:
    model, questions = binary(folder, rows, WIDTH), folder / "q.txt"
    numbers = np.random.default_rng(7).integers(rows, size=(expressions, 3)).tolist()
    questions.write_text("\n".join("{} - {} + {}".format(*map(word, some)) for some in numbers), "utf-8")
    environment = {"XDG_CACHE_HOME": str(folder / "cache")}
    batch = [VECALC, "-m", str(model), "-f", str(questions), "-q", "-o"]
    process([VECALC, "-m", str(model), word(1), "-q"], **environment)  # from here on it is a store
    seconds = {}
    for name, front, more in (
        ("one", ["taskset", "-c", "0"], []),
        ("many", [], ["--cluster", f"local:{workers}"]),
    ):
        began = time.perf_counter()
        process([*front, *batch, str(folder / f"{name}.jsonl"), *more], **environment)
        seconds[name] = time.perf_counter() - began
    same = (folder / "one.jsonl").read_bytes() == (folder / "many.jsonl").read_bytes()
    print(f"{expressions:,} expressions, {rows:,} x {WIDTH}; load {os.getloadavg()[0]:.1f}")
    print(f"one process on one core {seconds['one']:8.1f} s")
    print(
        f"{workers} workers              {seconds['many']:8.1f} s   {seconds['many'] / seconds['one']:.2f} x"
    )
    print("the bytes are the same" if same else "THE BYTES DIFFER")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
