"""Files that get their names when they are complete, all of them or none."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from vecalc.errors import UsageError
from vecalc.space.atomic import room_aside
from vecalc.space.files import sync_folder
from vecalc.space.locks import alone


def refuse_existing(paths: list[Path], force: bool, never: Sequence[Path] = ()) -> None:
    """UsageError where a file would be replaced that must not be; one of `never` not even with `force`."""
    for path in paths:
        if (status := _status(path)) is None:
            continue
        if any(kept.exists() and os.path.samestat(status, kept.stat()) for kept in never):
            raise UsageError("input and output are the same file", where=str(path))
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(
                "is there, and is not a file", where=str(path), hint="give the name of a new file"
            )
        if not force:
            raise UsageError("the file exists", where=str(path), hint="--force replaces it")


def _status(path: Path) -> os.stat_result | None:
    """Asked once: another conversion may be putting the file aside."""
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def moved(first: Path, target: Path, force: bool, never: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Give all files their places, the one that is loaded last; their new paths, that one first.

    Where several files replace others, the old ones are put aside first, the one that is loaded before all:
    a reader finds all old files, all new ones, or none to load. A failure puts them back; after a kill, the
    next run that writes this file does (`put_back`).
    """
    place = target.resolve()
    others = sorted(path for path in first.parent.iterdir() if path != first)
    moves = [(path, place.parent / path.name) for path in others] + [(first, place)]
    refuse_existing([new for _, new in moves], force, never)
    _refuse_belonging([new for _, new in moves[:-1]], place)
    for path, new in moves:
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
        if older := _status(new):
            path.chmod(stat.S_IMODE(older.st_mode))
    if others:
        _place_together(moves)
    else:
        first.replace(place)
        sync_folder(place.parent)
    return (target, *(new for _, new in moves[:-1]))


def _refuse_belonging(moves: Sequence[Path], place: Path) -> None:
    """UsageError where a file to be replaced lies beside vectors of another name: it may be their words."""
    for path in moves:
        if not path.exists():
            continue
        for suffix in {".npy", ".safetensors"} - {place.suffix}:  # which have their words beside them
            if path.stem == place.stem and (owner := place.with_suffix(suffix)).exists():
                raise UsageError(
                    f"belongs to {owner.name}", where=str(path), hint=f"give {place.name} another name"
                )


def _place_together(moves: list[tuple[Path, Path]]) -> None:
    """Rename several files, of which the last is the one that is loaded."""
    place = moves[-1][1]
    with alone(place.parent), room_aside(place) as aside:  # or one's words came beside another's vectors
        old = [(new, aside / new.name) for _, new in reversed(moves) if new.exists()]
        done: list[tuple[Path, Path]] = []
        try:
            for source, goal in (*old, *moves):
                source.replace(goal)
                done.append((source, goal))
        except BaseException:
            for source, goal in reversed(done):
                with suppress(OSError):  # what can't be put back stays aside, and there is no model to load
                    if goal.parent == aside:
                        goal.replace(source)
                    else:
                        goal.unlink()
            raise
        sync_folder(place.parent)
