"""What lies in the cache and in the models folder, and whether it still counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.library.cache import known_files
from vecalc.library.paths import cache_folder
from vecalc.space.store import FACTS, Facts, is_store, read_facts

CURRENT, TOUCHED, CHANGED = "current", "source touched", "source changed"
GONE, DAMAGED = "source gone", "damaged"


class Kept(NamedTuple):
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


def conversions() -> Iterator[Kept]:
    """Every conversion in the cache, in the order of their names."""
    for folder in _folders(cache_folder() / "models"):
        if folder.name.startswith("."):
            continue
        facts = facts_of(folder)
        kept = Kept(folder, facts, size_of(folder), DAMAGED)
        yield kept._replace(state=_state(kept)) if facts else kept


def _state(kept: Kept) -> str:
    """How a conversion stands to its files, by size and times alone."""
    files = known_files(kept.facts.rest) if kept.facts else []
    if not files:
        return DAMAGED
    state = CURRENT
    for known in files:
        try:
            status = known.path.stat()
        except (OSError, ValueError):
            return GONE
        if known.told.get("size") != status.st_size:
            return CHANGED
        if (known.told.get("mtime_ns"), known.changed) != (status.st_mtime_ns, status.st_ctime_ns):
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


def _folders(parent: Path) -> list[Path]:
    try:
        return sorted(path for path in parent.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError:
        return []
