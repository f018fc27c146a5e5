"""Differences as tables: neighbours side by side, and a line for each expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest

from vecalc.answers import Cell, Column, Neighbour, Sheet
from vecalc.studies.diff.overlap import PERSISTENCE, agreement
from vecalc.studies.diff.side_by_side import DEPTH, Difference, Ranked

# whether a model has a word, by the model's name
Knows = Callable[[str, str], bool]


def sheets(
    found: Sequence[Difference], names: Sequence[str], knows: Knows, *, deep: bool, for_people: bool
) -> Iterator[Sheet]:
    """The tables of some differences between models: the first is compared with each of the others.

    `deep`: the neighbours of each expression side by side, too. Then a line for each expression: of those
    that rank, and of those that are numbers. Programs get columns of different names, people short ones.
    """
    if deep:
        yield from _numbered(_side_by_side(found, names, knows, for_people))
    rankings = [row for one in found for row in _agreements(one, names, knows)]
    if rankings:
        yield _agreements_sheet(rankings, _conditions(found))
    numbers = [_numbers(one, names) for one in found if any(one.number(name) is not None for name in names)]
    if numbers:
        yield _numbers_sheet(numbers, names, _conditions(found))


def _conditions(found: Sequence[Difference]) -> str:
    """What all was answered under."""
    asked = next(iter(found[0].answers.values())).asked
    return f"norm {asked.norm}, metric {asked.metric}"


def _pairs(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((names[0], other) for other in names[1:])


def _rankings(one: Difference, first: str, second: str) -> Iterator[tuple[str, Ranked, Ranked]]:
    """The rankings that two models have both, with their labels."""
    if first not in one.answers or second not in one.answers:
        return
    other = one.rankings(second)
    for label, ranked in one.rankings(first).items():
        if label in other:
            yield label, ranked, other[label]


# --- side by side ---------------------------------------------------------------------------


def _side_by_side(
    found: Sequence[Difference], names: Sequence[str], knows: Knows, for_people: bool
) -> Iterator[Sheet]:
    for one in found:
        for first, second in _pairs(names):
            for label, a, b in _rankings(one, first, second):
                title = f"{one.text}: {label}" if label else one.text
                remarks = tuple(_remarks((first, a), (second, b), knows))
                columns = _columns(first, second, for_people)
                yield Sheet("neighbours", columns, tuple(_lines(a, b)), title, remarks)


def _numbered(some: Iterator[Sheet]) -> Iterator[Sheet]:
    """Names that programs can tell apart: neighbours, neighbours_2, ..."""
    for i, sheet in enumerate(some, start=1):
        yield sheet if i == 1 else sheet._replace(name=f"{sheet.name}_{i}")


def _columns(first: str, second: str, for_people: bool) -> tuple[Column, ...]:
    columns = [Column("rank", "count")]
    for own, other in ((first, second), (second, first)):
        score, there = ("score", "there") if for_people else (f"{own} score", f"{own} in {other}")
        columns += [Column(own), Column(score, "score"), Column(there, "count")]
        if own == first:
            columns.append(Column("shift", "count"))
    return tuple(columns)


def _lines(a: Ranked, b: Ranked) -> Iterator[tuple[Cell, ...]]:
    """A line for each rank: either model's word, score, and rank in the other; how far the first's rises."""
    for rank, (x, y) in enumerate(zip_longest(a.neighbours, b.neighbours), start=1):
        there = b.ranks.get(x.word) if x else None
        shift = None if x is None or there is None else x.rank - there
        yield (rank, *_cells(x, b.ranks), shift, *_cells(y, a.ranks))


def _cells(near: Neighbour | None, ranks: Mapping[str, int]) -> tuple[Cell, ...]:
    return (near.word, near.score, ranks.get(near.word)) if near else (None, None, None)


def _remarks(left: tuple[str, Ranked], right: tuple[str, Ranked], knows: Knows) -> Iterator[str]:
    (first, a), (second, b) = left, right
    found = agreement(*([near.word for near in ranked.neighbours] for ranked in (a, b)))
    if found is not None:
        depth = max(len(a.neighbours), len(b.neighbours))
        yield (
            f"{found.common} of {depth} in both, Jaccard {found.jaccard:.2f}, "
            f"rank-biased overlap {found.rbo:.2f} (p = {PERSISTENCE:g})"
        )
    for (_, ranked), other in ((left, second), (right, first)):
        words = [near.word for near in ranked.neighbours]
        if missing := [word for word in words if not knows(other, word)]:
            yield f"not in the vocabulary of {other}: {', '.join(missing)}"
        if any(word not in missing for word in words if word not in (b if other == second else a).ranks):
            yield f"without a rank in {other}: beyond the first {DEPTH:,}, or no candidate"


# --- a line for each expression -------------------------------------------------------------


def _agreements(one: Difference, names: Sequence[str], knows: Knows) -> Iterator[tuple[Cell, ...]]:
    for first, second in _pairs(names):
        for label, a, b in _rankings(one, first, second):
            words = [[near.word for near in ranked.neighbours] for ranked in (a, b)]
            found = agreement(*words)
            missing = sum(not knows(second, word) for word in words[0])
            missing += sum(not knows(first, word) for word in words[1])
            measures = (found.common, found.jaccard, found.rbo) if found else (None, None, None)
            expression = f"{one.text}: {label}" if label else one.text
            yield (expression, first, second, max(map(len, words)), *measures, missing)


def _agreements_sheet(rows: Sequence[tuple[Cell, ...]], conditions: str) -> Sheet:
    columns = (
        *Column.all("text", "expression", "model", "other"),
        *Column.all("count", "k", "common"),
        *Column.all("score", "jaccard", "rbo"),
        Column("missing", "count"),
    )
    remark = (
        f"rbo: rank-biased overlap, p = {PERSISTENCE:g} (Webber et al. 2010); "
        "missing: neighbours that the other vocabulary lacks"
    )
    return Sheet("agreement", columns, tuple(rows), "agreement", (remark, conditions))


def _numbers(one: Difference, names: Sequence[str]) -> tuple[Cell, ...]:
    values = [one.number(name) if name in one.answers else None for name in names]
    first = values[0]
    differences = [None if value is None or first is None else value - first for value in values[1:]]
    return (one.text, *values, *differences)


def _numbers_sheet(rows: Sequence[tuple[Cell, ...]], names: Sequence[str], conditions: str) -> Sheet:
    columns = [Column("expression"), *(Column(name, "score") for name in names)]
    columns += [Column(f"{other} - {first}", "score") for first, other in _pairs(names)]
    return Sheet("numbers", tuple(columns), tuple(rows), "numbers", (conditions,))
