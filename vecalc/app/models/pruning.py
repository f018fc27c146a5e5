"""What the cache need not keep, removed: stale conversions, leftovers of builds that were killed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from vecalc.answers import Column, Sheet
from vecalc.app.cache import refuse_foreign, still_of
from vecalc.app.models.kept import CHANGED, CURRENT, TOUCHED, Kept, conversions, size_of
from vecalc.app.places import cache_folder, models_folder
from vecalc.errors import StorageProblem
from vecalc.space.holding import is_held
from vecalc.space.store import FACTS
from vecalc.space.storing import OLD, PART

COLUMNS = (Column("removed"), Column("why"), Column("size", "size"))
ALL, KILLED, REPLACED, FETCHED = "all", "left by a killed build", "replaced", "a download"


def prune(*, everything: bool = False) -> Sheet:
    """Remove conversions whose source is gone or has changed, or all of them, and leftovers nobody holds.

    What is being read stays readable for whoever has it open. Raises `StorageProblem` for a cache that
    others could have written, and for what can't be removed.
    """
    refuse_foreign(cache_folder() / "models")
    found = [*_stale(everything), *_leftovers()]
    rows = []
    for path, why, shown in found:
        size = size_of(path)
        _remove(path)
        rows.append((shown, why, size))
    freed = sum(size for _, _, size in rows)
    remark = f"{freed / 1e6:,.1f} MB freed" if rows else "there is nothing to remove"
    return Sheet("pruned", COLUMNS, tuple(rows), "Removed from the cache", (remark,))


def _stale(everything: bool) -> Iterator[tuple[Path, str, str]]:
    for kept in conversions():
        state = _settled(kept)
        if everything or state != CURRENT:
            yield kept.folder, ALL if everything else state, kept.source or str(kept.folder)


def _settled(kept: Kept) -> str:
    """The state, after a look at the digest of a source that has only another time."""
    if kept.state != TOUCHED or kept.facts is None:
        return kept.state
    return CURRENT if still_of(kept.folder, kept.facts.rest, Path(kept.source)) else CHANGED


def _leftovers() -> Iterator[tuple[Path, str, str]]:
    for parent in (cache_folder() / "models", models_folder()):
        for path in _hidden(parent, PART):
            if not is_held(path):
                yield path, KILLED, str(path)
        for path in _hidden(parent, OLD):
            if not _put_back(path, parent):
                yield path, REPLACED, str(path)
    try:
        downloads = sorted((cache_folder() / "downloads").iterdir())
    except OSError:
        return
    for path in downloads:
        if not is_held(path):
            yield path, FETCHED, str(path)


def _hidden(parent: Path, suffix: str) -> list[Path]:
    try:
        return sorted(path for path in parent.iterdir() if path.name[:1] == "." and path.suffix == suffix)
    except OSError:
        return []


def _put_back(aside: Path, parent: Path) -> bool:
    """Whether a store that had stepped aside for one that never came is where it was."""
    with suppress(OSError):  # its owner may be at it
        for old in aside.iterdir():
            if not (parent / old.name).exists():
                old.rename(parent / old.name)
                aside.rmdir()
                return True
    return False


def remove_store(folder: Path) -> None:
    """Delete a store; it is none from the first moment on. Raises `StorageProblem`."""
    _remove(folder / FACTS)
    _remove(folder)


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except FileNotFoundError:  # somebody else was faster
        return
    except OSError as problem:
        raise StorageProblem(f"can't be removed: {problem.strerror}", where=str(path)) from None
