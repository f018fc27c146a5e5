"""JSON and JSON lines: an object from word to list, records with a word and a list, or lists of either.

    {"king": [0.1, 0.2], ...}              [{"text": "king", "embedding": [0.1, 0.2]}, ...]
    {"word": "king", "vector": [0.1, 0.2]}  a line each
    {"words": ["king", ...], "vectors": [[0.1, 0.2], ...]}      [["king", [0.1, 0.2]], ...]
    [[0.1, 0.2], ...], the words in a file beside

Any of these may be a member of an object, such as `data`. `json_entries` goes through them; which fields of a
record are read, `columns` decides. One entry is held at a time, and those of a block.
Source: RFC 8259, jsonlines.org; what pandas, embedding services and people write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np

from vecalc.arrays import Singles
from vecalc.codecs.json_scan import is_json
from vecalc.codecs.number_bodies import is_list, list_body
from vecalc.conditions import MetadataColumn
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.columns import ColumnChoice, Kind, SeenColumn, choice_of, one_line
from vecalc.formats.json_entries import Entry, Fields, RowAlone, WordAndList, entries, is_numbers
from vecalc.formats.number_rows import with_words
from vecalc.formats.other_columns import MOST, TOO_MANY, ColumnNames, short
from vecalc.formats.plain_kinds import of_values
from vecalc.formats.wordlists import words_beside
from vecalc.sources import MAX_WIDTH, Head, Source
from vecalc.sources.column_names import VECTORS
from vecalc.sources.excuses import MALFORMED, odd
from vecalc.sources.word_text import decode, shown

HAS_COLUMNS = True
LOOKED_AT = 8  # entries that show what fields there are, and how wide a vector is
ROWS = 1 << 12  # in a block
NUMBERS = 1 << 17  # and their numbers: half a megabyte, and 4 MB while they are Python's
CHARACTERS = 8  # of a text, which weigh as much as a number
MOST_FIELDS = MAX_WIDTH + MOST  # that are told apart
_HINT = "correct the entry, or leave such out with --skip-bad-rows"


def recognise(head: Head) -> bool:
    """An object with names, or a list of strings, lists or objects."""
    return is_json(head.data)


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem where there are none, or where it is not clear which fields hold them."""
    found = entries(source)
    first = list(islice(found, LOOKED_AT))
    blocks = _blocks(_pairs(chain(first, found), first, source), source)
    if any(isinstance(entry, RowAlone) for entry in first[:1]):
        alone = [WordAndList("", entry.vector) for entry in first if isinstance(entry, RowAlone)]
        width = _width(alone, source)
        yield from with_words(*words_beside(source), None, blocks, width, source)
    else:
        yield from blocks


def _blocks(pairs: Iterable[WordAndList], source: Source) -> Iterator[Block]:
    """The blocks of words and vectors."""
    some: list[WordAndList] = []
    seen = width = size = 0
    for pair in pairs:
        some.append(pair)
        size += len(pair.vector) if isinstance(pair.vector, list) else 1
        told = (pair.others or {}).values()
        size += sum(len(value) for value in told if isinstance(value, str)) // CHARACTERS
        if len(some) == ROWS or size >= NUMBERS:
            width = width or _width(some, source)
            yield _block(some, width, source, seen)
            seen, size, some = seen + len(some), 0, []
    if some:
        yield _block(some, width or _width(some, source), source, seen)


# --- fields of records ----------------------------------------------------------------------------


def _pairs(all_of_them: Iterable[Entry], first: Sequence[Entry], source: Source) -> Iterator[WordAndList]:
    """The word and the vector of each entry."""
    records = [entry for entry in first if isinstance(entry, dict)]
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = [_column(name, records) for name in names]
    choice = choice_of(columns, source) if records else None
    others = _Others(columns, choice, source) if choice else None
    for entry in all_of_them:
        if isinstance(entry, WordAndList):
            yield entry
        elif isinstance(entry, RowAlone):
            yield WordAndList("", entry.vector)
        elif choice is None or others is None:
            yield WordAndList("", None)
        else:
            yield _pair(entry, names, choice)._replace(others=others.of(entry), word_column=others.words)


class _Others:
    """The other fields of records, some of which may come late."""

    def __init__(self, columns: Sequence[SeenColumn], choice: ColumnChoice, source: Source) -> None:
        used = {columns[i].name for i in (choice.word, *choice.numbers)}
        lists = [column.name for column in columns if column.kind == "lists" and column.name not in used]
        self._names: dict[str, str | None] = dict.fromkeys([*used, *lists])
        self._columns = ColumnNames(source, columns[choice.word].name, choice.word + 1)
        self._source = source

    @property
    def words(self) -> str:
        """The column of the words among these."""
        return self._columns.words

    def of(self, record: Fields) -> Fields:
        """The fields of a record, by what they are called from now on."""
        found: Fields = {}
        for field, value in record.items():
            if field not in self._names:
                if len(self._names) > MOST_FIELDS:
                    self._source.tally.remarks[TOO_MANY] = None
                    break
                self._names[field] = self._columns.named(field, len(self._names) + 1)
            if name := self._names[field]:
                found[name] = short(value, self._source) if isinstance(value, str) else value
        return found


def _pair(record: Fields, names: Sequence[str], choice: ColumnChoice) -> WordAndList:
    word = record.get(names[choice.word])
    if not choice.lists:
        return WordAndList(_as_word(word), [record.get(names[i]) for i in choice.numbers])
    return WordAndList(_as_word(word), _numbers(record.get(names[choice.numbers[0]])))


def _numbers(value: Any) -> Any:
    """A list, also where it is written as text."""
    return list_body(value.encode("utf-8", "replace")).split(b" ") if isinstance(value, str) else value


def _as_word(value: object) -> str:
    """A string, or a number as a word."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) else ""


def _column(name: str, records: Sequence[Fields]) -> SeenColumn:
    """A field, as the first records show it."""
    values = [record[name] for record in records if record.get(name) is not None]
    told = list(map(_kind, values))
    kinds = Counter(told)
    kind: Kind = max(kinds, key=lambda kind: kinds[kind], default="")
    widths = [len(_numbers(value)) for value, one in zip(values, told, strict=True) if one == "lists"]
    whole = all(type(value) is int for value in values)
    integers = [value for value in values if type(value) is int]
    counting = len(integers) > 1 and integers == list(range(integers[0], integers[0] + len(values)))
    distinct = len(set(integers)) == len(values)
    width = widths[0] if widths else 0
    texts = {value for value in values if isinstance(value, str)}
    constant = len(texts) == 1 and (len(values) > 1 or not texts.isdisjoint(VECTORS))  # "object": "embedding"
    return SeenColumn(name, kind, True, whole, counting, distinct, constant, width)


def _kind(value: Any) -> Kind:
    if isinstance(value, str):
        return "lists" if is_list(value.encode("utf-8", "replace")) else "text"
    if isinstance(value, list):
        return "lists" if is_numbers(value) else ""
    return "numbers" if isinstance(value, int | float) and not isinstance(value, bool) else ""


# --- blocks ---------------------------------------------------------------------------------------


def _width(some: Sequence[WordAndList], source: Source) -> int:
    """The numbers of most of the first vectors."""
    widths = Counter(len(pair.vector) for pair in some[:LOOKED_AT] if isinstance(pair.vector, list))
    width = max(widths, key=lambda width: widths[width], default=0)
    if not 1 <= width <= MAX_WIDTH:
        message = f"the first vectors have {width:,} numbers"
        raise FileProblem(message, where=str(source.path), hint=f"a vector has from 1 to {MAX_WIDTH:,}")
    return width


def _block(some: Sequence[WordAndList], width: int, source: Source, seen: int) -> Block:
    """The block of some entries; those without a vector of this width are odd."""
    rows = np.empty((len(some), width), np.float32)
    good: list[int] = []
    with np.errstate(over="ignore"):
        for i, pair in enumerate(some):
            if why := _fill(rows[len(good)], pair.vector):
                message = f"entry {seen + i + 1:,} (word {shown(pair.word)}) {why}"
                problem = FileProblem(message, where=str(source.path), hint=_HINT)
                odd(MALFORMED, problem, source)
            else:
                good.append(i)
    raw = one_line([_bytes(some[i].word) for i in good], source)
    words = decode(raw, source, lambda i: f"{source.path}: entry {seen + good[i] + 1:,}")
    known = _known([some[i].others or {} for i in good], source)
    called = next((some[i].word_column for i in good), "")
    numbers = [seen + i + 1 for i in good]
    return Block(words, rows[: len(good)], numbers, metadata=known or None, word_column=called)


def _known(records: Sequence[Fields], source: Source) -> dict[MetadataColumn, list[Any]]:
    """The other fields of some records."""
    known: dict[MetadataColumn, list[Any]] = {}
    for name in dict.fromkeys(name for record in records for name in record):
        kind, values = of_values([record.get(name) for record in records])
        if kind in ("other", "text"):
            values = [short(value, source) if isinstance(value, str) else value for value in values]
        known[MetadataColumn(name, kind)] = values
    return known


def _fill(row: Singles, vector: object) -> str:
    """Put a vector into a row, null as nan; why that can't be done, "" where it can."""
    if not isinstance(vector, list):
        return "has no list of numbers"
    if len(vector) != len(row):
        return f"has {len(vector):,} number{'' if len(vector) == 1 else 's'}, {len(row):,} are expected"
    try:
        row[:] = vector
    except (ValueError, TypeError, OverflowError):
        return "has something other than numbers in its list"
    return ""


def _bytes(word: str) -> bytes:
    """UTF-8, in which bytes that were none of the file are what they were."""
    try:
        return word.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a character, written as \ud800
        return word.encode("utf-8", "surrogatepass")
