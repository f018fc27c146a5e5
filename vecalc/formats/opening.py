"""From a path to its bytes: what kind of thing it is, gzip undone, every failure named.

Gzip is known by its first bytes, never by the name. All members of a file are read, checksums are
verified, and a stream that grows beyond `GZIP_RATIO` times its file is taken for a bomb.
"""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias, cast

from vecalc.errors import FileProblem
from vecalc.formats import HEAD_BYTES, Head, Source, Tolerance
from vecalc.space.files import unreadable

GZIP_MAGIC = b"\x1f\x8b"
# Vectors as text shrink to a third or a fourth, tables of zeros perhaps a hundredfold; deflate can do
# a thousand. The ratio counts only above the grace, which any machine can read through.
GZIP_RATIO = 200
GZIP_GRACE = 64 << 20
_FETCH_AGAIN = "fetch or compress the file again"
_KINDS = (
    (stat.S_ISDIR, "a folder, and not a vecalc store", "name a file in it"),
    (stat.S_ISFIFO, "a named pipe (FIFO), not a regular file", "write its content to a file first"),
    (stat.S_ISSOCK, "a socket, not a regular file", "name a file"),
    (stat.S_ISCHR, "a device, not a regular file", "name a file"),
    (stat.S_ISBLK, "a device, not a regular file", "name a file"),
)


Tap: TypeAlias = Callable[[bytes], None]


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Guarded:
    """A stream whose failures are FileProblems, and that ends one byte beyond its ceiling."""

    __slots__ = ("_ahead", "_ceiling", "_given", "_inner", "_path")

    def __init__(self, inner: _Readable, path: Path, ceiling: int) -> None:
        self._inner = inner
        self._path = path
        self._ceiling = ceiling
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
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise self._broken(error) from None
        except OSError as error:
            raise unreadable(self._path, error) from None
        self._given += len(data)
        if self._given > self._ceiling:
            raise self._too_much()
        return data

    def _broken(self, error: Exception) -> FileProblem:
        cut = isinstance(error, EOFError)
        why = "the file is cut short" if cut else str(error).removeprefix("Error ")
        message = f"damaged gzip data after {self._given:,} bytes of content: {why}"
        return FileProblem(message, where=str(self._path), hint=_FETCH_AGAIN)

    def _too_much(self) -> FileProblem:
        message = f"yields more than {self._ceiling:,} bytes, over {GZIP_RATIO} times the size of the file"
        hint = "if it is to be trusted, decompress it yourself and give the result"
        return FileProblem(message, where=str(self._path), hint=hint)


class _Tapped:
    """A file that shows every piece that is read from it to somebody else."""

    def __init__(self, raw: BinaryIO, tap: Tap) -> None:
        self._raw = raw
        self._tap = tap

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(size)
        self._tap(data)
        return data


@contextmanager
def opened(path: Path, tolerance: Tolerance, tap: Tap | None = None) -> Iterator[tuple[Source, Head]]:
    """The source of a regular file and its head, decompressed; FileProblem unless it is one.

    `tap` sees the bytes of the file itself, in order, as they are read. When the block ends well, the file
    must still be what it was when it began.
    """
    _refuse_unless_regular(path)
    with _open(path) as raw:
        before = os.fstat(raw.fileno())
        if before.st_size == 0:
            raise FileProblem("the file is empty", where=str(path), hint=_FETCH_AGAIN)
        source, guarded = _source(path, raw, before.st_size, tolerance, tap)
        data = guarded.peek(HEAD_BYTES)
        if not data:
            raise FileProblem("the gzip file has no content", where=str(path), hint=_FETCH_AGAIN)
        with ExitStack() as others:

            def beside(other: Path) -> Source:
                inner = others.enter_context(opened(other, tolerance))[0]
                return inner._replace(tally=source.tally)

            yield source._replace(open=beside), Head(data, len(data) < HEAD_BYTES)
        _refuse_if_changed(path, before, os.fstat(raw.fileno()))


def _source(
    path: Path, raw: BinaryIO, size: int, tolerance: Tolerance, tap: Tap | None
) -> tuple[Source, Guarded]:
    packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    raw.seek(0)
    ceiling = max(GZIP_GRACE, GZIP_RATIO * size) if packed else size
    tapped = cast(BinaryIO, _Tapped(raw, tap)) if tap else raw  # it is only read, in order
    inner: _Readable = gzip.GzipFile(fileobj=tapped) if packed else tapped
    # A plain file that grows meanwhile is found out at the end, not here.
    guarded = Guarded(inner, path, ceiling if packed else 1 << 63)
    plain = None if packed else raw
    return Source(path, guarded, None if packed else size, ceiling, tolerance, Counter(), plain), guarded


def _refuse_unless_regular(path: Path) -> None:
    """Before opening: opening a pipe would wait for its other end."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise unreadable(path, error) from None
    except ValueError:
        raise FileProblem("no such file: its name holds a NUL", where=str(path), hint="check it") from None
    for is_kind, message, hint in _KINDS:
        if is_kind(mode):
            raise FileProblem(message, where=str(path), hint=hint)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise unreadable(path, error) from None


def _refuse_if_changed(path: Path, before: os.stat_result, after: os.stat_result) -> None:
    try:
        named = path.stat()
    except OSError as error:
        raise unreadable(path, error) from None
    if not _identity(before) == _identity(after) == _identity(named):
        message = "the file changed while it was being read"
        raise FileProblem(message, where=str(path), hint="wait until it is written, then try again")


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
