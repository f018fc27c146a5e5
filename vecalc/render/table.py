"""What people see on a terminal: neighbours in aligned columns, scores with a bar, how it was asked.

Words of the expression stand, dimmed and with their rank in parentheses, where they would have come.
Long words fold, so nothing is lost. Errors are not in the table: `problem` draws them for stderr.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vecalc.answers import Answer, Neighbour, Number, Ranking, Rows, Scored, Sheet, Tabled, Weights
from vecalc.render import Style
from vecalc.render.cells import (
    attentions,
    count,
    entry,
    heading,
    is_number,
    named,
    nothing,
    result,
    rows_for_people,
    score,
    tidy,
    verdict,
)
from vecalc.render.grid import GridColumn, GridRow, grid, pieces
from vecalc.render.matrix import ROWS, WHOLE, matrix, weights_matrix
from vecalc.render.paint import BAD, BOLD, DIM, GOOD, paint
from vecalc.render.shades import Scale
from vecalc.render.visible import visible
from vecalc.render.width import wrapped

SCORED = "cos"  # the bars of a score: its own share up to 1, else measured by the best one
_FEW = 3  # digits of the ends of a range
_NARROW = 40  # columns below which words are worth more than bars
_CELLS = 10  # of a whole bar
_EIGHTHS = " ▏▎▍▌▋▊▉█"

begin = end = nothing


def answer(answer: Answer, style: Style, index: int) -> str:
    """The table of one answer, with its heading among several; nothing for an error."""
    if answer.error is not None:
        return ""
    return "".join(_parts(answer, style, index))


def sheet(sheet: Sheet, style: Style, index: int) -> str:
    """A sheet as aligned columns, its title above and its remarks below."""
    shape = [GridColumn(c.name, right=is_number(c), folds=not is_number(c)) for c in sheet.columns]
    rows = [GridRow([visible(cell) for cell in row]) for row in rows_for_people(sheet, style)]
    title = paint(visible(sheet.title), BOLD, style) + "\n" if sheet.title else ""
    lines = (line for remark in sheet.remarks for line in wrapped(visible(remark), style.width))
    remarks = "".join(paint(line, DIM, style) + "\n" for line in lines)
    tables = "\n".join(_tables(sheet, shape, rows, style)) if rows else "nothing\n"
    return ("\n" if index else "") + title + tables + remarks


def _tables(sheet: Sheet, shape: list[GridColumn], rows: list[GridRow], style: Style) -> Iterator[str]:
    """A sheet as one table, or in pieces where the terminal is too narrow for all columns."""
    for places in pieces(shape, rows, style.width, sheet.keys, sheet.together):
        yield grid(
            [shape[i] for i in places], [GridRow([row.cells[i] for i in places]) for row in rows], style
        )


def _parts(answer: Answer, style: Style, index: int) -> Iterator[str]:
    if style.several:
        yield "\n" if index else ""
        yield paint(heading(answer), BOLD, style) + "\n"
    match answer.result:
        case Ranking() as ranking:
            yield _ranking(ranking, answer.asked.metric, style)
        case Scored() as scored:
            yield _ranking(scored, SCORED, style)
        case Rows() as rows:
            yield _rows(rows, style)
        case Tabled() as table:
            yield drawn(table, style)
        case Number(value):
            yield result(value, style.precision) + "\n"
    if answer.expected is not None:
        yield paint(verdict(answer.expected), GOOD if answer.expected.passed else BAD, style) + "\n"
    yield from (_weights(group, style) for group in attentions(answer))
    if not isinstance(answer.result, Number):
        yield paint(caption(answer, style), DIM, style) + "\n"


def caption(answer: Answer, style: Style) -> str:
    """What was searched, and how; of a table, its range."""
    asked = answer.asked
    times, between = ("x", " - ") if style.ascii else ("×", " · ")
    place = [f"in {visible(asked.ranked_in)}"] if asked.ranked_in else []
    size = [f"{count(asked.size)} words {times} {asked.width}"]
    match answer.result:
        case Tabled() as table:  # no vocabulary has a part in it
            place, size, how = [], [], _range(table)
        case Scored():
            how = ["score"]
        case _:
            how = [asked.metric]
    return between.join([visible(asked.model), *place, *size, f"norm {asked.norm}", *how])


def _range(table: Tabled) -> list[str]:
    low, high = Scale.of(table) if table.values.size else (0, 0)
    return [f"from {tidy(low, _FEW)} to {tidy(high, _FEW)}"] if low < high else []


def _ranking(ranking: Ranking | Scored, metric: str, style: Style) -> str:
    shown = list(interleaved(ranking))
    lengths = shares([n.score for n, _ in shown], [n.score for n in ranking.neighbours], metric)
    rows = []
    for (neighbour, is_input), length in zip(shown, lengths, strict=True):
        rank = count(neighbour.rank)
        cells = [f"({rank})" if is_input else rank, visible(neighbour.word)]
        cells += [score(neighbour.score, style), _bar(length, style), "input" if is_input else ""]
        rows.append(GridRow(cells, dim=is_input))
    measured = GridColumn("distance" if metric == "l2" else "score", right=True)
    shape = [
        GridColumn("rank", right=True),
        GridColumn("word", folds=True),
        measured,
        GridColumn(""),
        GridColumn(""),
    ]
    remark = "" if ranking.neighbours else "no candidate is left\n"
    return (grid(shape, rows, style) if rows else "") + remark


def interleaved(ranking: Ranking | Scored) -> Iterator[tuple[Neighbour, bool]]:
    """Neighbours and, at the rank they would have had, inputs (True)."""
    inputs = sorted(ranking.excluded)
    done = 0
    for neighbour in ranking.neighbours:
        while done < len(inputs) and inputs[done].rank <= neighbour.rank + done:
            yield inputs[done], True
            done += 1
        yield neighbour, False
    yield from ((left, True) for left in inputs[done:])


def _rows(rows: Rows, style: Style) -> str:
    weighted = any(row.weight is not None for row in rows.rows)
    weight = [GridColumn("weight", right=True)] if weighted else []
    shape = [
        GridColumn("", right=True),
        GridColumn("vector", folds=True),
        GridColumn("length", right=True),
        *weight,
    ]
    lines = []
    for place, row in enumerate(rows.rows, 1):
        cells = [count(place), visible(row.label), score(row.length, style)]
        cells += ["" if row.weight is None else score(row.weight, style)] if weighted else []
        lines.append(GridRow([*cells, ", ".join(visible(n.word) for n in row.neighbours)]))
    return grid([*shape, GridColumn("nearest", folds=True)], lines, style) if lines else "the list is empty\n"


def drawn(table: Tabled, style: Style) -> str:
    """A number a row with its bar, or a matrix."""
    if not table.values.size:
        return "the table is empty\n"
    if table.columns:
        return matrix(table, style)
    scale = Scale.of(table)
    both = scale.share(scale.low) * _CELLS <= -1
    lines = []
    for label, value in zip(named(table.rows[:ROWS]), table.values[:ROWS].tolist(), strict=True):
        share = scale.share(value)
        bars = _both_sides(share, style) if both else _bar(share, style)
        lines.append(GridRow([visible(label), entry(value, scale.largest, style), bars]))
    shape = [GridColumn("", folds=True), GridColumn("number", right=True), GridColumn("")]
    cut = f"{count(ROWS)} of {count(len(table.rows))} rows; all: {WHOLE}"
    return grid(shape, lines, style) + (paint(cut, DIM, style) + "\n" if len(table.rows) > ROWS else "")


def _both_sides(share: float, style: Style) -> str:
    """A bar to the right from the middle, or, of a number below zero, to the left."""
    if style.width < _NARROW:
        return ""
    left = ("#" if style.ascii else "█") * round(max(-share, 0.0) * _CELLS)
    return left.rjust(_CELLS) + bar(share, ascii_only=style.ascii)


def _weights(group: Sequence[Weights], style: Style) -> str:
    """The weights of a query with their bars, or those of several as a matrix."""
    (first, *_) = group
    if first.query and first.labels:
        return paint("attention", DIM, style) + "\n" + weights_matrix(group, style)
    pairs = zip(first.labels, first.values, strict=True)
    lines = [GridRow([visible(label), score(value, style), _bar(value, style)]) for label, value in pairs]
    return grid(
        [GridColumn("attention", folds=True), GridColumn("weight", right=True), GridColumn("")], lines, style
    )


def _bar(share: float, style: Style) -> str:
    return "" if style.width < _NARROW else bar(share, ascii_only=style.ascii)


def bar(share: float, *, ascii_only: bool) -> str:
    """A bar for a share of 1, to an eighth of a character; nothing for zero and below."""
    share = min(1.0, max(0.0, share))
    if ascii_only:
        return "#" * round(share * _CELLS)
    full, rest = divmod(round(share * _CELLS * 8), 8)
    return "█" * full + _EIGHTHS[rest].strip()


def shares(scores: Sequence[float], shown: Sequence[float], metric: str) -> list[float]:
    """How long the bar of each score is, nearer is longer; `shown` are the scores that set the scale.

    A cosine is its own share. Dot products, and scores that leave 0 to 1, are measured by the best
    one shown; of distances the nearest is full, twice the distance half.
    """
    if metric == "l2":
        nearest = min(shown, default=0.0)
        return [nearest / score if score > nearest else 1.0 for score in scores]
    best = max(shown, default=1.0)
    full = 1.0 if metric == "cos" and best <= 1 else best
    return [score / full if full > 0 else 0.0 for score in scores]
