"""From a path to its bytes: what kind of thing it is, compression undone, every failure named.

The files of a source (the rows, and perhaps a list of words beside them) stay open until all is read, and
must then be what they were before. Of a zip archive they are members, and the file is the archive.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, cast

from vecalc.errors import FileProblem
from vecalc.sources import FileTally, Head, Reading, Source
from vecalc.sources.archives import Archive
from vecalc.sources.compression import (
    FETCH_AGAIN,
    LONGEST_MAGIC,
    Guarded,
    beginning,
    ceiling_of,
    head_of,
    packing_of,
)
from vecalc.sources.zip_files import MAGIC
from vecalc.space import digest
from vecalc.space.digest import Span
from vecalc.space.files import for_reading, unreadable

if TYPE_CHECKING:
    from typing_extensions import Buffer

JUMPS = 1 << 16  # bytes read at once where somebody jumps about
EVERYTHING = 1 << 63  # the end of a span of which nobody knows how far it goes
_KINDS = (
    (stat.S_ISDIR, "a folder, and not a vecalc store", "name a file in it"),
    (stat.S_ISFIFO, "a named pipe (FIFO), not a regular file", "write its content to a file first"),
    (stat.S_ISSOCK, "a socket, not a regular file", "name a file"),
    (stat.S_ISCHR, "a device, not a regular file", "name a file"),
    (stat.S_ISBLK, "a device, not a regular file", "name a file"),
)


Tap: TypeAlias = Callable[[bytes], None]
IsKnown: TypeAlias = Callable[[Head], bool]  # of a file's beginning: whether some format reads it


class _Tapped:
    """A file that shows every piece that is read from it to others."""

    def __init__(self, raw: BinaryIO, taps: list[Tap]) -> None:
        self._raw = raw
        self._taps = taps
        self.seen = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._raw.read(size)
        self.seen += len(data)
        for tap in self._taps:
            tap(data)
        return data


class _Jumping(io.RawIOBase):
    """A file that is read here and there: it shows what is read as `_Tapped` does, and notes where it was."""

    def __init__(self, raw: BinaryIO, tap: Tap | None, spans: list[Span]) -> None:
        self._inner = raw
        self._tap = tap
        self._spans = spans

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        self._spans.append((0, EVERYTHING))  # whoever asks may map the file, and read any of it
        return self._inner.fileno()

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._inner.seek(offset, whence)

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        start = self._inner.tell()
        data = self._inner.read(len(view))
        view[: len(data)] = data
        digest.add_span(self._spans, (start, start + len(data)))
        if self._tap:
            self._tap(data)
        return len(data)


class _Opened:
    """One file of a source: as it was when it was opened, and the digest of what is read of it."""

    def __init__(
        self, path: Path, raw: io.BufferedReader, tap: Tap | None, hashing: ThreadPoolExecutor | None
    ) -> None:
        self.path = path
        self.raw = raw
        self.status = os.fstat(raw.fileno())
        self._digest: Any = digest.running() if hashing else None
        self._hashing = hashing
        self.tapped = _Tapped(raw, [*([tap] if tap else []), *([self._hash] if hashing else [])])
        self.jumps: list[Span] = []  # what was read of it otherwise

    def _hash(self, data: bytes) -> None:
        if self._hashing:
            self._hashing.submit(self._digest.update, data)

    def refuse_if_changed(self) -> None:
        try:
            named = self.path.stat()
        except OSError as error:
            raise unreadable(self.path, error) from None
        if not _identity(self.status) == _identity(os.fstat(self.raw.fileno())) == _identity(named):
            raise changed(self.path)

    def facts(self) -> dict[str, object]:
        """Path, size, time and digest: of all that was read in order, or of the spans that were read."""
        size = self.status.st_size
        facts: dict[str, object] = {
            "path": str(self.path.absolute()),
            "size": size,
            "mtime_ns": self.status.st_mtime_ns,
        }
        if self.tapped.seen == size:
            return {**facts, "digest": digest.noted(self._digest)}
        # Where nothing was read here and there, what is not in the stream was read by other means: mapped.
        read = [(0, self.tapped.seen), *self.jumps] if self.jumps else [(0, size)]
        spans = digest.joined(read, size)
        if spans == [(0, size)]:
            return {**facts, "digest": digest.of_spans(self.raw, spans)}
        return {**facts, "digest": digest.of_spans(self.raw, spans), "spans": spans}


class OpenFiles:
    """The files of one source, opened one after the other and closed together."""

    def __init__(
        self,
        reading: Reading,
        is_known: IsKnown,
        tap: Tap | None,
        closing: ExitStack,
        hashing: ThreadPoolExecutor | None,
    ) -> None:
        self._is_known = is_known
        self._reading = reading
        self.tally = FileTally()
        self._tap = tap
        self._closing = closing
        self._hashing = hashing
        self._opened: list[_Opened] = []
        self._lacking: list[Path] = []

    def lacks(self, path: Path) -> None:
        """See that a file which isn't there, or is empty, takes part: if it comes, that is a change, too."""
        self._lacking.append(path)

    def open(self, path: Path, member: str = "") -> Source:
        """A regular file that is not empty, as a source of its own with the same tally.

        Of a zip archive it is the member of this name, by default whichever holds vectors.
        """
        file = _Opened(path, self._closing.enter_context(_open(path)), self._tap, self._hashing)
        size = file.status.st_size
        if size == 0:
            raise FileProblem("the file is empty", where=str(path), hint=FETCH_AGAIN)
        if all(path != other.path for other in self._opened):  # or it is read once more
            self._opened.append(file)
        first = file.raw.read(LONGEST_MAGIC)
        if MAGIC.match(first):
            archive = Archive(self._jumping(file), path)
            if member or not archive.is_npz:
                return self._chosen(archive, member, size)
        elif member:
            hint = f"leave out what follows {path.name}"
            raise FileProblem("not a zip archive, so it has no members", where=str(path), hint=hint)
        file.raw.seek(0)
        packing = packing_of(first)
        if packing is None:  # one that grows meanwhile is found out at the end, not by its ceiling
            plain, jumping = Guarded(file.tapped, path, 1 << 63, ""), self._jumping(file)
            source = Source(path, plain, size, size, self._reading, self.tally, jumping, self.open)
            return source._replace(lacks=self.lacks)
        ceiling = ceiling_of(size)
        stream = Guarded(packing.unpacked(file.tapped, path), path, ceiling, packing.name)
        return Source(path, stream, None, ceiling, self._reading, self.tally, None, self.open, size)

    def _jumping(self, file: _Opened) -> BinaryIO:
        if self._tap is None and self._hashing is None:
            return cast(BinaryIO, file.raw)
        return cast(BinaryIO, io.BufferedReader(_Jumping(file.raw, self._tap, file.jumps), JUMPS))

    def _chosen(self, archive: Archive, wanted: str, size: int) -> Source:
        """The file of vectors in an archive of so many bytes."""

        def remark(text: str) -> None:
            self.tally.remarks[text] = None

        def is_model(place: Path) -> bool:
            try:
                head = beginning(self._member(archive, size, place))
            except FileProblem:  # which will be told when it is read
                return True
            return self._is_known(head)

        return self._member(archive, size, archive.chosen(wanted, is_model, remark))

    def _member(self, archive: Archive, size: int, place: Path) -> Source:
        """A file of an archive; what lies beside it is in the archive, too."""
        if not archive.covers(place):  # a list of words that the user names
            return self.open(place)
        ceiling = ceiling_of(size)
        stream = Guarded(archive.stream(place), place, ceiling, "zip")
        if packing := packing_of(stream.peek(LONGEST_MAGIC)):
            stream = Guarded(packing.unpacked(stream, place), place, ceiling, packing.name)
        beside = partial(self._member, archive, size)
        source = Source(place, stream, None, ceiling, self._reading, self.tally, None, beside, size)
        return source._replace(has=archive.holds, names=archive.names)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where they are, in the order of their opening."""
        return tuple(file.path for file in self._opened)

    def refuse_if_changed(self) -> None:
        """FileProblem unless every file is what it was when it was opened."""
        for file in self._opened:
            file.refuse_if_changed()
        for path in self._lacking:
            if path.is_file() and path.stat().st_size:
                raise changed(path)

    def facts(self) -> list[dict[str, object]]:
        """What to know each file again by, in the order of their opening."""
        if self._hashing:
            self._hashing.shutdown()
        nothing = {"size": 0, "mtime_ns": 0, "digest": digest.noted(digest.running())}
        lacking = [{"path": str(path.absolute()), **nothing} for path in self._lacking]
        return [*(file.facts() for file in self._opened), *lacking]


@contextmanager
def opened(
    path: Path, reading: Reading, is_known: IsKnown, tap: Tap | None = None, *, hashed: bool = False
) -> Iterator[tuple[Source, Head, OpenFiles]]:
    """The source of a regular file, its head, decompressed, and the files that it comes to use.

    `is_known` says which files of an archive may be models. `tap` sees the bytes of the files themselves as
    they are read; `hashed` has their digests computed meanwhile. When the block ends well, every file must
    still be what it was when it began. The block is for reading alone: what the system refuses in it is a
    problem of the file, and never taken for one of writing.
    """
    with ExitStack() as closing:
        hashing = closing.enter_context(ThreadPoolExecutor(1)) if hashed else None
        files = OpenFiles(reading, is_known, tap, closing, hashing)
        try:
            files.tally.remarks.update(dict.fromkeys(reading.chosen))
            source = files.open(path, reading.member)
            yield source, head_of(source), files
            files.refuse_if_changed()
        except OSError as error:
            if error.errno is None:  # not the system's word, but a mistake of ours
                raise
            raise unreadable(path, error) from None


def _open(path: Path) -> io.BufferedReader:
    """An open file; other things are refused before: opening a pipe would wait for its other end."""
    try:
        mode = path.stat().st_mode
        for is_kind, message, hint in _KINDS:
            if is_kind(mode):
                raise FileProblem(message, where=str(path), hint=hint)
        return for_reading(path)
    except OSError as error:
        raise unreadable(path, error) from None
    except ValueError:
        raise FileProblem("no such file: its name holds a NUL", where=str(path), hint="check it") from None


def changed(path: Path) -> FileProblem:
    """The problem of a file that somebody wrote to meanwhile."""
    hint = "wait until it is written, then try again"
    return FileProblem("the file changed while it was being read", where=str(path), hint=hint)


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
