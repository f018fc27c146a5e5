"""Work for more than one thread, and products that keep to one."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

MOST_THREADS = 16  # more would wait for the memory
T = TypeVar("T")
R = TypeVar("R")


def on_all_cores(work: Callable[[T], None], pieces: Sequence[T]) -> None:
    """Work on the first piece, then on the others in any order, on as many threads as there are cores."""
    threads = 1 if _one_core.count else min(_cores(), MOST_THREADS)
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


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _OneCore:
    count = 0  # of those who want it so


_one_core = _OneCore()


@contextmanager
def on_one_core() -> Iterator[None]:
    """While it lasts, this process keeps to one core: others of the same batch have the rest."""
    with products_alone():
        _one_core.count += 1
        try:
            yield
        finally:
            _one_core.count -= 1


def products_alone() -> AbstractContextManager[Any]:
    """While it lasts, a matrix product stays on the thread that asks for it.

    Where several threads have work, BLAS would have each wait for threads that the others keep busy.
    """
    limits: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limits


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """The results for some items, in order; each is worked on in another thread, while the caller has the
    one before it and the next item is made.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        running: Future[R] | None = None
        for item in items:
            done, running = running, pool.submit(work, item)
            if done is not None:
                yield done.result()
        if running is not None:
            yield running.result()
