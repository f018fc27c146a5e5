"""Texts of vectors that are known and not read: what they are called, and the line that converts them.

Asked before any format, because rows of these look like rows of others: a line of a printed array ends with
numbers, `0,12` is a field between commas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vecalc.codecs.text_lines import first_lines
from vecalc.codecs.word2vec_header import parse_header
from vecalc.formats.text_layout import NEARLY_ALL
from vecalc.sources import Head

SAMPLED = 20  # lines
TO_POINTS = r"sed -E 's/([0-9]),([0-9])/\1.\2/g' FILE > NEW makes points of them"
TO_ONE_LINE = r"""perl -0pe 's/\[([^\]]*)\]/join " ", split " ", $1/ge' FILE > NEW makes a line of each"""
TO_DENSE = "use dense vectors of the same model (SVD or SGNS), or write all numbers of each row"
NOT_ELIDED = "numpy left numbers out at '...', so they are lost; save the array itself with numpy.save"

_COMMA = re.compile(rb"[-+]?\d*,\d+(?:[eE][-+]?\d+)?")
_INDEXED = re.compile(rb"\d+:[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
# A bracket, some numbers without commas, and the end of the line before the bracket ends. One in quotes is a
# cell of a table.
_NUMBERS = rb"(?<!\")\[[ \t]*[-+]?[\d.][-+.eE\d \t]*"
_PRINTED = re.compile(rb"(?:[^\n\[]*\n)?[^\n\[]*" + _NUMBERS + rb"\r?\n[ \t]*[-+]?\.?\d")
_ELIDED = re.compile(rb"(?:[^\n\[]*\n)?[^\n\[]*" + _NUMBERS + rb"\.\.\.[ \r\n]")


def has_decimal_commas(head: bytes) -> bool:
    """Most numbers of nearly all lines have a comma where others have a point."""
    return _nearly_all(head, _COMMA, 2, 0.5)


def is_sparse(head: bytes) -> bool:
    """All that stands behind each word is index:value."""
    return _nearly_all(head, _INDEXED, 1, 1)


def is_printed(head: bytes) -> bool:
    """Arrays as numpy prints them, over several lines."""
    return _PRINTED.match(head) is not None


def is_elided(head: bytes) -> bool:
    """Arrays as numpy prints long ones, with dots for most of their numbers."""
    return _ELIDED.match(head) is not None


def _nearly_all(head: bytes, pattern: re.Pattern[bytes], least: int, share: float) -> bool:
    """Whether in nearly all lines at least so many fields behind the first, and such a share, are alike."""
    lines = _rows(head)
    alike = [sum(map(bool, map(pattern.fullmatch, fields))) for fields in lines]
    enough = [n >= max(least, share * len(fields)) for n, fields in zip(alike, lines, strict=True)]
    return bool(lines) and sum(enough) >= NEARLY_ALL * len(lines)


def _rows(head: bytes) -> Sequence[list[bytes]]:
    """The fields behind the first of some lines; of a cut line the last one is left out."""
    if head.find(b"\0", 0, 100) >= 0:
        return []
    lines = first_lines(Head(head, complete=head.endswith(b"\n")))
    lines = lines[parse_header(head) is not None :][: SAMPLED + 1]
    rows = [line.split()[1:] for line in lines]
    return rows[1:] or rows  # the first may be a line of names
