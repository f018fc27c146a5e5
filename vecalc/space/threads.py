"""Work for more than one thread, and products that keep to one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


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
    with ThreadPoolExecutor(1) as pool:
        running: Future[R] | None = None
        for item in items:
            done, running = running, pool.submit(work, item)
            if done is not None:
                yield done.result()
        if running is not None:
            yield running.result()
