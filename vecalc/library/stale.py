"""What the cache need not keep, removed: stale conversions, leftovers of builds that were killed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from vecalc.answers import Column, Sheet
from vecalc.errors import StorageProblem
from vecalc.library.cache import refuse_foreign, still_of
from vecalc.library.conversions import CHANGED, CURRENT, TOUCHED, Kept, conversions, size_of
from vecalc.library.paths import cache_folder, config_folder, models_folder
from vecalc.space.atomic import OLD, PART, leftovers, put_back, remove
from vecalc.space.locks import is_held

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
        remove_from_disk(path)
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
            if not is_held(path) and not any(put_back(path, parent / old.name) for old in _in(path)):
                yield path, REPLACED, str(path)
    for path in (*leftovers(cache_folder()), *leftovers(config_folder()), *_unnamed(cache_folder())):
        if not is_held(path):
            yield path, KILLED, str(path)
    for path in _in(cache_folder() / "downloads"):
        if not is_held(path):
            yield path, FETCHED, str(path)


def _hidden(parent: Path, suffix: str) -> list[Path]:
    """Also those of earlier versions, which gave them other names."""
    return [path for path in _in(parent) if path.name[:1] == "." and path.suffix == suffix]


def _unnamed(folder: Path) -> list[Path]:
    """Tables of the grammar that an earlier version did not finish."""
    return [path for path in _in(folder) if re.fullmatch("tmp[a-z0-9_]{8}", path.name) and path.is_file()]


def _in(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def remove_from_disk(path: Path) -> None:
    """Delete a store or a file; it is none from the first moment on. Raises `StorageProblem`."""
    try:
        remove(path)
    except FileNotFoundError:  # another run was faster
        return
    except OSError as problem:
        raise StorageProblem(f"can't be removed: {problem.strerror}", where=str(path)) from None
