"""What is drawn of an expression: a map of its vectors, its table as shades, its ranking, its scores."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np

from vecalc.answers import NOTHING_LEFT, Ranking, Scored, Tabled
from vecalc.arrays import Floats
from vecalc.calc.values import List, Scalar, Score, Table, Vector
from vecalc.engine.calculator import Calculator
from vecalc.engine.question import Computed, Question
from vecalc.errors import NoValue, TypeMismatch, UsageError
from vecalc.plots import Bars, Drawing, Heat
from vecalc.studies.plot.histograms import of_score, of_table
from vecalc.studies.plot.maps import caption, scatter
from vecalc.studies.plot.plan import UNHEARD, USUAL, Around, PlotKind, PlotPlan
from vecalc.studies.plot.points import points_of, points_of_words
from vecalc.studies.plot.several_texts import parts_of

WAYS: dict[type, tuple[PlotKind, ...]] = {  # how a value can be drawn, the usual way first
    Vector: ("map", "bars"),
    List: ("map",),
    Score: ("histogram", "bars", "map"),
    Table: ("heat", "bars", "histogram"),
}
_DRAWN = "a vector or a list is drawn as a map, a table as a heat map, a score with ? as a histogram"


def plot(
    calculator: Calculator,
    text: str | Sequence[str],
    plan: PlotPlan = USUAL,
    around: Around = UNHEARD,
) -> Drawing:
    """The picture of an expression, or of several with commas between them or one by one.

    Vectors and lists become a `Scatter`: words as given, what is computed of them with its neighbours as
    context. Of a table there is a `Heat` or, where it has one number a row, `Bars`; of a score a `Histogram`
    of all candidates. `plan` says otherwise. Raises `TypeMismatch` for what can't be drawn, `UsageError` for
    a plan that does not fit, and whatever is wrong with an expression.
    """
    quiet = copy(calculator)  # without neighbours, which only some pictures want
    quiet.set(rank=False)
    given = [text] if isinstance(text, str) else list(text)
    texts = [part for one in given for part in parts_of(quiet, one)]
    made = []
    for part in texts:
        with around.about(part):
            computed = quiet.workings(Question(part))
            _check(computed, alone=len(texts) == 1)
        for note in dict.fromkeys((*computed.answer.notes, *computed.resolved.notes)):
            around.tell(note)
        made.append((part, computed))
    if not made and not plan.everything:
        raise UsageError("an expression is missing", where="plot", hint="vecalc plot 'king, queen, man'")
    kind = _kind(made, plan)
    if kind == "map":
        return _map(calculator, made, plan, around)
    if unused := _for_maps_alone(plan):
        around.tell(f"{unused}: only maps have a use for it, and this is drawn as {kind}")
    (text, computed), value = made[0], made[0][1].evaluated.value
    with around.about(text):
        if isinstance(value, Table):
            return _of_table(text, value, kind, caption(calculator, ranked=False))
        if kind == "bars":
            return _ranking(calculator, text)
        assert isinstance(value, Score)  # noqa: S101 - nothing else is left
        return of_score(calculator, text, value, computed, around)


def _for_maps_alone(plan: PlotPlan) -> str:
    """The options that were given, and say nothing of what is no map."""
    given = {
        "--by": plan.by != USUAL.by,
        "--axes": plan.axes,
        "--context": plan.context is not None,
        "--colour": plan.colour,
        "--color-by": plan.color_by,
    }
    return ", ".join(name for name, is_given in given.items() if is_given)


def _check(one: Computed, *, alone: bool) -> None:
    value, span = one.evaluated.value, one.statement.span
    if isinstance(value, Scalar):
        raise TypeMismatch("a number is no picture", span=span, hint=_DRAWN)
    if not alone and not isinstance(value, Vector | List):
        what = "a score" if isinstance(value, Score) else "a table"
        raise TypeMismatch(f"{what} has no place beside other expressions", span=span, hint="draw it alone")


def _kind(made: Sequence[tuple[str, Computed]], plan: PlotPlan) -> PlotKind:
    """How something is drawn. Raises `UsageError` for a way in which it can't be."""
    ways: tuple[PlotKind, ...] = ("map",)
    if len(made) == 1 and not plan.everything:
        value = made[0][1].evaluated.value
        ways = WAYS[next(kind for kind in WAYS if isinstance(value, kind))]
        if isinstance(value, Table):
            ways = ways[1:] if not value.columns else ("heat", "histogram")
    if plan.kind == "auto":
        wants_map = "map" in ways and (plan.axes or plan.colour or plan.color_by)
        return "map" if wants_map else ways[0]
    if plan.kind not in ways:
        raise UsageError(
            f"this can't be drawn as {plan.kind}", where="--kind", hint=f"but as {' or '.join(ways)}"
        )
    return plan.kind


def _map(
    calculator: Calculator, made: Sequence[tuple[str, Computed]], plan: PlotPlan, around: Around
) -> Drawing:
    title = ", ".join(text for text, _ in made)
    value = made[0][1].evaluated.value if made else None
    if isinstance(value, Score):  # its best words
        best = calculator.explained(Question(title))[0].result
        assert isinstance(best, Scored)  # noqa: S101 - that is what a score comes to
        points = points_of_words(calculator, value.space, [near.word for near in best.neighbours])
    else:
        with around.about(title):
            points = points_of(calculator, made, plan)
    return scatter(calculator, points, title, plan, around)


def _of_table(text: str, table: Table, kind: PlotKind, remark: str) -> Drawing:
    if not table.numbers.size:
        raise NoValue("the table is empty")
    if kind == "heat":
        return Heat(text, Tabled(table.rows, table.columns, table.numbers), (remark,))
    if kind == "bars":
        return Bars(text, "number", _named(table.rows), table.numbers, (remark,))
    return of_table(text, table.numbers, remark)


def _ranking(calculator: Calculator, text: str) -> Bars:
    answer = calculator.explained(Question(text))[0]
    result = answer.result
    assert isinstance(result, Ranking | Scored)  # noqa: S101 - of a vector or a score
    axis = text if isinstance(result, Scored) else calculator.options.metric
    scores: Floats = np.array([near.score for near in result.neighbours])
    if not len(scores):
        raise NoValue(NOTHING_LEFT)
    labels = tuple(near.word for near in result.neighbours)
    return Bars(text, axis, labels, scores, (caption(calculator),))


def _named(labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(label or str(place) for place, label in enumerate(labels, 1))
