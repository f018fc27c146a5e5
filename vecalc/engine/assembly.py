"""Many at once: questions in chunks, the neighbours of a chunk in one search, the answers made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from vecalc.answers import (
    NOTHING_LEFT,
    Answer,
    Expected,
    Neighbour,
    Number,
    Ranking,
    Row,
    Rows,
    Scored,
    Tabled,
    Weights,
)
from vecalc.arrays import Floats
from vecalc.calc import algebra
from vecalc.calc.resolve import find_row
from vecalc.calc.values import List, Scalar, Score, Table, Vector
from vecalc.engine.candidates import why_none
from vecalc.engine.question import NO_TREE, NO_VALUES, NO_WORDS, Computed, Question
from vecalc.engine.ranker import Ranker
from vecalc.errors import NoValue, TypeMismatch, VecalcError
from vecalc.lang.nodes import Expectation, Word
from vecalc.search import Hits
from vecalc.search.exact import search

if TYPE_CHECKING:
    from vecalc.engine.calculator import Calculator


Found: TypeAlias = "dict[int, list[Hits] | VecalcError]"
Statements: TypeAlias = "Sequence[Computed | Answer]"  # what has an answer already is handed on


def chunks(
    calculator: Calculator, questions: Iterable[Question], chunk: int, skip: int
) -> Iterator[list[Computed | Answer]]:
    """What the questions come to, in chunks of 1, 2, 4, ... `chunk`, without the first `skip` answers.

    The first are small, so that the first answers are there soon, unless nobody sees them before the last.
    """
    pending = iter(questions)
    size = 1 if calculator.soon else chunk
    while batch := list(islice(pending, min(size, chunk))):
        size *= 2
        computed = list(_computed(calculator, batch))
        yield computed[skip:]
        skip = max(skip - len(computed), 0)


def _computed(calculator: Calculator, batch: list[Question]) -> Iterator[Computed | Answer]:
    """Everything but the neighbours; plain sums together, unless a line before them binds their words."""
    calculator.expect(batch)
    sums: Mapping[int, tuple[tuple[str, ...], Computed]] = {}
    options = calculator.options
    # Among several spaces one may be passed over, which is a problem of those of its questions alone.
    passed_over = len(calculator.spaces) > 1 and (options.among, options.where) != (None, None)
    usual = options.within is None and not options.words and not passed_over
    if len(batch) > 1 and not calculator.remember and usual:
        from vecalc.engine import word_sums

        sums = word_sums.compute(calculator, batch)
    for i, question in enumerate(batch):
        words, known = sums.get(i, ((), None))
        if known is not None and calculator.scope.names.keys().isdisjoint(words):
            yield known
            continue
        for one in calculator.stages(question):
            if isinstance(one, Computed):  # without how it came about: long expressions take much memory
                one = one._replace(tree=NO_TREE, resolved=NO_WORDS, values=NO_VALUES)  # noqa: PLW2901
            yield one


def find(ranker: Ranker, computed: Statements) -> Found:
    """The hits of all vectors, and of all scores, of one space in one go, by the statement's place."""
    if not ranker.options.rank:
        return {}
    placed = {i: one for i, one in enumerate(computed) if isinstance(one, Computed)}
    return {**_search_all(ranker, placed), **_score_all(ranker, placed)}


def assemble(ranker: Ranker, computed: Statements, found: Found) -> Iterator[Answer]:
    """The answers, in order."""
    for i, one in enumerate(computed):
        if isinstance(one, Answer):
            yield one
            continue
        try:
            yield _answer(ranker, one, found.get(i, []))
        except VecalcError as problem:
            yield one.answer._replace(error=problem)


def _search_all(ranker: Ranker, placed: Mapping[int, Computed]) -> Found:
    """The hits of each statement's vectors, by its index."""
    found: dict[int, list[Hits]] = {}
    wanted = [(i, vector) for i, one in placed.items() for vector in _vectors(ranker, one)]
    for name in dict.fromkeys(placed[i].space for i, _ in wanted):
        here = [(i, vector) for i, vector in wanted if placed[i].space == name]
        k = ranker.options.k + max(_left_out(placed[i]) for i, _ in here)
        queries = np.stack([vector for _, vector in here])
        hits = search(ranker.spaces[name], queries, k, ranker.measure, ranker.allowed(name))
        for (i, _), rows, scores in zip(here, hits.rows, hits.scores, strict=True):
            # As many as this one would have asked for alone: what else is searched for must not show.
            own = ranker.options.k + _left_out(placed[i])
            found.setdefault(i, []).append(Hits(rows[:own], scores[:own]))
    return {**found}


def _left_out(one: Computed) -> int:
    """How many hits may be no neighbours: excluded words, and a row of a found list itself."""
    value = one.evaluated.value
    return len(one.excluded) + (isinstance(value, List) and value.found)


def _score_all(ranker: Ranker, placed: Mapping[int, Computed]) -> Found:
    """The hits of each score, or what is wrong with it for some word, by the statement's index."""
    found: Found = {}
    values = ((i, one.evaluated.value) for i, one in placed.items())
    scores = {i: value for i, value in values if isinstance(value, Score)}
    for name in dict.fromkeys(score.space for score in scores.values()):
        from vecalc.calc.topk import search_scores

        here = {i: score for i, score in scores.items() if score.space == name}
        ks = [ranker.options.k + len(placed[i].excluded) for i in here]
        excluded = [placed[i].excluded for i in here]
        best = search_scores(ranker.spaces[name], list(here.values()), ks, ranker.candidates(name), excluded)
        for i, outcome in zip(here, best, strict=True):
            found[i] = outcome if isinstance(outcome, VecalcError) else [Hits(outcome.rows, outcome.scores)]
    return found


def _vectors(ranker: Ranker, one: Computed) -> Iterator[Floats]:
    """The vectors of a statement whose neighbours are wanted."""
    value = one.evaluated.value
    if isinstance(value, Vector):
        yield ranker.query(value)
    elif isinstance(value, List) and value.vectors.shape[1] == ranker.spaces[one.space].dim:
        yield from filter(ranker.has_neighbours, value.vectors)


def _answer(ranker: Ranker, one: Computed, hits: list[Hits] | VecalcError) -> Answer:
    if isinstance(hits, VecalcError):
        raise hits
    value = one.evaluated.value
    attention = tuple(Weights(*trace) for trace in one.evaluated.traces)
    blank = one.answer._replace(attention=attention)
    if isinstance(one.statement, Expectation):
        blank = blank._replace(expected=_expected(ranker, one, one.statement))
    match value:
        case Scalar(number):
            return blank._replace(result=Number(number))
        case List():
            return blank._replace(result=_rows(ranker, one, value, hits))
        case Table(numbers, rows, columns):
            return blank._replace(result=Tabled(rows, columns, numbers))
    metric = ranker.options.metric if isinstance(value, Vector) else ""
    near, excluded = _split(ranker, one, hits[0], metric) if hits else ((), ())
    if ranker.options.rank and not near:
        why = why_none(ranker.spaces[one.space], ranker.options)
        blank = blank._replace(notes=(*blank.notes, f"{NOTHING_LEFT}{why}"))
    if isinstance(value, Vector):
        return blank._replace(result=Ranking(near, excluded, value.components))
    return blank._replace(result=Scored(near, excluded))


def _split(
    ranker: Ranker, one: Computed, hits: Hits, metric: str
) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]:
    """The neighbours, renumbered without the excluded words; and the excluded words among them."""
    space, options = ranker.spaces[one.space], ranker.options
    if not np.isfinite(hits.scores).all():
        raise NoValue("the scores overflow", hint=f"--metric cos compares directions ({metric} lengths)")
    neighbours: list[Neighbour] = []
    excluded: list[Neighbour] = []
    rows: list[int] = []
    # Of distances the largest is wanted, of similarities the least.
    sign, limit = -1 if metric == "l2" else 1, options.min_score
    for rank, (row, score) in enumerate(zip(hits.rows.tolist(), hits.scores.tolist(), strict=True), start=1):
        if len(neighbours) == options.k or (limit is not None and sign * score < sign * limit):
            break
        if row in one.excluded:
            excluded.append(Neighbour(rank, space.word(row), score))
        else:
            neighbours.append(Neighbour(len(neighbours) + 1, space.word(row), score))
            rows.append(row)
    return tuple(_with_records(ranker, one, neighbours, rows)), tuple(excluded)


def _with_records(
    ranker: Ranker, one: Computed, neighbours: list[Neighbour], rows: list[int]
) -> list[Neighbour]:
    """The neighbours with the metadata of their rows that is shown."""
    if not (names := one.answer.asked.show):
        return neighbours
    from vecalc.engine.records import records_of

    records = records_of(ranker.spaces[one.space], rows, names)
    return [near.with_record(record) for near, record in zip(neighbours, records, strict=True)]


def _rows(ranker: Ranker, one: Computed, value: List, hits: list[Hits]) -> Rows:
    pending, space = iter(hits), ranker.spaces[one.space]
    rows = []
    for label, vector in zip(value.labels, value.vectors, strict=True):
        near = next(pending, None) if ranker.has_neighbours(vector) else None
        neighbours: tuple[Neighbour, ...] = ()
        if near:
            itself = space.row(label) if value.found and ranker.options.exclude != "none" else None
            alone = one if itself is None else one._replace(excluded=one.excluded | {itself})
            neighbours = _split(ranker, alone, near, ranker.options.metric)[0]
        rows.append(Row(label, algebra.length(vector), None, neighbours))
    return Rows(tuple(rows), value.vectors)


def _expected(ranker: Ranker, one: Computed, statement: Expectation) -> Expected:
    """The rank of the word that was expected, among the candidates that are not excluded."""
    from vecalc.search.ranks import rank

    value = one.evaluated.value
    if not isinstance(value, Vector | Score):
        raise TypeMismatch(
            "only a vector or a score has neighbours to expect",
            span=statement.span,
            hint="=> goes with a ranking",
        )
    space = ranker.spaces[one.space]
    word = statement.word
    quoted = word.quoted and not word.is_cell
    row = find_row(space, word.text, exact=ranker.options.exact, quoted=quoted)
    if row is None:
        from vecalc.calc.unknown import unknown_words

        raise unknown_words([(Word(word.text, span=word.span), space)], several=len(ranker.spaces) > 1)
    candidates = ranker.candidates(one.space)
    if row in one.excluded or (candidates is not None and row not in candidates):
        return Expected(space.word(row), statement.at, None)
    excluded = np.array(sorted(one.excluded), dtype=np.int64)
    if isinstance(value, Score):
        from vecalc.calc.topk import rank_in_score

        found = rank_in_score(space, value, row, candidates, excluded)
    else:
        found = rank(space, ranker.query(value), row, ranker.measure, candidates, excluded)
    return Expected(space.word(row), statement.at, found)
