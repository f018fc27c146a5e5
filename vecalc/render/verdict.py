"""Whether `EXPR => WORD @K` came true, as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vecalc.render.numbers import count
from vecalc.render.visible import visible

if TYPE_CHECKING:
    from vecalc.answers import Expected


def verdict(expected: Expected) -> str:
    """`PASS queen @3: rank 1`, `FAIL queen @3: rank 7`, `FAIL queen @3: not a candidate`."""
    found = "not a candidate" if expected.rank is None else f"rank {count(expected.rank)}"
    return f"{'PASS' if expected.passed else 'FAIL'} {visible(expected.word)} @{expected.at}: {found}"
