"""An answer as a JSON object, the same for `json` and `jsonl`.

    schema, id, expr, parsed, model, norm, metric
    limits      what left fewer candidates, as it is typed: ["first 1,000", "where price < 10"]
    type        "ranking" | "score" | "scalar" | "list" | "table", null for an error
    results     of a ranking or a score: [{rank, word, score}], with --show each with `record`, its metadata
    value       of a scalar
    rows        of a list: [{label, length, weight (of an attention), results}]; of a table: [label]
    columns     of a table: [label], none where it is one number a row
    values      of a table: [number], or [[number]], a list a row
    excluded    [{word, rank, score}], the rank it would have had; empty when nothing is ranked
    notes       how words were read
    expected    {word, at, rank, passed}, after `=>`
    attention   [[{label, weight}]], of each attention in the expression; of each of several queries, with
                `query`, its label
    row         the input row, when the expression ran over a CSV file
    error       null, or {kind, message, start, end, suggestions, hint}; unknown words have `missing`,
                [{word, start, end, suggestions}], as well

Keys stand in this order; limits, expected, attention and row only when there is something to say. Numbers
are exact and finite. Text is readable UTF-8, but for what a terminal would obey, written `\\u202e`.
`record.schema.json` says the same as a JSON Schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite

from vecalc.answers import (
    SCHEMA,
    Answer,
    Cell,
    Neighbour,
    Number,
    Ranking,
    Result,
    Row,
    Rows,
    Scored,
    Sheet,
    Tabled,
    Weights,
)
from vecalc.errors import UnknownWords, VecalcError
from vecalc.render.visible import spell_controls

Record = dict[str, object]


def record(answer: Answer) -> Record:
    """The answer as an object of plain values."""
    asked = answer.asked
    return {
        "schema": SCHEMA,
        "id": asked.id,
        "expr": asked.expr,
        "parsed": answer.parsed or None,
        "model": asked.model,
        "norm": asked.norm,
        "metric": asked.metric,
        **({"limits": list(asked.only)} if asked.only else {}),
        **_result(answer.result, asked.show),
        "notes": list(answer.notes),
        **_extras(answer),
        "error": _error(answer.error) if answer.error is not None else None,
    }


def sheet_record(sheet: Sheet) -> Record:
    """A sheet: `{"schema", "sheet": its name, "title", "rows": [{column: cell}], "remarks"}`."""
    rows = [_cells(sheet, row) for row in sheet.rows]
    return {
        "schema": SCHEMA,
        "sheet": sheet.name,
        "title": sheet.title,
        "rows": rows,
        "remarks": list(sheet.remarks),
    }


def row_records(sheet: Sheet) -> Iterator[Record]:
    """The rows of a sheet, each with the name of the sheet."""
    return ({"sheet": sheet.name, **_cells(sheet, row)} for row in sheet.rows)


def _cells(sheet: Sheet, row: Iterable[Cell]) -> Record:
    return _named((column.name for column in sheet.columns), row)


def _named(names: Iterable[str], row: Iterable[Cell]) -> Record:
    return {n: _finite(c) if isinstance(c, float) else c for n, c in zip(names, row, strict=True)}


def encode(record: Record, indent: int | None = None) -> str:
    """The record as JSON, without a newline at its end."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=indent)
    return "\n".join(map(spell_controls, text.split("\n")))  # these line ends are JSON's own, words have \\n


def _result(result: Result | None, shown: Sequence[str]) -> Record:
    match result:
        case Ranking(neighbours, excluded) | Scored(neighbours, excluded):
            without = [{"word": n.word, "rank": n.rank, "score": _finite(n.score)} for n in excluded]
            kind = "ranking" if isinstance(result, Ranking) else "score"
            return {"type": kind, "results": _results(neighbours, shown), "excluded": without}
        case Number(value):
            return {"type": "scalar", "value": _finite(value), "excluded": []}
        case Rows(rows):
            return {"type": "list", "rows": [_row(row, shown) for row in rows], "excluded": []}
        case Tabled(rows, columns, values):
            flat = values.ndim == 1
            numbers = [_finite(row) if flat else list(map(_finite, row)) for row in values.tolist()]
            table = {"rows": list(rows), "columns": list(columns), "values": numbers}
            return {"type": "table", **table, "excluded": []}
    return {"type": None, "excluded": []}


def _results(neighbours: Sequence[Neighbour], shown: Sequence[str]) -> list[Record]:
    found: list[Record] = [{"rank": n.rank, "word": n.word, "score": _finite(n.score)} for n in neighbours]
    if shown:
        for one, near in zip(found, neighbours, strict=True):
            one["record"] = _named(shown, near.record)
    return found


def _row(row: Row, shown: Sequence[str]) -> Record:
    weight = {} if row.weight is None else {"weight": _finite(row.weight)}
    return {
        "label": row.label,
        "length": _finite(row.length),
        **weight,
        "results": _results(row.neighbours, shown),
    }


def _extras(answer: Answer) -> Record:
    extras: Record = {}
    if answer.expected is not None:
        extras["expected"] = {**answer.expected._asdict(), "passed": answer.expected.passed}
    if answer.attention:
        extras["attention"] = [_weights(weights) for weights in answer.attention]
    if answer.row is not None:
        extras["row"] = dict(answer.row)
    return extras


def _weights(weights: Weights) -> list[Record]:
    pairs = zip(weights.labels, weights.values, strict=True)
    query = {"query": weights.query} if weights.query else {}
    return [{**query, "label": label, "weight": _finite(value)} for label, value in pairs]


def _error(error: VecalcError) -> Record:
    start, end = error.span or (None, None)
    found: Record = {
        "kind": error.kind,
        "message": error.message,
        "start": start,
        "end": end,
        "suggestions": list(error.suggestions),
        "hint": error.hint,
    }
    if isinstance(error, UnknownWords):
        found["missing"] = [
            {"word": m.word, "start": m.span.start, "end": m.span.end, "suggestions": list(m.suggestions)}
            for m in error.missing
        ]
    return found


def _finite(number: float) -> float | None:
    """The number, or None: JSON has neither NaN nor infinity.

    The engine raises before it answers one; should it fail to, the document still has to parse.
    """
    return float(number) if isfinite(number) else None
