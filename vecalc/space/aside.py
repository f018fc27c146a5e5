"""Where unfinished work lies: aside of its output, also where the path of that is a link to it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from vecalc.errors import StorageProblem
from vecalc.space.locks import Lock


class Places(NamedTuple):
    """Where the work for an output lies."""

    output: Path  # not through a link
    note: Path
    files: tuple[Path, ...]
    what: str  # that is done, for messages
    folder: Path | None = None  # that holds all of it

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file of the work."""
        return (self.note, *self.files)

    def problem(self, message: str, *, rather: str = "", otherwise: str = "") -> StorageProblem:
        """A problem that goes away when the work is removed, or when something else is done."""
        hint = f"{rather}remove {'the folder' if self.folder else 'this file'} to start anew{otherwise}"
        return StorageProblem(message, where=str(self.folder or self.note), hint=hint)


def in_file(output: Path, what: str) -> Places:
    """Work that is one file, `OUT.part`, which becomes the output; the note is `OUT.resume`."""
    whole = _whole(output)
    return Places(whole, whole.with_name(f"{whole.name}.resume"), (_part(whole),), what)


def in_folder(output: Path, what: str, names: Sequence[str]) -> Places:
    """Work that is a folder of files, `OUT.part/`, of which the output is made in the end."""
    whole = _whole(output)
    part = _part(whole)
    return Places(whole, part / "journal.json", tuple(part / name for name in names), what, part)


def refuse_busy(output: Path) -> None:
    """Raises `StorageProblem` when another process does work for an output that could be gone on with."""
    part = _part(_whole(output))
    with suppress(OSError):
        for path in part.iterdir() if part.is_dir() else [part]:
            lock = Lock(path)
            try:
                if not lock.take(wait=False):
                    raise busy(output)
            finally:
                lock.close()


def _whole(output: Path) -> Path:
    return Path(os.path.realpath(output))


def _part(whole: Path) -> Path:
    return whole.with_name(f"{whole.name}.part")


def busy(output: Path) -> StorageProblem:
    """The problem of who comes second."""
    hint = "wait until it has ended, or write to another file"
    return StorageProblem("another vecalc is writing it", where=str(output), hint=hint)
