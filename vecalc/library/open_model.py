"""From models' paths or names to spaces: large files become stores, once, and are recognised afterwards.

A store of a file lies in the cache folder (see `cache`). What is imported by name lies in the models folder
and needs its file no longer.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from vecalc.answers import Stored
from vecalc.errors import FileProblem, NoSpace, NotWritable, StorageProblem, UsageError
from vecalc.formats.folders import main_file, size_of
from vecalc.formats.load import Loaded, convert, how, is_whole_store, read_into_memory
from vecalc.library.cache import CacheUse, building, folder_of, is_current, known_files, note_changes
from vecalc.library.catalogue import STARTER, check_name, imported, known, split_model, starter
from vecalc.library.missing import refuse_missing
from vecalc.sources import Reading
from vecalc.sources.reference import located
from vecalc.space import VectorSpace
from vecalc.space.atomic import sweep
from vecalc.space.store import FACTS, open_store, read_facts

if TYPE_CHECKING:
    from vecalc.space.store_files import Written

# A file below this is read in some hundredths of a second: not worth a second copy on the disk.
WORTH_STORING = 1 << 20
ENOUGH_TO_TELL = 64 << 20  # bytes written, from which on what reading is ahead by does not matter

# told what is being read, and of how many bytes; gives a function that takes the bytes as they come
Watch = Callable[[str, int], AbstractContextManager[Callable[[bytes], None]]]


def unwatched(_: str, __: int) -> AbstractContextManager[Callable[[bytes], None]]:
    """Nobody looks on."""
    return nullcontext(lambda data: None)


def load(
    path: str | os.PathLike[str],
    *,
    name: str = "",
    watch: Watch = unwatched,
    cache: CacheUse = CacheUse(),  # noqa: B008 - immutable
    **reading: Any,
) -> Loaded:
    """The space at a path: a store, or a file of any format in `vecalc.formats`; or of a name that is known.

    A file of a megabyte or more is converted on first use; that takes the file's size and a fourth of it on
    the disk, little memory, and is told to `watch`. `name` captions it, the file's own name by default.
    `reading` are fields of `sources.Reading`: what is wanted of the file, what to put up with. `cache` says
    what is asked of the cache; where it can't be written, a note says so and the file is read into memory.
    Raises `FileProblem`, `StorageProblem`, `UsageError`.
    """
    place = known(Path(path))
    refuse_missing(str(place))
    place, wanted = located(place, how(**reading))
    if is_whole_store(place, wanted):
        from vecalc.space.store_digests import damaged  # few stores are looked through

        if cache.verify and (wrong := damaged(place, read_facts(place / FACTS).rest)):
            message = "damaged: its content is not what was written"
            raise FileProblem(message, where=str(place / wrong[0]), hint="import the model again")
        return Loaded(open_store(place, name), ()).of(place)
    name = name or place.name
    place, wanted = main_file(place, wanted)
    if not os.path.isfile(place) or size_of(place, wanted) < WORTH_STORING:  # noqa: PTH113 - any name
        return read_into_memory(place, wanted, name)
    try:
        return _through_cache(place, name, wanted, watch, cache)
    except NotWritable as problem:
        if cache.required:
            raise
        loaded = read_into_memory(place, wanted, name)
        note = f"read into memory, it can't be kept in the cache: {problem.where}: {problem.message}"
        return Loaded(loaded.space, (*loaded.notes, note)).of(*loaded.files)


def _through_cache(place: Path, name: str, reading: Reading, watch: Watch, use: CacheUse) -> Loaded:
    """The space of a file by its store, which is made first if there is none, or a damaged one."""
    folder = folder_of(place, reading)
    if kept := _kept(folder, place, name, use):
        sweep(folder)  # a run that replaced it may have been killed while it removed the old one
        return kept
    with building(folder, str(place), use):
        kept = _kept(folder, place, name, use)  # by whoever had the lock before
        if kept is None:
            _convert(place, reading, folder, place.name, watch)
            note_changes(folder, place)
            kept = _opened(folder, name)
    return kept


def _kept(folder: Path, place: Path, name: str, use: CacheUse) -> Loaded | None:
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


def _convert(
    path: Path, reading: Reading, folder: Path, name: str, watch: Watch, kind: Stored = "float32"
) -> Written:
    """Convert; if the disk is full, say how much is needed: in proportion to what was written, or guessed."""
    size = size_of(path, reading)
    seen = 0
    with watch(f"reading {path.name}", size) as tap:

        def count(data: bytes) -> None:
            nonlocal seen
            seen += len(data)
            tap(data)

        try:
            return convert(path, folder, name=name, reading=reading, kind=kind, tap=count)
        except NoSpace as problem:
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


class OpenedModels(NamedTuple):
    """Spaces by name (the default first), notes on what was put up with, and the files (stores) read."""

    spaces: dict[str, VectorSpace]
    notes: tuple[str, ...]
    files: tuple[Path, ...] = ()


def open_spaces(
    models: Sequence[str],
    watch: Watch = unwatched,
    cache: CacheUse = CacheUse(),  # noqa: B008 - immutable
    **reading: Any,
) -> OpenedModels:
    """The spaces of `-m [NAME=]FILE ...`. `watch` sees long files being read.

    FILE may be a name that `catalogue` knows. A space without a name is the default one; otherwise the first
    is. Raises `UsageError` for a name given twice, `FileProblem` for a file that can't be read.
    """
    spaces: dict[str, VectorSpace] = {}
    notes: list[str] = []
    files: list[Path] = []
    for model in models:
        name, path = split_model(model)
        if name in spaces:
            again = f"the name '{name}' is given twice" if name else "two models without a name"
            raise UsageError(again, where=f"-m {model}", hint="name them: -m users=FILE -m movies=FILE")
        if path == STARTER and not Path(path).exists():
            spaces[name] = starter()
            continue
        loaded = load(path, name=name or Path(path).name or path, watch=watch, cache=cache, **reading)
        spaces[name] = loaded.space
        notes += [f"{path}: {note}" for note in loaded.notes]
        files += loaded.files
    return OpenedModels({name: spaces[name] for name in sorted(spaces, key=bool)}, tuple(notes), tuple(files))


def import_model(
    path: Path, name: str, kind: Stored, reading: Reading, watch: Watch = unwatched
) -> tuple[Path, Written]:
    """Convert a file into the models folder under a name; the folder, and what went into it."""
    refuse_missing(str(path))
    place, reading = located(path, reading)
    folder = imported(check_name(name))
    return folder, _convert(*main_file(place, reading), folder, name, watch, kind)
