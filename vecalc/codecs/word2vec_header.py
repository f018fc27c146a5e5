"""The first line of word2vec's formats, "rows width", and the check of its two numbers.

After the same first line the binary format goes on in floats, the text format in digits: `is_text`
tells them apart. Success of a reader would not: gensim reads a .vec file as binary without complaint.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.sources import DAMAGED, MAX_WIDTH, Source

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*([+-]?\d{1,40})[ \t]+([+-]?\d{1,40})[ \t]*\r?(?:\n|\Z)")
_NUMERIC = b"0123456789+-.eE \t\r\n"
_SAMPLED = 16  # floats looked at: bytes of floats look like 64 characters of text about never
_SHOWS = 1 << 10  # bytes in which floats show some control byte, however long the first words are
_CONTROL = re.compile(rb"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
# A header may promise this many times what the file can hold before the file goes unread: a file
# that was cut short shall be read up to the cut, so that the message can say where it is.
_PLAUSIBLE = 16
# The first lines of a model of text are a model; no model has more rows (that of Wikidata in
# PyTorch-BigGraph has 78 million), and nothing is allocated by them.
_MOST_ROWS = 200_000_000
_SMALL = 64 << 20  # and whatever is promised within this is read anyway, it takes no time


class Header(NamedTuple):
    """What the first line promises, and its length in bytes."""

    rows: int
    width: int
    size: int


def parse_header(data: bytes) -> Header | None:
    """The header at the beginning of the data, or None where there is none."""
    match = _HEADER.match(data)
    return Header(int(match[1]), int(match[2]), match.end()) if match else None


def required_header(
    data: bytes, source: Source, *, number: int, rest: int, may_be_cut: bool = False
) -> Header:
    """The header at the beginning of the data; FileProblem where there is none, or it can't be true.

    A number takes at least so many bytes of the file, and a row so many more. A file that may be cut can hold
    any part of what a real model has.
    """
    where = f"{source.path}:1"
    header = parse_header(data)
    if header is None:
        message = "the first line is not two integers, the number of rows and their width"
        hint = "a file without a header is read as GloVe text"
        raise FileProblem(message, where=where, hint=hint)
    rows, width, _ = header
    if rows < 1 or width < 1:
        message = f"the header says {rows:,} rows of {width:,} numbers"
        raise FileProblem(message, where=where, hint="both must be positive; fetch the file again")
    if width > MAX_WIDTH:
        message = f"the header says {width:,} numbers in a row, more than the {MAX_WIDTH:,} of any model"
        raise FileProblem(message, where=where, hint="the file is damaged, or of another format")
    needed = rows * (width * number + rest)
    piece = may_be_cut and rows <= _MOST_ROWS and not source.reading.strict
    if needed > max(_SMALL, _PLAUSIBLE * source.ceiling) and not piece:
        message = f"the header says {rows:,} rows of {width:,} numbers, at least {needed:,} bytes; "
        held = f"at most {source.ceiling:,} once unpacked" if source.size is None else f"{source.ceiling:,}"
        raise FileProblem(f"{message}the file holds {held}", where=where, hint=DAMAGED)
    return header


def too_many(rows: int, what: str, where: str) -> FileProblem:
    """The problem of a file that goes on behind the rows that its header promises."""
    message = f"data after the last row: the header promises {rows:,} rows, and {what}"
    hint = "the header is wrong, or two files were joined; --allow-trailing ignores the rest"
    return FileProblem(message, where=where, hint=hint)


def too_few(rows: int, found: int, source: Source) -> FileProblem:
    """The problem of a file that ends before the last row that its header promises."""
    message = f"the header promises {rows:,} rows, the file has {found:,}"
    hint = "the file is cut short, or its header is wrong; fetch it again"
    return FileProblem(message, where=str(source.path), hint=hint)


def is_text(body: bytes, width: int) -> bool:
    """Whether what follows a header is rows of text rather than rows of floats.

    Looked at is the place where a binary file has its first vector. A line of as many digits and blanks as
    the width asks for is text. A malformed row of text has other characters there, but still no control
    bytes, valid UTF-8, and some number.
    """
    first = body.lstrip(b"\r\n").partition(b"\n")[0]
    fields = first.split()
    if len(fields) > width > 1 and all(map(is_number, fields[-width:])):
        return True
    sample = body.lstrip(b"\r\n").partition(b" ")[2][: 4 * min(max(width, 1), _SAMPLED)]
    if not sample:
        return not _CONTROL.search(first)
    numbers = sample.partition(b"\n")[0]
    if len(numbers) >= min(2 * width - 1, len(sample)) and not numbers.translate(None, _NUMERIC):
        return True
    if _CONTROL.search(body, 0, _SHOWS):
        return False
    return _is_readable(sample) and any(is_number(field) for field in sample.split())


def _is_readable(sample: bytes) -> bool:
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        if error.end < len(sample):  # otherwise only its last character is cut
            return False
    return not _CONTROL.search(sample)


def is_number(field: bytes) -> bool:
    """Whether a field of text is a number (also nan and inf), as other readers see it."""
    if b"_" in field:  # Python alone reads 1_000
        return False
    try:
        float(field)
    except ValueError:
        return False
    return True
