"""What the first lines of a text of vectors tell of all: how wide rows are, and what stands around words.

People save tables of vectors with a line of names above, a column that counts the rows, words in quotes, or
without the words. Each is decided by many lines together, and none by one: any single word may be a number,
be in quotes, or come after another number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from vecalc.codecs.text_lines import Chunk, first_lines
from vecalc.codecs.word2vec_header import Header, is_number, parse_header
from vecalc.errors import FileProblem, UsageError
from vecalc.sources import MAX_WIDTH, Head, Source
from vecalc.sources.word_text import shown

LOOKED_AT = 8  # lines that the width is told by; one that is malformed is outvoted by the others
NARROWEST = 2  # with one number a row, any list of words and counts would be a model
SAMPLED = 100  # lines that words are looked at in
ENOUGH = 3  # words in quotes, or behind a number that counts up, that are no chance
NEARLY_ALL = 0.9  # of the lines, where a malformed one among them may be
SIZES = 3  # numbers above the rows, of which two are usual
NAMED = 3  # columns whose names 0, 1, 2 are no row: 0 and 1 alone are a usual row

# Rows of numbers without words: their first fields have points like the others, about as many decimals and
# about the same size. Codes of diseases (250.0) or numbers of chapters (3.1), which are words, have not.
AS_LARGE = 100
AS_LONG = 1  # digits behind the point, more or fewer
NEGATIVE = 0.25  # share of negative whole numbers that no words are: at most a few of those are
LONGEST_NUMBER = 7  # digits of a column's number, and more than any has
MANY = 10  # lines from which on repeated first fields tell something, and whole numbers behind each word

WORDLESS_ROWS = "its rows are numbers alone; the first of each is no word"
SEVERAL_COLUMNS = "several columns stand before the numbers; together, tabs and all, they are the words"
SEVERAL_FIELDS = "a blank is in every word: what stands before the numbers may be several columns"
NUMERIC_WORDS = "the first field of each row is its word, though the first of them are numbers"

_WHOLE = re.compile(rb"\d+")
_DECIMAL = re.compile(rb"[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?")
_NUMBERED = re.compile(rb"[ \t]*([\"']?)(\d+)\1[ \t]+(?=\S)")
_QUOTES = (b'"', b"'")
_MARK = b":"


class Layout(NamedTuple):
    """How the rows of a text are written."""

    width: int  # numbers in a row
    header: Header | None = None  # the line "rows width"
    title: bytes = b""  # the line of names above the rows
    numbered: bool = False  # the word comes after a number that counts the rows
    quote: bytes = b""  # that stands before and after each word
    mark: bytes = b""  # that stands behind each word: king: 0.1 0.2
    indented: bool = False  # all lines begin with blanks
    bare: bool = False  # numbers alone
    numeric: bool = False  # nearly all words are numbers with points, which is odd
    tabs: bool = False  # there are several columns before the numbers
    blanks: bool = False  # there may be, as all words hold a blank
    commas: bool = False  # a comma and a number end each "word": of another format

    @property
    def certain(self) -> bool:
        """Whether the width is known, so that the last numbers of a line are its row, and the rest a word."""
        return self.header is not None and not self.bare

    @property
    def plain(self) -> bool:
        """Whether what stands before the numbers is the word, and nothing else."""
        return not (self.numbered or self.quote or self.mark or self.indented)

    def word(self, raw: bytes) -> bytes:
        """The word of what stands before the numbers of a row."""
        raw = self.without_number(raw)
        if self.indented:
            raw = raw.lstrip() or raw
        if self.mark and len(raw) > 1:
            raw = raw.removesuffix(self.mark)
        if self.quote and len(raw) > 1 and raw.startswith(self.quote) and raw.endswith(self.quote):
            inside = raw[1:-1]
            return inside.replace(b"\\" + self.quote, self.quote).replace(2 * self.quote, self.quote)
        return raw

    def without_number(self, raw: bytes) -> bytes:
        """The same without the number that counts the row, if it has one."""
        return _NUMBERED.sub(b"", raw, count=1) if self.numbered else raw

    def remark_on(self, source: Source) -> None:
        """Remarks on whatever is not as in word2vec's and GloVe's own files."""
        remarks = source.tally.remarks
        if self.title:
            remarks[header_remark(self.title)] = None
        if self.numbered:
            remarks["the first column counts the rows, and is no part of the words"] = None
        if self.indented:
            remarks["the blanks before all words are no part of them"] = None
        if self.mark:
            remarks[f"the {self.mark.decode()} behind all words is no part of them"] = None
        if self.quote:
            remarks["the quotes around all words are no part of them"] = None
        if self.tabs:
            remarks[SEVERAL_COLUMNS] = None
        if self.blanks:
            remarks[SEVERAL_FIELDS] = None
        if self.bare and self.header is None:
            remarks[WORDLESS_ROWS] = None
        if self.numeric and not self.bare and not self.header:
            remarks[NUMERIC_WORDS] = None


def header_remark(line: bytes) -> str:
    """What is remarked on a line of names above the rows."""
    return f"the first line is a header: {shown(line)}"


@lru_cache(maxsize=1)
def layout_of(head: Head) -> Layout:
    """The layout that the head of a file shows; several formats ask for it."""
    return look(first_lines(head))


def look(lines: Sequence[bytes]) -> Layout:
    """The layout that some first lines of a file show, blank ones left out; a width of 0 where it is none."""
    header = parse_header(lines[0] + b"\n") if lines else None
    rows = lines[1 if header else 0 :][: SAMPLED + 1]
    title = rows[0] if len(rows) > 1 and _is_of_names(rows[0]) else b""
    rows = rows[1:] if title else rows
    found = _width(rows[:LOOKED_AT])
    if not title and not header and len(rows) > ENOUGH and _is_of_sizes(rows[0], found):
        title, rows = rows[0], rows[1:]
    width = min(header.width, MAX_WIDTH) if header else found
    if width < 1 or not rows:
        return Layout(0, header)
    bare, numeric = _are_bare(rows, width, header)
    if bare and not header:
        width = Counter(len(line.split()) for line in rows[:LOOKED_AT]).most_common(1)[0][0]
    if not title and len(rows) > 1 and _counts_up(rows, width):
        title, rows = rows[0], rows[1:]
    if bare:
        return Layout(width, header, title, bare=True)
    layout = Layout(width, header, title, numeric=numeric)
    split = [line.rsplit(None, width) for line in rows]
    words = {row: fields[0] for row, fields in enumerate(split) if len(fields) == width + 1}
    if len(words) < max(ENOUGH, NEARLY_ALL * len(rows)):
        return layout
    layout = layout._replace(numbered=_are_numbered(words))
    if not layout.numbered:
        layout = layout._replace(indented=all(word[:1].isspace() and word.strip() for word in words.values()))
    plain = [layout.word(word) for word in words.values()]
    marked = all(len(word) > 1 and word.endswith(_MARK) for word in plain)
    layout = layout._replace(mark=_MARK if marked else b"")
    plain = [layout.word(word) for word in words.values()]
    quotes = [quote for quote in _QUOTES if all(map(partial(_is_in, quote), plain))]
    return layout._replace(
        quote=quotes[0] if quotes else b"",
        tabs=min(word.strip().count(b"\t") for word in plain) > 0,
        blanks=all(len(word.split()) > 1 for word in plain) and not any(b"\t" in rows[row] for row in words),
        commas=all(map(_ends_in_number, plain)),
    )


def above(first: Chunk, layout: Layout) -> int:
    """How many lines of a file stand above its rows."""
    lines = first.lines()[: 1 + (layout.header is not None)]
    if layout.title:
        return lines[-1].number
    return lines[0].number if layout.header else 0


def trailing_numbers(line: bytes) -> int:
    """How many numbers a line ends with; its first field is a word whatever it looks like.

    That of a line which begins with a blank is empty, or a blank. Between tabs, `birch 7` is a word.
    """
    between = line.rstrip().split(b"\t")
    if len(between) > NARROWEST and all(map(is_number, between[1:])):
        return len(between) - 1
    fields = line.split()[::-1] if line[:1].isspace() else line.split()[:0:-1]
    for i, field in enumerate(fields):
        if not is_number(field):
            return i
    return len(fields)


def refuse_width(lines: Sequence[bytes], layout: Layout, source: Source) -> None:
    """FileProblem where nearly all rows have another width than the header says."""
    if not layout.certain:
        return
    rows, width = lines[1:][:SAMPLED], layout.width
    found = _width(rows[:LOOKED_AT])
    more = [fields for line in rows if len(fields := line.split()) == trailing_numbers(line) + 1 > width + 1]
    like = [fields for fields in more if not _WHOLE.fullmatch(fields[-width - 1])]
    many = NEARLY_ALL * len(rows)
    wider = (bool(like) and len(like) >= many) or len(more) >= max(many, MANY)
    if layout.numbered or not (wider or 0 < found < width):
        return
    message = f"the header says {width:,} numbers in a row, the rows have {found:,}"
    hint = "correct the header; the numbers behind the word must be as many as it says"
    raise FileProblem(message, where=f"{source.path}:1", hint=hint)


def refuse_unless_plain(text: bytes, form: str) -> None:
    """UsageError for first lines that were written, and would be read as something else than word and row."""
    layout = look([line for line in text.split(b"\n", SAMPLED + 2)[: SAMPLED + 1] if line])
    if layout.title or layout.bare or layout.commas or not layout.plain:
        message = f"{form} can't hold these words: they would be taken for something else than words"
        raise UsageError(message, hint="choose another format with --to")


def _width(lines: Sequence[bytes]) -> int:
    """The number of numbers that most of some lines end with, the earlier among equals."""
    widths = Counter(map(trailing_numbers, lines))
    return max(widths, key=lambda width: widths[width], default=0)


def _is_of_names(line: bytes) -> bool:
    """Several fields, and none of them a number."""
    fields = [field.strip(b"\"'") for field in line.split()]
    return len(fields) > 1 and not any(map(is_number, fields))


def _is_of_sizes(line: bytes, width: int) -> bool:
    """Rows, width, and a third number, as DL4J writes them, where rows have other numbers of fields."""
    fields = line.split()
    sizes = len(fields) == SIZES and all(map(_WHOLE.fullmatch, fields))
    return sizes and fields[1] == b"%d" % width and width + 1 != SIZES


def _counts_up(rows: Sequence[bytes], width: int) -> bool:
    """Whether the first row is 0, 1, 2, ... or 1, 2, 3, ..., which no other one is like.

    1990, 1991, 1992, ... is, too, where all others are far smaller.
    """
    fields = [field.strip(b"\"'") for field in rows[0].split()[-width:]]
    if width < NAMED or not all(map(_WHOLE.fullmatch, fields)):
        return False
    numbers = [int(field) for field in fields[:width] if len(field) < LONGEST_NUMBER]
    start = numbers[0] if numbers else 0
    others = [line.split()[-width:] for line in rows[1:LOOKED_AT]]
    decimal = sum(any(map(_DECIMAL.fullmatch, other)) for other in others)
    if numbers != list(range(start, start + width)) or 2 * decimal <= len(others):
        return False
    return start in (0, 1) or start > AS_LARGE * max(
        (abs(float(field)) for other in others for field in other if is_number(field)), default=start
    )


def _are_bare(rows: Sequence[bytes], width: int, header: Header | None) -> tuple[bool, bool]:
    """Whether rows have no words, and whether nearly all their first fields are numbers with points.

    With a header the number of fields decides: as many as the header says, or one more.
    """
    parts = [line.split(None, 2) for line in rows]
    numeric = [fields for fields in parts if len(fields) > 1 and all(map(is_number, fields[:2]))]
    if len(numeric) < NEARLY_ALL * len(rows):
        return False, False
    firsts = [fields[0] for fields in numeric]
    decimal = [first for first in firsts if _DECIMAL.fullmatch(first)]
    odd = 2 * len(decimal) > len(rows)
    if header:
        exact = sum(len(line.split()) == width for line in rows)
        return exact >= NEARLY_ALL * len(rows), odd
    if len(rows) < ENOUGH:
        return False, odd
    if len(firsts) >= MANY and 2 * len(set(firsts)) < len(firsts):
        return True, False
    if not decimal:
        fractions = sum(_DECIMAL.fullmatch(fields[1]) is not None for fields in numeric)
        below = sum(first.startswith(b"-") for first in firsts)
        if 2 * fractions >= len(numeric):  # ids before fractions
            return False, False
        return below >= NEGATIVE * len(firsts), True
    return odd and _are_like(firsts, [fields[1] for fields in numeric]), odd


def _are_like(firsts: Sequence[bytes], seconds: Sequence[bytes]) -> bool:
    """Whether first fields are numbers like those behind them, by their decimals and their size."""
    if abs(_median([*map(_decimals, firsts)]) - _median([*map(_decimals, seconds)])) > AS_LONG:
        return False
    if b"-" in [first[:1] for first in firsts]:
        return True
    size, other = (_median([abs(float(field)) for field in fields]) for fields in (firsts, seconds))
    return size <= AS_LARGE * other and other <= AS_LARGE * size


def _median(numbers: Sequence[float]) -> float:
    return float(np.median(numbers))  # the module `statistics` takes longer to load than this does


def _decimals(field: bytes) -> int:
    return len(field.lower().partition(b"e")[0].partition(b".")[2])


def _are_numbered(words: Mapping[int, bytes]) -> bool:
    """Whether nearly all words of some rows come after a number that is one more in each row."""
    found = {row: match for row, word in words.items() if (match := _NUMBERED.match(word))}
    starts = [int(match[2][:LONGEST_NUMBER]) - row for row, match in found.items()]
    return max(Counter(starts).values(), default=0) >= NEARLY_ALL * len(words)


def _ends_in_number(word: bytes) -> bool:
    """Whether a comma and a number end a word, which is no number as people write it (10,000)."""
    before, comma, number = word.rpartition(b",")
    return bool(comma) and is_number(number) and not is_number(before)


def _is_in(quote: bytes, word: bytes) -> bool:
    return len(word) > 1 and word.startswith(quote) and word.endswith(quote)
