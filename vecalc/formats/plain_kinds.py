"""Of which kind the values of a column are, where a file has no types: cells of text, and values of JSON.

A kind is that of some rows: where later ones disagree, the column is one of texts (`metadata_writer.py`), so
cells stay as they are spelled. ISO days and times are times, also in JSON. What begins with a zero that
says nothing (00501) is no number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from vecalc.conditions import Kind, instant
from vecalc.formats.other_columns import spelled

_NUMBER = re.compile(
    r"[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?|[+-]?inf|nan|NaN", re.ASCII
)
_FLAG = re.compile("true|false", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class KindOfValues(NamedTuple):
    """Values [b], and the kind that all of them are of."""

    kind: Kind
    values: list[Any]


def of_cells(cells: Iterable[str], *, decimal_commas: bool = False) -> KindOfValues:
    """Cells of text; a blank one is a missing value."""
    values = [cell if cell and not cell.isspace() else None for cell in cells]
    there = [value.strip() for value in values if value is not None]
    if decimal_commas:
        there = [value.replace(",", ".") for value in there]
    kind = _kind_of_cells(there) if there else "text"
    if kind != "text":
        some = iter(there)
        values = [None if value is None else next(some) for value in values]
    return KindOfValues(kind, values)


def _kind_of_cells(cells: Sequence[str]) -> Kind:
    for kind, fits in _FITTING.items():
        if all(map(fits, cells)):
            return kind
    return "text"


def _is_time(text: str) -> bool:
    return _DAY.match(text) is not None and instant(text) is not None


_FITTING: dict[Kind, Callable[[str], object]] = {
    "number": _NUMBER.fullmatch,
    "flag": _FLAG.fullmatch,
    "time": _is_time,
}


def of_values(values: Sequence[Any]) -> KindOfValues:
    """Values of JSON, truths spelled, lists and objects as JSON text."""
    kinds = {_kind_of_value(value) for value in values if value is not None}
    texts = [value for value in values if isinstance(value, str)]
    kind = kinds.pop() if len(kinds) == 1 else "text"
    if kind == "text" and len(texts) == len(values) - values.count(None) and all(map(_is_time, texts)):
        kind = "time" if texts else "text"
    return KindOfValues(kind, list(map(_as_told, values)))


def _kind_of_value(value: Any) -> Kind:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "other"


def _as_told(value: Any) -> Any:
    if isinstance(value, bool | list | dict):
        return spelled(value)
    return value
