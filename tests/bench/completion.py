"""How long a key waits for completions among three million words: python tests/bench/completion.py [WORDS]

The words are the starter's and made-up ones. Shown are the milliseconds of a key while the index is made and
when it is, and what it takes; the report is on stdout.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from vecalc.library.catalogue import starter
from vecalc.space.prefixes import Prefixes

WORDS = 3_000_000
OFFERED = 40
TYPED = 300  # words typed, a key at a time
LONGEST = 12  # keys of one
PAUSE = 0.002  # seconds between keys: somebody types
SYLLABLES = (
    "ka",
    "ra",
    "to",
    "mi",
    "ne",
    "schu",
    "ber",
    "ing",
    "tion",
    "al",
    "é",
    "vo",
    "gli",
    "ü",
    "St",
    "Mc",
)


class Words:
    """As much of a space as the index asks for."""

    def __init__(self, count: int) -> None:
        chance = random.Random(3)  # noqa: S311 - no secret
        known = list(starter().words())
        self.all = known[:count]
        while len(self.all) < count:
            made = "".join(chance.choices(SYLLABLES, k=chance.randint(2, 5)))
            self.all.append(made + chance.choice(["", f"_{chance.choice(known)}"]))

    def __len__(self) -> int:
        return len(self.all)

    def words(self) -> Iterator[str]:
        """All of them."""
        return iter(self.all)

    def word(self, row: int) -> str:
        """One of them."""
        return self.all[row]


def main(count: int) -> None:
    """Print the table."""
    words = Words(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    index = Prefixes(words)  # type: ignore[arg-type]
    print(f"before the first key: {1e3 * (time.perf_counter() - began):.0f} ms")
    report("while the index is made", typed(index, words, lambda: not index.sorting))
    index.wait()
    print(f"the index is made after {time.perf_counter() - began:.1f} s, and takes {index.size / 1e6:.0f} MB")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"to make it takes {most / 1e3:.0f} MB more at its height")
    report("with the index", typed(index, words, lambda: False))


def typed(index: Prefixes, words: Words, ends: Callable[[], bool]) -> list[float]:
    """The milliseconds of each key of some words."""
    found = []
    for word in [*random.Random(4).sample(words.all, TYPED), "zzqx", "éüé", "qqqq"]:  # noqa: S311
        if ends():
            break
        for length in range(1, min(len(word), LONGEST) + 1):
            time.sleep(PAUSE)
            began = time.perf_counter()
            index.beginning(word[:length], OFFERED)
            found.append(1e3 * (time.perf_counter() - began))
    return found


def report(when: str, times: list[float]) -> None:
    """A line of the table."""
    if times:
        p50, p99 = np.percentile(times, [50, 99])
        print(f"{when}: {len(times):,} keys, p50 {p50:.2f} ms, p99 {p99:.2f} ms, max {max(times):.2f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else WORDS)
