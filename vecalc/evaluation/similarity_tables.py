"""How formulas agree with judgements, as sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import NamedTuple

from vecalc.answers import Cell, Column, Sheet
from vecalc.evaluation import Pairs, Rules
from vecalc.evaluation.agreement import FormulaAgreement
from vecalc.evaluation.protocol import protocol_sheet
from vecalc.evaluation.run_labels import Names, comparable
from vecalc.evaluation.statistics import (
    Interval,
    PairedDifference,
    corrected,
    correlation_difference,
    correlation_intervals,
    pearson,
    spearman,
)
from vecalc.space import VectorSpace

FEWEST = 3  # pairs that a correlation can be computed of


class SimilarityRun(NamedTuple):
    """A formula with a model over a set of pairs."""

    model: str
    formula: str
    space: VectorSpace
    compared: FormulaAgreement


def similarity_sheets(pairs: Pairs, runs: Sequence[SimilarityRun], rules: Rules) -> Iterator[Sheet]:
    """Correlations, comparison, protocol."""
    names = Names(pairs.name, runs)
    yield from _correlations(names, runs, rules)
    if both := comparable(runs):
        yield _comparison(names, both, rules)
    yield protocol_sheet(rules, _facts(pairs, runs), ranked=False)


def detail_sheet(pairs: Pairs, runs: Sequence[SimilarityRun]) -> Sheet:
    """Every pair, its score in the file, and the number of each formula; none for what does not count."""
    names = Names(pairs.name, runs)
    columns = (
        Column("line", "count"),
        *map(Column, pairs.columns),
        Column("judged", "score"),
        *names.columns,
        Column("value", "score"),
    )
    rows: list[tuple[Cell, ...]] = []
    for i, pair in enumerate(pairs.pairs):
        judged: tuple[Cell, ...] = (pair.line, *pair.words, pair.score)
        rows += [(*judged, *names.of(run), _cell(float(run.compared.found[i]))) for run in runs]
    return Sheet("pairs", columns, tuple(rows), names.title("Pairs"))


def _correlations(names: Names, runs: Sequence[SimilarityRun], rules: Rules) -> Iterator[Sheet]:
    """Spearman's, by which sets are usually judged, and the interval of Pearson's by itself."""
    columns = (
        *names.columns,
        *Column.all("score", "Spearman", "low", "high", "Pearson"),
        *Column.all("count", "seen", "total"),
        Column("coverage", "percent"),
    )
    linear = (*names.columns, *Column.all("score", "Pearson", "low", "high"))
    found = [(run, *_both(run, rules)) for run in runs]
    rows: list[tuple[Cell, ...]] = []
    for run, ranked, straight in found:
        seen, total = int(run.compared.counted.sum()), len(run.compared.judged)
        rows.append((*names.of(run), *ranked, straight[0], seen, total, run.compared.known / total))
    yield Sheet("correlation", columns, tuple(rows), names.title("Correlation"), tuple(_remarks(runs)))
    rows = [(*names.of(run), *straight) for run, _, straight in found]
    yield Sheet("Pearson", linear, tuple(rows), names.title("Linear correlation"))


def _both(run: SimilarityRun, rules: Rules) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """Spearman's correlation and its interval, and Pearson's."""
    counted = run.compared.counted
    judged, found = run.compared.judged[counted], run.compared.found[counted]
    if len(found) < FEWEST:
        return (None,) * 3, (None,) * 3
    ranked, linear = correlation_intervals(judged, found, rules.resamples, rules.seed)
    of_ranks = tuple(map(_cell, (spearman(judged, found), *ranked)))
    return of_ranks, tuple(map(_cell, (pearson(judged, found), *linear)))


def _cell(number: float) -> float | None:
    """The number; none for a correlation with numbers that are all alike."""
    return number if isfinite(number) else None


def _remarks(runs: Sequence[SimilarityRun]) -> Iterator[str]:
    for run in runs:
        if number := run.compared.without_value:
            count = f"{number:,} pair{'' if number == 1 else 's'}"
            yield f"{run.formula} has no value for {count} ({run.model}): left out"
        if int(run.compared.counted.sum()) < FEWEST:
            yield f"fewer than {FEWEST} pairs count for {run.formula} ({run.model}): no correlation"


def _comparison(names: Names, both: Sequence[tuple[SimilarityRun, SimilarityRun]], rules: Rules) -> Sheet:
    columns = (
        *Column.all("text", "first", "second"),
        Column("pairs", "count"),
        *(Column(name, "score") for name in ("difference", "low", "high", "p", "p (Holm)")),
    )
    found = [_difference(a, b, rules) for a, b in both]
    fair = corrected([_cell(difference.p) for _, difference in found])
    rows = tuple(
        (*names.pair(*pair), count, *map(_cell, (one.value, *one.interval, one.p)), p)
        for pair, (count, one), p in zip(both, found, fair, strict=True)
    )
    remark = (
        "difference of Spearman's, p by paired bootstrap on the pairs that both count; p (Holm) is corrected"
    )
    title = names.title("Is the difference noise?")
    return Sheet(
        "comparison",
        columns,
        rows,
        title,
        ("difference: second - first", f"{remark} for the number of tests"),
    )


def _difference(a: SimilarityRun, b: SimilarityRun, rules: Rules) -> tuple[int, PairedDifference]:
    counted = a.compared.counted & b.compared.counted
    count = int(counted.sum())
    if count < FEWEST:
        nothing = float("nan")
        return count, PairedDifference(nothing, Interval(nothing, nothing), nothing)
    judged = a.compared.judged[counted]
    first, second = a.compared.found[counted], b.compared.found[counted]
    return count, correlation_difference(judged, first, second, rules.resamples, rules.seed)


def _facts(pairs: Pairs, runs: Sequence[SimilarityRun]) -> Iterator[tuple[str, str]]:
    yield "pairs", f"{pairs.name}, {len(pairs.pairs):,}, {pairs.layout}"
    for run in {run.model: run for run in runs}.values():
        yield "model", f"{run.model}, {len(run.space):,} words x {run.space.dim}"
