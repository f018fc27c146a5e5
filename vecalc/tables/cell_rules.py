"""Cells: where one ends, and what it is. The one set of rules for tables and files of questions.

The first lines show what separates cells, whatever a file is called: tabs, semicolons, commas or bars; blanks
in files of questions that have none of them. A file of JSON lines has an object a line.

Between commas, semicolons or bars double quotes are those of CSV: a cell in quotes may hold the delimiter,
line ends, and quotation marks, which are doubled. Tabs and line ends always separate where tabs do; there a
cell is unquoted when all of it stands in double quotes and those within are doubled, and any other quotation
mark is a part of its word. Between blanks quotation marks are words.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import PurePath
from types import MappingProxyType
from typing import Literal, TypeAlias

from vecalc.errors import FileProblem
from vecalc.space import VectorSpace

Delimiter: TypeAlias = Literal["\t", ",", ";", "|", " "]
Layout: TypeAlias = Delimiter | Literal["{"]  # what stands between cells; an object a line
Tell: TypeAlias = Callable[[str], None]

# What the name of a file promises.
PROMISED: Mapping[str, Layout] = MappingProxyType(
    {".csv": ",", ".tsv": "\t", ".tab": "\t", ".jsonl": "{", ".ndjson": "{"}
)
_CALLED = {
    "\t": "cells between tabs",
    ",": "cells between commas",
    ";": "cells between semicolons",
    "|": "cells between bars",
    " ": "cells between blanks",
    "{": "JSON objects, one a line",
}
_SOUGHT: tuple[Delimiter, ...] = ("\t", ",", ";", "|")
LOOKED_AT = 1 << 16  # characters of a line that are looked at for delimiters
_QUOTED = re.compile(r'(?:^|(?<=[,;|]))"(?:[^"]|"")*(?:"|$)')
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def unheard(_: str) -> None:
    """Takes remarks that are not wanted."""


# --- delimiters -----------------------------------------------------------------------------


def layout_of(name: str, some: Sequence[str], otherwise: Layout, tell: Tell = unheard) -> Layout:
    """How the lines of a file hold cells, by the first ones, or else by its name, or as a rule.

    `tell` hears when that is not what the name promises.
    """
    promised = PROMISED.get(PurePath(name).suffix.lower())
    if promised == "{" or (some and is_object(some[0])):
        found: Layout = "{"
    else:
        found = _delimiter_in([line[:LOOKED_AT] for line in some]) or otherwise
    if promised and found != promised:
        tell(f"{name}: read as {_CALLED[found]}, not as {_CALLED[promised]}")
    return found


def _delimiter_in(some: Sequence[str]) -> Delimiter | None:
    """The delimiter that the first line and at least half of all have.

    Tabs come first, as other cells have none. Commas may stand within cells between semicolons (3,5), and the
    other way round: what divides more lines like the first one does, and into more cells.
    """
    bare = [_QUOTED.sub("", line) for line in some]
    fitting: list[tuple[bool, int, int, Delimiter]] = []
    for delimiter in _SOUGHT:
        counts = [line.count(delimiter) for line in (some if delimiter == "\t" else bare)]
        if counts and counts[0] and 2 * sum(map(bool, counts)) >= len(counts):
            fitting.append((delimiter == "\t", counts.count(counts[0]), counts[0], delimiter))
    return max(fitting, key=lambda fit: fit[:3])[3] if fitting else None


def divided(lines: Iterable[str], delimiter: Delimiter) -> Iterator[list[str]]:
    """The cells of each row of lines; none of a blank line. Goes on behind a row that raises `csv.Error`.

    Raises `OpenQuote` for a row that would swallow those behind it.
    """
    if delimiter == " ":
        return map(str.split, lines)
    if delimiter == "\t":
        return map(_between_tabs, lines)
    return _QuotedRows(lines, delimiter)


class OpenQuote(FileProblem):
    """A quote at the beginning of a cell is not closed at the end of one, in this line or those behind it."""

    def __init__(self, why: str = "") -> None:
        super().__init__(
            f"a quote that opens in this row is {f'not closed: {why}' if why else 'never closed'}",
            hint='a quotation mark at the beginning of a cell is doubled, within quotes: """so"" it is"',
        )


class _QuotedRows:
    """Rows of CSV. Quotes are taken as they come in a row of one line; where one holds several lines
    together, it has to be as CSV wants it, for a stray one would hold all rows up to the next one.
    """

    def __init__(self, lines: Iterable[str], delimiter: Delimiter) -> None:
        self._row: list[str] = []  # its lines
        self._is_ended = False
        self._delimiter = delimiter
        self._rows = csv.reader(chain(map(self._taken, lines), self._end()), delimiter=delimiter)

    def _taken(self, line: str) -> str:
        self._row.append(line)
        return line

    def _end(self) -> Iterator[str]:
        self._is_ended = True
        yield from ()

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        self._row.clear()
        try:
            cells = next(self._rows)
        except csv.Error as problem:  # it is too long
            if len(self._row) > 1:
                raise OpenQuote(str(problem)) from None
            raise
        if self._is_ended or (len(self._row) > 1 and not self._is_sound()):  # it looked for more, or found it
            raise OpenQuote
        return cells

    def _is_sound(self) -> bool:
        try:
            next(csv.reader(self._row, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return False
        return True


def _between_tabs(line: str) -> list[str]:
    line = line.rstrip("\r\n")
    return [_unquoted(cell) for cell in line.split("\t")] if line else []


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        parts = cell[1:-1].split('""')
        if not any('"' in part for part in parts):
            return '"'.join(parts)
    return cell


# --- objects --------------------------------------------------------------------------------


def is_object(line: str) -> bool:
    """Whether a line looks like an object of JSON lines."""
    return re.match(r'\s*\{\s*"', line) is not None


def cells_of_object(line: str) -> dict[str, str]:
    """The cells of a JSON object by their names. Raises `FileProblem` for what is not one."""
    try:
        entry = json.loads(line)
    except json.JSONDecodeError as problem:
        raise FileProblem(f"is not JSON: {problem.msg}") from None
    except (RecursionError, ValueError):  # a number of too many digits is a ValueError
        raise FileProblem("is not JSON that can be read: nested too deeply, or too long") from None
    if not isinstance(entry, dict) or not entry:
        raise FileProblem("is not a JSON object", hint='one object a line: {"a": "king"}')
    return {key: as_cell(value) for key, value in entry.items()}


def as_cell(value: object) -> str:
    """A value as the text of a cell."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# --- words and numbers ----------------------------------------------------------------------


def number_of(cell: str) -> float | None:
    """The finite number that a cell reads as; `nan` and `infinity` are words."""
    value = float(cell) if _NUMBER.fullmatch(cell.strip()) else float("inf")
    return value if abs(value) < float("inf") else None


def row_or_number(cell: str, space: VectorSpace, *, only_words: bool = False) -> int | float | None:
    """A cell is a word of the space (its row), unless it is not one and reads as a number (a float)."""
    row = space.row(cell)
    return row if row is not None or only_words else number_of(cell)


def words_of(cell: str) -> Iterator[str]:
    """The words of a cell that holds several, between blanks, commas and semicolons."""
    return filter(None, re.split(r"[\s,;]+", cell))
