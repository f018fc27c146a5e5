"""The files of unfinished work: where they lie, how much of them counts, and the note (JSON) that says so.

They lie aside of the output, also where the path of that is a link to it. The note has a digest of itself,
and is replaced as a whole.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from vecalc.errors import StorageProblem
from vecalc.space import digest
from vecalc.space.files import unwritable
from vecalc.space.locks import Lock

BLOCK = 1 << 20  # bytes read at a time
# Never through a link that somebody put there, and never waiting for the other end of a pipe.
FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
VERSION = 2  # 1 had neither digests nor owners
LIMIT = 1 << 28  # bytes of a note: some 100 for each column of the widest table

# --- where they lie -------------------------------------------------------------------------


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


# --- a file that grows ----------------------------------------------------------------------


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


# --- the note -------------------------------------------------------------------------------


class Note(NamedTuple):
    """How much of some files counts, and for what."""

    owner: str  # the run that wrote it
    made_of: dict[str, Any]
    sizes: dict[str, int]
    digests: dict[str, str]
    facts: dict[str, Any]  # what the maker of the files has to know to go on
    done: bool  # whether nothing is missing

    def text(self) -> str:
        """The note as it is written; what it refers to may change afterwards."""
        body = json.dumps({"version": VERSION, **self._asdict()})
        return f'{body[:-1]}, "check": "{_digest(body)}"}}\n'


def read_note(path: Path) -> Note | None:
    """The note, if there is one. Raises `ValueError` with the reason when it is not to be trusted."""
    damaged = ValueError("the note of the unfinished run is damaged")
    try:
        # What is no file is read, too: not through a link, and not waiting for somebody to write.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | FLAGS)) as stream:
            found = json.loads(stream.read(LIMIT))
        version, told = found["version"], found.pop("check", "")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise damaged from None
    if version != VERSION:
        raise ValueError("the unfinished run was made with another version of vecalc")
    if told != _digest(json.dumps(found)):
        raise damaged
    return Note(**{name: found[name] for name in Note._fields})


def write_note(path: Path, text: str) -> None:
    """Replace the note. Raises `StorageProblem`."""
    with closing(CountedFile(_fresh(path))) as file:
        file.cut()
        file.append(text.encode())
        file.sync()
    with writing(path):
        file.path.replace(path)


def remove_note(path: Path) -> None:
    """Remove the note, and what a kill may have left of the next. Raises `OSError`."""
    path.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        _fresh(path).unlink()


def _fresh(path: Path) -> Path:
    """Where a note is written before it takes its name."""
    return path.with_name(f"{path.name}.new")


def _digest(text: str) -> str:
    told = digest.running()
    told.update(text.encode())
    return digest.noted(told)
