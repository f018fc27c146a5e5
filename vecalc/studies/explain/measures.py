"""Numbers about a result, each with what it means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isinf
from typing import NamedTuple

from vecalc.answers import Cell, Column, Neighbour, Sheet
from vecalc.studies.axes.stability import ROTATIONS, Stability


class Figure(NamedTuple):
    """A number, None where there is none, and what it says."""

    name: str
    value: float | None
    meaning: str


def sheet(measures: Iterable[Figure]) -> Sheet:
    """The measures as a sheet."""
    columns = (Column("measure"), Column("value", "score"), Column("meaning"))
    return Sheet("measures", columns, tuple(map(tuple, measures)), "Measured")


def of_rotation(stability: Stability | None, kept: float | None = None) -> list[Figure]:
    """Whether a result depends on the axes, and the share of the neighbours that rotations leave."""
    if stability is None:
        return [Figure("axes", None, "not measured: no word is as wide as the result")]
    if isinf(stability.deviation):
        found = [Figure("axes", None, "depends on the axes: some rotation leaves no value at all")]
    else:
        what = "depends on the axes" if stability.depends else "independent of the axes"
        share = f"{what}: largest change in {ROTATIONS} rotations, as a share"
        found = [Figure("axes", stability.deviation, share)]
    if kept is not None:
        found.append(Figure("stability", kept, "share of shown neighbours that survive rotation"))
    return found


# --- sheets of ranked words -----------------------------------------------------------------

RANKED = (Column("rank", "count"), Column("word"), Column("score", "score"))


def gaps(ranked: Sequence[Neighbour], shown: int) -> list[float | None]:
    """How far each of the words shown is before the next one, if there is one."""
    found: list[float | None] = [abs(a.score - b.score) for a, b in pairwise(ranked)]
    return [*found, None][:shown]


def left_out(rows: Sequence[tuple[Cell, ...]], excluded: int) -> Sheet:
    """Some of the words that were excluded: each with the rank and the score it would have had."""
    more = excluded - len(rows)
    columns = (Column("word"), Column("rank", "count"), Column("score", "score"))
    title = "Left out, with the rank each would have had"
    return Sheet("excluded", columns, tuple(rows), title, (f"and {more:,} more",) if more else ())


def of_candidates(count: int) -> str:
    """What gaps and z are, among so many random candidates."""
    return f"gap: to the next word. z: standard deviations from the mean of {count:,} random candidates."
