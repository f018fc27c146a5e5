"""Locks on files and folders, which end with the process that holds them, however it ends.

They are advice: what is written here is whole without them, too. They keep two from doing the same work, and
tell what a living process is busy with. Some network file systems and Windows have none; then nobody waits,
and nothing is taken for abandoned.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

_BUSY = (errno.EAGAIN, errno.EACCES)
# EBADF: a file system that can lock only what is open for writing, as NFS, was given a folder.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EBADF)
PATIENCE = 30.0  # seconds after which who holds a lock on a small file counts as stuck
_AGAIN = 0.005  # seconds between two looks


class Lock:
    """A lock on an open file or folder; closed, it is free again. Raises OSError when it can't be opened.

    `certain`: nobody else can have it, as they could where there are no locks.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        flags = os.O_RDWR | os.O_CREAT if create else os.O_RDONLY
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # don't wait for pipes
        self._number = os.open(path, flags, 0o600)
        self.certain = False

    def take(self, *, wait: bool) -> bool:
        """Whether we have it, or need none; False when another process has it and we don't wait."""
        found = lock(self._number, wait=wait)
        self.certain = self.certain or found is True
        return found is not False

    def is_at(self, path: Path) -> bool:
        """Whether a path is what is locked, still: it may have been removed or replaced before it was."""
        return is_at(self._number, path)

    def close(self) -> None:
        """Let go, if that was not done."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


def is_at(number: int, path: Path) -> bool:
    """Whether a path is what is open under a number."""
    try:
        return os.path.samestat(os.fstat(number), os.lstat(path))
    except OSError:
        return False


def lock(number: int, *, wait: bool) -> bool | None:
    """Lock an open file until it is closed: True when we have it, False when another process has.

    None where there are no locks.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as problem:
        if problem.errno in _NO_LOCKS:
            return None
        if problem.errno not in _BUSY:
            raise
        return False
    return True


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Show others that a folder is in use; where that can't be shown it is used all the same."""
    try:
        lock = Lock(folder)
    except OSError:
        yield
        return
    with closing(lock):
        lock.take(wait=False)
        yield


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While this goes on, no other process is in a block of `alone` with this folder.

    Where there are no locks, nobody waits. Raises `TimeoutError` when another is in it for very long.
    """
    try:
        lock = Lock(folder.resolve())
    except OSError:
        yield
        return
    with closing(lock):
        until = time.monotonic() + PATIENCE
        while not lock.take(wait=False):
            if time.monotonic() > until:
                raise TimeoutError(errno.EBUSY, "another process holds this folder", str(folder))
            time.sleep(_AGAIN)
        yield


@contextmanager
def abandoned(path: Path) -> Iterator[bool]:
    """Whether no living process holds a file or folder; then it is ours until the end of the block.

    False also where that can't be found out.
    """
    try:
        lock = Lock(path)
    except OSError:
        yield False
        return
    with closing(lock):
        with suppress(OSError):
            lock.take(wait=False)
        yield lock.certain


def is_held(path: Path) -> bool:
    """Whether a living process shows that it uses a file or folder; also when that can't be found out."""
    with abandoned(path) as free:
        return not free
