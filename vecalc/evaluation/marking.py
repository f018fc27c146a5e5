"""Which answers are right: a run of a solver over a set of questions, under the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Mask, Numbers
from vecalc.errors import FileProblem
from vecalc.evaluation import Analogies, Rules
from vecalc.evaluation.lookup import UNKNOWN, Lookup
from vecalc.evaluation.solvers import Solver, solve
from vecalc.space import VectorSpace

DEPTH = 10  # the ranks that are looked at
# Words that differ from an input in case alone and may stand before the answer; their rows are passed over.
SLACK = 16
ELSEWHERE, NO_HIT = -1, -2  # where the best row of all is found, besides the places of columns and RIGHT
RIGHT = -3


class Posed(NamedTuple):
    """The questions of a set as rows: of their words and section [n, c + 1], of their answers [n, g]."""

    rows: Numbers
    answers: Numbers
    known: Mask  # [n] whether the words and an answer are in the vocabulary
    lookup: Lookup


class Judged(NamedTuple):
    """How a solver did on each question."""

    ranks: Numbers  # [n] of the right answer among the first DEPTH, inputs left out; 0: not among them
    answers: Numbers  # [n] the row that was answered; UNKNOWN without one
    landed: Numbers  # [n] where the best row of all is: the place of a column, RIGHT, ELSEWHERE, or NO_HIT

    @property
    def right(self) -> Mask:
        """Whether each question was answered correctly."""
        return np.asarray(self.ranks == 1)


def ask(space: VectorSpace, questions: Analogies, rules: Rules) -> Posed:
    """Look up all words at once. Raises `FileProblem` for an unknown word where the rules want an error."""
    entries = questions.questions
    words = {word for entry in entries for word in (*entry.words, *entry.answers)}
    lookup = Lookup(space, words, rules)
    rows = {word: lookup.row(word) for word in words}
    width = max(len(entry.answers) for entry in entries)
    asked = np.array([[*(rows[w] for w in entry.words), entry.section] for entry in entries], dtype=np.int64)
    answers = np.full((len(entries), width), UNKNOWN)
    for i, entry in enumerate(entries):
        answers[i, : len(entry.answers)] = [rows[word] for word in entry.answers]
    known = np.asarray((asked[:, :-1] >= 0).all(axis=1) & (answers >= 0).any(axis=1))
    if rules.unknown == "error" and not known.all():
        _refuse(questions, int(np.flatnonzero(~known)[0]), rows)
    return Posed(asked, answers, known, lookup)


def _refuse(questions: Analogies, i: int, rows: dict[str, int]) -> None:
    entry = questions.questions[i]
    unknown = next(word for word in (*entry.words, *entry.answers) if rows[word] < 0)
    raise FileProblem(
        f"'{unknown}' is not in the vocabulary",
        where=f"{questions.sections[entry.section].file}:{entry.line}",
        hint="--unknown skip leaves such questions out, wrong counts them",
    )


def judge(solver: Solver, asked: Posed, rules: Rules, tick: Callable[[int], None]) -> Judged:
    """Answer every question whose words are known, and look where the right answer is.

    `tick` hears how many more questions are done.
    """
    count = len(asked.rows)
    judged = Judged(np.zeros(count, np.int64), np.full(count, UNKNOWN), np.full(count, NO_HIT))
    seen = np.flatnonzero(asked.known)
    inputs = asked.rows.shape[1] - 1
    k = DEPTH + inputs + (SLACK if rules.exclude == "any-case" else 0)
    for some, best in solve(solver, asked.rows[seen], min(k, asked.lookup.size)):
        chosen = seen[some]
        part = _look(asked.rows[chosen, :-1], asked.answers[chosen], best, asked.lookup, rules)
        for whole, piece in zip(judged, part, strict=True):
            whole[chosen] = piece
        tick(len(chosen))
    return judged


def _look(inputs: Numbers, answers: Numbers, best: Numbers, lookup: Lookup, rules: Rules) -> Judged:
    """The same for some questions, from their best rows [q, k]."""
    keys, own = lookup.keys(best), lookup.keys(inputs)
    right = _is_any(keys, lookup.keys(answers))
    left_out = best < 0
    if rules.exclude != "none":
        left_out = left_out | _is_any(best, inputs)
    reach = np.cumsum(~left_out, axis=1)
    if rules.exclude == "any-case":
        left_out = left_out | _is_any(keys, own)
    ranks = np.cumsum(~left_out, axis=1)
    counts = right & ~left_out
    if rules.reach is not None:
        counts = counts & (reach <= rules.reach)
    place = counts.argmax(axis=1)
    each = np.arange(len(best))
    rank = np.where(counts[each, place], ranks[each, place], 0)
    first = (~left_out).argmax(axis=1)
    answered = np.where(left_out[each, first], UNKNOWN, best[each, first])
    same = own == keys[:, :1]
    landed = np.where(same.any(axis=1), same.argmax(axis=1), ELSEWHERE)
    landed = np.where(best[:, 0] < 0, NO_HIT, np.where(right[:, 0], RIGHT, landed))
    return Judged(np.where(rank <= DEPTH, rank, 0), answered, landed)


def _is_any(found: Numbers, wanted: Numbers) -> Mask:
    """Which of found [q, k] are among wanted [q, w]."""
    same = (found[:, :, None] == wanted[:, None, :]).any(axis=2)
    return np.asarray(same & (found >= 0))


def impossible(asked: Posed, rules: Rules) -> int:
    """How many questions can't be answered correctly: their only answers are words of the question."""
    if rules.exclude == "none":
        return 0
    known = asked.known
    among = _is_any(asked.answers[known], asked.rows[known, :-1])
    return int(np.count_nonzero((among | (asked.answers[known] < 0)).all(axis=1)))


def seen(asked: Posed, rules: Rules) -> Mask:
    """The questions that count [n]."""
    return np.ones_like(asked.known) if rules.unknown == "wrong" else asked.known


def mean_reciprocal_rank(ranks: Sequence[int] | Numbers) -> float:
    """The mean of 1 / rank, where a rank beyond DEPTH counts nothing."""
    ranks = np.asarray(ranks)
    return (
        float(np.divide(1.0, ranks, out=np.zeros(len(ranks)), where=ranks > 0).mean()) if len(ranks) else 0.0
    )
