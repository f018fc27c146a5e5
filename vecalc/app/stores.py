"""From a model's path to a space: large files become stores, once, and are recognised afterwards.

A store of a file lies in the cache folder, under a name made of the file's path and of how it was to be
read. It counts as long as the file has the size and the time that the store's facts name, or, with another
time, the same digest. What is imported by name lies in the models folder and needs its file no longer.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vecalc.app.places import cache_folder, models_folder
from vecalc.errors import FileProblem, StorageProblem, UsageError
from vecalc.formats.load import Loaded, convert, tolerant
from vecalc.formats.load import load as read_into_memory
from vecalc.space import digest
from vecalc.space.store import FACTS, is_store, open_store, read_facts

if TYPE_CHECKING:
    from vecalc.formats import Tolerance
    from vecalc.space.writing import Written

# A file below this is read in some hundredths of a second: not worth a second copy on the disk.
WORTH_STORING = 1 << 20

# told what is being read, and of how many bytes; gives a function that takes the bytes as they come
Watch = Callable[[str, int], AbstractContextManager[Callable[[bytes], None]]]


def unwatched(_: str, __: int) -> AbstractContextManager[Callable[[bytes], None]]:
    """Nobody looks on."""
    return nullcontext(lambda data: None)


def load(
    path: str | os.PathLike[str],
    *,
    name: str = "",
    skip_bad_rows: bool = False,
    allow_trailing: bool = False,
    encoding_errors: str = "strict",
    watch: Watch = unwatched,
) -> Loaded:
    """The space at a path: a store, or a file of any format in `vecalc.formats`, or an imported name.

    A file of a megabyte or more is converted on first use; that takes the file's size and a fourth of it on
    the disk, little memory, and is told to `watch`. `name` captions it, the file's own name by default. The
    three options say what to put up with, and are counted in the notes. Where the cache can't be written,
    a note says so and the file is read into memory. Raises `FileProblem`, `StorageProblem`, `UsageError`.
    """
    place = _found(Path(path))
    if is_store(place):
        return Loaded(open_store(place, name), ())
    tolerance = tolerant(skip_bad_rows, allow_trailing, encoding_errors)
    if not place.is_file() or place.stat().st_size < WORTH_STORING:
        return read_into_memory(place, name=name, **tolerance._asdict())
    folder = _folder_of(place, tolerance)
    try:
        if not _is_current(folder, place):
            with watch(f"reading {place.name}", place.stat().st_size) as tap:
                convert(place, folder, name=place.name, tolerance=tolerance, tap=tap)
        facts = read_facts(folder / FACTS)
        return Loaded(open_store(folder, name or place.name), tuple(map(str, facts.rest.get("notes", ()))))
    except StorageProblem as problem:
        loaded = read_into_memory(place, name=name, **tolerance._asdict())
        note = f"read into memory, it can't be kept in the cache: {problem.where}: {problem.message}"
        return loaded._replace(notes=(*loaded.notes, note))


def import_model(
    path: Path, name: str, kind: str, tolerance: Tolerance, watch: Watch = unwatched
) -> tuple[Path, Written]:
    """Convert a file into the models folder under a name; the folder, and what went into it."""
    if path.is_dir():
        raise FileProblem("a folder", where=str(path), hint="name a file of vectors")
    folder = imported(name)
    size = path.stat().st_size if path.is_file() else 0
    with watch(f"reading {path.name}", size) as tap:
        return folder, convert(path, folder, name=name, tolerance=tolerance, kind=kind, tap=tap)


def imported(name: str) -> Path:
    """The folder of an imported model. Raises `UsageError` for a name that can't be a file's."""
    if not name or name[0] in ".-" or any(c in '/\\:=\0"<>|?*' or not c.isprintable() for c in name):
        raise UsageError(f"'{name}' can't be a model's name", where="--name", hint="use letters, digits, _")
    return models_folder() / name


def _found(path: Path) -> Path:
    """The path itself, or the imported model of this name."""
    try:
        if not os.path.lexists(path) and path.name == str(path) and is_store(models_folder() / path):
            return models_folder() / path
    except ValueError:  # a NUL: for the reader to say
        pass
    return path


def _folder_of(path: Path, tolerance: Tolerance) -> Path:
    key = json.dumps([str(path.absolute()), *tolerance])
    hashed = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    readable = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in path.name[:40])
    return cache_folder() / "models" / f"{readable}-{hashed}"


def _is_current(folder: Path, path: Path) -> bool:
    """Whether there is a store, and of the file as it is now."""
    if not is_store(folder):
        return False
    try:
        facts = read_facts(folder / FACTS)
    except FileProblem:  # damaged, or of another version: it is made again
        return False
    source, status = facts.rest.get("source"), path.stat()
    if not isinstance(source, dict) or source.get("size") != status.st_size:
        return False
    if source.get("mtime_ns") == status.st_mtime_ns:
        return True
    if source.get("digest") != digest.of_file(path):
        return False
    _take_up_time(folder, {**facts.rest, "source": {**source, "mtime_ns": status.st_mtime_ns}})
    return True


def _take_up_time(folder: Path, facts: dict[str, Any]) -> None:
    """Remember the new time, so that the digest need not be computed again."""
    try:
        fresh = folder / f"{FACTS}.{os.getpid()}"
        fresh.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        fresh.replace(folder / FACTS)
    except OSError:
        return  # it costs a second the next time, no more
