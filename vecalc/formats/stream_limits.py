"""A stream that ends in a FileProblem and in nothing worse.

What grows beyond `RATIO` times its file is taken for a bomb.
"""

from __future__ import annotations

from pathlib import Path

from vecalc.errors import FileProblem
from vecalc.formats.compression import Readable, damage

# Vectors as text shrink to a third or a fourth, tables of zeros perhaps a hundredfold; deflate can do
# a thousand, the others more. The ratio counts only above the grace, which any machine can read through.
RATIO = 200
GRACE = 64 << 20
FETCH_AGAIN = "fetch or compress the file again"


def ceiling_of(size: int) -> int:
    """The most bytes that a compressed file of this size may yield."""
    return max(GRACE, RATIO * size)


class Guarded:
    """A stream whose failures are FileProblems, and that ends one byte beyond its ceiling."""

    __slots__ = ("_ahead", "_ceiling", "_given", "_inner", "_packing", "_path")

    def __init__(self, inner: Readable, path: Path, ceiling: int, packing: str) -> None:
        self._inner = inner
        self._path = path
        self._ceiling = ceiling
        self._packing = packing
        self._given = 0
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """The first bytes, which `read` will give again; fewer only where the stream is shorter."""
        while len(self._ahead) < size and (more := self._next(size - len(self._ahead))):
            self._ahead += more
        return self._ahead

    def read(self, size: int, /) -> bytes:
        """At most this many bytes, none at the end."""
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
            return data
        return self._next(size)

    def _next(self, size: int) -> bytes:
        try:
            data = self._inner.read(size)
        except Exception as error:
            if self._packing and (why := damage(error)):
                message = f"damaged {self._packing} data after {self._given:,} bytes of content: {why}"
                raise FileProblem(message, where=str(self._path), hint=FETCH_AGAIN) from None
            raise
        self._given += len(data)
        if self._given > self._ceiling:
            raise too_much(self._path, self._ceiling)
        return data


def too_much(path: Path, ceiling: int, ratio: int = RATIO) -> FileProblem:
    """The problem of a file that unpacks to more than any honest one."""
    message = f"yields more than {ceiling:,} bytes, over {ratio} times the size of the file"
    hint = "if it is to be trusted, decompress it yourself and give the result"
    return FileProblem(message, where=str(path), hint=hint)
