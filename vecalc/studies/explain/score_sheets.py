"""A score explained: what its factors or terms, such as similarities, are for each of the best words."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from vecalc.answers import Answer, Cell, Column, Neighbour, Scored, Sheet
from vecalc.arrays import Floats, Numbers
from vecalc.calc.evaluate import evaluate
from vecalc.calc.topk import rank_in_score, score_values
from vecalc.calc.values import Score
from vecalc.engine.question import Computed
from vecalc.engine.ranker import Ranker
from vecalc.errors import VecalcError
from vecalc.lang.nodes import Call, Candidate, Chain, Negate, Node, walk
from vecalc.lang.show import show
from vecalc.studies.axes.background import Background
from vecalc.studies.axes.rotated import stability_of
from vecalc.studies.explain import measures
from vecalc.studies.explain.measures import Figure
from vecalc.studies.explain.reading_sheets import parts_of

RANKED = 4  # words left out whose rank is looked up: each takes a pass over the whole space
LONGEST = 40  # characters of a part that heads a column


def sheets(ranker: Ranker, answer: Answer, workings: Computed, score: Score) -> list[Sheet]:
    """The best words, the parts of their numbers, the words left out, and what was measured."""
    assert isinstance(answer.result, Scored)  # noqa: S101 - what a score is answered with
    found, k = answer.result.neighbours, ranker.options.k
    shown = found[:k]
    if not shown:
        return []
    values = _sampled(ranker, score)
    measured: list[Figure] = []
    if len(values):
        measured += [Figure("candidates mean", float(values.mean()), "mean number of random candidates")]
        deviation = "standard deviation of those numbers"
        measured += [Figure("candidates deviation", float(values.std()), deviation)]
    tree, vectors = workings.resolved.tree, workings.resolved.vectors
    with suppress(VecalcError):  # of one of the random candidates, which is not among the best
        measured += measures.of_rotation(stability_of(ranker, tree, vectors, score))
    return [
        _neighbours(found, k, values),
        _parts(ranker, workings, shown, score),
        _left_out(ranker, workings, score),
        measures.sheet(measured),
    ]


def _sampled(ranker: Ranker, score: Score) -> Floats:
    """The numbers of random candidates; none if the formula has no value for one of them."""
    space = ranker.spaces[score.space]
    try:
        values = score_values(space, score, Background(space, ranker.candidates(score.space)).rows)
    except VecalcError:
        return np.empty(0)
    return values[np.isfinite(values)]


def _neighbours(found: tuple[Neighbour, ...], k: int, values: Floats) -> Sheet:
    mean, spread = (float(values.mean()), float(values.std())) if len(values) else (0.0, 0.0)
    rows: list[tuple[Cell, ...]] = [
        (*near[:3], gap, (near.score - mean) / spread if spread else None)
        for near, gap in zip(found[:k], measures.gaps(found, k), strict=True)
    ]
    columns = (*measures.RANKED, *Column.all("score", "gap", "z"))
    remark = measures.of_candidates(len(values))
    return Sheet("neighbours", columns, tuple(rows), "Best words", (remark,))


def _parts(ranker: Ranker, workings: Computed, shown: tuple[Neighbour, ...], score: Score) -> Sheet:
    """What the outermost operation or function has to work with, for each word."""
    space = ranker.spaces[score.space]
    rows = np.array([space.row(near.word) for near in shown], dtype=np.int64)
    found = [
        (f"{before}{_shortened(node, bool(before))}", numbers)
        for before, node in _operands(workings.resolved.tree)
        if (numbers := _numbers(ranker, workings, node, score.space, rows)) is not None
    ]
    columns = (*measures.RANKED, *Column.all("score", *(text for text, _ in found)))
    cells: list[tuple[Cell, ...]] = [
        (*near[:3], *(float(numbers[i]) for _, numbers in found)) for i, near in enumerate(shown)
    ]
    remark = "the parts that depend on the word, as they stand in the formula"
    return Sheet("parts", columns, tuple(cells), "Parts of the score", (remark,), keys=3)


def _operands(tree: Node) -> list[tuple[str, Node]]:
    """The operands or arguments of the outermost node; itself where these are not numbers."""
    if isinstance(tree, Negate):
        return [("-", tree.operand)]
    is_open = isinstance(tree, Chain) or (
        isinstance(tree, Call) and tree.name in ("max", "min", "mean", "sum")
    )
    return parts_of(tree) if is_open else [("", tree)]


def _numbers(ranker: Ranker, workings: Computed, node: Node, space: str, rows: Numbers) -> Floats | None:
    """The numbers [k] of a part for some words; None for one that is the same for all."""
    if not any(isinstance(part, Candidate) for part in walk(node)):
        return None
    try:
        value = evaluate(node, workings.resolved.vectors, ranker.options.norm, ranker).value
    except VecalcError:  # it is no number for every word, but a vector
        return None
    if not isinstance(value, Score) or value.space != space:
        return None
    return score_values(ranker.spaces[space], value, rows)


def _shortened(node: Node, is_operand: bool) -> str:
    text = f"({show(node)})" if is_operand and isinstance(node, Chain) else show(node)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _left_out(ranker: Ranker, workings: Computed, score: Score) -> Sheet:
    """The words that may not be among the best, with the rank each would have had."""
    space, candidates = ranker.spaces[score.space], ranker.candidates(score.space)
    rows: list[tuple[Cell, ...]] = []
    for row in sorted(workings.excluded)[:RANKED]:
        place, value = None, None
        if candidates is None or row in candidates:
            try:
                place = rank_in_score(space, score, row, candidates)
                value = None if place is None else float(score_values(space, score, np.array([row]))[0])
            except VecalcError:  # no number for this word, or for another that is left out
                place, value = None, None
        rows.append((space.word(row), place, value))
    return measures.left_out(rows, len(workings.excluded))
