"""Questions whose words a vocabulary lacks, and whether it has them in another case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from vecalc.errors import FileProblem
from vecalc.evaluation import Case, Rules
from vecalc.evaluation.lookup import Lookup
from vecalc.evaluation.protocol import CASE
from vecalc.space import VectorSpace

MUCH = 0.1  # of the questions, that another case must find more of before it is mentioned
TRIED: tuple[Case, ...] = ("ascii", "upper", "exact")  # of cases that find as many, the first is proposed
# What a question needs: all of these words, and one of these answers.
Needed: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]


class NothingSeen(FileProblem):
    """A file of questions of which none was counted."""


def uncovered(space: VectorSpace, needed: Sequence[Needed], rules: Rules, what: str) -> str:
    """What is to be said about questions (`what` calls them) that the vocabulary lacks.

    That is something where it has none of them, or many more in another case; for most sets nothing.
    """
    total, known = len(needed), _known(space, needed, rules)
    if known > (1 - MUCH) * total:
        return ""
    others = {case: _known(space, needed, rules._replace(case=case)) for case in TRIED if case != rules.case}
    best = max(others, key=others.__getitem__)
    gain = others[best] - known
    if known and gain < MUCH * total:
        return ""
    seen = f"{known:,} of {total:,} {what} are" if known else f"none of {total:,} {what} is"
    cure = f"; --case {best} finds {others[best]:,}" if gain else ""
    return f"{seen} in the vocabulary {CASE[rules.case]}{cure}"


def _known(space: VectorSpace, needed: Sequence[Needed], rules: Rules) -> int:
    lookup = Lookup(space, {word for words, answers in needed for word in (*words, *answers)}, rules)

    def has(word: str) -> bool:
        return lookup.row(word) >= 0

    return sum(all(map(has, words)) and any(map(has, answers)) for words, answers in needed)
