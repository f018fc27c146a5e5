"""What the pages of a Parquet file hold, told by the pages themselves before any is unpacked.

The footer gives sizes, too, but pyarrow goes by the headers of the pages, and a page of some bytes may stand
for any number of values: runs of one number, of one text in a dictionary, of texts that begin alike.
Source: parquet.thrift of the Apache Parquet format, and Thrift's compact protocol.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

USUAL_HEADER, LONGEST_HEADER = 1 << 10, 1 << 24  # bytes; statistics in it may hold two long texts
_DEEPEST = 8  # structures in structures; a page's header has three
_LONGEST_NUMBER = 10  # bytes
_DICTIONARY = 2  # the type of a page that holds one
_APART = (0, 6)  # encodings of texts that share no bytes: one behind the other, lengths first


class Page(NamedTuple):
    """A page: bytes of its content when unpacked, values in it, and whether texts in it may share bytes."""

    size: int
    values: int  # none for a dictionary
    shared: bool


def pages(file: BinaryIO, chunk: Any) -> Iterator[Page]:
    """The pages of a column chunk (pyarrow's metadata of it), as far as a reader takes them.

    Raises `ValueError` for what is no page.
    """
    place = chunk.data_page_offset
    if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < place:
        place = chunk.dictionary_page_offset
    end, left = place + chunk.total_compressed_size, chunk.num_values
    while place < end and left > 0:
        header, length = _header(file, place)
        kind, size, packed = (header.get(field) for field in (1, 2, 3))
        if type(size) is not int or type(packed) is not int or size < 0 or packed < 0:
            raise ValueError("a page without its size")
        values, encoding = 0, 0
        for facts, at in ((5, 2), (8, 4)):  # of both versions: the number of values, and their encoding
            if kind != _DICTIONARY and isinstance(found := header.get(facts), dict):
                values, encoding = int(found.get(1) or 0), int(found.get(at) or 0)
        yield Page(size, max(values, 0), encoding not in _APART)
        left -= values
        place += length + packed


def _header(file: BinaryIO, place: int) -> tuple[dict[int, Any], int]:
    """The fields of a page's header by their numbers, and its length."""
    for most in (USUAL_HEADER, LONGEST_HEADER):
        file.seek(place)
        data = file.read(most)
        try:
            return _structure(data, 0, 0)
        except IndexError:
            if len(data) < most:
                break
    raise ValueError("a page without an end to its header")


# --- Thrift's compact protocol ------------------------------------------------------------------


def _structure(data: bytes, at: int, depth: int) -> tuple[dict[int, Any], int]:
    """The fields that begin at a byte, and the byte behind them. Raises IndexError where they go on."""
    if depth > _DEEPEST:
        raise ValueError("a page's header of too many levels")
    fields: dict[int, Any] = {}
    number = 0
    while start := data[at]:
        at += 1
        if start >> 4:
            number += start >> 4
        else:
            number, at = _number(data, at)
        fields[number], at = _value(start & 15, data, at, depth)
    return fields, at + 1


def _value(kind: int, data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """A value of some type, and the byte behind it; of texts and lists only where they end."""
    match kind:
        case 1 | 2:
            return kind == 1, at
        case 3:
            return data[at], at + 1
        case 4 | 5 | 6:
            return _number(data, at)
        case 7:
            return None, at + 8
        case 8:
            length, at = _plain(data, at)
            return None, at + length
        case 12:
            return _structure(data, at, depth + 1)
    raise ValueError("a page's header of unknown parts")


def _number(data: bytes, at: int) -> tuple[int, int]:
    number, at = _plain(data, at)
    return number >> 1 ^ -(number & 1), at


def _plain(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for i in range(_LONGEST_NUMBER):
        byte = data[at + i]
        number |= (byte & 127) << 7 * i
        if byte < 128:
            return number, at + i + 1
    raise ValueError("a number of too many bytes")
