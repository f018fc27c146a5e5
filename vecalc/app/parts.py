"""A part of a model: some of its words, their vectors as they are or brought to one length."""

from __future__ import annotations

from typing import NamedTuple

from vecalc.app.candidates import Limits, candidate_rows
from vecalc.calc.resolve import find_row
from vecalc.errors import UsageError
from vecalc.space import VectorSpace
from vecalc.space.selection import Selection

SHOWN = 3  # words of a list that a note names


class Part(NamedTuple):
    """A part, and what is to be said about it, a sentence each."""

    space: Selection
    notes: tuple[str, ...]


def part_of(space: VectorSpace, limits: Limits, norm: str = "raw") -> Part:
    """The words of a space within some limits. UsageError when there is none, or the pattern is none."""
    rows = candidate_rows(space, limits)
    if rows is not None and not len(rows):
        raise UsageError("no word of the model is within these limits", hint="vecalc words shows its words")
    notes = []
    absent = [word for word in limits.among or () if word and find_row(space, word) is None]
    if absent:
        named = ", ".join(absent[:SHOWN]) + (", ..." if len(absent) > SHOWN else "")
        notes.append(f"{len(absent):,} words of --among are not in the model: {named}")
    return Part(Selection(space, rows, norm), tuple(notes))
