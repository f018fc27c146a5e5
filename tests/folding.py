"""One law for many things in one test, which says of all of them that break it what is wrong with each."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

T = TypeVar("T")


def all_hold(things: Iterable[T], check: Callable[[T], object], named: Callable[[T], object] = repr) -> None:
    """Check everything, whatever fails on the way; of nothing no law holds."""
    count, wrong = 0, []
    for thing in things:
        count += 1
        try:
            check(thing)
        except (Exception, pytest.fail.Exception):
            wrong.append(f"{named(thing)}: {traceback.format_exc()}")
    assert count, "there is nothing to check"
    assert not wrong, f"{len(wrong)} of {count} fail\n\n" + "\n".join(wrong)
