"""Which formulas depend on the axes: A and B are rotated, and the words of a formula with them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Floats
from vecalc.calc.values import Vector
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Computed, Question
from vecalc.errors import VecalcError
from vecalc.lang.nodes import Word
from vecalc.space.matrix import MatrixSpace
from vecalc.studies.axes.rotated import Rotated, kept_neighbours, stability_of
from vecalc.studies.axes.stability import Stability
from vecalc.studies.compare.formulas import NAMES

OPERANDS = " operands"  # a name that no user's space can have
# A and B as words of that space, as long as they are: what they were made of does not matter here.
_AS_WORDS = {name: Word(name, quoted=True, space=OPERANDS, norm="raw") for name in NAMES}


class Axes(NamedTuple):
    """What random rotations do to a formula, and the share of its neighbours that stay; None for a number."""

    stability: Stability
    kept: float | None


def measure(
    calculator: Calculator,
    vectors: Sequence[Floats],
    questions: Sequence[Question],
    workings: Sequence[Computed | None],
) -> list[Axes | None]:
    """For each formula over A and B, the vectors [2][d], what rotations do; None where there is no value."""
    rotating = copy(calculator)
    rotating.spaces = {**calculator.spaces, OPERANDS: MatrixSpace(NAMES, np.stack(vectors))}
    found = [_stability(rotating, question) for question in questions]
    rotated = {
        i: Rotated(real.space, vector, stability, real.excluded)
        for i, ((vector, stability), real) in enumerate(zip(found, workings, strict=True))
        if stability is not None and vector is not None and real is not None
    }
    kept = dict(zip(rotated, kept_neighbours(calculator, list(rotated.values())), strict=True))
    return [stability and Axes(stability, kept.get(i)) for i, (_, stability) in enumerate(found)]


def _stability(calculator: Calculator, question: Question) -> tuple[Floats | None, Stability | None]:
    """The formula's value, if it is a vector that has neighbours, and what rotations do to it."""
    try:
        workings = calculator.workings(question._replace(names=_AS_WORDS))
        resolved, value = workings.resolved, workings.evaluated.value
        stability = stability_of(calculator, resolved.tree, resolved.vectors, value)
    except VecalcError:
        return None, None
    return (value.components if isinstance(value, Vector) else None), stability
