"""Files that get their names when they are complete, all of them or none."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from vecalc.errors import UsageError
from vecalc.space.files import sync_folder

LONGEST_STEM = 40  # characters of a name that a temporary folder repeats


def refuse_existing(paths: list[Path], force: bool) -> None:
    """UsageError where a file would be replaced that must not be."""
    for path in paths:
        if path.exists() and not path.is_file():
            raise UsageError("is there, and is no file", where=str(path), hint="give the name of a new file")
        if path.exists() and not force:
            raise UsageError("the file exists", where=str(path), hint="--force replaces it")


@contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """A folder of our own on the same disk, gone afterwards."""
    parent = path.resolve().parent
    folder = Path(tempfile.mkdtemp(dir=parent, prefix=f".{path.name[:LONGEST_STEM]}.", suffix=".part"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def moved(first: Path, target: Path, force: bool) -> tuple[Path, ...]:
    """Give all files their places, the one that is loaded last; their new paths, that one first."""
    place = target.resolve()
    others = sorted(path for path in first.parent.iterdir() if path != first)
    moves = [(path, place.parent / path.name) for path in others] + [(first, place)]
    refuse_existing([new for _, new in moves], force)
    for path, _ in moves:
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
    fresh = [new for _, new in moves if not new.exists()]
    for (path, new), step in zip(moves, count(), strict=False):
        try:
            if new.exists():
                path.chmod(stat.S_IMODE(new.stat().st_mode))
            path.replace(new)
        except OSError:
            for done in {made for _, made in moves[:step]}.intersection(fresh):
                done.unlink(missing_ok=True)
            raise
    sync_folder(place.parent)
    return (target, *(new for _, new in moves[:-1]))
