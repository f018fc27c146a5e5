"""A list explained: its vectors, and whether they depend on the axes."""

from __future__ import annotations

from vecalc.answers import Answer, Column, Rows, Sheet
from vecalc.calc.values import List
from vecalc.engine.question import Computed
from vecalc.engine.ranker import Ranker
from vecalc.studies.axes.rotated import stability_of
from vecalc.studies.explain import measures


def sheets(ranker: Ranker, answer: Answer, workings: Computed, value: List) -> list[Sheet]:
    """The labelled rows, and what was measured."""
    stability = stability_of(ranker, workings.resolved.tree, workings.resolved.vectors, value)
    return [_rows(answer, ranker.options.k), measures.sheet(measures.of_rotation(stability))]


def _rows(answer: Answer, k: int) -> Sheet:
    assert isinstance(answer.result, Rows)  # noqa: S101 - what a list is answered with
    rows = [
        (place, row.label, row.length, ", ".join(near.word for near in row.neighbours[:k]))
        for place, row in enumerate(answer.result.rows, start=1)
    ]
    columns = (Column("place", "count"), Column("vector"), Column("length", "score"), Column("nearest"))
    return Sheet("rows", columns, tuple(rows), "Vectors")
