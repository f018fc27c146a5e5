"""Two operands and some formulas: what each finds, and how far it is from their sum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import NamedTuple

import numpy as np

from vecalc.answers import Answer, Metric, Norm, Number, Ranking, Scored, Tabled
from vecalc.arrays import Floats
from vecalc.calc import kernels
from vecalc.calc.resolve import find_row
from vecalc.calc.unknown import unknown_words
from vecalc.calc.values import Vector
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Computed, Question
from vecalc.errors import Span, TypeMismatch, VecalcError
from vecalc.lang.nodes import Node, Word
from vecalc.search.ranks import ranks
from vecalc.space.matrix import MatrixSpace
from vecalc.studies.axes.rotated import Rotated, kept_neighbours, stability_of
from vecalc.studies.axes.stability import Stability
from vecalc.studies.compare.formulas import NAMES, SUM, Formula

OPERANDS = " operands"  # a name that no user's space can have
# A and B as words of that space, as long as they are: what they were made of does not matter here.
_AS_WORDS = {name: Word(name, quoted=True, space=OPERANDS, norm="raw") for name in NAMES}


class Operand(NamedTuple):
    """A vector [d] that formulas are about: its text as it was read, its tree, and what to tell about it."""

    text: str
    tree: Node
    vector: Floats
    notes: tuple[str, ...]


class Axes(NamedTuple):
    """What random rotations do to a formula, and the share of its neighbours that stay; None for a number."""

    stability: Stability
    kept: float | None


class Compared(NamedTuple):
    """A formula, its answer, and where it stands; None where there is nothing to say.

    `shared` counts its neighbours that are the sum's, too, `cosine` is between the two results, and `target`
    is the rank of the word that was asked for.
    """

    formula: Formula
    answer: Answer
    workings: Computed | None
    axes: Axes | None = None
    shared: int | None = None
    cosine: float | None = None
    target: int | None = None

    @property
    def ranking(self) -> Ranking | None:
        """The answer, if it is one."""
        return self.answer.result if isinstance(self.answer.result, Ranking) else None

    @property
    def words(self) -> frozenset[str]:
        """The neighbours, or the best words of a score."""
        result = self.answer.result
        if not isinstance(result, Ranking | Scored):
            return frozenset()
        return frozenset(near.word for near in result.neighbours)


class Comparison(NamedTuple):
    """The operands, a column for each formula, the sum that they are compared with, and the target."""

    operands: tuple[Operand, ...]
    columns: tuple[Compared, ...]
    sum: Compared
    norm: Norm
    metric: Metric
    target: str | None


def operand(calculator: Calculator, text: str) -> Operand:
    """Read one of the two. Raises `VecalcError`, also for what is no vector."""
    asking = copy(calculator)
    asking.remember = True
    asking.set(rank=False)
    answer, computed = asking.explained(Question(text))
    if not isinstance(answer.result, Ranking) or computed.afar is None:
        kinds = {Number: "a number", Scored: "a number for every word", Tabled: "a table"}
        what = kinds.get(type(answer.result), "a list")
        raise TypeMismatch(
            f"only vectors can be compared, and this is {what}",
            span=Span(0, len(text)),
            hint="; ".join(answer.notes),
        )
    return Operand(answer.parsed, computed.afar, answer.result.vector, answer.notes)


def compare(
    calculator: Calculator,
    operands: Sequence[Operand],
    formulas: Sequence[Formula],
    target: str | None = None,
) -> Comparison:
    """The formulas over two operands, side by side; what is wrong with one formula stands in its column.

    Raises `TypeMismatch` for operands of different widths, `UnknownWords` for a target that no vocabulary
    has.
    """
    widths = [len(one.vector) for one in operands]
    if widths[0] != widths[1]:
        what = f"A is a vector of {widths[0]} components, B one of {widths[1]}"
        raise TypeMismatch(f"{what}: they can't be computed with each other")
    token = None if target is None else _token(calculator, target)
    columns = _columns(calculator, operands, [SUM, *formulas])
    if token is not None:
        columns = _placed(calculator, columns, token)
    first = columns[0]
    against = tuple(_against(column, first) for column in columns[1:])
    return Comparison(
        tuple(operands), against, first, calculator.options.norm, calculator.options.metric, token
    )


def notes(comparisons: Iterable[Comparison]) -> list[str]:
    """What is to be told about words and columns, each remark once."""
    told = [note for one in comparisons for operand in one.operands for note in operand.notes]
    told += [note for one in comparisons for column in one.columns for note in column.answer.notes]
    return list(dict.fromkeys(told))


def _columns(
    calculator: Calculator, operands: Sequence[Operand], formulas: Sequence[Formula]
) -> list[Compared]:
    """The answers to the formulas; one that only binds names has none, and no column."""
    trees = dict(zip(NAMES, (one.tree for one in operands), strict=True))
    questions = [Question(formula.text, i, trees) for i, formula in enumerate(formulas)]
    worked = copy(calculator).worked(questions)
    answers = {answer.asked.id: answer for answer, _ in worked}
    workings: list[Computed | None] = []
    for i in range(len(questions)):
        found = [computed for answer, computed in worked if answer.asked.id == i]
        # What is wrong with a formula is in its answer.
        workings.append(found[-1] if found and None not in found else None)
    axes = _axes(calculator, [one.vector for one in operands], questions, workings)
    return [
        Compared(formula, answers[i], workings[i], axes[i])
        for i, formula in enumerate(formulas)
        if i in answers
    ]


# --- the axes: A and B are rotated, and the words of a formula with them ---------------------


def _axes(
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


# --- beside the sum -------------------------------------------------------------------------


def _against(column: Compared, first: Compared) -> Compared:
    """How many neighbours it shares with the sum, and how near the results are."""
    if not column.words or first.ranking is None:
        return column
    column = column._replace(shared=len(column.words & first.words))
    if column.ranking is None or column.ranking.vector.shape != first.ranking.vector.shape:
        return column
    vectors = column.ranking.vector, first.ranking.vector
    if not all(vector.any() for vector in vectors):  # zero has neighbours at l2 and dot, and no cosine
        return column
    return column._replace(cosine=float(kernels.alone(kernels.cos, *vectors)))


# --- the target -----------------------------------------------------------------------------


def _token(calculator: Calculator, target: str) -> str:
    """The word that is looked for, as a vocabulary spells it."""
    for space in calculator.spaces.values():
        row = find_row(space, target, exact=calculator.options.exact)
        if row is not None:
            return space.word(row)
    raise unknown_words([(Word(target), calculator.spaces[calculator.default])]).at(where="--target")


def _placed(calculator: Calculator, columns: Sequence[Compared], token: str) -> list[Compared]:
    """With the rank of the target among the candidates that are not excluded; None where it is none."""
    found: dict[int, int] = {}
    for name, space in calculator.spaces.items():
        row = space.row(token)
        ours = {
            i: (column.ranking.vector, np.array(sorted(column.workings.excluded), dtype=np.int64))
            for i, column in enumerate(columns)
            if column.workings and column.workings.space == name and column.ranking
            if row is not None and row not in column.workings.excluded
            if (limits := calculator.candidates(name)) is None or row in limits
        }
        if ours and row is not None:
            vectors, excluded = zip(*ours.values(), strict=True)
            wanted, limits = [row] * len(ours), calculator.candidates(name)
            places = ranks(space, np.stack(vectors), wanted, calculator.measure, limits, excluded)
            found |= dict(zip(ours, places, strict=True))
    return [column._replace(target=found.get(i)) for i, column in enumerate(columns)]
