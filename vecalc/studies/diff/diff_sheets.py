"""Differences as tables: neighbours side by side, and a line for each expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TypeAlias

from vecalc.answers import Cell, Column, Neighbour, Sheet
from vecalc.studies.diff.side_by_side import DEPTH, PERSISTENCE, Difference, Ranked, agreement

# whether a model has a word, by the model's name
Knows = Callable[[str, str], bool]
_Model: TypeAlias = tuple[str, Ranked]  # its name, and its ranking


def sheets(
    found: Sequence[Difference], names: Sequence[str], knows: Knows, *, deep: bool, for_people: bool
) -> Iterator[Sheet]:
    """The tables of some differences between models: the first is compared with each of the others.

    `deep`: the neighbours of each expression side by side, too. Then a line for each expression: of those
    that rank, and of those that are numbers. Programs get columns of different names, people short ones.
    """
    if not found:
        return
    if deep:
        for i, (title, left, right) in enumerate(_rankings(found, names), start=1):
            columns = _columns(left[0], right[0], for_people)
            lines, remarks = tuple(_lines(left[1], right[1])), tuple(_remarks(left, right, knows))
            # Names that programs can tell apart.
            yield Sheet("neighbours" if i == 1 else f"neighbours_{i}", columns, lines, title, remarks)
    asked = next(iter(found[0].answers.values())).asked
    conditions = ", ".join((f"norm {asked.norm}", f"metric {asked.metric}", *asked.only))
    tables = _agreements(found, names, knows, conditions), _numbers(found, names, conditions)
    yield from (sheet for sheet in tables if sheet.rows)


def _rankings(found: Sequence[Difference], names: Sequence[str]) -> Iterator[tuple[str, _Model, _Model]]:
    """The rankings that the first model and another have both, each with its title."""
    first = names[0]
    for one in found:
        for second in names[1:]:
            if first not in one.answers or second not in one.answers:
                continue
            other = one.rankings(second)
            for label, ranked in one.rankings(first).items():
                if label in other:
                    title = f"{one.text}: {label}" if label else one.text
                    yield title, (first, ranked), (second, other[label])


# --- side by side ---------------------------------------------------------------------------


def _columns(first: str, second: str, for_people: bool) -> tuple[Column, ...]:
    columns = [Column("rank", "count")]
    for own, other in ((first, second), (second, first)):
        score, there = ("score", f"rank in {other}") if for_people else (f"{own} score", f"{own} in {other}")
        columns += [Column(own), Column(score, "score"), Column(there, "count")]
        if own == first:
            columns.append(Column("rank change" if for_people else "shift", "count", "signed"))
    return tuple(columns)


def _lines(a: Ranked, b: Ranked) -> Iterator[tuple[Cell, ...]]:
    """A line for each rank: either model's word, score, and rank in the other; how far the first's rises."""
    for rank, (x, y) in enumerate(zip_longest(a.neighbours, b.neighbours), start=1):
        there = b.ranks.get(x.word) if x else None
        shift = None if x is None or there is None else x.rank - there
        yield (rank, *_cells(x, b.ranks), shift, *_cells(y, a.ranks))


def _cells(near: Neighbour | None, ranks: Mapping[str, int]) -> tuple[Cell, ...]:
    return (near.word, near.score, ranks.get(near.word)) if near else (None, None, None)


def _remarks(left: _Model, right: _Model, knows: Knows) -> Iterator[str]:
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


def _agreements(found: Sequence[Difference], names: Sequence[str], knows: Knows, conditions: str) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for expression, (first, a), (second, b) in _rankings(found, names):
        words = [[near.word for near in ranked.neighbours] for ranked in (a, b)]
        measures = agreement(*words) or (None, None, None)
        missing = sum(not knows(second, word) for word in words[0])
        missing += sum(not knows(first, word) for word in words[1])
        rows.append((expression, first, second, max(map(len, words)), *measures, missing))
    columns = (
        *Column.all("text", "expression", "model", "other"),
        *Column.all("count", "k", "common"),
        *Column.all("score", "jaccard", "rbo"),
        Column("missing", "count"),
    )
    remark = (
        f"rbo: rank-biased overlap, p = {PERSISTENCE:g}, extrapolated from these ranks (Webber et al. 2010); "
        "missing: neighbours that the other vocabulary lacks"
    )
    return Sheet("agreement", columns, tuple(rows), "agreement", (remark, conditions))


def _numbers(found: Sequence[Difference], names: Sequence[str], conditions: str) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        found_in = [one.numbers(name) for name in names]
        for label in dict.fromkeys(label for numbers in found_in for label in numbers):
            first, *others = values = [numbers.get(label) for numbers in found_in]
            differences = [None if value is None or first is None else value - first for value in others]
            rows.append((f"{one.text}: {label}" if label else one.text, *values, *differences))
    columns = [Column("expression"), *(Column(name, "score") for name in names)]
    columns += [Column(f"{other} - {names[0]}", "score", "signed") for other in names[1:]]
    return Sheet("numbers", tuple(columns), tuple(rows), "numbers", (conditions,))
