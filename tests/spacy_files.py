"""spaCy's vectors folders as it writes them, made without it: an independent hash, and msgpack."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

MASK = (1 << 64) - 1


def murmur(text: bytes, seed: int = 1) -> int:
    """MurmurHash64A of one text, in Python's integers."""
    m = 0xC6A4A7935BD1E995
    h = (seed ^ len(text) * m) & MASK
    whole = len(text) // 8 * 8
    for (block,) in struct.iter_unpack("<Q", text[:whole]):
        k = block * m & MASK
        h = (h ^ (k ^ k >> 47) * m & MASK) * m & MASK
    if len(text) > whole:
        h = (h ^ int.from_bytes(text[whole:], "little")) * m & MASK
    h = (h ^ h >> 47) * m & MASK
    return h ^ h >> 47


def packed(entries: Mapping[int, int]) -> bytes:
    """A msgpack map as msgpack for Python writes it."""
    start = struct.pack(">BI", 0xDF, len(entries)) if len(entries) > 15 else bytes([0x80 | len(entries)])
    return start + b"".join(packed_integer(key) + packed_integer(row) for key, row in entries.items())


def packed_integer(number: int) -> bytes:
    if -32 <= number < 128:
        return struct.pack("b", number) if number < 0 else bytes([number])
    for kind, letter, least, most in (
        (0xCC, "B", 0, 0xFF),
        (0xCD, "H", 0, 0xFFFF),
        (0xCE, "I", 0, 0xFFFFFFFF),
        (0xCF, "Q", 0, MASK),
        (0xD3, "q", -(1 << 63), -1),
    ):
        if least <= number <= most:
            return struct.pack(f">B{letter}", kind, number)
    raise AssertionError(number)


def in_spacy(
    folder: Path, rows_of: Mapping[str, int], rows: np.ndarray, symbols: Mapping[str, int] | None = None
) -> Path:
    """A folder of vectors in which each word has a row; some are called by a number that spaCy gives them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "vectors").open("wb") as stream:
        np.save(stream, rows)
    keys = {(symbols or {}).get(word) or murmur(word.encode()): row for word, row in rows_of.items()}
    (folder / "key2row").write_bytes(packed(keys))
    listed = sorted([word for word in rows_of if word not in (symbols or {})] + ["not a word of the vectors"])
    (folder / "strings.json").write_text(json.dumps(listed), "utf-8")
    (folder / "vectors.cfg").write_text('{"mode": "default"}')
    return folder
