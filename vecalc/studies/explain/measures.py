"""Numbers about a result, each with what it means."""

from __future__ import annotations

from collections.abc import Iterable
from math import isinf
from typing import TYPE_CHECKING, NamedTuple

from vecalc.answers import Column, Sheet
from vecalc.studies.axes.stability import ROTATIONS

if TYPE_CHECKING:
    from vecalc.studies.axes.stability import Stability


class Measure(NamedTuple):
    """A number, None where there is none, and what it says."""

    name: str
    value: float | None
    meaning: str


def sheet(measures: Iterable[Measure]) -> Sheet:
    """The measures as a sheet."""
    columns = (Column("measure"), Column("value", "score"), Column("meaning"))
    return Sheet("measures", columns, tuple(map(tuple, measures)), "Measured")


def of_rotation(stability: Stability | None, kept: float | None = None) -> list[Measure]:
    """Whether a result depends on the axes, and the share of the neighbours that rotations leave."""
    if stability is None:
        return [Measure("axes", None, "not measured: no word is as wide as the result")]
    if isinf(stability.deviation):
        found = [Measure("axes", None, "depends on the axes: some rotation leaves no value at all")]
    else:
        what = "depends on the axes" if stability.depends else "independent of the axes"
        share = f"{what}: largest change in {ROTATIONS} rotations, as a share"
        found = [Measure("axes", stability.deviation, share)]
    if kept is not None:
        found.append(Measure("stability", kept, "share of the neighbours shown that stay under rotation"))
    return found
