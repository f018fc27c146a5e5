"""Streams, compressed or not, that end in a FileProblem and in nothing worse.

gzip, bzip2, xz and zstd are known by their first bytes and never by the name. All members of a file are read
and their checksums verified. No reader holds more than a few megabytes of what it unpacks, however well that
was packed; what grows beyond `RATIO` times its file is taken for a bomb.
"""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from vecalc.errors import FileProblem
from vecalc.sources import HEAD_BYTES, Head, Source, Stream
from vecalc.sources.extras import extra

PIECE = 1 << 16  # packed bytes read at a time
# What a decoder may take: `xz -9` needs 65 MiB, `zstd --long` 128; a header may ask for gigabytes.
MOST_MEMORY = 1 << 28
LONGEST_WINDOW = 1 << 27
# zstandard's decoder gives all it can make of its input. A block of four bytes may stand for 128 KiB, so
# that so many bytes make 16 MiB at most.
_SMALL_PIECE = 1 << 9
# Vectors as text shrink to a third or a fourth, tables of zeros perhaps a hundredfold; deflate can do
# a thousand, the others more. The ratio counts only above the grace, which any machine can read through.
RATIO = 200
GRACE = 64 << 20
FETCH_AGAIN = "fetch or compress the file again"


class Packing(NamedTuple):
    """A way to compress: its name, how a file of it begins, and the unpacked stream of one."""

    name: str
    magic: re.Pattern[bytes]
    unpacked: Callable[[Any, Path], Stream]


class Members:
    """The members of a compressed file, one behind the other. EOFError where the last has no end.

    `make` makes a decoder for one of them, as they are in `bz2`, `lzma` and `compression.zstd`.
    """

    def __init__(self, raw: Stream, make: Callable[[], Any]) -> None:
        self._raw = raw
        self._make = make
        self._decoder: Any = make()  # None behind the last member
        self._rest = b""
        self._failure: Exception | None = None

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer at the end or before a damage only, none at the end."""
        pieces, missing = [], size
        try:
            while missing and self._failure is None and (piece := self._piece(missing)):
                pieces.append(piece)
                missing -= len(piece)
        except Exception as error:  # what came before it is given first
            self._failure = error
        if self._failure is not None and not pieces:
            raise self._failure
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        while self._decoder is not None:
            if data := self._next(self._decoder, size):
                return data
            if self._decoder.eof:
                self._follow(self._decoder.unused_data)
        return b""

    def _next(self, decoder: Any, size: int) -> bytes:
        if decoder.eof:
            return b""
        if decoder.needs_input and not self._rest:
            self._rest = self._raw.read(PIECE)
            if not self._rest:
                raise EOFError
        rest, self._rest = self._rest, b""
        data: bytes = decoder.decompress(rest, size)
        return data

    def _follow(self, rest: bytes) -> None:
        """Begin the next member where there is one; xz may fill up with NULs."""
        while not (rest := rest.lstrip(b"\0")) and (rest := self._raw.read(PIECE)):
            pass
        self._rest = rest
        self._decoder = self._make() if rest else None


class _ZstdFrame:
    """A decoder of the package zstandard, which knows neither `max_length` nor `needs_input`."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self._data = self._made = memoryview(b"")

    @property
    def eof(self) -> bool:
        return bool(self._decoder.eof) and not self._made

    @property
    def needs_input(self) -> bool:
        return not self._data and not self._made

    @property
    def unused_data(self) -> bytes:
        return bytes(self._decoder.unused_data) + bytes(self._data)

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        if data:  # only ever given when there is none left
            self._data = memoryview(data)
        if not self._made:
            self._make()
        given = self._made if max_length < 0 else self._made[:max_length]
        self._made = self._made[len(given) :]
        return bytes(given)

    def _make(self) -> None:
        pieces: list[bytes] = []
        while self._data and not self._decoder.eof and sum(map(len, pieces)) < PIECE:
            pieces.append(self._decoder.decompress(self._data[:_SMALL_PIECE]))
            self._data = self._data[_SMALL_PIECE:]
        self._made = memoryview(pieces[0] if len(pieces) == 1 else b"".join(pieces))


def _zstd(raw: Any, path: Path) -> Stream:
    """By the standard library from Python 3.14 on, by the package zstandard before."""
    try:
        zstd: Any = importlib.import_module("compression.zstd")
    except ImportError:
        package = extra("zstandard", "zstd", "a zstd file", path)
        unpacker = package.ZstdDecompressor(max_window_size=LONGEST_WINDOW)
        return Members(raw, lambda: _ZstdFrame(unpacker.decompressobj()))
    window = {zstd.DecompressionParameter.window_log_max: LONGEST_WINDOW.bit_length() - 1}
    return Members(raw, lambda: zstd.ZstdDecompressor(options=window))


def _xz(raw: Any, _: Path) -> Stream:
    return Members(raw, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MOST_MEMORY))


_BZIP2 = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")  # a word may begin with BZh
PACKINGS = (
    Packing("gzip", re.compile(rb"\x1f\x8b"), lambda raw, _: gzip.GzipFile(fileobj=raw)),
    Packing("bzip2", _BZIP2, lambda raw, _: Members(raw, bz2.BZ2Decompressor)),
    Packing("xz", re.compile(rb"\xfd7zXZ\0"), _xz),
    Packing("zstd", re.compile(rb"\x28\xb5\x2f\xfd"), _zstd),
)
LONGEST_MAGIC = 10
_DAMAGES = (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error)


def packing_of(beginning: bytes) -> Packing | None:
    """The packing of a file that begins like this, None for a plain one."""
    return next((packing for packing in PACKINGS if packing.magic.match(beginning)), None)


def _damage(error: Exception) -> str:
    """What a decoder found wrong with its data, "" when the error is of another kind."""
    if isinstance(error, EOFError):
        return "the file is cut short"
    # bz2 knows no error of its own, and says OSError without a number; those of zstd are in packages that
    # need not be there.
    nameless = isinstance(error, OSError) and error.errno is None
    if isinstance(error, _DAMAGES) or nameless or type(error).__name__ == "ZstdError":
        return str(error).removeprefix("Error ")
    return ""


def unpacked(source: Source, what: str) -> BinaryIO:
    """The file itself, to jump about in; FileProblem where it is packed. `what` it is: "a parquet table"."""
    if source.file is None:
        hint = "decompress it once: its parts are fetched from all over the file"
        message = f"a compressed {what.partition(' ')[2]}"
        raise FileProblem(message, where=str(source.path), hint=hint)
    return source.file


# --- limits --------------------------------------------------------------------------------------


def ceiling_of(size: int) -> int:
    """The most bytes that a compressed file of this size may yield."""
    return max(GRACE, RATIO * size)


class Guarded:
    """A stream whose failures are FileProblems, and that ends one byte beyond its ceiling."""

    __slots__ = ("_ahead", "_ceiling", "_given", "_inner", "_packing", "_path")

    def __init__(self, inner: Stream, path: Path, ceiling: int, packing: str) -> None:
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
            if self._packing and (why := _damage(error)):
                message = f"damaged {self._packing} data after {self._given:,} bytes of content: {why}"
                raise FileProblem(message, where=str(self._path), hint=FETCH_AGAIN) from None
            raise
        self._given += len(data)
        if self._given > self._ceiling:
            raise too_much(self._path, self._ceiling)
        return data


def head_of(source: Source) -> Head:
    """The beginning of a source that was just opened; reading it still gives everything."""
    head = beginning(source)
    if not head.data:
        message = "the compressed file has no content"
        raise FileProblem(message, where=str(source.path), hint=FETCH_AGAIN)
    return head


def beginning(source: Source) -> Head:
    """The same, which may be empty."""
    assert isinstance(source.stream, Guarded)  # noqa: S101 - `open` made it
    data = source.stream.peek(HEAD_BYTES)
    return Head(data, len(data) < HEAD_BYTES)


def too_much(path: Path, ceiling: int, ratio: int = RATIO) -> FileProblem:
    """The problem of a file that unpacks to more than any honest one."""
    message = f"yields more than {ceiling:,} bytes, over {ratio} times the size of the file"
    hint = "if it is to be trusted, decompress it yourself and give the result"
    return FileProblem(message, where=str(path), hint=hint)
