"""Points get their places: by principal components, by t-SNE, or by two expressions; and what that keeps."""

from __future__ import annotations

import numpy as np

from vecalc.arrays import Floats, Numbers
from vecalc.engine.calculator import Calculator
from vecalc.engine.ranker import limits_told
from vecalc.errors import UsageError
from vecalc.plots import Neighbourhoods, Scatter
from vecalc.search.exact import search
from vecalc.studies.plot.measured import colouring, numbers_of
from vecalc.studies.plot.plan import Around, PlotPlan
from vecalc.studies.plot.points import NO_ROW, Points
from vecalc.studies.plot.projection import MEASURED, SAMPLE, kept, pca, tsne
from vecalc.studies.plot.several_texts import parts_of

_AT_ONCE = 1024  # points whose neighbours are looked for together


class _Placed:
    """Places [n, 2] of points, what the axes are, and what is to be said of it."""

    def __init__(self, places: Floats, axes: tuple[str, str], remark: str, *, even: bool = True) -> None:
        self.places = places
        self.axes = axes
        self.remark = remark
        self.even = even


def scatter(calculator: Calculator, points: Points, title: str, plan: PlotPlan, around: Around) -> Scatter:
    """The map of some points. Raises `UsageError` for axes that are not two, and what is wrong with them."""
    placed = _placed(calculator, points, plan, around)
    shares, count = kept(points.vectors, placed.places, calculator.measure)
    near = _neighbourhoods(calculator, points, plan.near, around) if plan.near else None
    colours = colouring(calculator, points, plan, around)
    remarks = (placed.remark, _stays(shares, count), caption(calculator, points.space))
    shown = title or f"all {len(points):,} of {calculator.caption(points.space)}"
    return Scatter(
        shown, placed.axes, points.labels, placed.places, points.roles, shares, points.arrows, near, colours,
        tuple(filter(None, remarks)), placed.even,
    )  # fmt: skip


def _stays(shares: Floats, count: int) -> str:
    """How far the picture is to be trusted; nothing where all points are neighbours."""
    if not count:
        return ""
    nearest, are = (f"{count} nearest", "are") if count > 1 else ("nearest", "is")
    every = f" (of {SAMPLE:,} points)" if len(shares) > MEASURED else ""
    return f"of a point's {nearest}, {np.nanmean(shares):.0%} {are} among its {nearest} here{every}"


def caption(calculator: Calculator, space: str | None = None, *, ranked: bool = True) -> str:
    """Under which conditions it holds: the model, the norm, the metric."""
    options = calculator.options
    name = calculator.default if space is None else space
    size = f"{len(calculator.spaces[name]):,} words × {calculator.spaces[name].dim}"
    about = [calculator.caption(name), size, f"norm {options.norm}", options.metric, *limits_told(options)]
    return " · ".join(about if ranked else [about[0], about[2]])


def _placed(calculator: Calculator, points: Points, plan: PlotPlan, around: Around) -> _Placed:
    if plan.axes:
        return _by_axes(calculator, points, plan.axes, around)
    if plan.by == "tsne":
        places = tsne(points.vectors, calculator.measure)
        remark = (
            "t-SNE: points of a group are near each other; axes, sizes and distances of groups mean nothing"
        )
        return _Placed(places, ("t-SNE 1", "t-SNE 2"), remark)
    places, shares = pca(points.vectors)
    first, second = (f"component {i} ({share:.0%})" for i, share in enumerate(shares, 1))
    remark = f"PCA of {len(points):,} vectors: {sum(shares):.0%} of their variance is shown"
    return _Placed(places, (first, second), remark)


def _by_axes(calculator: Calculator, points: Points, axes: str, around: Around) -> _Placed:
    names = parts_of(calculator, axes)
    if len(names) != 2:
        what = f"a map has two axes, {len(names)} given"
        raise UsageError(what, where="--axes", hint="--axes 'woman - man, cos(?, royal)'")
    columns = []
    for name in names:
        with around.about(name):
            columns.append(numbers_of(calculator, points, name))
    places = np.stack(columns, axis=1)
    if lost := np.flatnonzero(~np.isfinite(places).all(axis=1)).tolist():
        labels = ", ".join(points.labels[i] for i in lost[:3])
        raise UsageError(f"{labels}: no number on the axes", where="--axes")
    axes_told = (name if "?" in name else f"cos(?, {name})" for name in names)
    first, second = axes_told
    return _Placed(places, (first, second), "", even=False)


def _neighbourhoods(calculator: Calculator, points: Points, k: int, around: Around) -> Neighbourhoods | None:
    """The k nearest words of each point among all candidates, without itself; None for another width."""
    space = calculator.spaces[points.space]
    if points.vectors.shape[1] != space.dim:
        return None
    candidates = calculator.candidates(points.space)
    rows = np.full((len(points), k), NO_ROW, dtype=np.int64)
    scores = np.full((len(points), k), np.nan)
    asked = np.flatnonzero([calculator.has_neighbours(vector) for vector in points.vectors])
    with around.watch("neighbours of each point", len(asked)) as add:
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            hits = search(space, points.vectors[some], k + 1, calculator.measure, candidates)
            for place, near, numbers in zip(some.tolist(), hits.rows, hits.scores, strict=True):
                others = np.flatnonzero(near != points.rows[place])[:k]
                rows[place, : len(others)] = near[others]
                scores[place, : len(others)] = numbers[others]
            add(len(some))
    return _named(calculator, points, rows, scores)


def _named(calculator: Calculator, points: Points, rows: Numbers, scores: Floats) -> Neighbourhoods:
    """The same with places among words instead of rows: the points' own labels, then what else is near."""
    space = calculator.spaces[points.space]
    place = np.full(len(space) + 1, NO_ROW, dtype=np.int64)  # of each row; the last one stands for none
    own = points.rows != NO_ROW
    place[points.rows[own]] = np.flatnonzero(own)
    others = np.unique(rows[(rows != NO_ROW)])
    others = others[place[others] == NO_ROW]
    place[others] = len(points) + np.arange(len(others))
    words = (*points.labels, *map(space.word, others.tolist()))
    return Neighbourhoods(words, place[rows], scores)
