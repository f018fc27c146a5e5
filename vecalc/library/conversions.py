"""What lies in the cache and in the models folder, whether it still counts, and what need not be kept."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vecalc.answers import Column, Sheet
from vecalc.errors import FileProblem, StorageProblem
from vecalc.library.cache import known_files, refuse_foreign, still_of
from vecalc.library.paths import cache_folder, config_folder, models_folder
from vecalc.space.atomic import OLD, PART, leftovers, put_back, remove
from vecalc.space.locks import is_held
from vecalc.space.store import FACTS, Facts, is_store, read_facts
from vecalc.texts.kept_vectors import KEYS, TEXTS

CURRENT, TOUCHED, CHANGED = "current", "source touched", "source changed"
GONE, DAMAGED = "source gone", "damaged"
ALL, KILLED, REPLACED, FETCHED = "all", "left by a killed build", "replaced", "a download"
UNUSED = "vectors of a command that nobody asks for"
MONTH = 30 * 86_400  # seconds after which kept vectors of texts count as such
PRUNED = (Column("removed"), Column("why"), Column("size", "size"))


class Conversion(NamedTuple):
    """A converted model in the cache: its folder, what it says of itself, how large it is, how it stands."""

    folder: Path
    facts: Facts | None
    size: int  # bytes
    state: str

    @property
    def source(self) -> str:
        """The path of the file that it is made of."""
        told = self.facts.rest.get("source") if self.facts else None
        return str(told.get("path", "")) if isinstance(told, dict) else ""

    @property
    def called(self) -> str:
        """What it is of, as a person names it: that path, with the part of the file behind it."""
        part = self.facts.rest.get("part") if self.facts else None
        return self.source + (part if isinstance(part, str) else "")


def conversions() -> Iterator[Conversion]:
    """Every conversion in the cache, in the order of their names."""
    for folder in _in(cache_folder() / "models"):
        if folder.name.startswith(".") or folder.is_symlink() or not folder.is_dir():
            continue
        facts = facts_of(folder)
        kept = Conversion(folder, facts, size_of(folder), DAMAGED)
        yield kept._replace(state=_state(kept)) if facts else kept


def _state(kept: Conversion) -> str:
    """How a conversion stands to its files, by size and times alone."""
    files = known_files(kept.facts.rest) if kept.facts else []
    if not files:
        return DAMAGED
    state = CURRENT
    for known in files:
        try:
            seen = known.seen()
        except (OSError, ValueError):
            return GONE
        if known.told.get("size") != seen.size:
            return CHANGED
        if (known.told.get("mtime_ns"), known.changed) != (seen.modified, seen.changed):
            state = TOUCHED
    return state


def facts_of(folder: Path) -> Facts | None:
    """What a store says of itself; None where there is no store, or a damaged one."""
    try:
        return read_facts(folder / FACTS) if is_store(folder) else None
    except FileProblem:
        return None


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    try:
        if path.is_dir():
            return sum(part.lstat().st_size for part in path.rglob("*") if not part.is_dir())
        return path.stat().st_size
    except OSError:
        return 0


# --- removed --------------------------------------------------------------------------------


def prune(*, everything: bool = False) -> Sheet:
    """Remove conversions whose source is gone or has changed, or all of them, and leftovers nobody holds.

    What is being read stays readable for whoever has it open. Raises `StorageProblem` for a cache that
    others could have written, and for what can't be removed.
    """
    refuse_foreign(cache_folder() / "models")
    found = [*_stale(everything), *_unused(everything), *_leftovers()]
    rows = []
    for path, why, shown in found:
        size = size_of(path)
        remove_from_disk(path)
        rows.append((shown, why, size))
    freed = sum(size for _, _, size in rows)
    remark = f"{freed / 1e6:,.1f} MB freed" if rows else "there is nothing to remove"
    return Sheet("pruned", PRUNED, tuple(rows), "Removed from the cache", (remark,))


def _stale(everything: bool) -> Iterator[tuple[Path, str, str]]:
    for kept in conversions():
        state = kept.state
        if state == TOUCHED and kept.facts is not None:  # the digest of a source says more than its time
            state = CURRENT if still_of(kept.folder, kept.facts.rest, Path(kept.source)) else CHANGED
        if everything or state != CURRENT:
            yield kept.folder, ALL if everything else state, kept.called or str(kept.folder)


def _unused(everything: bool) -> Iterator[tuple[Path, str, str]]:
    """Vectors of texts that commands made, which may have taken long or have cost money."""
    paths = _in(cache_folder() / TEXTS)
    asked = [path.with_suffix(KEYS) for path in paths]  # reading touches the keys
    for path, keys in zip(paths, asked, strict=True):
        if everything or not keys.exists() or keys.stat().st_mtime < time.time() - MONTH:
            yield path, ALL if everything else UNUSED, str(path)


def _leftovers() -> Iterator[tuple[Path, str, str]]:
    for parent in (cache_folder() / "models", models_folder()):
        for path in _hidden(parent, PART):
            if not is_held(path):
                yield path, KILLED, str(path)
        for path in _hidden(parent, OLD):
            if not is_held(path) and not any(put_back(path, parent / old.name) for old in _in(path)):
                yield path, REPLACED, str(path)
    # Tables of the grammar that an earlier version did not finish.
    unnamed = [p for p in _in(cache_folder()) if re.fullmatch("tmp[a-z0-9_]{8}", p.name) and p.is_file()]
    for path in (*leftovers(cache_folder()), *leftovers(config_folder()), *unnamed):
        if not is_held(path):
            yield path, KILLED, str(path)
    for path in _in(cache_folder() / "downloads"):
        if not is_held(path):
            yield path, FETCHED, str(path)


def _hidden(parent: Path, suffix: str) -> list[Path]:
    """Also those of earlier versions, which gave them other names."""
    return [path for path in _in(parent) if path.name[:1] == "." and path.suffix == suffix]


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
