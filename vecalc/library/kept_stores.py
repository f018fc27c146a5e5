"""A store in the cache, opened as long as it counts, and made by one process at a time where it does not.

Also what is told meanwhile: how far it is, to a `Watch`, and how much room it needs where the disk is full.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from vecalc.errors import FileProblem, NoSpace, StorageProblem
from vecalc.formats.load import Loaded
from vecalc.library.cache import CacheUse, building, is_current, known_files, note_changes
from vecalc.space.atomic import sweep
from vecalc.space.store import FACTS, open_store, read_facts

if TYPE_CHECKING:
    from vecalc.sources.open_file import Tap
    from vecalc.space.store_files import Written

ENOUGH_TO_TELL = 64 << 20  # bytes written, from which on what reading is ahead by does not matter
WORTH_SAYING = 50_000_000  # bytes of a model, whose room in the cache is told before it is taken
NOT_KEPT = "read into memory, it can't be kept in the cache"

# told what is being read, and of how many bytes; gives a function that takes the bytes as they come
Watch: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[bytes], None]]]


def unwatched(_: str, __: int) -> AbstractContextManager[Callable[[bytes], None]]:
    """Nobody looks on."""
    return nullcontext(lambda data: None)


def through_cache(folder: Path, place: Path, name: str, use: CacheUse, make: Callable[[], object]) -> Loaded:
    """The space of a file by its store, which `make` makes first if there is none, or a damaged one.

    Raises as `building` does (`NotWritable` where nothing can be kept), and as `make` does.
    """
    if found := kept(folder, place, name, use):
        sweep(folder)  # a run that replaced it may have been killed while it removed the old one
        return found
    with building(folder, str(place), use):
        found = kept(folder, place, name, use)  # by whoever had the lock before
        if found is None:
            make()
            note_changes(folder, place)
            found = _opened(folder, name)
    return found


def announce(name: str, size: int, folder: Path, use: CacheUse) -> None:
    """Say before it happens that a file of so many bytes puts a store of much room into the cache.

    That is a float32 and a byte of the search's code for each number: a binary file's size and a quarter of
    it; of text, whose numbers have any number of digits, it is only near that.
    """
    if size >= WORTH_SAYING:
        room = size * 5 // 4
        use.tell(f"{name}: some {room / 1e6:,.0f} MB go into the cache ({folder.parent})")


def kept(folder: Path, place: Path, name: str, use: CacheUse) -> Loaded | None:
    """The space of a store that is sound, and of the file as it is now; None where there is none."""
    if not is_current(folder, place, verify=use.verify):
        return None
    try:
        return _opened(folder, name)
    except FileProblem:  # damaged: it is made again
        return None


def _opened(folder: Path, name: str) -> Loaded:
    facts = read_facts(folder / FACTS).rest
    notes = facts.get("notes", ())
    files = (*(known.path for known in known_files(facts)), folder)
    notes = tuple(map(str, notes)) if isinstance(notes, list) else ()
    return Loaded(open_store(folder, name), notes).of(*files)


def written(path: Path, size: int, folder: Path, watch: Watch, write: Callable[[Tap], Written]) -> Written:
    """What `write` makes of a file of so many bytes; if the disk is full, StorageProblem says how much is
    needed: in proportion to what was written, or guessed.
    """
    seen = 0
    with watch(f"reading {path.name}", size) as tap:

        def count(data: bytes) -> None:
            nonlocal seen
            seen += len(data)
            tap(data)

        try:
            return write(count)
        except NoSpace as problem:
            size = problem.wanted or size
            told = problem.written >= ENOUGH_TO_TELL
            needed = problem.written * size // max(seen, 1) if told else size * 5 // 4
            message = f"{problem.message}; the store needs about {needed / 1e6:,.0f} MB{_free(folder)}"
            hint = "make room, or set VECALC_CACHE_DIR or VECALC_MODELS to a folder on another disk"
            raise StorageProblem(message, where=problem.where, hint=hint) from None


def _free(folder: Path) -> str:
    try:
        return f", {shutil.disk_usage(folder.parent).free / 1e6:,.0f} MB are free"
    except OSError:
        return ""
