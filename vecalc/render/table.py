"""What people see on a terminal: neighbours in aligned columns, scores with a bar, how it was asked.

Words of the expression stand, dimmed and without a rank, where they would have come. Long words fold, so
nothing is lost. Errors are not in the table: `problem` draws them for stderr.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vecalc.answers import NOTHING_LEFT, Answer, Neighbour, Number, Ranking, Rows, Scored, Tabled, Weights
from vecalc.render import Style
from vecalc.render.bars import CELLS, NARROW, beside, both_sides, shares
from vecalc.render.cells import (
    attentions,
    count,
    entry,
    heading,
    named,
    nothing,
    result,
    score,
    tidy,
    value,
    values_are_numbers,
    verdict,
)
from vecalc.render.grid import NARROWEST, GridRow, grid
from vecalc.render.layout import GridColumn
from vecalc.render.matrix import ROWS, WHOLE, matrix, weights_matrix
from vecalc.render.paint import Role, codes_of, paint
from vecalc.render.shades import Scale
from vecalc.render.sheet_table import sheet
from vecalc.render.visible import visible
from vecalc.render.width import filled, listed

__all__ = ["answer", "begin", "end", "sheet"]

SCORED = "cos"  # the bars of a score: its own share up to 1, else measured by the best one
_INPUT = ("·", "-")  # the rank of what stands among neighbours without being one; the second in ASCII
_FEW = 3  # digits of the ends of a range
_WORD = 6  # columns of the terminal that a word among neighbours has at least: the rest is two numbers

begin = end = nothing


def answer(answer: Answer, style: Style, index: int) -> str:
    """The table of one answer, with its heading among several; nothing for an error."""
    if answer.error is not None:
        return ""
    return "".join(_parts(answer, style, index))


def _parts(answer: Answer, style: Style, index: int) -> Iterator[str]:
    if style.several:
        yield "\n" if index else ""
        yield paint("\n".join(filled(heading(answer), _width(style))), "title", style) + "\n"
    match answer.result:
        case Ranking() as ranking:
            yield _ranking(ranking, answer.asked.metric, answer.asked.show, style)
        case Scored() as scored:
            yield _ranking(scored, SCORED, answer.asked.show, style)
        case Rows() as rows:
            yield _rows(rows, style)
        case Tabled() as table:
            yield drawn(table, style)
        case Number(number):
            yield result(number, style.precision) + "\n"
    if answer.expected is not None:
        yield paint(verdict(answer.expected), "good" if answer.expected.passed else "bad", style) + "\n"
    yield from (_weights(group, style) for group in attentions(answer))
    if not isinstance(answer.result, Number):
        lines = listed(caption(answer, style), " - " if style.ascii else " · ", _width(style))
        yield "".join(paint(line, "aside", style) + "\n" for line in lines)


def caption(answer: Answer, style: Style) -> list[str]:
    asked = answer.asked
    times = "x" if style.ascii else "×"
    place = [f"in {visible(asked.ranked_in)}"] if asked.ranked_in else []
    size = [f"{count(asked.size)} words {times} {asked.width}"]
    match answer.result:
        case Tabled() as table:  # no vocabulary has a part in it
            place, size, how = [], [], _range(table)
        case Scored():
            how = ["score"]
        case _:
            how = [asked.metric]
    only = () if isinstance(answer.result, Tabled) else map(visible, asked.only)
    return [visible(asked.model), *place, *size, f"norm {asked.norm}", *how, *only]


def _range(table: Tabled) -> list[str]:
    low, high = Scale.of(table) if table.values.size else (0, 0)
    return [f"from {tidy(low, _FEW)} to {tidy(high, _FEW)}"] if low < high else []


def _ranking(ranking: Ranking | Scored, metric: str, columns: Sequence[str], style: Style) -> str:
    shown = list(interleaved(ranking))
    lengths = shares([n.score for n, _ in shown], [n.score for n in ranking.neighbours], metric)
    rows = []
    best = True
    blank: list[Role] = [""] * len(columns)
    for (neighbour, is_input), length in zip(shown, lengths, strict=True):
        drawn, color = beside(length, style)
        rank = _INPUT[style.ascii] if is_input else count(neighbour.rank)
        cells = [rank, visible(neighbour.word), score(neighbour.score, style), drawn]
        record = [visible(value(cell)) for cell in neighbour.record] or blank
        word: Role = "input" if is_input else "best" if best else ""
        looks: list[Role] = ["input" if is_input else "aside", word, "input" if is_input else ""]
        looks += ["input" if is_input else color, "input", *blank]
        mark = "input" if is_input and style.width >= NARROW else ""
        rows.append(_grid_row([*cells, mark, *record], looks, style))
        best = best and is_input
    shape = [
        GridColumn("rank", right=True),
        GridColumn("word", folds=True, least=_WORD),
        GridColumn("distance" if metric == "l2" else "score", right=True),
        GridColumn(""),
        GridColumn(""),
        *(
            GridColumn(visible(name), right=right, folds=not right)
            for name, right in zip(columns, values_are_numbers(ranking.neighbours, len(columns)), strict=True)
        ),
    ]
    remark = "" if ranking.neighbours else f"{NOTHING_LEFT}\n"
    return (grid(shape, rows, style) if rows else "") + remark


def _grid_row(cells: Sequence[str], roles: Sequence[Role], style: Style) -> GridRow:
    return GridRow(cells, [codes_of(role, style) for role in roles])


def _width(style: Style) -> int:
    return max(style.width, NARROWEST)


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
    both = scale.share(scale.low) * CELLS <= -1
    lines = []
    for label, number in zip(named(table.rows[:ROWS]), table.values[:ROWS].tolist(), strict=True):
        share = scale.share(number)
        drawn, color = both_sides(share, style) if both else beside(share, style)
        lines.append(
            _grid_row([visible(label), entry(number, scale.largest, style), drawn], ["", "", color], style)
        )
    shape = [GridColumn("", folds=True), GridColumn("number", right=True), GridColumn("")]
    cut = f"{count(ROWS)} of {count(len(table.rows))} rows; all: {WHOLE}"
    return grid(shape, lines, style) + (paint(cut, "aside", style) + "\n" if len(table.rows) > ROWS else "")


def _weights(group: Sequence[Weights], style: Style) -> str:
    """The weights of a query with their bars, or those of several as a matrix."""
    (first, *_) = group
    if first.query and first.labels:
        return paint("attention", "aside", style) + "\n" + weights_matrix(group, style)
    pairs = zip(first.labels, first.values, strict=True)
    lines = []
    for label, share in pairs:
        drawn, color = beside(share, style)
        lines.append(_grid_row([visible(label), score(share, style), drawn], ["", "", color], style))
    return grid(
        [GridColumn("attention", folds=True), GridColumn("weight", right=True), GridColumn("")], lines, style
    )
