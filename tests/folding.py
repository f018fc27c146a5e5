"""One law for many things: in one test that names all that break it, or of examples that are drawn."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings

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


def tried(*strategies: Any, examples: int = 100, **named: Any) -> Callable[[Callable[..., None]], Any]:
    """`given` for a law that takes seconds: a fifth of the examples in every run, all in the slow one."""

    def of(law: Callable[..., None]) -> Any:
        def test(count: int) -> None:
            settings(max_examples=count, deadline=None)(given(*strategies, **named)(law))()

        test.__name__ = law.__name__
        test.__doc__ = law.__doc__
        test.__module__ = law.__module__
        some, all_of_them = examples // 5, pytest.param(examples, marks=pytest.mark.slow)
        return pytest.mark.parametrize("count", [some, all_of_them])(test)

    return of
