"""Delimited tables: a word and its numbers, or a list of them, in each row; a header or none.

Between tabs, commas, semicolons or bars; also lists behind a word: `king [0.1, 0.2]`, `king 0.1,0.2`. What
stands in each column, `csv_layout` finds out; which of them are read, `columns` decides.
Source: RFC 4180, and what pandas, R, spreadsheets and people write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vecalc.codecs.csv_cells import Cut, Record, cells_of, records, split
from vecalc.codecs.float_text import lines
from vecalc.codecs.number_bodies import fault, list_body, numbers_of
from vecalc.codecs.text_lines import Chunk, chunks
from vecalc.conditions import MetadataColumn
from vecalc.errors import FileProblem, UsageError
from vecalc.formats import Block
from vecalc.formats.columns import BESIDE, NARROWEST, ColumnChoice, choice_of, one_line
from vecalc.formats.csv_layout import TableLayout, layout_of
from vecalc.formats.number_rows import with_words
from vecalc.formats.other_columns import ColumnNames, not_kept, short
from vecalc.formats.plain_kinds import of_cells
from vecalc.formats.text_layout import header_remark
from vecalc.formats.wordlists import words_beside
from vecalc.formats.writers import batches, created
from vecalc.formats.written_columns import ColumnRoom, known_records, placed
from vecalc.sources import HEAD_BYTES, Head, Source
from vecalc.sources.excuses import MALFORMED, odd
from vecalc.sources.word_text import decode, shown, unfit
from vecalc.space import VectorSpace

if TYPE_CHECKING:
    from vecalc.answers import Cell
    from vecalc.space.metadata_writer import Known

HAS_COLUMNS = True
SUFFIXES = (".csv",)
ROOM = ColumnRoom(("number", "text", "flag", "time"), re.compile(r"word|\d+"))
GZIPPED = True  # it may be
_HINT = "correct the row, or leave such rows out with --skip-bad-rows"
COMMENTS = "lines above the rows that begin with #, left out"
_QUOTED = b'",\n\r'  # a word that holds one of these is written in quotes


def recognise(head: Head) -> bool:
    """Rows of equally many cells, with numbers or lists in most of them, and no other format of text."""
    return layout_of(head) is not None


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem where it is not clear which columns hold them."""
    rest = chunks(source)
    begun: list[Chunk] = []
    size = 0
    while size < HEAD_BYTES and (chunk := next(rest, None)):  # a stream may come in small pieces
        begun.append(chunk)
        size += len(chunk.data)
    data = b"".join(chunk.data for chunk in begun)
    layout = layout_of(Head(data[: data.find(b"\n", HEAD_BYTES) + 1 or None], complete=True))
    if layout is None:
        message = "the first rows do not hold equally many cells, with numbers in them"
        raise FileProblem(message, where=str(source.path), hint="the file is damaged, or of another format")
    plan = _plan(layout, choice_of(layout.columns, source, beside=True), source)
    if layout.decimal_commas:
        source.tally.remarks["its numbers are read with decimal commas: 0,5 is a half"] = None
    if layout.header and layout.cut.delimiter == b"\t" and not plan.lists:  # GloVe text may have tabs, too
        title = begun[0].data.split(b"\n", layout.header)[layout.header - 1]
        source.tally.remarks[header_remark(title.rstrip())] = None
    blocks = _blocks(chain(begun, rest), layout, plan, source)
    if plan.word == BESIDE:
        yield from with_words(*words_beside(source), None, blocks, plan.width, source)
    else:
        yield from blocks


def _blocks(chunked: Iterable[Chunk], layout: TableLayout, plan: _Plan, source: Source) -> Iterator[Block]:
    """The rows of all chunks."""
    seen = 0
    for found in records(chunked, layout.cut, lambda text: _is_whole(text, plan)):
        some = [record for record in found if record.line != layout.header and not _is_empty(record, layout)]
        if some and some[0].line < layout.first:
            some = _without_comments(some, layout, source)
        yield _block(some, plan, source, seen)
        seen += len(some)


def _is_empty(record: Record, layout: TableLayout) -> bool:
    """Whether nothing stands between the delimiters of a record, as below the tables of spreadsheets."""
    delimiter = layout.cut.delimiter
    return record.text.startswith(delimiter) and not record.text.strip(delimiter + b" ")


def _without_comments(some: list[Record], layout: TableLayout, source: Source) -> list[Record]:
    """The same without what is said above the rows behind #."""
    kept = [record for record in some if record.line >= layout.first or not record.text.startswith(b"#")]
    if len(kept) < len(some):
        source.tally.counts[COMMENTS] += len(some) - len(kept)
    return kept


class _Plan(NamedTuple):
    """How to take a record apart. The cells from `start` to `stop` are the numbers, where they are side by
    side and in the right order; else `places` says which are."""

    cut: Cut
    columns: int
    word: int
    called: str  # the column of the words, "" where there are no others
    others: dict[int, str]  # those beside the word and the vector, and what they are called
    start: int
    stop: int
    places: Sequence[int]  # empty where the numbers stand side by side
    width: int
    lists: bool
    decimal: bool


def _plan(layout: TableLayout, choice: ColumnChoice, source: Source) -> _Plan:
    numbers = choice.numbers
    start, stop = numbers[0], numbers[-1] + 1
    apart = [] if numbers == list(range(start, stop)) else numbers
    width = layout.columns[start].width if choice.lists else len(numbers)
    columns, decimal = len(layout.columns), layout.decimal_commas
    called, others = _others(layout, choice, source)
    return _Plan(
        layout.cut, columns, choice.word, called, others, start, stop, apart, width, choice.lists, decimal
    )


def _others(layout: TableLayout, choice: ColumnChoice, source: Source) -> tuple[str, dict[int, str]]:
    """What the column of the words is called, and the columns that become metadata, by their places.

    What is behind the last delimiter is none.
    """
    seen = layout.columns
    left = [i for i in range(len(seen)) if i != choice.word and i not in set(choice.numbers)]
    left = [i for i in left if seen[i].kind or (seen[i].named and not seen[i].unnamed)]
    if choice.word == BESIDE:
        names = [seen[i].name or f"column {i + 1}" for i in left]
        not_kept(names, "other columns of a table whose words are beside it", source)
        return "", {}
    called = ColumnNames(source, seen[choice.word].name or str(choice.word + 1), choice.word + 1)
    plain = [i for i in left if seen[i].kind != "lists"]
    others = {i: name for i in plain if (name := called.named(seen[i].name, i + 1))}
    return called.words if others else "", others


def _is_whole(text: bytes, plan: _Plan) -> bool:
    """Whether a text that may be a part of a record is all of one."""
    taken = _taken(text, plan)
    return taken is not None and not fault(taken.body, plan.width)


class _Taken(NamedTuple):
    word: bytes
    body: bytes
    others: list[bytes]


def _block(some: Sequence[Record], plan: _Plan, source: Source, seen: int) -> Block:
    """The block of some records; those that are no rows are odd."""
    found: list[tuple[int, _Taken]] = []
    for i, record in enumerate(some):
        taken = _taken(record.text, plan)
        if taken is None:
            _refuse(record, _miscounted(record, plan), source)
        else:
            found.append((i, taken))
    numbers = numbers_of([taken.body for _, taken in found], plan.width)
    for i, why in numbers.faults:
        _refuse(some[found[i][0]], why, source)
    good = [found[i] for i in numbers.good]
    raw = one_line([taken.word for _, taken in good], source)
    words = decode(raw, source, lambda i: f"{source.path}:{some[good[i][0]].line}")
    known = _known([taken.others for _, taken in good], plan, source) if plan.others else None
    return Block(
        words, numbers.rows, [seen + i + 1 for i, _ in good], metadata=known, word_column=plan.called
    )


def _known(rows: Sequence[Sequence[bytes]], plan: _Plan, source: Source) -> Known:
    """The other columns of some rows."""
    known: dict[MetadataColumn, list[Any]] = {}
    for place, name in enumerate(plan.others.values()):
        cells = [short(row[place].decode("utf-8", "surrogateescape"), source) or "" for row in rows]
        kind, values = of_cells(cells, decimal_commas=plan.decimal)
        known[MetadataColumn(name, kind)] = values
    return known


def _miscounted(record: Record, plan: _Plan) -> str:
    found = len(cells_of(record.text, plan.cut, plan.columns + 1))
    if plan.cut.style != "cells":
        return "is not a word and a list of numbers"
    more = "at least " if found > plan.columns else ""
    return f"has {more}{found:,} cell{'' if found == 1 else 's'}, {plan.columns:,} are expected"


def _refuse(record: Record, why: str, source: Source) -> None:
    message = f"the row {shown(record.text)} {why}"
    odd(MALFORMED, FileProblem(message, where=f"{source.path}:{record.line}", hint=_HINT), source)


def _taken(text: bytes, plan: _Plan) -> _Taken | None:
    """The word of a record and the body of its numbers; None where it has other cells than it should."""
    cut = plan.cut
    cells = _plainly(text, plan) if cut.style == "cells" and not plan.places else None
    if cells is not None:  # all numbers in one
        behind = plan.stop - plan.start - 1
        body = cells[plan.start]
        if not plan.lists:
            body = _one_blank(body, cut)
    else:
        cells, behind = cells_of(text, cut, plan.columns + 1), 0
        if len(cells) != plan.columns:
            return None
        numbers = [cells[i] for i in plan.places] if plan.places else cells[plan.start : plan.stop]
        body = numbers[0] if plan.lists else b" ".join([number.strip() for number in numbers])
    if plan.lists:
        body = list_body(body)
    elif plan.decimal:
        body = body.replace(b",", b".")
    word, *others = (cells[i if i < plan.start else i - behind] for i in (plan.word, *plan.others))
    return _Taken(word.strip() if cut.spaced else word, body, others)


def _plainly(text: bytes, plan: _Plan) -> list[bytes] | None:
    """The cells of a record, all its numbers as one; None where quotes or their count ask for more care."""
    delimiter, front = plan.cut.delimiter, list[bytes]()
    if b'"' in text:
        last = text.rfind(b'"') + 1
        if plan.lists or text[last : last + 1] != delimiter:
            return None
        front = split(text[:last], delimiter, plan.columns)
        text = text[last + 1 :]
    before, behind = plan.start - len(front), plan.columns - plan.stop
    if before < 0 or text.count(delimiter) != before + plan.stop - plan.start - 1 + behind:
        return None
    more = text.split(delimiter, before)
    return [*front, *more[:-1], *(more[-1].rsplit(delimiter, behind) if behind else more[-1:])]


def _one_blank(body: bytes, cut: Cut) -> bytes:
    """A body whose numbers the delimiter holds apart, and perhaps blanks."""
    if cut.spaced:
        body = body.replace(cut.delimiter + b" ", cut.delimiter)
    if b" " in body:
        return b" ".join([number.strip() for number in body.split(cut.delimiter)])
    return body.replace(cut.delimiter, b" ")


def write(path: Path, space: VectorSpace) -> None:
    """Write a space with a header; every number reads back to the same float32.

    Columns of metadata stand behind the numbers; a missing value is a blank cell. UsageError for vectors of
    one number, and for a word with a NUL, which no text has.
    """
    if space.dim < NARROWEST:
        message = f"a table needs vectors of at least {NARROWEST} numbers"
        raise UsageError(message, hint="choose another format with --to")
    columns = placed(space, ROOM)
    with created(path) as stream:
        names = [b"word", *(b"%d" % i for i in range(space.dim)), *(_cell(name.encode()) for name in columns)]
        stream.write(b",".join(names) + b"\n")
        for batch in batches(space):
            for i, raw in enumerate(batch.raw):
                if b"\0" in raw:
                    raise unfit(batch.words[i], batch.first + i, "csv", "it holds a NUL")
            known = known_records(space, columns, batch.first, len(batch.words))
            rows = zip(map(_cell, batch.raw), lines(batch.rows), map(_cells, known), strict=True)
            stream.write(
                b"".join([b"%b,%b%b\n" % (w, row.replace(b" ", b","), more) for w, row, more in rows])
            )


def _cells(record: Sequence[Cell]) -> bytes:
    """Values of metadata as cells, each behind a comma."""
    return b"".join([b"," + _cell(_spelled(value).encode()) for value in record])


def _spelled(value: Cell) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cell(word: bytes) -> bytes:
    """A word as a cell."""
    plain = len(word.translate(None, _QUOTED)) == len(word) and word.strip() == word
    return word if plain else b'"%b"' % word.replace(b'"', b'""')
