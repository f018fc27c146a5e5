"""A file that grows, with the size and the digest of what it holds."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vecalc.errors import StorageProblem
from vecalc.space import digest
from vecalc.space.files import unwritable

BLOCK = 1 << 20  # bytes read at a time
# Never through a link that somebody put there, and never waiting for the other end of a pipe.
FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class CountedFile:
    """An open file that its owner alone can read, made if there is none.

    Nothing is kept back: what `append` took, the system has. Raises `StorageProblem` naming the file, here
    and in the methods.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._told = digest.running()
        with writing(path):
            self._number = os.open(path, os.O_RDWR | os.O_CREAT | FLAGS, 0o600)
        if not stat.S_ISREG(os.fstat(self._number).st_mode):
            self.close()
            raise StorageProblem("is not a file", where=str(path))

    @property
    def digest(self) -> str:
        """Of what counts."""
        return digest.noted(self._told)

    def count(self, size: int) -> None:
        """Read what is there, up to so many bytes: it counts, and what is appended comes behind it."""
        with writing(self.path):
            while data := os.read(self._number, min(BLOCK, size - self.size)):
                self._told.update(data)
                self.size += len(data)

    def cut(self) -> None:
        """Remove what does not count."""
        with writing(self.path):
            os.ftruncate(self._number, self.size)

    def append(self, data: bytes) -> None:
        """Write behind what counts, wherever the file may end by now."""
        left = memoryview(data)
        with writing(self.path):
            while left:
                written = os.write(self._number, left)
                self._told.update(left[:written])
                self.size += written
                left = left[written:]

    def sync(self) -> None:
        """Have it all on the disk."""
        with writing(self.path):
            os.fsync(self._number)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._number)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Errors of the system name the file that is being written. Raises `StorageProblem`."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from None
