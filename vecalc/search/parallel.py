"""Work for all cores: pieces of it on as many threads, where numpy and kernels let go of Python's lock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def on_all_cores(work: Callable[[T], None], pieces: Sequence[T]) -> None:
    """Work on the first piece, then on the others in any order, on as many threads as there are cores."""
    threads = min(
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 16
    )
    waiting = deque(pieces)

    def drain() -> None:
        while waiting:
            try:
                piece = waiting.popleft()
            except IndexError:  # another thread was faster
                return
            work(piece)

    if waiting:
        work(waiting.popleft())
    if len(waiting) < 2 or threads < 2:
        drain()
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(drain) for _ in range(threads)]
        try:
            for one in running:
                one.result()
        except BaseException:
            waiting.clear()
            raise
