"""What went wrong with a file, in the words of its user."""

from __future__ import annotations

import errno
from pathlib import Path

from vecalc.errors import FileProblem, StorageProblem, VecalcError

# Not the file's fault: the machine has run out of something that the message has to name.
_RESOURCES = {
    errno.EMFILE: "this process has too many files open",
    errno.ENFILE: "this machine has too many files open",
    errno.ENOMEM: "not enough memory",
}
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
