"""Converted models in the cache folder: whose it must be, who may build, and when a store still counts.

    models/NAME-DIGEST/          a store; the digest is of the source's path and of how it was to be read
    locks/NAME-DIGEST            held by whoever builds that store
    downloads/                   what `vecalc models pull` fetches
    texts/DIGEST.keys, .rows     vectors of texts that a command made, see `texts.kept_vectors`

A store counts as long as every file that took part has the size, the time, and the time of its last change
(ctime) that the facts name, or, with other times, the same digest. Of a file that was read in parts (a tensor
of a checkpoint) that is the digest of these alone, since the store is made of nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from vecalc import bounded
from vecalc.errors import FileProblem, StorageProblem
from vecalc.formats.lance_folders import lasting
from vecalc.formats.recognition import may_have_columns
from vecalc.library.paths import cache_folder
from vecalc.sources import Reading
from vecalc.space import digest
from vecalc.space.atomic import new_file, sweep
from vecalc.space.files import unreadable, unwritable
from vecalc.space.locks import Lock
from vecalc.space.store import COLUMNS, FACTS, is_store, read_facts

_OPEN_TO_ALL = stat.S_IWOTH
_ROOT = 0  # may change anything anyway
_ELSEWHERE = "remove it, or set VECALC_CACHE_DIR to a folder of your own"


class CacheUse(NamedTuple):
    """What is asked of the cache, and of what fills it."""

    required: bool = False  # a model that can't be kept is an error, not read into memory
    wait: bool = True  # for another process that converts the same model
    verify: bool = False  # compare all digests with the files, also the source's
    tell: Callable[[str], None] = lambda _: None  # hears what we wait for
    patience: float = 60.0  # seconds that one call of a command may take
    store_patience: float = 60.0  # seconds that a store on a server may take for an answer


def folder_of(path: Path, reading: Reading) -> Path:
    """Where the store of a file lies, or would lie."""
    path = lasting(path)
    key = json.dumps([str(path.absolute()), *reading])
    hashed = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    readable = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in path.name[:40])
    return cache_folder() / "models" / f"{readable}-{hashed}"


# --- ours alone -------------------------------------------------------------------------------


def refuse_foreign(folder: Path) -> None:
    """See that nobody else could have written a store of the cache: its files, its folder, those above.

    Raises `StorageProblem` for a symbolic link, another owner (root is trusted), or a mode that lets
    everybody write. What does not exist is no problem.
    """
    try:
        files = list(folder.iterdir())
    except OSError:
        files = []
    for place in (cache_folder(), folder.parent, folder, *files):
        _refuse_unless_private(place)


def private_folder(folder: Path) -> Path:
    """The folder, made with all above it if need be, and for its owner alone. Raises `StorageProblem`."""
    _refuse_unless_private(cache_folder())
    try:
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(exist_ok=True, mode=0o700)
    except OSError as problem:
        raise unwritable(folder, problem) from None
    _refuse_unless_private(folder)
    return folder


def _refuse_unless_private(place: Path) -> None:
    if sys.platform == "win32":  # modes say nothing there
        return
    try:
        status = place.lstat()
    except OSError:
        return
    if stat.S_ISLNK(status.st_mode):
        what = "a symbolic link, which anybody could have set"
    elif status.st_uid not in (os.geteuid(), _ROOT):
        what = "it belongs to another user"
    elif status.st_mode & _OPEN_TO_ALL:
        what = "everybody may write to it"
    else:
        return
    raise StorageProblem(f"not used as cache: {what}", where=str(place), hint=_ELSEWHERE)


# --- one builder ------------------------------------------------------------------------------


@contextmanager
def building(folder: Path, what: str, use: CacheUse) -> Iterator[None]:
    """While this goes on, nobody else builds this store; whoever comes later waits, and is told so.

    The lock ends with its process. Where there are no locks two may build at once, and the later one's
    store stays. Raises `StorageProblem` when the lock can't be made, or is held and we are not to wait.
    """
    private_folder(folder.parent)
    place = private_folder(folder.parents[1] / "locks") / folder.name
    try:
        lock = Lock(place, create=True)
    except OSError as problem:
        raise unwritable(place, problem) from None
    try:
        if not lock.take(wait=False):
            if not use.wait:
                hint = "try again later, or without --no-wait"
                raise StorageProblem("another vecalc is converting it", where=what, hint=hint)
            use.tell(f"waiting for another vecalc, which is converting {what}")
            lock.take(wait=True)
        sweep(folder)  # also where the store turns out to be there already
        yield
    finally:
        lock.close()


# --- of the file as it is now -----------------------------------------------------------------


def is_current(folder: Path, path: Path, *, verify: bool = False) -> bool:
    """Whether there is a sound store, and of the file as it is now; `verify` takes no time's word for it."""
    if not is_store(folder):
        return False
    refuse_foreign(folder)
    try:
        facts = read_facts(folder / FACTS)
    except FileProblem:  # damaged, or of another version: it is made again
        return False
    if COLUMNS not in facts.rest and may_have_columns(path):  # of a version that kept no metadata
        return False
    if verify:
        from vecalc.space.store_digests import damaged

        if damaged(folder, facts.rest):
            return False
    return still_of(folder, facts.rest, path, verify=verify)


def still_of(folder: Path, facts: Mapping[str, Any], path: Path, *, verify: bool = False) -> bool:
    """Whether a store with these facts is of its files as they are now; new times are taken up.

    The files are the one at `path`, and those beside it that took part.
    """
    files = known_files(facts, path)
    if not files:
        return False
    now, changed = [], []
    for known in files:
        try:
            seen = known.seen()
        except (OSError, ValueError) as problem:
            if known.path == path and isinstance(problem, OSError):
                raise unreadable(path, problem) from None
            return False
        if known.told.get("size") != seen.size:
            return False
        same = (known.told.get("mtime_ns"), known.changed) == (seen.modified, seen.changed)
        if (verify or not same) and seen.size and known.told.get("digest") != _digest(known):
            return False
        now.append({**known.told, "mtime_ns": seen.modified})
        changed.append(seen.changed)
    fresh = {**facts, "source": now[0], "changed_ns": changed}
    if len(now) > 1:
        fresh["beside"] = now[1:]
    if fresh != facts:
        _take_up_times(folder, fresh)
    return True


def note_changes(folder: Path, path: Path) -> None:
    """Remember, of a store just made, when its files last changed: what setting a time back can't hide."""
    facts = read_facts(folder / FACTS).rest
    try:
        files = [(known.told, known.seen()) for known in known_files(facts, path)]
    except OSError:  # gone already; the next look finds out
        return
    if all(told.get("mtime_ns") == seen.modified for told, seen in files):
        _take_up_times(folder, {**facts, "changed_ns": [seen.changed for _, seen in files]})


class FileState(NamedTuple):
    """A file as it is now: bytes, and the times of its content's and of its last change, in nanoseconds."""

    size: int
    modified: int
    changed: int


class Known(NamedTuple):
    """A file that a store is made of: where it is, what the facts tell, and its last change (ctime)."""

    path: Path
    told: Mapping[str, Any]
    changed: int | None

    def seen(self) -> FileState:
        """The file now; nothing where it had no content then, and still isn't there. Raises `OSError`."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            if self.told.get("size") == 0:
                return FileState(0, 0, 0)
            raise
        return FileState(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def known_files(facts: Mapping[str, Any], path: Path | None = None) -> list[Known]:
    """The files that a store is made of, the main one first; none where the facts don't tell.

    `path` is where the main one lies, by default where it lay.
    """
    beside, changed = facts.get("beside", []), facts.get("changed_ns")
    told = [facts.get("source"), *(beside if isinstance(beside, list) else [None])]
    if not all(isinstance(one, dict) and isinstance(one.get("path"), str) for one in told):
        return []
    times = changed if isinstance(changed, list) and len(changed) == len(told) else [None] * len(told)
    files = [Known(Path(one["path"]), one, time) for one, time in zip(told, times, strict=True)]
    return [files[0]._replace(path=path or files[0].path), *files[1:]]


def _digest(known: Known) -> str:
    """The digest of a file, or of those spans of it that the facts tell, as it is now."""
    told = known.told.get("spans")
    try:
        if told is None:
            return digest.of_file(known.path)
        spans = [(first, last) for first, last in told if 0 <= first <= last]
        bounded.refuse_irregular(known.path)
        with known.path.open("rb") as file:
            return digest.of_spans(file, spans)
    except OSError as problem:
        raise unreadable(known.path, problem) from None
    except (TypeError, ValueError):  # not what we write
        return ""


def _take_up_times(folder: Path, facts: dict[str, Any]) -> None:
    """Remember new times, so that the digests need not be computed again."""
    with suppress(OSError), new_file(folder / FACTS, private=True) as stream:  # it costs a second, no more
        stream.write((json.dumps(facts, indent=2, sort_keys=True) + "\n").encode())
