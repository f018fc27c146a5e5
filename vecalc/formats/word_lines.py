"""The words of a list in text: a word a line, with its count or with other columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from itertools import islice

from vecalc.codecs.word2vec_header import BYTE_ORDER_MARK
from vecalc.errors import FileProblem
from vecalc.formats import glove, word2vec_text
from vecalc.formats.listed import EXACT, Listed
from vecalc.formats.word_values import HINT
from vecalc.sources import MAX_WORD, Head, Source
from vecalc.sources.word_text import decode, shown

# What the column of words is called, and the first line of a list that has a heading.
CALLED = (
    *("word", "label", "token", "term", "name", "text", "key", "title"),
    *("words", "labels", "tokens", "terms", "names"),
)
_SHOWN = 5  # columns in a message
_ASKED = 1000  # lines that say which column holds words
_COUNT = rb"(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)"
_COUNTED = re.compile(rb"(?P<word>\S(?:.*\S)?)[ \t]+%b\s*" % _COUNT)
_COUNT_FIRST = re.compile(rb"\s*%b[ \t]+(?P<word>\S(?:.*\S)?)" % _COUNT)  # as `uniq -c` writes them
_NEARLY_ALL = 0.9  # of the lines: a few may have a cell more or fewer, or a blank in their word
_PLACES = (
    "",
    "id",
    "index",
    "idx",
    "row",
)  # what a column of the rows' numbers is called beside one of words
_SOME = 3  # words in quotes that are no chance
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
    if not counted and _tabs(lines):
        table = [line.split(b"\t") for line in lines if line]
        return _of_table([[cell.strip(b" ") for cell in cells] for cells in table], column, source)
    if column:
        message = f"has no columns to choose {shown(column)} from"
        raise FileProblem(message, where=str(path), hint="leave out # and what follows")
    words = decode(_unquoted(counted or lines, source), source, where)
    return Listed(words, headed=_heading(words[0]) and len(words) > 1, maybe_headed=".tsv" in path.suffixes)


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a text, without their ends."""
    lines = data.removeprefix(BYTE_ORDER_MARK).removesuffix(b"\n").split(b"\n")
    if all(line.endswith(b"\r") for line in lines[:-1]) and len(lines) > 1:
        lines = [line.removesuffix(b"\r") for line in lines]
    return lines


def _unquoted(words: list[bytes], source: Source) -> list[bytes]:
    """Words without the quotes around all of them, doubled ones in them made single."""
    if len(words) < _SOME or not all(len(w) > 1 and w[:1] == w[-1:] == b'"' for w in words if w):
        return words
    source.tally.remarks[f"the quotes around all words of {source.path.name} are no part of them"] = None
    return [word[1:-1].replace(b'""', b'"') for word in words]


def _tabs(lines: Sequence[bytes]) -> int:
    """The tabs of nearly all lines that hold anything, 0 where there are none."""
    counts = Counter(line.count(b"\t") for line in lines if line)
    tabs, alike = counts.most_common(1)[0] if counts else (0, 0)
    return tabs if alike >= _NEARLY_ALL * counts.total() else 0


def _beside_counts(lines: Sequence[bytes], source: Source) -> list[bytes] | None:
    """The words, where every line is one and its count, or the number of its row."""
    remarks, name = source.tally.remarks, source.path.name
    for pattern in (_COUNTED, _COUNT_FIRST):
        words: list[bytes] = []
        numbers: list[bytes] = []
        for line in lines:
            match = pattern.fullmatch(line)
            if match is None:
                break
            words.append(match["word"])
            numbers.append(match["number"])
        if len(words) < len(lines):
            continue
        if sum(len(word.split()) == 1 for word in words) < _NEARLY_ALL * len(words):
            remarks[f"each line of {name} is a word, blanks and numbers and all"] = None
            return None
        remarks[f"the numbers beside the words of {name} are no part of them"] = None
        return _by_places(words, numbers, source)
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
    # Not str.splitlines: of Latin-1's letters \x85 ends a line, and it is half of many letters of UTF-8.
    lines = StringIO(data.removeprefix(BYTE_ORDER_MARK).decode("latin-1"), newline="")
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
    words = decode(_unquoted(raw, source), source, lambda i: f"{path}:{i + 1}")
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
