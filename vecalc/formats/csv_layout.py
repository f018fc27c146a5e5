"""What the first rows of a delimited table show: the delimiter, the header, what stands in each column.

All ways to take the rows apart are tried, and that is taken which gives most rows the longest vectors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice
from typing import NamedTuple

from vecalc.codecs.csv_cells import MOST_COLUMNS, Cut, Record, cells_of, has_odd_quote, is_open, records
from vecalc.codecs.json_scan import is_json
from vecalc.codecs.number_bodies import is_list, list_body
from vecalc.codecs.text_lines import Chunk
from vecalc.codecs.word2vec_header import BYTE_ORDER_MARK, is_number, parse_header
from vecalc.formats import text_layout
from vecalc.formats.columns import NARROWEST, Kind, SeenColumn, components_of, width_of
from vecalc.sources import Head
from vecalc.sources.column_names import IDS, WORDS

NO_NULS = 1024  # bytes, in which a text has no NUL
LOOKED_AT = 17  # records, of which the first may be a header
LONGEST_CHARACTER = 4  # bytes: the last one may be cut off
NEARLY_ALL = 0.75
ENOUGH = 3  # whole ones that do without one that is cut off: a header, and two rows
_DECIMAL = re.compile(rb"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
_THOUSAND = re.compile(rb"[+-]?[1-9]\d{0,2},\d{3}")
_WHOLE = re.compile(rb"[+-]?\d{1,18}")
_DIVIDED = re.compile(rb".*[;|\t] *[+-]?\d+(?:\.\d*)?", re.DOTALL)
_GROUPED = re.compile(
    rb"[+-]?\d{1,3}(?:(?:\.\d{3})++,|(?:,\d{3})++\.)\d*"
)  # 1.000,5 and 1,000.5, which no row is read with
_CLOSING = (b"]", b"}")
_DELIMITERS = (b"\t", b",", b";", b"|")
_CUTS = (
    *(Cut("cells", delimiter) for delimiter in _DELIMITERS),
    *(Cut("brackets", delimiter) for delimiter in (*_DELIMITERS, b":", b"=", b" ")),
    Cut("commas", b" "),
)


class TableLayout(NamedTuple):
    """How to read a table."""

    cut: Cut
    columns: list[SeenColumn]
    header: int  # the number of its line; 0 where there is none
    decimal_commas: bool
    first: int  # the number of the first line that is a row, or the header

    @property
    def has_lists(self) -> bool:
        """Whether the numbers of a row stand in one cell."""
        return any(column.kind == "lists" for column in self.columns)


class _Rows(NamedTuple):
    """The first rows, taken apart."""

    cut: Cut
    line: int  # of the first
    texts: list[bytes]
    cells: list[list[bytes]]  # of equally many cells each, but for the last where it is cut off
    is_cut: bool  # whether the last one is
    are_all: bool  # whether all have as many


def layout_of(head: Head) -> TableLayout | None:
    """The layout of a table that holds vectors, None for a file that is none."""
    found = [layout for _, layout in _layouts(head) if width_of(layout.columns)]
    best = max(found, key=lambda layout: width_of(layout.columns), default=None)
    return None if best is None or _is_text(best, head) else best


def _is_text(table: TableLayout, head: Head) -> bool:
    """Whether a table with tabs is one that the formats of text read: without names of columns."""
    if table.cut.style != "cells" or table.cut.delimiter != b"\t":
        return False
    text = text_layout.layout_of(head)
    return text.bare or (text.width >= NARROWEST and not (text.title or text.tabs or text.commas))


def is_table(data: bytes) -> bool:
    """Whether a file that begins like this is a table of text, whatever it holds."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if error.start < len(data) - LONGEST_CHARACTER:
            return False
    if b"\0" in data:
        return False
    tables = [rows for rows, _ in _layouts(Head(data, complete=True)) if rows.cut.style == "cells"]
    return any(len(rows.cells) > 1 and rows.are_all and not rows.cut.spaced for rows in tables)


def _layouts(head: Head) -> list[tuple[_Rows, TableLayout]]:
    data = head.data.removeprefix(BYTE_ORDER_MARK)
    if parse_header(data) is not None or is_json(data) or b"\0" in data[:NO_NULS]:
        return []
    tried = [rows for cut in _CUTS if (rows := _taken_apart(Head(data, head.complete), cut))]
    layouts = [(rows, layout) for rows in tried if (layout := _seen(rows))]
    return [
        (rows, layout)
        for rows, layout in layouts
        if not (_is_glove(rows, layout) or _is_in_brackets(rows) or _is_cut_wrongly(rows))
    ]


def _taken_apart(head: Head, cut: Cut) -> _Rows | None:
    """The rows that have as many cells as most; None unless most of them are such."""
    mark = b"[" if cut.style == "brackets" else b"," if cut.style == "commas" else cut.delimiter
    if mark not in head.data:
        return None
    some = _sample(head, cut)
    cut = cut._replace(spaced=_is_spaced(some, cut))
    cells = [cells_of(record.text, cut) for record in some]
    is_cut = len(some) < LOOKED_AT and bool(some) and (not head.complete or is_open(some[-1].text, cut))
    if is_cut and len(cells) > ENOUGH:
        some, cells, is_cut = some[:-1], cells[:-1], False
    elif is_cut and has_odd_quote(some[-1].text):
        cells[-1] = cells_of(some[-1].text + b'"', cut)
    counts = Counter(len(row) for row in (cells[1:] or cells))
    if not counts:
        return None
    width = max(counts, key=lambda count: (counts[count], count))
    if is_cut and len(cells) <= 3:
        width = max(map(len, cells))
    fit = [len(row) == width or (is_cut and i == len(cells) - 1) for i, row in enumerate(cells)]
    if not 1 < width <= MOST_COLUMNS or 2 * sum(fit) <= len(cells):
        return None
    a_name_less = cut.style != "commas" and len(cells[0]) == width - 1
    if not fit[0] and a_name_less and not any(map(is_number, cells[0])):
        # R writes none above the names of rows; a delimiter may also end each row, but the first.
        ended = not any(row[-1].strip() for row in cells[1:] if len(row) == width)
        cells[0], fit[0] = ([*cells[0], b""] if ended else [b"", *cells[0]]), True
    kept = [i for i, fits in enumerate(fit) if fits]
    return _Rows(
        cut, some[kept[0]].line, [some[i].text for i in kept], [cells[i] for i in kept], is_cut, all(fit)
    )


def _is_spaced(some: Sequence[Record], cut: Cut) -> bool:
    """Whether blanks stand behind most delimiters, or before all rows, and are no part of the cells."""
    if cut.style != "cells" or cut.delimiter == b"\t" or not some:
        return False
    blank = cut.delimiter + b" "
    texts = [record.text.rstrip(cut.delimiter) for record in some]
    spaced = [blank in text and text.count(blank) == text.count(cut.delimiter) for text in texts]
    return 2 * sum(spaced) > len(some) or all(text[:1] == b" " for text in texts)


def _sample(head: Head, cut: Cut) -> list[Record]:
    """The first records; where the file goes on, the last of them may be cut off.

    Where nearly all lines have as many cells, each is a record, whatever quotation marks there are.
    """
    chunk = Chunk(head.data.removesuffix(b"\n") + b"\n", 1)
    some: list[Record] = []
    for whole in (lambda _: True), (lambda text: not is_open(text, cut)):
        some = list(islice(chain.from_iterable(records([chunk], cut, whole)), LOOKED_AT))
        counts = Counter(len(cells_of(record.text, cut)) for record in some)
        count, alike = max(counts.items(), key=lambda item: item[1], default=(0, 0))
        if count > 1 and alike >= NEARLY_ALL * len(some):
            break
    return some


# --- columns and header ---------------------------------------------------------------------------


def _seen(rows: _Rows) -> TableLayout | None:
    """What stands in the rows; None where most of no column is numbers."""
    first, *others = rows.cells
    columns = _columns(others or [first], rows, None)
    values = [i for i, column in enumerate(columns) if column.kind in ("numbers", "lists")]
    if not values:
        return TableLayout(rows.cut, columns, 0, False, rows.line)
    names: list[bytes] | None = None
    if others and _is_header(first, columns, values):
        names = [cell.strip() for cell in first]
    body = others if names else rows.cells
    decimal = rows.cut.style == "cells" and any(
        is_decimal(row[i], rows.cut) for row in body for i in values if 0 < i < len(row)
    )
    header = rows.line if names else 0
    return TableLayout(rows.cut, _columns(body, rows, names), header, decimal, rows.line)


def is_decimal(cell: bytes, cut: Cut) -> bool:
    """Whether a cell is a number with a decimal comma; between commas "1,234" is rather a thousand."""
    cell = cell.strip()
    thousand = cut.delimiter == b"," and _THOUSAND.fullmatch(cell)
    return _DECIMAL.fullmatch(cell) is not None and not thousand


def _columns(body: Sequence[Sequence[bytes]], rows: _Rows, names: Sequence[bytes] | None) -> list[SeenColumn]:
    found: list[SeenColumn] = []
    for i in range(max(map(len, rows.cells))):
        cells = [row[i].strip() for row in body if i < len(row)]
        is_cut = rows.is_cut and len(body[-1]) == i + 1
        name = names[i].decode("utf-8", "backslashreplace") if names else str(i + 1)
        column = _column([cell for cell in cells if cell], rows.cut, is_cut)
        column = column._replace(name=name, named=names is not None)
        if not cells and found:  # behind the place where the only row is cut off
            column = column._replace(kind=found[-1].kind)
        found.append(column)
    return found


def _column(cells: Sequence[bytes], cut: Cut, is_cut: bool) -> SeenColumn:
    """A column with these cells, of which the last may be cut off."""
    numbers = sum(
        is_number(cell) or is_decimal(cell, cut) or _GROUPED.fullmatch(cell) is not None for cell in cells
    )
    if 2 * numbers > len(cells):
        whole = all(_WHOLE.fullmatch(cell) for cell in cells)
        values = [int(cell) for cell in cells] if whole else []
        counting = len(values) > 1 and values == list(range(abs(values[0]), abs(values[0]) + len(values)))
        return SeenColumn(
            "", "numbers", whole=whole, counting=counting, distinct=len(set(values)) == len(cells)
        )
    last = len(cells) - 1
    lists = [
        list_body(cell)
        for i, cell in enumerate(cells)
        if not (_DECIMAL.fullmatch(cell) or _GROUPED.fullmatch(cell))
        and is_list(cell, cut=is_cut and i == last)
    ]
    if 2 * len(lists) > len(cells):
        widths = Counter(body.count(b" ") + 1 for body in lists)
        return SeenColumn("", "lists", width=max(widths, key=lambda width: (widths[width], width)))
    kind: Kind = "text" if cells else ""
    return SeenColumn("", kind, constant=len(cells) > 1 and len(set(cells)) == 1)


def _is_header(first: Sequence[bytes], columns: Sequence[SeenColumn], values: Sequence[int]) -> bool:
    """Whether the first row names columns that hold numbers or lists.

    Names are no numbers, or else they are whole numbers where the columns hold others: 0, 1, 2, ..., or
    any behind `word`.
    """
    cells = [first[i].strip() if i < len(first) else b"" for i in range(len(columns))]
    given = [i for i in values if cells[i]]
    if not given:
        return False
    front = cells[next((i for i in range(len(columns)) if i not in set(values)), 0)].decode(
        "utf-8", "replace"
    )
    usual = front.lower() in ("", *WORDS, *IDS)
    texts = {i for i in given if not is_number(cells[i]) and not is_list(cells[i])}
    if not all(_WHOLE.fullmatch(cells[i]) for i in given if i not in texts):
        return False
    numbers = [int(cells[i]) for i in given if i not in texts]
    counting = len(numbers) >= NARROWEST and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    counting = counting and numbers[0] in (0, 1)
    if texts:
        return usual or counting or 2 * len(texts) > len(given)
    fractions = any(not columns[i].whole for i in given)
    return (counting and (fractions or usual)) or (usual and fractions)


def _is_glove(rows: _Rows, layout: TableLayout) -> bool:
    """Whether the rows are those of GloVe text, the numbers of which are held apart by blanks or tabs.

    A word may hold a comma, even in all rows: `10,000 0.1 0.2` is no list of three numbers behind a word 10.
    """
    cut, columns = layout.cut, layout.columns
    if cut.style == "commas" or (cut.style == "cells" and cut.delimiter != b"\t"):
        lists = [i for i, column in enumerate(columns) if column.kind == "lists"]
        if (
            lists and cut.spaced and len(rows.cells) <= ENOUGH
        ):  # `, 0.1 0.2`: a few words may end with a comma
            return True
        return any(_begins_whole([row[i] for row in rows.cells if i < len(row)]) for i in lists)
    if cut.style == "brackets" or layout.decimal_commas or layout.header or not width_of(columns):
        return False
    word, *others = columns
    last = [row[-1] for row in rows.cells if others[-1].kind == "lists"]
    plain = all(column.kind in ("numbers", "lists") for column in others) and not any(
        b"," in cell or b";" in cell or cell.startswith((b"[", b"(")) for cell in last
    )
    counted = len(components_of(columns, 0)) < sum(column.kind == "numbers" for column in others)
    quoted = sum(record.startswith(b'"') for record in rows.texts)
    return plain and not counted and word.kind != "" and 2 * quoted <= len(rows.cells)


def _is_in_brackets(rows: _Rows) -> bool:
    """Whether brackets are around whole rows, or around all of them: lists of Python's or of JSON."""
    opened = [
        row[0].lstrip()[:1] in (b"[", b"{") and row[0].strip()[-1:] not in _CLOSING for row in rows.cells
    ]
    return rows.cut.style == "cells" and all(opened)


def _is_cut_wrongly(rows: _Rows) -> bool:
    """Whether another delimiter and a number end the first cell of all rows: king;0 of king;0,5;0,25."""
    return rows.cut.style == "cells" and all(_DIVIDED.fullmatch(row[0]) for row in rows.cells)


def _begins_whole(lists: Sequence[bytes]) -> bool:
    """Whether unbracketed lists all begin with a whole number, and go on with others."""
    fields = [list_body(cell).split(b" ") for cell in lists if is_list(cell)]
    whole = [_WHOLE.fullmatch(some[0]) for some in fields]
    fractions = [not all(map(_WHOLE.fullmatch, some[1:])) for some in fields]
    return bool(fields) and all(whole) and any(fractions) and not lists[0].lstrip().startswith((b"[", b"("))
