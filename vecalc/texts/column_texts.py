"""The cells of a table's column as texts, with the other columns: which table, which column."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from vecalc.errors import FileProblem
from vecalc.formats.columns import NARROWEST, SeenColumn, in_series
from vecalc.formats.other_columns import ColumnNames, not_kept
from vecalc.sources import MAX_WORD, Source, Stream
from vecalc.sources.compression import unpacked
from vecalc.sources.excuses import MALFORMED, odd
from vecalc.sources.parts import LONGEST_NAME, FilePart, chosen, listed
from vecalc.sources.word_text import shown
from vecalc.space.text_encoder import NO_CHARACTER, SURROGATE
from vecalc.tables.cell_rules import number_of
from vecalc.tables.question_rows import OtherColumns, TableRow, rows

if TYPE_CHECKING:
    from typing_extensions import Buffer

# What people call a column of texts, the likeliest first.
TEXTS = (
    *("text", "sentence", "content", "body", "review", "comment", "description", "overview", "abstract"),
    *("summary", "plot", "message", "document", "question", "title", "name"),
)
LINE_ENDS = "texts with line ends, which are read as blanks"
HALVES = "texts with halves of characters, which are read as \ufffd"  # JSON can spell them, UTF-8 can't
PARQUET = ".parquet"
LOOKED_AT = 50  # rows that a column's kind is told by
AT_ONCE = 1024  # rows
NOTHING: Mapping[str, str] = {}


class KnownText(NamedTuple):
    """A text, and where it is a cell the others of its row, by the names that they have as metadata."""

    text: str
    others: Mapping[str, str] = NOTHING
    column: str = ""  # that the text is from, where there are others


def texts_of_column(source: Source) -> Iterator[list[KnownText]]:
    """The cells of the column that `Reading.part` names, or that is usually called so or the only text.

    Blank cells are left out, line ends in them are blanks. FileProblem where it is not clear which column is
    meant, and for what is not a table; a row that can't be read is odd.
    """
    found = _rows_of(source)
    first = list(islice(found, LOOKED_AT))
    columns = _seen(first)
    column = _column(columns, source)
    lists = [one.name for one in columns if one.kind == "lists" and one.name != column]
    not_kept(lists, "lists of numbers", source)
    names = ColumnNames(source, column)
    left = [(i, one.name) for i, one in enumerate(columns, 1) if one.name not in {column, *lists}]
    others = {name: own for i, name in left if (own := names.named(name, i))}
    cells = (_known(row, column, others, names, source) for row in _sound(chain(first, found), source))
    while some := list(islice(cells, AT_ONCE)):
        yield [known for known in some if known.text]


def _known(
    row: TableRow, column: str, others: Mapping[str, str], names: ColumnNames, source: Source
) -> KnownText:
    text = _text(row, column, source)
    if not others:
        return KnownText(text)
    return KnownText(text, {own: row.cells[name] for name, own in others.items()}, names.words)


def _text(row: TableRow, column: str, source: Source) -> str:
    """The cell of a row, on one line."""
    cell = row.cells[column].strip()
    if "\n" in cell or "\r" in cell:
        source.tally.counts[LINE_ENDS] += 1
        cell = " ".join(cell.split())
    if SURROGATE.search(cell):
        source.tally.counts[HALVES] += 1
        cell = SURROGATE.sub(NO_CHARACTER, cell)
    if len(cell) > MAX_WORD:
        message = f"a cell of {len(cell):,} characters, and a text has at most {MAX_WORD:,}"
        raise FileProblem(message, where=f"{source.path}:{row.number}", hint="cut it into several rows")
    return cell


def has_vector_columns(source: Source) -> bool:
    """Whether a table has a list of numbers in a cell, or columns that are numbered: 0, 1, 2, dim_0, dim_1.

    Columns of numbers that are called by what they hold (year, price) are no vector beside a text.
    """
    columns = _seen(list(islice(_rows_of(source), LOOKED_AT)))
    if any(number_of(column.name) is not None for column in columns):  # a row, and no header
        return True
    return any(column.kind == "lists" for column in columns) or len(in_series(columns)) >= NARROWEST


def _rows_of(source: Source) -> Iterator[TableRow]:
    def remark(text: str) -> None:
        source.tally.remarks[text.removeprefix(f"{path}: ")] = None

    path = str(source.path)
    if source.path.suffix.lower() == PARQUET:
        return rows(path, unpacked(source, "a parquet table"), remark)
    return rows(path, cast("IO[bytes]", io.BufferedReader(_Plain(source.stream))), remark)


def _sound(found: Iterator[TableRow], source: Source) -> Iterator[TableRow]:
    for row in found:
        if row.problem is None or isinstance(row.problem, OtherColumns):  # which has no text, or has one
            yield row
        else:
            where = f"{source.path}:{row.number}"
            odd(MALFORMED, FileProblem(row.problem.message, where=where, hint=row.problem.hint), source)


def _column(columns: Sequence[SeenColumn], source: Source) -> str:
    """The name of the column of texts."""
    parts = [FilePart(column.name, column.what) for column in columns]
    texts = {column.name for column in columns if column.kind == "text"}
    fits, remark = (lambda part: part.name in texts), _texts_from
    found = chosen(parts, source, what="column", known=TEXTS, fits=fits, remark=remark)
    if not source.reading.part and len(texts) == 1:  # which tells of a table without a header, too
        source.tally.remarks[f"the column {shown(found.name, LONGEST_NAME)} is read"] = None
    return found.name


def _texts_from(found: FilePart, others: Sequence[FilePart]) -> str:
    return f"the texts are from the column {shown(found.name, LONGEST_NAME)}; other columns: {listed(others)}"


def _seen(first: Sequence[TableRow]) -> list[SeenColumn]:
    """The columns, as some first rows show them."""
    good = [row.cells for row in first if row.problem is None]
    names = list(first[0].cells) if first else []
    return [_column_of(name, good) for name in names]


def _column_of(name: str, some: Sequence[Mapping[str, str]]) -> SeenColumn:
    cells = [cell for row in some if (cell := row[name].strip())]
    if cells and all(number_of(cell) is not None for cell in cells):
        return SeenColumn(name, "numbers")
    width = min(map(_width, cells), default=0)
    return SeenColumn(name, "lists", width=width) if width else SeenColumn(name, "text")


def _width(cell: str) -> int:
    """The numbers of a list, as JSON writes it; 0 for what is none."""
    if cell[:1] != "[" or cell[-1:] != "]":
        return 0
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return 0
    return len(found) if all(isinstance(number, int | float) for number in found) else 0


class _Plain(io.RawIOBase):
    """A stream as the kind of file that `io` and `csv` read."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        data = self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)
