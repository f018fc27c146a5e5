"""Vectors of texts that were made before, kept so that nobody is asked again.

Two files of records of equal length. `.keys` begins with a header (the width, where the next record goes);
then the key of each text, 32 bytes, and a check of its vector, 8. `.rows` holds the vectors, float32. A
record counts if its check fits, so whatever a killed run or a second writer leaves is at worst forgotten.
When the files are full, the oldest are replaced.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np

from vecalc import bounded
from vecalc.arrays import Singles
from vecalc.sources import MAX_WIDTH
from vecalc.space import digest
from vecalc.space.locks import alone

MOST = 1 << 28  # bytes of vectors kept of one encoder,
MOST_TEXTS = 1 << 16  # and vectors: their keys are read at every start
KEY, _CHECK = 32, 8
_RECORD = KEY + _CHECK
_HEADER = struct.Struct("<28sIQ")
_WHAT = b"vecalc vectors of texts 1".ljust(28, b"\0")
_WRITE = os.O_RDWR | os.O_CREAT
# Never through a link that somebody put there, and never waiting for the other end of a pipe.
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
KEYS, ROWS = ".keys", ".rows"
TEXTS = "texts"  # the folder of the cache for them


class KeptVectors:
    """The vectors that an encoder made, by keys of 32 bytes, in two files at a path.

    What can't be read is not there. `width` is theirs, 0 as long as there are none; `most` are their bytes.
    """

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._keys, self._rows = path.with_name(path.name + KEYS), path.with_name(path.name + ROWS)
        self._most = most
        self.width, _, records = _parsed(self._bytes())
        self._records = bytearray(records)
        self._places = {records[i : i + KEY]: i // _RECORD for i in range(0, len(records), _RECORD)}

    def found(self, keys: Iterable[bytes]) -> dict[bytes, Singles]:
        """The vectors [d] of those keys that are kept."""
        places = {key: self._places[key] for key in keys if key in self._places}
        found: dict[bytes, Singles] = {}
        if not places:
            return found
        with suppress(OSError), _file(self._rows, os.O_RDONLY) as rows:
            for key, place in places.items():
                rows.seek(place * self._size)
                vector = rows.read(self._size)
                if len(vector) == self._size and self._record(place) == key + _check(key, vector):
                    found[key] = np.frombuffer(vector, "<f4")
            os.utime(self._keys)  # `vecalc models prune` removes what nobody asks for any more
        return found

    def add(self, keys: Sequence[bytes], vectors: Singles) -> None:
        """Keep vectors [k, d], if they are as wide as the others. Raises `OSError`."""
        with alone(self._keys.parent), _file(self._keys, _WRITE) as file, _file(self._rows, _WRITE) as rows:
            width, following, _ = _parsed(file.read(_HEADER.size))
            if width not in (0, vectors.shape[1]):  # another run has others
                return
            self.width = vectors.shape[1]
            room = max(min(self._most // self._size, MOST_TEXTS), 1)
            left = list(zip(keys, vectors, strict=True))[-room:]
            while left:  # a run up to the end of the files, and another from their beginning
                place = following % room
                run, left = left[: room - place], left[room - place :]
                data = [np.ascontiguousarray(vector, "<f4").tobytes() for _, vector in run]
                records = [key + _check(key, one) for (key, _), one in zip(run, data, strict=True)]
                rows.seek(place * self._size)
                rows.write(b"".join(data))
                rows.flush()  # before their keys
                file.seek(_HEADER.size + place * _RECORD)
                file.write(b"".join(records))
                self._put(place, records)
                following += len(run)
            file.seek(0)
            file.write(_HEADER.pack(_WHAT, self.width, following))

    @property
    def _size(self) -> int:
        """Bytes of a vector."""
        return 4 * self.width

    def _record(self, place: int) -> bytes:
        return bytes(self._records[place * _RECORD : (place + 1) * _RECORD])

    def _put(self, place: int, records: Sequence[bytes]) -> None:
        first, last = place * _RECORD, (place + len(records)) * _RECORD
        self._records.extend(bytes(max(0, last - len(self._records))))
        self._records[first:last] = b"".join(records)
        self._places.update((record[:KEY], place + i) for i, record in enumerate(records))

    def _bytes(self) -> bytes:
        try:
            return bounded.read_if_there(self._keys, _HEADER.size + MOST_TEXTS * _RECORD) or b""
        except OSError:
            return b""


def key_of(identity: str, text: str) -> bytes:
    """The key of a text that an encoder of some identity encodes."""
    told = digest.running()
    told.update(f"{identity}\0{text}".encode("utf-8", "surrogatepass"))
    return bytes(told.digest())


def _check(key: bytes, vector: bytes) -> bytes:
    told = digest.running()
    told.update(key + vector)
    return bytes(told.digest(length=_CHECK))


def _parsed(data: bytes) -> tuple[int, int, bytes]:
    """The width, where the next record goes, and the whole records; nothing of what is damaged."""
    if len(data) < _HEADER.size:
        return 0, 0, b""
    what, width, following = _HEADER.unpack_from(data)
    if what != _WHAT or not 0 < width <= MAX_WIDTH:
        return 0, 0, b""
    records = data[_HEADER.size :]
    return width, following, records[: len(records) // _RECORD * _RECORD]


@contextmanager
def _file(path: Path, flags: int) -> Iterator[BinaryIO]:
    """A regular file, its owner's alone. Raises `OSError`."""
    number = os.open(path, flags | _FLAGS, 0o600)
    with os.fdopen(number, "r+b" if flags & os.O_RDWR else "rb") as stream:
        bounded.refuse_irregular(path)
        yield stream
