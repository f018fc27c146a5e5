"""A comparison as tables: the neighbours of each formula, and where each formula stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isinf
from typing import TypeAlias

from vecalc.answers import Answer, Cell, Column, Number, Ranking, Rows, Scored, Sheet, Tabled
from vecalc.studies.axes.stability import ROTATIONS
from vecalc.studies.compare.comparison import Compared, Comparison

AXES, NEW = "*", "+"
LEGEND = (
    f"{NEW} is not among the neighbours of the sum that are shown",
    f"{AXES} depends on the axes of the space: changes under {ROTATIONS} random rotations of A and B",
)


# What a formula has at one place, a neighbour, a number, a vector of a list, or its error: rank, word, score.
_Line: TypeAlias = tuple[int | None, str | None, float | None]


def sheets(comparisons: Sequence[Comparison], *, for_people: bool) -> Iterator[Sheet]:
    """The neighbours of each formula and the summary; side by side for people, else a row for each."""
    if for_people:
        yield from map(_side_by_side, comparisons)
    else:
        yield _below_each_other(comparisons)
    yield _summary(comparisons, for_people=for_people)


def _lines(answer: Answer) -> list[_Line]:
    if answer.error is not None:
        return [(None, f"error: {answer.error.message}", None)]
    match answer.result:
        case Ranking(neighbours) | Scored(neighbours):
            return [(near.rank, near.word, near.score) for near in neighbours]
        case Rows(rows):
            return [(i, row.label, row.length) for i, row in enumerate(rows, start=1)]
        case Number(value):
            return [(None, None, value)]
        case Tabled():
            return [(i, name, value) for i, (name, value) in enumerate(answer.result.named(), start=1)]
    return []


# --- neighbours -----------------------------------------------------------------------------


def _side_by_side(comparison: Comparison) -> Sheet:
    """A line for each rank, a word and its score for each formula."""
    columns = [Column("rank", "count")]
    any_depends = False
    for column in comparison.columns:
        depends = column.axes is not None and column.axes.stability.depends
        any_depends |= depends
        name = f"{column.formula.name} {AXES}" if depends else column.formula.name
        columns += [Column(name, tone="new")]
        columns += [Column("", "score")]
    lines = [_lines(column.answer) for column in comparison.columns]
    rows = []
    for place in range(max(map(len, lines), default=0)):
        row: list[Cell] = [place + 1]
        for column, ours in zip(comparison.columns, lines, strict=True):
            _, word, score = ours[place] if place < len(ours) else (None, None, None)
            row += [f"{word} {NEW}" if _is_new(word, column, comparison) else word, score]
        rows.append(tuple(row))
    title = f"A = {comparison.operands[0].text}, B = {comparison.operands[1].text}, norm {comparison.norm}"
    name = f"neighbours_{comparison.norm}"
    new = any(_is_new(word, column, comparison) for column in comparison.columns for word in column.words)
    legend = tuple(text for text, used in zip(LEGEND, (new, any_depends), strict=True) if used)
    return Sheet(name, tuple(columns), tuple(rows), title, legend, keys=1, together=2)


def _is_new(word: str | None, column: Compared, comparison: Comparison) -> bool:
    """Whether it is a neighbour, and none that the sum shows."""
    return bool(comparison.sum.ranking) and word in column.words and word not in comparison.sum.words


def _below_each_other(comparisons: Sequence[Comparison]) -> Sheet:
    columns = (
        *Column.all("text", "norm", "name"),
        Column("rank", "count"),
        Column("word"),
        Column("score", "score"),
        Column("in_sum"),
    )
    rows: list[tuple[Cell, ...]] = []
    for comparison in comparisons:
        for column in comparison.columns:
            shared = {True: "yes", False: "no"} if comparison.sum.ranking and column.words else {}
            rows += [
                (comparison.norm, column.formula.name, *line, shared.get(line[1] in comparison.sum.words))
                for line in _lines(column.answer)
                if column.answer.error is None
            ]
    return Sheet("neighbours", columns, tuple(rows))


# --- where each formula stands --------------------------------------------------------------


def _summary(comparisons: Sequence[Comparison], *, for_people: bool) -> Sheet:
    target = comparisons[0].target
    columns = (
        *Column.all("text", "norm", "name", "formula"),
        Column("shared", "count"),
        Column("cosine", "score"),
        Column(f"rank of {target}" if for_people else "target_rank", "count"),
        Column("axes"),
        Column("change", "score"),
        Column("kept", "percent"),
        Column("problem"),
    )
    rows = [_standing(comparison, column) for comparison in comparisons for column in comparison.columns]
    remarks = [
        "shared: neighbours shown that the sum shows, too. cosine: between the result and the sum.",
        f"axes: measured with {ROTATIONS} random rotations of A and B. change: the largest, as a share of "
        "the result. kept: neighbours shown that stay, on average.",
    ]
    remarks += [f"metric: {comparisons[0].metric}"]
    remarks += [f"only: {', '.join(only)}"] if (only := comparisons[0].sum.answer.asked.only) else []
    remarks += [f"target: {target}"] if target is not None and not for_people else []
    sheet = Sheet("summary", columns, tuple(rows), "Beside the sum", tuple(remarks))
    return _shortened(sheet, several=len(comparisons) > 1) if for_people else sheet


def _standing(comparison: Comparison, column: Compared) -> tuple[Cell, ...]:
    error, stability = column.answer.error, column.axes and column.axes.stability
    return (
        comparison.norm,
        column.formula.name,
        column.answer.parsed or column.formula.text,
        column.shared,
        column.cosine,
        column.target,
        None if stability is None else "depend" if stability.depends else "free",
        None if stability is None or isinf(stability.deviation) else stability.deviation,
        column.axes.kept if column.axes else None,
        error.message if error else None,
    )


def _shortened(sheet: Sheet, *, several: bool) -> Sheet:
    """Without columns that say nothing: empty ones, and the norm where there is but one."""
    places = [
        i
        for i, column in enumerate(sheet.columns)
        if any(row[i] is not None for row in sheet.rows) and (several or column.name != "norm")
    ]
    rows = tuple(tuple(row[i] for i in places) for row in sheet.rows)
    return sheet._replace(columns=tuple(sheet.columns[i] for i in places), rows=rows)
