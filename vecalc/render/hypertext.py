"""Answers as HTML for notebooks: readable without its style sheet, too, on light and dark pages, no script.

Whatever comes from outside passes through `_text`, which makes it visible and then escapes it; nothing else
is put between or into tags but numbers. Colours are those of the page, at some opacity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice

from vecalc.answers import NOTHING_LEFT, Answer, Number, Ranking, Rows, Scored, Tabled, Weights
from vecalc.render import Style
from vecalc.render.bars import shares
from vecalc.render.cells import (
    attentions,
    by_row,
    count,
    entry,
    heading,
    named,
    result,
    score,
    value,
    values_are_numbers,
    verdict,
)
from vecalc.render.problem import problem
from vecalc.render.shades import Scale
from vecalc.render.summary import NOTHING
from vecalc.render.table import SCORED, caption, interleaved
from vecalc.render.visible import visible

MOST_ROWS = 200  # of a table or list that are shown; a notebook keeps its outputs
MOST_COLUMNS = 60
ALL = "to_pandas() has all of it"
_SHADE = 0.6  # of the strongest colour of a heat map: text of any colour can be read on it
_HOT, _COLD = "230,110,0", "20,110,240"
_LOOK = Style(color=False, width=100)

STYLE = (
    "<style>"
    ".vecalc{font-size:13px;line-height:1.35;overflow-x:auto}"
    ".vecalc table{border-collapse:collapse;margin:2px 0 4px 0;border:0}"
    ".vecalc th,.vecalc td{padding:2px 10px 2px 0;text-align:left;border:0;background:none;color:inherit}"
    ".vecalc th{font-weight:600;opacity:.65}"
    ".vecalc td.n,.vecalc th.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".vecalc td.h{text-align:right;padding:2px 8px;font-variant-numeric:tabular-nums}"
    ".vecalc tr.i td{opacity:.55}"
    ".vecalc .b{width:110px}.vecalc .b>div{height:9px;border-radius:2px;background:currentColor;opacity:.45}"
    ".vecalc .c{opacity:.65}.vecalc .e{font-weight:600}.vecalc * + .e{margin-top:8px}"
    ".vecalc .v{font-size:16px}.vecalc pre{margin:2px 0;background:none;color:inherit}"
    "</style>"
)


def of_answers(answers: Iterable[Answer]) -> str:
    """Some answers below each other, each under its expression."""
    return _framed("".join(f'<div class="e">{_text_of(heading(one))}</div>{_body(one)}' for one in answers))


def of_answer(answer: Answer) -> str:
    """One answer, or what is wrong with its expression."""
    return _framed(_body(answer))


def _framed(inside: str) -> str:
    return f'<div class="vecalc">{STYLE}{inside}</div>'


def _body(answer: Answer) -> str:
    return "".join(_parts(answer))


def _parts(answer: Answer) -> Iterator[str]:
    if answer.error is not None:
        yield f"<pre>{_lines_of(problem(answer.error, answer.asked.expr, _LOOK))}</pre>"
    match answer.result:
        case Ranking() as ranking:
            yield _ranking(ranking, answer.asked.metric, answer.asked.show)
        case Scored() as scored:
            yield _ranking(scored, SCORED, answer.asked.show)
        case Rows() as rows:
            yield _rows(rows)
        case Tabled() as table:
            yield _tabled(table)
        case Number(value):
            yield f'<div class="v">{_text(result(value, None))}</div>'
        case None if answer.error is None:
            yield f"<div>{NOTHING}</div>"
    if answer.expected is not None:
        yield f'<div class="e">{_text_of(verdict(answer.expected))}</div>'
    yield from map(_weights, attentions(answer))
    if answer.result is not None and not isinstance(answer.result, Number):
        yield f'<div class="c">{_text_of(" · ".join(caption(answer, _LOOK)))}</div>'
    yield from (f'<div class="c">note: {_text(note)}</div>' for note in answer.notes_beside())


# --- the kinds of results ---------------------------------------------------------------------


def _ranking(ranking: Ranking | Scored, metric: str, columns: Sequence[str]) -> str:
    shown = list(interleaved(ranking))
    lengths = shares([n.score for n, _ in shown], [n.score for n in ranking.neighbours], metric)
    measured = "distance" if metric == "l2" else "score"
    right = values_are_numbers(ranking.neighbours, len(columns))
    numbers = (0, 2, *(5 + i for i, is_number in enumerate(right) if is_number))
    rows = []
    for (near, is_input), length in zip(shown, lengths, strict=True):
        rank = f"({count(near.rank)})" if is_input else count(near.rank)
        cells = [_cell(rank, "n"), _cell(near.word), _cell(score(near.score, _LOOK), "n"), _bar(length)]
        cells.append(_cell("input" if is_input else ""))
        kinds = zip(near.record or [None] * len(columns), right, strict=True)
        cells += [_cell(value(cell), "n" if is_number else "") for cell, is_number in kinds]
        rows.append(_row(cells, "i" if is_input else ""))
    remark = "" if ranking.neighbours else f"<div>{NOTHING_LEFT}</div>"
    names = ["rank", "word", measured, "", "", *columns]
    return (_table(names, rows, right=numbers) if rows else "") + remark


def _rows(rows: Rows) -> str:
    weighted = any(row.weight is not None for row in rows.rows)
    lines = []
    for place, row in enumerate(rows.rows[:MOST_ROWS], start=1):
        cells = [_cell(count(place), "n"), _cell(row.label), _cell(score(row.length, _LOOK), "n")]
        if weighted:
            cells.append(_cell("" if row.weight is None else score(row.weight, _LOOK), "n"))
        lines.append(_row([*cells, _cell(", ".join(near.word for near in row.neighbours))]))
    names = ["", "vector", "length", *(["weight"] if weighted else []), "nearest"]
    right = (0, 2, 3) if weighted else (0, 2)
    return (_table(names, lines, right) if lines else "<div>the list is empty</div>") + _cut(len(rows.rows))


def _tabled(table: Tabled) -> str:
    if not table.values.size:
        return "<div>the table is empty</div>"
    scale = Scale.of(table)
    body = zip(named(table.rows), by_row(table.values[:MOST_ROWS]), strict=False)
    if not table.columns:
        bars = [
            _row([_cell(label), _cell(entry(value, scale.largest, _LOOK), "n"), _bar(scale.share(value))])
            for label, (value,) in body
        ]
        return _table(["", "number", ""], bars, right=(1,)) + _cut(len(table.rows))
    columns = named(table.columns)[:MOST_COLUMNS]
    rows = [
        _row([_cell(label), *(_heat(value, scale) for value in islice(values, MOST_COLUMNS))])
        for label, values in body
    ]
    right = range(1, len(columns) + 1)
    return _table(["", *columns], rows, right) + _cut(len(table.rows), len(table.columns))


def _weights(group: Sequence[Weights]) -> str:
    """Attention: the weights of one query with bars, or those of several as a heat map."""
    first = group[0]
    if first.query:
        scale = Scale.between(0.0, max(max(one.values, default=0.0) for one in group))
        rows = [
            _row([_cell(one.query), *(_heat(v, scale) for v in one.values[:MOST_COLUMNS])]) for one in group
        ]
        columns = named(first.labels)[:MOST_COLUMNS]
        return _table(["attention", *columns], rows, range(1, len(columns) + 1)) + _cut(0, len(first.labels))
    pairs = zip(named(first.labels)[:MOST_ROWS], first.values, strict=False)
    rows = [_row([_cell(label), _cell(score(value, _LOOK), "n"), _bar(value)]) for label, value in pairs]
    return _table(["attention", "weight", ""], rows, right=(1,)) + _cut(len(first.labels))


# --- tags ---------------------------------------------------------------------------------------


def _table(names: Sequence[str], rows: Iterable[str], right: Iterable[int] = ()) -> str:
    """`names` of the columns; those of the places `right` are set to the right."""
    places = frozenset(right)
    head = "".join(
        f'<th class="n">{_text(name)}</th>' if i in places else f"<th>{_text(name)}</th>"
        for i, name in enumerate(names)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(cells: Iterable[str], kind: str = "") -> str:
    return f'<tr class="{kind}">{"".join(cells)}</tr>' if kind else f"<tr>{''.join(cells)}</tr>"


def _cell(text: str, kind: str = "") -> str:
    return f'<td class="{kind}">{_text(text)}</td>' if kind else f"<td>{_text(text)}</td>"


def _bar(share: float) -> str:
    """A bar of a share of 1, below zero none: the number beside it says so."""
    width = 100 * min(1.0, max(0.0, share))
    return f'<td class="b"><div style="width:{width:.1f}%"></div></td>'


def _heat(value: float, scale: Scale) -> str:
    share = scale.share(value)
    colour = f"rgba({_HOT if share >= 0 else _COLD},{_SHADE * abs(share):.2f})"
    return f'<td class="h" style="background:{colour}">{_text(entry(value, scale.largest, _LOOK))}</td>'


def _cut(rows: int, columns: int = 0) -> str:
    """What is left out, if anything is."""
    told = [f"{count(MOST_ROWS)} of {count(rows)} rows"] if rows > MOST_ROWS else []
    told += [f"{count(MOST_COLUMNS)} of {count(columns)} columns"] if columns > MOST_COLUMNS else []
    return f'<div class="c">{", ".join(told)}; {ALL}</div>' if told else ""


def _text(text: str) -> str:
    """Foreign text between tags: nothing in it acts, and nothing hides."""
    return escape(visible(text))


_text_of = escape  # of what is made visible already


def _lines_of(text: str) -> str:
    return escape(text.rstrip("\n"))
