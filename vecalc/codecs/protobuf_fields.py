"""Which fields a message of Protocol Buffers has, without knowing what they mean.

Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Iterator

_FIXED = {1: 8, 5: 4}  # bytes of a value, by its wire type
_VARINT, _BYTES = 0, 2
_LONGEST = 10  # bytes of a number


def field_numbers(message: bytes) -> Iterator[int]:
    """The numbers of the fields of a message, as they come. Raises ValueError for what is no message."""
    place = 0
    while place < len(message):
        tag, place = _number(message, place)
        yield tag >> 3
        kind = tag & 7
        if kind == _BYTES:
            size, place = _number(message, place)
            place += size
        elif kind == _VARINT:
            _, place = _number(message, place)
        elif kind in _FIXED:
            place += _FIXED[kind]
        else:
            raise ValueError(f"a field of type {kind}")
    if place > len(message):
        raise ValueError("a field that goes beyond its message")


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A number of any length, and the place behind it."""
    value = 0
    for i, byte in enumerate(data[place : place + _LONGEST]):
        value |= (byte & 127) << 7 * i
        if byte < 128:
            return value, place + i + 1
    raise ValueError("a number without an end")
