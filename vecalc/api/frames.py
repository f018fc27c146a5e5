"""Answers as data frames. The packages are imported on call, and are no dependencies.

one_to_...   an answer alone, in the shape that suits its kind
to_...       any number of answers in one long frame, with the columns of `--format csv`
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from vecalc.answers import Answer, Cell, Number, Ranking, Row, Rows, Scored, Tabled
from vecalc.errors import NoValue
from vecalc.render.cells import by_row, free_name, named
from vecalc.render.summary import NOTHING

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Kind: TypeAlias = Literal["integer", "number", "text", "truth", "time"]
_OF_NEIGHBOURS: dict[str, Kind] = {"rank": "integer", "word": "text", "score": "number"}
_OF_VECTORS: dict[str, Kind] = {"place": "integer", "label": "text", "length": "number", "weight": "number"}
_LONG: dict[str, Kind] = {
    "expr": "text", **_OF_NEIGHBOURS, "error": "text",
    "place": "integer", "label": "text", "length": "number", "passed": "truth",
}  # fmt: skip
_IN_PANDAS: dict[Kind, str] = {  # the other packages' types are told in this order
    "integer": "int64", "number": "float64", "text": "object", "truth": "boolean", "time": "datetime64[us]",
}  # fmt: skip
_LABEL = "label"  # the column of the names of a table's rows, where there is no index


class _Column(NamedTuple):
    """Cells of a kind, None where there is nothing to say; names may come twice."""

    name: str
    kind: Kind
    cells: Sequence[Any]


class _Shape(NamedTuple):
    """Columns of equal length, and the names of the rows, if these have some."""

    columns: list[_Column]
    names: list[str] | None = None

    def unique(self) -> list[_Column]:
        """The columns, the names of the rows first, no name twice: `king`, `king_2`."""
        front = [] if self.names is None else [_Column(_LABEL, "text", self.names)]
        taken: set[str] = set()
        made = []
        for column in (*front, *self.columns):
            free = free_name(column.name, taken)
            taken.add(free)
            made.append(column._replace(name=free))
        return made


# --- what they are made of ----------------------------------------------------------------------


def one_to_pandas(answer: Answer) -> pd.DataFrame:
    """One answer for pandas; a table has its labels as index."""
    return _pandas(_of_one(answer))


def one_to_polars(answer: Answer) -> pl.DataFrame:
    """One answer for polars."""
    return _polars(_of_one(answer))


def one_to_arrow(answer: Answer) -> pa.Table:
    """One answer for Arrow."""
    return _arrow(_of_one(answer))


def to_pandas(answers: Iterable[Answer]) -> pd.DataFrame:
    """Answers as one long data frame of pandas: a row for each neighbour, number, or error.

    Columns, as of `--format csv`: `id`, `expr`, `rank`, `word`, `score`, `error`, and `place`, `label`,
    `length` of the vector of a list, or of the row of a table, `passed` of an expectation, then the columns
    of `show`; missing is what there is nothing to say about. An answer with nothing to show has a row, too.
    Raises `ImportError` where pandas is not installed.
    """
    return _pandas(_long(answers))


def to_polars(answers: Iterable[Answer]) -> pl.DataFrame:
    """Answers as one long data frame of polars, as `vecalc.to_pandas` makes it."""
    return _polars(_long(answers))


def to_arrow(answers: Iterable[Answer]) -> pa.Table:
    """Answers as one long Arrow table, as `vecalc.to_pandas` makes it."""
    return _arrow(_long(answers))


def _of_one(answer: Answer) -> _Shape:
    """An answer in the shape that suits its kind. Raises its error, and `NoValue` where there is nothing."""
    if answer.error is not None:
        raise answer.error
    match answer.result:
        case Ranking(neighbours) | Scored(neighbours):
            found = _shape([near._asdict() for near in neighbours], _OF_NEIGHBOURS)
            records = [_record(answer, near._asdict()) for near in neighbours]
            return found._replace(
                columns=[*found.columns, *_metadata(answer.asked.show, answer.asked.times, records)]
            )
        case Rows(rows):
            kinds = _OF_VECTORS | _OF_NEIGHBOURS
            if all(row.weight is None for row in rows):
                kinds = {name: kind for name, kind in kinds.items() if name != "weight"}
            cells = [*_of_list(rows)]
            records = [_record(answer, row) for row in cells]
            shape = _shape(cells, kinds)
            return shape._replace(
                columns=[*shape.columns, *_metadata(answer.asked.show, answer.asked.times, records)]
            )
        case Number(value):
            return _Shape([_Column("value", "number", [value])])
        case Tabled(rows, columns, values):
            numbers = values.T.tolist() if values.ndim > 1 else [values.tolist()]
            names = named(columns) if values.ndim > 1 else ["value"]
            pairs = zip(names, numbers, strict=True)
            return _Shape([_Column(name, "number", cells) for name, cells in pairs], named(rows))
    raise NoValue(NOTHING)


def _shape(cells: Sequence[Mapping[str, Any]], kinds: Mapping[str, Kind]) -> _Shape:
    return _Shape([_Column(name, kind, [row.get(name) for row in cells]) for name, kind in kinds.items()])


def _metadata(
    names: Sequence[str], times: Container[str], records: Sequence[Mapping[str, Cell]]
) -> Iterator[_Column]:
    """The columns of metadata that are shown."""
    kinds: dict[Kind, type | tuple[type, ...]] = {"truth": bool, "integer": int, "number": (int, float)}
    for name in names:
        cells = [record.get(name) for record in records]
        there = [cell for cell in cells if cell is not None]
        if name in times:
            yield _Column(name, "time", [None if c is None else _moment(str(c)) for c in cells])
            continue
        found = (kind for kind, of in kinds.items() if there and all(isinstance(cell, of) for cell in there))
        kind = next(found, None)
        yield _Column(name, kind or "text", cells if kind else [c if c is None else str(c) for c in cells])


def _moment(text: str) -> datetime:
    """A time of metadata, in UTC; what is below a microsecond is cut off."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _long(answers: Iterable[Answer]) -> _Shape:
    cells: list[dict[str, Any]] = []
    records: list[Mapping[str, Cell]] = []
    names: dict[str, None] = {}
    times: set[str] = set()
    others: set[str] = set()
    for answer in answers:
        front = {"id": answer.asked.id, "expr": answer.asked.expr, "passed": _passed(answer)}
        rows = [*_rows_of(answer)] or [{}]
        cells += [{**front, **row} for row in rows]
        records += [_record(answer, row) for row in rows]
        names |= dict.fromkeys(answer.asked.show)
        times |= {*answer.asked.times}
        others |= {*answer.asked.show} - {*answer.asked.times}
    numbered = all(isinstance(row["id"], int) for row in cells)
    ids = [row["id"] if numbered else str(row["id"]) for row in cells]
    rest = _shape(cells, _LONG)
    shown = _metadata([*names], times - others, records)
    return _Shape([_Column("id", "integer" if numbered else "text", ids), *rest.columns, *shown])


def _record(answer: Answer, row: Mapping[str, Any]) -> Mapping[str, Cell]:
    """The metadata of a row that has a neighbour."""
    return dict(zip(answer.asked.show, row.get("record", ()), strict=False))


def _passed(answer: Answer) -> bool | None:
    return None if answer.expected is None else answer.expected.passed


def _rows_of(answer: Answer) -> Iterator[dict[str, Any]]:
    """What `render.cells.lines` tells, as numbers; and the error."""
    if answer.error is not None:
        yield {"error": str(answer.error)}
    match answer.result:
        case Ranking(neighbours) | Scored(neighbours):
            yield from (near._asdict() for near in neighbours)
        case Rows(rows):
            yield from _of_list(rows)
        case Number(value):
            yield {"score": value}
        case Tabled(rows, columns, values):
            words = named(columns) if values.ndim > 1 else [None]
            for place, (label, numbers) in enumerate(zip(rows, by_row(values), strict=True), start=1):
                for word, number in zip(words, numbers, strict=True):
                    yield {"word": word, "score": number, "place": place, "label": label}


def _of_list(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """A row for each neighbour of each vector; one for a vector without any."""
    for place, row in enumerate(rows, start=1):
        vector = {"place": place, "label": row.label, "length": row.length, "weight": row.weight}
        yield from ({**vector, **near} for near in [n._asdict() for n in row.neighbours] or [{}])


# --- in the packages --------------------------------------------------------------------------


def _pandas(shape: _Shape) -> pd.DataFrame:
    with _needed("pandas"):
        import pandas as pd
    made = {}
    for i, column in enumerate(shape.columns):
        missing = column.kind == "integer" and None in column.cells
        made[i] = pd.Series(column.cells, dtype="Int64" if missing else _IN_PANDAS[column.kind])
    frame = pd.DataFrame(made)
    frame.columns = pd.Index([column.name for column in shape.columns])
    if shape.names is not None:
        frame.index = pd.Index(shape.names)
    return frame


def _polars(shape: _Shape) -> pl.DataFrame:
    with _needed("polars"):
        import polars as pl
    types: tuple[Any, ...] = (pl.Int64, pl.Float64, pl.String, pl.Boolean, pl.Datetime("us"))
    kinds = dict(zip(_IN_PANDAS, types, strict=True))
    return pl.DataFrame([pl.Series(c.name, c.cells, kinds[c.kind]) for c in shape.unique()])


def _arrow(shape: _Shape) -> pa.Table:
    with _needed("pyarrow"):
        import pyarrow as pa
    types = (pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.timestamp("us"))
    kinds = dict(zip(_IN_PANDAS, types, strict=True))
    return pa.table({c.name: pa.array(c.cells, kinds[c.kind]) for c in shape.unique()})


@contextmanager
def _needed(package: str) -> Iterator[None]:
    """Meanwhile a package is imported; `ImportError` says how to install it."""
    try:
        yield
    except ImportError as missing:
        if missing.name != package:
            raise
        what = f"this needs the package {package}, which is not installed: pip install {package}"
        raise ImportError(what, name=package) from None
