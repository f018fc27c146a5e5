"""Records of delimited tables, and their cells, as bytes.

A cell that begins with a double quote and ends with one before the next delimiter is unquoted: in it may be
delimiters, line ends, and quotation marks, which are doubled. Any other quotation mark is a part of its cell,
so that a list of words in which `"` is one is read, too. (`vecalc.tables.cell_rules` has these rules for
files of questions, as text.)

The last cell may also be a list in brackets, which the delimiter and line ends do not divide, or numbers with
commas between, behind a word and a blank.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from vecalc.codecs.text_lines import LONGEST, Chunk
from vecalc.sources import MAX_WIDTH

# "cells": by the delimiter alone; "brackets": king [0.1, 0.2]; "commas": king 0.1,0.2
Style: TypeAlias = Literal["cells", "brackets", "commas"]
MOST_COLUMNS = MAX_WIDTH + 64  # components, and what stands beside them
_NUMBER = rb"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?"
_COMMAS = re.compile(rb"(.*[^\s,]|,)[ \t]+(%b(?:,[ \t]*%b)++)[ \t,]*" % (_NUMBER, _NUMBER), re.DOTALL)
_DIVIDING = b"\t,;|"  # these may also stand between other cells before a list; a colon or a blank may not


class Record(NamedTuple):
    """A line, or several that a quoted cell or a list holds together; the number of the first, from 1."""

    line: int
    text: bytes


class Cut(NamedTuple):
    """How records are taken apart."""

    style: Style
    delimiter: bytes  # one byte
    spaced: bool = False  # blanks around cells are no part of them


def cells_of(text: bytes, cut: Cut, most: int = MOST_COLUMNS) -> list[bytes]:
    """The cells of a record, at most so many; a single one where it can't be taken apart."""
    if cut.style == "commas":
        match = _COMMAS.fullmatch(text)
        return [unquoted(match[1]), match[2]] if match else [text]
    if cut.style == "brackets":
        return _before_list(text, cut.delimiter, most)
    cells = split(text, cut.delimiter, most)
    return [cell.strip() for cell in cells] if cut.spaced else cells


def split(text: bytes, delimiter: bytes, most: int) -> list[bytes]:
    """The cells between delimiters, at most so many; the last is cut off where there are more."""
    if b'"' not in text:
        return text.split(delimiter, most - 1)
    cells: list[bytes] = []
    for match in _cell(delimiter).finditer(text):
        quoted, plain, end = match.groups()
        cells.append(plain if quoted is None else quoted.replace(b'""', b'"'))
        if not end or len(cells) == most:
            break
    return cells


def unquoted(cell: bytes) -> bytes:
    """A cell without the quotes around it."""
    inner = cell[1:-1]
    if len(cell) > 1 and cell[:1] == cell[-1:] == b'"' and b'"' not in inner.replace(b'""', b""):
        return inner.replace(b'""', b'"')
    return cell


def _before_list(text: bytes, delimiter: bytes, most: int) -> list[bytes]:
    """The cells before a list in brackets, and the list; ('king', [0.1, 0.2]) is a tuple of Python's."""
    is_tuple = text[:1] == b"(" and text[-1:] == b")"
    if is_tuple:
        text = text[1:-1]
    place = text.find(b"[", 1)
    while (further := text.find(b"[", place + 1)) > 0 and text[place + 1 : further].strip():
        place = further  # that was a bracket of a word, such as [UNK]
    front = text[: max(place, 0)].rstrip(b" \t" if delimiter != b"\t" else b" ")
    if delimiter == b" ":
        if place == len(front):  # that bracket is the end of a word, such as x[
            return [text]
    else:
        if not front.endswith(delimiter):
            return [text]
        front = front[:-1].rstrip(b" ")
    cells = split(front, delimiter, most) if delimiter in _DIVIDING else [unquoted(front)]
    if is_tuple:
        cells = [cell.strip(b"'") for cell in cells]
    return [*cells, text[place:]] if place > 0 else [text]


@cache
def _cell(delimiter: bytes) -> re.Pattern[bytes]:
    end = re.escape(delimiter)
    blank = rb"[ ]*" if delimiter != b" " else b""  # people and some writers set blanks around cells
    return re.compile(rb'(?:%b"([^"]*(?:""[^"]*)*)"%b|([^%b]*))(%b|\Z)' % (blank, blank, end, end))


def records(chunks: Iterable[Chunk], cut: Cut, whole: Callable[[bytes], bool]) -> Iterator[list[Record]]:
    """The records of each chunk that are not blank. `whole` says whether a text can be one.

    A line that opens a quoted cell or a list goes on in the next ones up to that which closes it, if they
    are a whole record together; else it stays a line, for its reader to judge.
    """
    left: list[Record] = []
    for chunk in chunks:
        texts = (text.removesuffix(b"\r") for text in chunk.data[:-1].split(b"\n"))
        lines = left + [Record(line, text) for line, text in enumerate(texts, chunk.first) if text.strip()]
        if left or (b"[" if cut.style == "brackets" else b'"') in chunk.data:
            lines, left = _joined(lines, cut, whole)
        yield lines
    yield left


def _joined(
    lines: list[Record], cut: Cut, whole: Callable[[bytes], bool]
) -> tuple[list[Record], list[Record]]:
    """Records made of lines, and the lines of one that may go on in the next chunk."""
    is_end = _has_bracket if cut.style == "brackets" else has_odd_quote
    found: list[Record] = []
    i = 0
    while i < len(lines):
        record, i = lines[i], i + 1
        if is_open(record.text, cut) and not whole(record.text):
            end = next((k for k in range(i, len(lines)) if is_end(lines[k].text)), len(lines))
            if end == len(lines) and sum(len(line.text) for line in lines[i - 1 :]) <= LONGEST:
                return found, lines[i - 1 :]
            joined = b"\n".join([line.text for line in lines[i - 1 : end + 1]])
            if end < len(lines) and whole(joined):
                record, i = Record(record.line, joined), end + 1
        found.append(record)
    return found, []


def has_odd_quote(text: bytes) -> bool:
    """Whether a quoted cell has no end in this text."""
    return text.count(b'"') % 2 == 1


def is_open(text: bytes, cut: Cut) -> bool:
    """Whether a quoted cell, or a list in brackets, has no end in this text."""
    return text.rfind(b"[") > text.rfind(b"]") if cut.style == "brackets" else has_odd_quote(text)


def _has_bracket(text: bytes) -> bool:
    """Whether a list ends here, or another one begins, so that the one before has no end."""
    return b"[" in text or b"]" in text
