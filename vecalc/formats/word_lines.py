"""The words of a list in text: a word a line, with its count or with other columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from vecalc.codecs.word2vec_header import BYTE_ORDER_MARK
from vecalc.errors import FileProblem
from vecalc.formats import glove, word2vec_text
from vecalc.formats.word_values import EXACT, HINT, Listed
from vecalc.sources import MAX_WORD, Head, Source
from vecalc.sources.word_text import decode, shown

# What the column of words is called, and the first line of a list that has a heading.
CALLED = (
    *("word", "label", "token", "term", "name", "text", "key", "title"),
    *("words", "labels", "tokens", "terms", "names"),
)
_SHOWN = 5  # columns in a message
_ASKED = 1000  # lines that say which column holds words
_COUNTED = re.compile(rb"(?P<word>\S+)[ \t]+(?P<number>\d+)\s*")
_COUNT_FIRST = re.compile(rb"\s*(?P<number>\d+)[ \t]+(?P<word>\S+)")  # as `uniq -c` writes them
_PLACES = (
    "",
    "id",
    "index",
    "idx",
    "row",
)  # what a column of the rows' numbers is called beside one of words
_PAIR = 2  # columns: a word and the number of its row
_LONGEST_PLACE = 18  # digits
_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def holds_numbers(head: Head) -> bool:
    """Whether a text holds vectors, with words or without, and no list of words."""
    if glove.recognise(head) or word2vec_text.recognise(head):
        return True
    lines = head.data.split(b"\n")[: 1 if head.complete else -1][:3] or [b""]
    fields = [line.replace(b",", b" ").split() for line in lines]
    return all(len(line) > 2 and all(map(_NUMBER.fullmatch, line)) for line in fields)


def of_lines(data: bytes, source: Source) -> Listed:
    """The words of a list in text."""
    path, column = source.path, source.reading.part
    lines = lines_of(data)

    def where(i: int) -> str:
        return f"{path}:{i + 1}"

    if path.suffix == EXACT:
        return Listed(decode(lines, source, where))
    if path.suffix.lower() == ".csv":
        return _of_table(_by_commas(data, source), column, source)
    counted = None if column else _beside_counts(lines, source)
    tabs = 0 if counted else lines[0].count(b"\t")
    if tabs and all(line.count(b"\t") == tabs for line in lines if line):
        table = [line.split(b"\t") for line in lines if line]
        return _of_table([[cell.strip(b" ") for cell in cells] for cells in table], column, source)
    if column:
        message = f"has no columns to choose {shown(column)} from"
        raise FileProblem(message, where=str(path), hint="leave out # and what follows")
    words = decode(counted or lines, source, where)
    return Listed(words, headed=_heading(words[0]) and len(words) > 1, maybe_headed=".tsv" in path.suffixes)


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a text, without their ends."""
    lines = data.removeprefix(BYTE_ORDER_MARK).removesuffix(b"\n").split(b"\n")
    if all(line.endswith(b"\r") for line in lines[:-1]) and len(lines) > 1:
        lines = [line.removesuffix(b"\r") for line in lines]
    return lines


def _beside_counts(lines: Sequence[bytes], source: Source) -> list[bytes] | None:
    """The words, where every line is one and its count, or the number of its row."""
    for pattern in (_COUNTED, _COUNT_FIRST):
        found = [match for line in lines if (match := pattern.fullmatch(line))]
        if len(found) == len(lines):
            words = [match["word"] for match in found]
            return _by_places(words, [match["number"] for match in found], source)
    return None


def _by_places(words: Sequence[bytes], numbers: Sequence[bytes], source: Source) -> list[bytes]:
    """Words in the order of the numbers beside them, where these are all from 0, or from 1, in any order.

    Those that fall by one from line to line are rather counts, by which lists of words are sorted.
    """
    if any(not number.isdigit() or len(number) > _LONGEST_PLACE for number in numbers):
        return list(words)
    places = list(map(int, numbers))
    order = sorted(range(len(places)), key=places.__getitem__)
    first = places[order[0]] if order else 0
    if first > 1 or any(places[i] != place for place, i in enumerate(order, first)):
        return list(words)
    if order == list(range(len(order)))[::-1]:
        return list(words)
    if order != list(range(len(order))):
        remark = f"the words of {source.path.name} are in the order of the numbers beside them"
        source.tally.remarks[remark] = None
    return [words[i] for i in order]


def _by_commas(data: bytes, source: Source) -> list[list[bytes]]:
    """The cells of each line of a .csv; bytes go through the csv module as characters."""
    import csv

    csv.field_size_limit(MAX_WORD)
    lines = data.removeprefix(BYTE_ORDER_MARK).decode("latin-1").splitlines(keepends=True)
    try:
        return [[cell.encode("latin-1") for cell in row] for row in csv.reader(lines) if row]
    except csv.Error as error:
        raise FileProblem(f"not a sound .csv: {error}", where=str(source.path), hint=HINT) from None


def _of_table(table: list[list[bytes]], wanted: str, source: Source) -> Listed:
    """The words of the column that is wanted, or of the likeliest."""
    path = source.path
    first = [cell.decode("utf-8", "replace") for cell in table[0]] if table else [""]
    lowered = [cell.strip().lower() for cell in first]
    if wanted:
        if wanted.lower() not in lowered:
            message = (
                f"its first line names no column {shown(wanted)}, but {', '.join(map(shown, first[:5]))}"
            )
            raise FileProblem(message, where=str(path), hint=f"name one: {path.name}#NAME")
        source.tally.used.add("part")
        place, headed = lowered.index(wanted.lower()), True
    else:
        called = [lowered.index(name) for name in CALLED if name in lowered]
        place, headed = called[0] if called else _not_numbers(table), bool(called)
    short = next((i for i, cells in enumerate(table) if len(cells) <= place), None)
    if short is not None:
        message = f"has {len(table[short])} columns, and the words are in column {place + 1:,}"
        raise FileProblem(message, where=f"{path}:{short + 1}", hint=HINT)
    raw = [cells[place] for cells in table]
    if len(first) == _PAIR and all(len(cells) == _PAIR for cells in table):
        above = int(headed or not table[0][1 - place].isdigit())
        if not above or lowered[1 - place] in _PLACES:
            numbers = [cells[1 - place] for cells in table]
            raw = raw[:above] + _by_places(raw[above:], numbers[above:], source)
    words = decode(raw, source, lambda i: f"{path}:{i + 1}")
    if len(first) > 1 and not wanted:
        column = shown(first[place]) if headed else f"number {place + 1:,}"
        source.tally.remarks[f"the words are in column {column} of {path.name}"] = None
    return Listed(words, headed=headed, maybe_headed=True)


def _not_numbers(table: list[list[bytes]]) -> int:
    """The first column that is more than numbers, the first where all are."""
    for place in range(len(table[0])):
        some = [cells[place] for cells in islice(table, 1, _ASKED) if place < len(cells)]
        if not all(map(_NUMBER.fullmatch, some)):
            return place
    return 0


def _heading(word: str) -> bool:
    return word.strip().lower() in CALLED
