"""What went wrong with a file, in the words of its user; and files that nobody else can read."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

from vecalc.errors import FileProblem, NoSpace, NotWritable, StorageProblem, VecalcError

if TYPE_CHECKING:
    from typing_extensions import Buffer

# Not the file's fault: the machine has run out of something that the message has to name.
_RESOURCES = {
    errno.EMFILE: "this process has too many files open",
    errno.ENFILE: "this machine has too many files open",
    errno.ENOMEM: "not enough memory",
}
_FULL = (errno.ENOSPC, errno.EDQUOT)
# The place, not the disk: no permission, no such folder, a file where a folder should be.
_NOT_OURS = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST),
    *(errno.ENAMETOOLONG, errno.ELOOP),
)
_REASONS = {
    errno.ENOENT: ("no such file", "check the spelling of the path"),
    errno.ENOTDIR: ("no such file: a part of its path is not a folder", "check the spelling of the path"),
    errno.EACCES: ("permission denied", "ask its owner, or change its mode"),
    errno.EPERM: ("permission denied", "ask its owner, or change its mode"),
    errno.EIO: ("the disk reports an error", "check the disk, or fetch the file again"),
}


def unreadable(path: Path, error: OSError) -> VecalcError:
    """A FileProblem for what the system said about a path, or a StorageProblem for a used-up resource."""
    number = error.errno or 0
    if number in _RESOURCES:
        return StorageProblem(_RESOURCES[number], where=str(path), hint="close something, or raise the limit")
    message, hint = _REASONS.get(number, (error.strerror or str(error), ""))
    return FileProblem(message, where=str(path), hint=hint)


def unwritable(path: Path, error: OSError) -> StorageProblem:
    """The StorageProblem for what the system said about writing at a path, with the resource it lacks."""
    number = error.errno or 0
    if number in _RESOURCES:
        return StorageProblem(_RESOURCES[number], where=str(path), hint="close something, or raise the limit")
    kind = NoSpace if number in _FULL else NotWritable if number in _NOT_OURS else StorageProblem
    return kind(f"can't be written: {error.strerror or error}", where=str(path))


def for_reading(path: Path) -> io.BufferedReader:
    """A file whose reading fails as `unreadable`, so that it is never taken for what is written meanwhile.

    Raises `OSError` when it can't be opened.
    """
    return io.BufferedReader(_Source(path))


class _Source(FileIO):
    """The bytes of a file, and whose problem it is when they can't be had."""

    def readinto(self, buffer: Buffer, /) -> int:
        with self._named():
            return super().readinto(buffer)

    def readall(self) -> bytes:
        with self._named():
            return super().readall()

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise unreadable(Path(os.fsdecode(self.name)), error) from None


def private_file(path: Path) -> IO[bytes]:
    """A file for bytes that only its owner can read and write; an older one is emptied."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def mode_for(path: Path) -> int:
    """The permissions of a file, or those that a new one gets."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def sync_folder(folder: Path) -> None:
    """Have what a folder lists on the disk, too; where folders can't be opened, the system has other ways."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
