"""Locks on files and folders, which end with the process that holds them, however it ends.

They are advice: what is written here is whole without them, too. They keep two from doing the same work, and
tell what a living process is busy with. Some network file systems and Windows have none; then nobody waits.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BUSY = (errno.EAGAIN, errno.EACCES)
# EBADF: a file system that can lock only what is open for writing, as NFS, was given a folder.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EBADF)


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
        if sys.platform == "win32":
            return True
        import fcntl

        try:
            fcntl.flock(self._number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as problem:
            if problem.errno not in (*_BUSY, *_NO_LOCKS):
                raise
            return problem.errno in _NO_LOCKS
        self.certain = True
        return True

    def is_at(self, path: Path) -> bool:
        """Whether a path is what is locked, still: it may have been removed or replaced before it was."""
        try:
            return os.path.samestat(os.fstat(self._number), os.lstat(path))
        except OSError:
            return False

    def close(self) -> None:
        """Let go, if that was not done."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Show others that a folder is in use; where that can't be shown it is used all the same."""
    try:
        lock = Lock(folder)
    except OSError:
        yield
        return
    try:
        lock.take(wait=False)
        yield
    finally:
        lock.close()


def is_held(folder: Path) -> bool:
    """Whether a living process shows that it uses a folder; also when that can't be found out."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        number = os.open(folder, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(number)
    return False
