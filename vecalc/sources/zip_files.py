"""Zip files, read by zipfile within bounds of memory: their directory, and the content of a member.

The directory is held whole, so its size is bounded. zipfile unpacks members that are deflated in small
pieces; those of bzip2 and LZMA it would unpack at once, so that these are unpacked here.
Source: PKWARE's APPNOTE.TXT (sections 4.3.12, 4.4.5, 5.8).
"""

from __future__ import annotations

import bz2
import copy
import errno
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from vecalc.errors import FileProblem
from vecalc.sources import DAMAGED, Stream
from vecalc.sources.compression import MOST_MEMORY, Members
from vecalc.sources.word_text import shown
from vecalc.space.files import unreadable

MAGIC = re.compile(rb"PK(?:\x03\x04|\x05\x06)")  # a member, or the directory of an archive without any
# zipfile makes an object of each, of some 600 bytes: 120 MB, and five seconds on a slow machine. Where each
# is an array of numpy, reading them takes half a minute.
MOST_MEMBERS = 200_000
MOST_DIRECTORY = 1 << 26  # bytes: 300 a member
_ENTRY = b"PK\1\2"  # what every entry of a directory begins with
_ENCRYPTED = 1  # a flag
_BY_ZIPFILE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PROPERTIES = 5  # bytes of LZMA's: one of its bits, four of its dictionary's size
_UNTOLD = b"\xff" * 8  # the size of content in the header of an .lzma file
_LONGEST_REASON = 150  # characters of what zipfile says
_DAMAGES = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError, ValueError)
_ELSEWHERE = "unpack it with another program, and name the file of vectors"


class _Bounded:
    """A file whose directory zipfile reads: no piece of it may be absurd."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self.opening = True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int = -1, /) -> bytes:
        if self.opening and size > MOST_DIRECTORY:
            raise self._too_much(f"a directory of {size:,} bytes, at most {MOST_DIRECTORY:,} are read")
        data = self._file.read(size)
        # zipfile goes by the directory's bytes, not by the number of members that is told.
        if self.opening and (count := data.count(_ENTRY)) > MOST_MEMBERS:
            raise self._too_much(f"about {count:,} members, at most {MOST_MEMBERS:,} are read")
        return data

    def _too_much(self, what: str) -> FileProblem:
        return FileProblem(what, where=str(self._path), hint=_ELSEWHERE)


def directory(file: BinaryIO, path: Path, what: str = "zip archive") -> zipfile.ZipFile:
    """The archive in an open file, its directory read. Raises `FileProblem`; there is nothing to close."""
    bounded = _Bounded(file, path)
    with explained(path, what):
        archive = zipfile.ZipFile(cast(BinaryIO, bounded))
    bounded.opening = False
    return archive


@contextmanager
def explained(path: Path, what: str) -> Iterator[None]:
    """What zipfile may raise, as FileProblems; `what` is the kind of file: "zip archive"."""
    try:
        yield
    except (*_DAMAGES, OSError) as error:
        # It goes to places that a damaged file names, which the system may find invalid.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise unreadable(path, error) from None
        why = shown(str(error), _LONGEST_REASON)[1:-1] or "the file is cut short"
        raise FileProblem(f"damaged {what}: {why}", where=str(path), hint=DAMAGED) from None


def content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, what: str = "zip archive") -> Stream:
    """The unpacked stream of a member, its checksum verified at its end; `path` names it in problems."""
    if info.flag_bits & _ENCRYPTED:
        raise FileProblem("a file of an archive that is encrypted", where=str(path), hint=_ELSEWHERE)
    with explained(path, what):
        if info.compress_type in _BY_ZIPFILE:
            return cast(Stream, archive.open(info))
        if info.compress_type == zipfile.ZIP_BZIP2:
            return _Checked(Members(_packed(archive, info), bz2.BZ2Decompressor), info)
        if info.compress_type == zipfile.ZIP_LZMA:
            packed = _as_lzma_file(_packed(archive, info))
            return _Checked(
                Members(packed, lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, MOST_MEMORY)), info
            )
    message = f"a file of an archive, packed by method {info.compress_type}, which is not read"
    raise FileProblem(message, where=str(path), hint=_ELSEWHERE)


def _packed(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Stream:
    """The bytes of a member as they are in the file."""
    stored: Any = copy.copy(info)
    stored.compress_type, stored.file_size, stored.CRC = zipfile.ZIP_STORED, info.compress_size, None
    return cast(Stream, archive.open(stored))


class _Checked:
    """Content that must have the length and the checksum that the directory tells."""

    def __init__(self, inner: Stream, info: zipfile.ZipInfo) -> None:
        self._inner = inner
        self._info = info
        self._left, self._checksum = info.file_size, 0

    def read(self, size: int, /) -> bytes:
        data = self._inner.read(min(size, self._left))
        self._left -= len(data)
        self._checksum = zlib.crc32(data, self._checksum)
        if self._left and size and not data:
            raise EOFError
        if not self._left and self._checksum != self._info.CRC:
            raise zipfile.BadZipFile("its checksum is another one")
        return data


class _Behind:
    """Some bytes, then a stream."""

    def __init__(self, first: bytes, rest: Stream) -> None:
        self._first = first
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        data, self._first = self._first[:size], self._first[size:]
        return data or self._rest.read(size)


def _as_lzma_file(packed: Stream) -> Stream:
    """LZMA data as those of an .lzma file, of which Python's decoder knows a limit of memory."""
    head = packed.read(4)  # the program's version, the length of the properties
    if int.from_bytes(head[2:], "little") != _PROPERTIES:
        raise zipfile.BadZipFile("LZMA data without their properties")
    return _Behind(packed.read(_PROPERTIES) + _UNTOLD, packed)
