"""Compressed streams, known by their first bytes and never by the name: gzip, bzip2, xz, zstd.

All members of a file are read and their checksums verified. No reader holds more than a few megabytes of what
it unpacks, however well that was packed; how much a file may yield in all is for `opening` to judge.
"""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from vecalc.formats.extras import extra

PIECE = 1 << 16  # packed bytes read at a time
# What a decoder may take: `xz -9` needs 65 MiB, `zstd --long` 128; a header may ask for gigabytes.
MOST_MEMORY = 1 << 28
LONGEST_WINDOW = 1 << 27
# zstandard's decoder gives all it can make of its input. A block of four bytes may stand for 128 KiB, so
# that so many bytes make 16 MiB at most.
_SMALL_PIECE = 1 << 9


class Readable(Protocol):
    """Bytes in order."""

    def read(self, size: int, /) -> bytes:
        """At most this many bytes, none at the end."""


class Packing(NamedTuple):
    """A way to compress: its name, how a file of it begins, and the unpacked stream of one."""

    name: str
    magic: re.Pattern[bytes]
    unpacked: Callable[[Any, Path], Readable]


class _Decoder(Protocol):
    """One member of a file; `bz2`, `lzma` and `compression.zstd` have it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class Members:
    """The members of a compressed file, one behind the other. EOFError where the last has no end."""

    def __init__(self, raw: Readable, make: Callable[[], _Decoder]) -> None:
        self._raw = raw
        self._make = make
        self._decoder: _Decoder | None = make()
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
                self._decoder = self._following(self._decoder.unused_data)
        return b""

    def _next(self, decoder: _Decoder, size: int) -> bytes:
        if decoder.eof:
            return b""
        if decoder.needs_input and not self._rest:
            self._rest = self._raw.read(PIECE)
            if not self._rest:
                raise EOFError
        rest, self._rest = self._rest, b""
        return decoder.decompress(rest, size)

    def _following(self, rest: bytes) -> _Decoder | None:
        """A decoder for the next member, None at the end of the file; xz may fill up with NULs."""
        while not (rest := rest.lstrip(b"\0")):
            rest = self._raw.read(PIECE)
            if not rest:
                return None
        self._rest = rest
        return self._make()


class _ZstdFrame:
    """A `_Decoder` of the package zstandard, which knows neither `max_length` nor `needs_input`."""

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


def _gzip(raw: Any, _: Path) -> Readable:
    return gzip.GzipFile(fileobj=raw)


def _bzip2(raw: Any, _: Path) -> Readable:
    return Members(raw, bz2.BZ2Decompressor)


def _xz(raw: Any, _: Path) -> Readable:
    return Members(raw, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MOST_MEMORY))


def _zstd(raw: Any, path: Path) -> Readable:
    """By the standard library from Python 3.14 on, by the package zstandard before."""
    try:
        zstd: Any = importlib.import_module("compression.zstd")
    except ImportError:
        package = extra("zstandard", "zstd", "a zstd file", path)
        unpacker = package.ZstdDecompressor(max_window_size=LONGEST_WINDOW)
        return Members(raw, lambda: _ZstdFrame(unpacker.decompressobj()))
    window = {zstd.DecompressionParameter.window_log_max: LONGEST_WINDOW.bit_length() - 1}
    return Members(raw, lambda: zstd.ZstdDecompressor(options=window))


PACKINGS = (
    Packing("gzip", re.compile(rb"\x1f\x8b"), _gzip),
    Packing("bzip2", re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), _bzip2),  # a word may begin with BZh
    Packing("xz", re.compile(rb"\xfd7zXZ\0"), _xz),
    Packing("zstd", re.compile(rb"\x28\xb5\x2f\xfd"), _zstd),
)
LONGEST_MAGIC = 10
_DAMAGES = (gzip.BadGzipFile, zlib.error, lzma.LZMAError)


def packing_of(beginning: bytes) -> Packing | None:
    """The packing of a file that begins like this, None for a plain one."""
    return next((packing for packing in PACKINGS if packing.magic.match(beginning)), None)


def damage(error: Exception) -> str:
    """What a decoder found wrong with its data, "" when the error is of another kind."""
    if isinstance(error, EOFError):
        return "the file is cut short"
    # bz2 knows no error of its own, and says OSError without a number; those of zstd are in packages that
    # need not be there.
    nameless = isinstance(error, OSError) and error.errno is None
    if isinstance(error, _DAMAGES) or nameless or type(error).__name__ == "ZstdError":
        return str(error).removeprefix("Error ")
    return ""
