"""Reads a file that must be a regular one, and no larger than a stated limit.

Whatever else lies in its place is an error at once: a named pipe would be waited for, a device be read
without end. What the user names to be read as it comes (`-f`, `--csv`) is opened by other means.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_PIECE = 1 << 20  # bytes read at once
_KINDS = (
    (stat.S_ISDIR, errno.EISDIR, "a folder, not a regular file"),
    (stat.S_ISFIFO, errno.EINVAL, "a named pipe (FIFO), not a regular file"),
    (stat.S_ISSOCK, errno.EINVAL, "a socket, not a regular file"),
    (stat.S_ISCHR, errno.EINVAL, "a device, not a regular file"),
    (stat.S_ISBLK, errno.EINVAL, "a device, not a regular file"),
)
_AT_ONCE = (  # no waiting for the other end of a pipe, no terminal taken over
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
)


def read(path: Path, most: int) -> bytes:
    """The bytes of a regular file that has at most so many. Raises `OSError`, which says what else it is."""
    refuse_irregular(path)  # a socket can't even be opened, and some devices do something when they are
    number = os.open(path, _AT_ONCE)
    with os.fdopen(number, "rb", buffering=0) as stream:
        _refuse(os.fstat(number).st_mode, path)
        pieces, left = [], most + 1
        while left and (piece := stream.read(min(_PIECE, left))):
            pieces.append(piece)
            left -= len(piece)
    if not left:
        raise OSError(errno.EFBIG, f"it is larger than {most:,} bytes", str(path))
    return b"".join(pieces)


def read_if_there(path: Path, most: int) -> bytes | None:
    """The same, or None where there is no such file."""
    try:
        return read(path, most)
    except (FileNotFoundError, NotADirectoryError):
        return None


def refuse_irregular(path: Path) -> None:
    """Raises `OSError` for what is not a regular file, before it is opened by other means."""
    _refuse(path.stat().st_mode, path)


def _refuse(mode: int, path: Path) -> None:
    for is_kind, number, what in _KINDS:
        if is_kind(mode):
            raise OSError(number, what, str(path))
