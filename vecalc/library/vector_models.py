"""Files of vectors as spaces: large ones become stores, once, and are recognised afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from vecalc.answers import Stored
from vecalc.errors import FileProblem, NotWritable
from vecalc.formats.folders import main_file, size_of
from vecalc.formats.load import Loaded, convert, is_whole_store, read_into_memory
from vecalc.library.cache import CacheUse, folder_of
from vecalc.library.kept_stores import NOT_KEPT, Watch, announce, through_cache, written
from vecalc.sources import Reading
from vecalc.space.store import FACTS, open_store, read_facts

if TYPE_CHECKING:
    from vecalc.space.store_files import Written

# A file below this is read in some hundredths of a second: not worth a second copy on the disk.
WORTH_STORING = 1 << 20


def load_vectors(place: Path, wanted: Reading, name: str, watch: Watch, cache: CacheUse) -> Loaded:
    """The space of vectors at a place: a store, or a file of any format, or a folder that holds one.

    Raises `NotVectors` for text that holds none, and as `open_model.load` does.
    """
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
    folder = folder_of(place, wanted)

    def make() -> None:
        announce(place.name, size_of(place, wanted), folder, cache)
        write_vectors(place, wanted, folder, place.name, watch)

    try:
        return through_cache(folder, place, name, cache, make)
    except NotWritable as problem:
        if cache.required:
            raise
        loaded = read_into_memory(place, wanted, name)
        note = f"{NOT_KEPT}: {problem.where}: {problem.message}"
        return Loaded(loaded.space, (*loaded.notes, note)).of(*loaded.files)


def write_vectors(
    path: Path, reading: Reading, folder: Path, name: str, watch: Watch, kind: Stored = "float32"
) -> Written:
    """Convert a file into a store. Raises as `convert` does."""
    return written(
        path, size_of(path, reading), folder, watch,
        lambda tap: convert(path, folder, name=name, reading=reading, kind=kind, tap=tap),
    )  # fmt: skip
