"""Rows of numbers that stand in a line, a cell or a string: the text between words and vectors.

A body is the numbers of one row with a blank between each two. `list_body` makes one of a list as JSON,
Python, numpy and people write it: [0.1, 0.2], (0.1, 0.2), [[0.1 0.2]], [np.float32(0.1)], 0.1,0.2, 0.1 0.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Singles
from vecalc.codecs.float_parsing import plain_numbers, table
from vecalc.codecs.word2vec_header import is_number
from vecalc.sources.word_text import shown

PIECE = 1 << 18  # bytes taken apart at once: what is made of them stays in the second-level cache
CUT = b"..."  # what numpy prints for the numbers that it leaves out
_OPEN, _CLOSE = b"[(", b"])"
_CALL = re.compile(rb"\b[A-Za-z][\w.]*+\(([^()]*+)\)")  # np.float32(0.1)
_NAME = re.compile(rb"\A[A-Za-z][\w.]*+\((?=[\[(])")  # array([0.1], dtype=float32)
_KIND = re.compile(rb",\s*+(?:dtype|device|grad_fn|requires_grad)=[^\[\]]*+\Z")


class NumberRows(NamedTuple):
    """The rows of some bodies, and what is wrong with the others."""

    rows: Singles  # [g, width]
    good: list[int]  # [g] which of the bodies they are
    faults: list[tuple[int, str]]  # which of the bodies, and why it is none


def list_body(text: bytes) -> bytes:
    """The body of a list, brackets or none; what is no list comes out as a body of other things."""
    text = text.strip()
    if text[:1].isalpha() or b"(" in text[1:]:
        text = _without_names(text)
    if text[:1] in _OPEN or text[-1:] in _CLOSE:
        text = text.strip(_OPEN + _CLOSE + b" \t\r\n")
    text = text.replace(b", ", b" ")
    if b"," in text or b";" in text:
        text = text.replace(b",", b" ").replace(b";", b" ")
    if b"  " in text or b"\n" in text or b"\t" in text or text[:1] == b" " or text[-1:] == b" ":
        text = b" ".join(text.split())
    return text


def _without_names(text: bytes) -> bytes:
    """Without what Python puts around numbers."""
    text = _KIND.sub(b"", _NAME.sub(b"", text, 1))
    return _CALL.sub(rb"\1", text) if b"(" in text[1:] else text


def is_list(text: bytes, *, cut: bool = False) -> bool:
    """Whether a text is a list of two numbers or more; one that is cut may end in a part of a number."""
    if text[:1] in _OPEN and text[-1:] not in _CLOSE and not cut:
        return False
    fields = list_body(text).split(b" ")
    numbers = fields[:-1] if cut else fields
    return len(fields) > 1 and all(is_number(field) or field == CUT for field in numbers)


def numbers_of(bodies: Sequence[bytes], width: int) -> NumberRows:
    """All numbers, infinite those too large for float32, and the faults of bodies that are no rows."""
    rows: list[Singles] = []
    good: list[int] = []
    faults: list[tuple[int, str]] = []
    usual = True  # numbers that are longer than usual in one piece are so in the next
    for first, some in _pieces(bodies):
        values = _usual(some, width) if usual else None
        if values is None:
            values = _plain(some, width)
            usual = values is None
        if values is None:
            wrong = {i: why for i, body in enumerate(some) if (why := fault(body, width))}
            sound = [i for i in range(len(some)) if i not in wrong]
            values = _one_by_one([some[i] for i in sound], width)
            faults += [(first + i, why) for i, why in wrong.items()]
            good += [first + i for i in sound]
        else:
            good += range(first, first + len(some))
        rows.append(values)
    return NumberRows(np.concatenate(rows) if rows else np.empty((0, width), np.float32), good, faults)


def _pieces(bodies: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    """Some bodies at a time, and which is the first."""
    first = size = 0
    for i, body in enumerate(bodies):
        size += len(body)
        if size >= PIECE:
            yield first, bodies[first : i + 1]
            first, size = i + 1, 0
    if first < len(bodies):
        yield first, bodies[first:]


def _usual(bodies: Sequence[bytes], width: int) -> Singles | None:
    """All numbers as nearly every file has them, or None where some are others."""
    found = table(b"".join([b"x %b\n" % body for body in bodies]), width)
    return found.rows if found is not None and len(found.rows) == len(bodies) else None


def _plain(bodies: Sequence[bytes], width: int) -> Singles | None:
    """All numbers, whatever they look like, or None where some are none."""
    if any(body.count(b" ") != width - 1 for body in bodies):
        return None
    return plain_numbers(b" ".join(bodies), len(bodies), width)


def _one_by_one(bodies: Sequence[bytes], width: int) -> Singles:
    values = [[float(field) for field in body.split(b" ")] for body in bodies]
    with np.errstate(over="ignore"):
        return np.array(values, np.float64).reshape(-1, width).astype(np.float32)


def fault(body: bytes, width: int) -> str:
    """Why a body is no row of so many numbers, "" where it is one."""
    found = body.count(b" ") + 1 if body else 0
    if CUT in body:
        return "has numbers that were left out when it was printed (...)"
    if found != width:
        return f"has {found:,} number{'' if found == 1 else 's'}, {width:,} are expected"
    for i, field in enumerate(body.split(b" ")):
        if not is_number(field):
            what = f"{shown(field)} is not a number" if field else "nothing stands"
            return f"is malformed: {what} where number {i + 1} of {width} is expected"
    return ""
