"""Parts of a model: some of its words as a space of their own, and words that match a pattern."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vecalc.answers import Norm
from vecalc.engine.candidates import SHOWN, candidates, why_none
from vecalc.engine.question import Options
from vecalc.errors import UsageError
from vecalc.space import VectorSpace
from vecalc.space.patterns import pattern
from vecalc.space.selection import Selection


class Found(NamedTuple):
    """Rows of words that were looked for, ascending, and what is to be said about them."""

    rows: Sequence[int]
    notes: tuple[str, ...] = ()


def part_of(space: VectorSpace, options: Options, norm: Norm = "raw") -> tuple[Selection, tuple[str, ...]]:
    """The words of a space that `first`, `among`, `match` and `where` leave; what is to be said about them.

    Raises `UsageError` when they leave none, or for what is not a pattern.
    """
    rows, notes = candidates(space, options)
    if rows is not None and not len(rows):
        raise UsageError("no word of the model is within these limits", hint="vecalc words shows its words")
    if space.compose("word") is not None:
        notes = (*notes, "subword vectors are left out: words that the model lacks have none any more")
    return Selection(space, rows, norm), notes


def found_words(
    space: VectorSpace, wanted: str | None = None, *, first: int | None = None, where: str | None = None
) -> Found:
    """The words that match a pattern, and whose metadata meet a condition (None: all), most frequent first.

    When no word matches, a note names words that are spelled like it. Raises `UsageError` for what is no
    pattern, and `ExpressionError` for what can't be a condition.
    """
    most = min(len(space), first or len(space))
    if wanted is None and where is None:
        return Found(range(most))
    if wanted is not None:
        pattern(wanted, where="vecalc words")
    rows, _ = candidates(space, Options(first=most, match=wanted, where=where))
    if rows is not None and len(rows):
        return Found(rows.tolist())
    if wanted is None or (where is not None and len(found_words(space, wanted, first=first).rows)):
        return Found((), (f"no word meets {where}",))
    text = wanted.strip("*?/^$")
    if text != wanted and (why := why_none(space, Options(match=wanted)).partition("; ")[2]):
        return Found((), (f"no word matches {wanted}; {why}",))
    near = [space.word(row) for row in space.variants(text)][:SHOWN] or space.near(text)
    ranks = [f"{word} ({row + 1:,})" for word in near if (row := space.row(word)) is not None]
    return Found((), (f"no word matches {wanted}" + (f"; near it: {', '.join(ranks)}" if ranks else ""),))
