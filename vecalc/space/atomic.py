"""Files and folders that take their names when they are complete; until then the old ones stay.

What is in the making lies beside its place as `.NAME.vecalc-XXXXXXXX.part`, and what steps aside for it as
`....old`, locked by whoever is at work (see `holding`). What a killed run has left is swept by the next that
writes the same name.
"""

from __future__ import annotations

import atexit
import errno
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from vecalc.space.files import mode_for, sync_folder, unwritable
from vecalc.space.locks import abandoned, is_at, lock

PART, OLD = ".part", ".old"  # ends of the names of what is in the making, and of what is being replaced
LONGEST_STEM = 40  # characters of a name that are repeated: with 4 bytes each, below what file systems take
RACES = 5  # how often in a row others may come first to a name
SWEEPERS = 100  # and remove what is not locked yet, in the microseconds in which it is not
_OURS = re.compile(rf"\..+\.vecalc-[0-9a-f]{{8}}(?:{re.escape(PART)}|{re.escape(OLD)})", re.DOTALL)
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT)
_NO_EXCHANGE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE of Linux
# What is in the making, and the process that makes it. A signal may end that between any two steps, also
# between the making of a file and the block that would remove it.
_making: dict[Path, int] = {}


@atexit.register
def _remove_unfinished() -> None:
    for place in [place for place, process in _making.items() if process == os.getpid()]:
        with suppress(OSError):
            _remove(place)


# --- files ------------------------------------------------------------------------------------


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name when it is complete; until then, and after a failure, the old one stays.

    A link stays a link, and a file keeps its permissions. What is not a file (a device, a named pipe) is
    written to directly: it must not be replaced; neither must what this process writes to already
    (/dev/stdout by any name), which goes on where it stands. Raises `StorageProblem`.
    """
    try:
        if path.exists() and (number := _already_open(path.stat())) is not None:
            with os.fdopen(os.dup(number), "wb") as stream:
                yield stream
            return
        if path.exists() and not path.is_file():
            with path.open("ab") as stream:
                yield stream
            return
        with new_file(path.resolve()) as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise unwritable(path, problem) from None


def _already_open(target: os.stat_result) -> int | None:
    """The standard stream that is open on this very file."""
    for number in (1, 2):
        with suppress(OSError):
            if os.path.samestat(target, os.fstat(number)):
                return number
    return None


@contextmanager
def new_file(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A file beside the path, which takes its name at the end and vanishes after a failure.

    It keeps the permissions of an older one, or is to be `private`: its owner's alone. Raises `OSError`.
    """
    sweep(path)
    temporary, number = _claimed(path, PART, _made_file)
    assert number is not None  # noqa: S101 - files can be opened
    try:
        with os.fdopen(number, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            temporary.chmod(0o600 if private else mode_for(path))
            if sys.platform == "win32":  # where nothing that is open can be renamed, and nothing is swept
                stream.close()
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _making.pop(temporary, None)
    sync_folder(path.parent)


def _made_file(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)


# --- folders ----------------------------------------------------------------------------------


@contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """An empty folder of our own on the same disk, which is gone afterwards with all that is in it then.

    Raises `OSError` when it can't be made.
    """
    path = path.resolve()
    sweep(path)
    with _folder(path, PART) as folder:
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            _making.pop(folder, None)


@contextmanager
def room_aside(path: Path) -> Iterator[Path]:
    """A folder beside a path, for what has to step aside; removed with it when the block ends well.

    After a failure what was not put back stays in it: it must not be lost. Raises `OSError`.
    """
    with _folder(path, OLD) as aside:
        try:
            yield aside
        except BaseException:
            with suppress(OSError):
                aside.rmdir()
            raise
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _folder(path: Path, end: str) -> Iterator[Path]:
    """A new folder beside a path, held while the block goes on."""
    folder, number = _claimed(path, end, _made_folder)
    try:
        yield folder
    finally:
        if number is not None:
            os.close(number)


def _made_folder(path: Path) -> int | None:
    path.mkdir(mode=0o700)
    if sys.platform == "win32":  # where folders can't be opened
        return None
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:  # too many files open
        with suppress(FileNotFoundError):
            path.rmdir()
        raise


def take_place(folder: Path, path: Path) -> None:
    """Give a folder the name of another, which is removed then; whoever comes last has the name.

    Where the system can, the two change places in one step, so that there is always one of the name.
    """
    for left in reversed(range(RACES)):
        try:
            _rename_over(folder, path)
            break
        except OSError as problem:
            if problem.errno not in _TAKEN or not left:
                raise
    sync_folder(path.parent)


def _rename_over(folder: Path, path: Path) -> None:
    if not path.exists():
        folder.rename(path)
        return
    if exchange(folder, path):
        return
    with room_aside(path) as aside:
        old = path.rename(aside / path.name)
        try:
            folder.rename(path)
        except BaseException:
            if not path.exists():
                old.rename(path)
            raise


def exchange(one: Path, other: Path) -> bool:
    """Let two files or folders change places, in one step; False where the system can't. Raises `OSError`."""
    rename = _renameat2()
    if rename is None:
        return False
    import ctypes

    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_EXCHANGE:  # of this file system
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))


@cache
def _renameat2() -> Callable[..., Any] | None:
    """Linux's call that can exchange; Python has none."""
    if sys.platform != "linux":
        return None
    import ctypes

    try:
        found = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return found


def remove(path: Path) -> None:
    """Delete a file or folder, of which nothing is left under its name from the first moment on.

    Raises `OSError`, also when some of it can't be deleted.
    """
    with folder_beside(path) as grave:
        path.rename(grave / path.name)
    if grave.exists():
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(grave))


# --- what is in the making --------------------------------------------------------------------


def _claimed(path: Path, end: str, make: Callable[[Path], int | None]) -> tuple[Path, int | None]:
    """Something new beside a path, locked; and its open number.

    A sweeper that comes before the lock takes it for abandoned; then there is another.
    """
    for left in reversed(range(SWEEPERS)):
        place = path.with_name(f"{_beginning(path)}{os.urandom(4).hex()}{end}")
        if end == PART:
            _making[place] = os.getpid()
        try:
            number = make(place)
        except OSError as problem:
            _making.pop(place, None)
            # Gone before it was opened, or the folder is not there.
            if not (left and isinstance(problem, FileNotFoundError)):
                raise
            continue
        if number is None or (lock(number, wait=False) is not False and is_at(number, place)):
            return place, number
        os.close(number)
        _making.pop(place, None)
    raise OSError(errno.EBUSY, "what is written here is removed again and again", str(path))


def _beginning(path: Path) -> str:
    return f".{path.name[:LONGEST_STEM]}.vecalc-"


# --- what killed runs leave -------------------------------------------------------------------


def sweep(path: Path) -> None:
    """Remove what killed runs that wrote at a path have left beside it.

    What had stepped aside for something that never came goes back to its place first.
    """
    for left in leftovers(path.parent):
        if left.name.startswith(_beginning(path)):
            put_back(left, path)
            discard(left)


def leftovers(folder: Path) -> list[Path]:
    """What runs of any kind have left in a folder, or are at work on, sorted by name."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if _OURS.fullmatch(entry.name)]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def discard(left: Path) -> bool:
    """Remove a file or folder, unless a living process holds it; whether it is gone."""
    with abandoned(left) as free:
        if free:
            with suppress(OSError):
                _remove(left)
    return not os.path.lexists(left)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()


def put_back(aside: Path, place: Path) -> bool:
    """Whether what had stepped aside is in its place again, where nothing else has come.

    Of several files the one that gives the place its name comes last, as when they were written.
    """
    if aside.suffix != OLD or os.path.lexists(place):
        return False
    with abandoned(aside) as free, suppress(OSError):
        if free:
            for old in sorted(aside.iterdir(), key=lambda old: old.name == place.name):
                old.replace(place.with_name(old.name))
            aside.rmdir()
    return os.path.lexists(place)
