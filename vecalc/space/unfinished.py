"""Unfinished work that a later run goes on with: files, and a note of how much counts.

The note says of what the work is made, how many bytes of each file count, with their digests, and what their
maker has to know to go on. It is replaced as a whole, when what it counts is on the disk. What the files
hold behind that was not finished, and is cut off.

A run has its work alone: it holds a lock on the first of the files from before it reads anything until
nothing of the work is left. Some network file systems have no locks; so each run writes its own name into
the note and stops when it finds another's there, and without a lock it compares the files with their
digests at the end.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from vecalc.errors import StorageProblem
from vecalc.space import digest
from vecalc.space.files import mode_for, sync_folder
from vecalc.space.locks import Lock
from vecalc.space.work_files import (
    CountedFile,
    Note,
    Places,
    busy,
    read_note,
    remove_note,
    write_note,
    writing,
)

EVERY = 1.0  # seconds between two notes: what a kill costs at most,
SHARE = 20  # unless writing one takes more than this part of them, on a slow disk
RACES = 100  # how often in a row others may end just before we have their lock


class Unfinished:
    """Work under way, of this run alone until it is closed.

    `identity` is all that the output depends on, by the names under which it is told that it changed. `facts`
    are those of the last note of an earlier run; `done`: it had only to `publish`. Raises `StorageProblem`,
    and leaves everything as it is, for work that another is at, that is damaged or was made of something
    else, or that is kept and not to be resumed. The methods raise it, too.
    """

    def __init__(self, places: Places, identity: Mapping[str, Any], *, resume: bool = True) -> None:
        self.places = places
        self.facts: dict[str, Any] = {}
        self.done = False
        self._published = False
        self._made_of = json.loads(json.dumps(identity))  # as it comes back from a note
        self._name = secrets.token_hex(8)
        self._owner = ""  # whose the note is
        self._pending = ""  # a note that is not written yet
        self._next_note = time.monotonic() + EVERY
        self._files: dict[str, CountedFile] = {}
        self._lock = self._claimed()
        try:
            self._take_up(resume=resume)
        except BaseException:
            self._let_go()
            raise

    # --- beginning --------------------------------------------------------------------------

    def _claimed(self) -> Lock:
        """A lock on the first file, which is made if there is none."""
        first, folder = self.places.files[0], self.places.folder
        for _ in range(RACES):
            with writing(folder or first):
                if folder:
                    folder.mkdir(mode=0o700, exist_ok=True)
                try:
                    lock = Lock(first, create=True)
                except FileNotFoundError:
                    if folder and not folder.exists():  # another has ended, and removed it
                        continue
                    raise
                if not lock.take(wait=False):
                    lock.close()
                    break
            if lock.is_at(first):
                return lock
            lock.close()
        raise busy(self.places.output)

    def _take_up(self, *, resume: bool) -> None:
        noted = self._read_note()
        if noted and not resume:
            raise self.places.problem("an unfinished run is kept here", rather="--resume goes on, or ")
        if noted:
            self._compare(noted)
            self._owner, self.facts, self.done = noted.owner, noted.facts, noted.done
            self._published = self._is_published(noted)
        if self._published:
            return
        for path in self.places.files:
            self._open(path, noted)
        if noted:
            self.note(self.facts, now=True, done=self.done)  # it is ours from here on
        for file in self._files.values():
            file.cut()

    def _read_note(self) -> Note | None:
        try:
            return read_note(self.places.note)
        except ValueError as why:
            raise self.places.problem(str(why)) from None

    def _compare(self, noted: Note) -> None:
        keys = {**self._made_of, **noted.made_of}
        changed = [key for key in keys if self._made_of.get(key) != noted.made_of.get(key)]
        if changed:
            message = f"the unfinished run was made with another {', '.join(changed)}"
            raise self.places.problem(message, otherwise=", or give the same command")

    def _is_published(self, noted: Note) -> bool:
        """Whether the output is there already, and nothing but the note was left by a kill."""
        part, output = self.places.files[0], self.places.output
        if self.places.folder or not noted.done or part.stat().st_size or not output.is_file():
            return False
        with writing(output):
            return digest.of_file(output) == noted.digests[part.name]

    def _open(self, path: Path, noted: Note | None) -> None:
        """Open a file behind what counts in it; of what is there without a note, nothing does."""
        size = noted.sizes[path.name] if noted else 0
        if size and not (path.exists() and path.stat().st_size):
            raise self.places.problem(f"the {self.places.what} so far are gone from {path.name}")
        self._files[path.name] = file = CountedFile(path)
        file.count(size)
        if noted and (file.size, file.digest) != (size, noted.digests[path.name]):
            raise self.places.problem(f"the unfinished run is damaged: {path.name} is not what was noted")

    # --- going on ---------------------------------------------------------------------------

    def append(self, name: str, data: bytes) -> None:
        """Write to a file; it counts when it is noted."""
        self._files[name].append(data)

    @property
    def due(self) -> bool:
        """Whether it is time for a note."""
        return time.monotonic() >= self._next_note

    def note(self, facts: Mapping[str, Any], *, now: bool = False, done: bool = False) -> None:
        """All that was appended counts: written down now, from time to time, or when the work is closed."""
        sizes = {name: file.size for name, file in self._files.items()}
        digests = {name: file.digest for name, file in self._files.items()}
        self._pending = Note(self._name, self._made_of, sizes, digests, dict(facts), done).text()
        if now or self.due:
            self._write_note()

    def _write_note(self) -> None:
        began = time.monotonic()
        for file in self._files.values():
            file.sync()
        self._check_ours()
        write_note(self.places.note, self._pending)
        self._owner, self._pending = self._name, ""
        self._next_note = time.monotonic() + max(EVERY, SHARE * (time.monotonic() - began))

    def _check_ours(self) -> None:
        """Raises `StorageProblem` when another has this work now, as happens where there are no locks."""
        noted = self._read_note()
        if (noted.owner if noted else "") != self._owner or not self._lock.is_at(self.places.files[0]):
            raise StorageProblem(
                "another vecalc has taken over the unfinished run, or it was removed",
                where=str(self.places.output),
                hint="let the other end, or give the same command",
            )

    # --- the end ----------------------------------------------------------------------------

    def verify(self) -> None:
        """Raises `StorageProblem` unless the files hold what this run wrote, where others can write, too."""
        self._check_ours()
        if self._lock.certain:
            return
        for file in self._files.values():
            with writing(file.path):
                if digest.of_file(file.path) != file.digest:
                    raise self.places.problem(f"{file.path.name} was changed by another program")

    def publish(self, facts: Mapping[str, Any]) -> None:
        """The one file becomes the output; with the permissions of an older one."""
        part, output = self.places.files[0], self.places.output
        if not self._published:
            self.note(facts, now=True, done=True)
            self.verify()
            self._close_files()
            if sys.platform == "win32":  # where nothing is renamed that is open, and nothing locked
                self._lock.close()
            with writing(output):
                part.chmod(mode_for(output))
                part.replace(output)
            sync_folder(output.parent)
        self.remove()

    def remove(self) -> None:
        """Nothing is kept any longer. The note goes first: what is left after a kill counts for nothing."""
        self._pending = ""
        with suppress(OSError):  # what can't be removed is whole
            remove_note(self.places.note)
            if self._lock.is_at(self.places.files[0]):
                for path in self.places.files[1:]:
                    path.unlink(missing_ok=True)
                self._remove_first()
        self.close()

    def close(self) -> None:
        """Let go of the files; what counts stays, for a later run."""
        if self._pending:
            with suppress(StorageProblem):  # an earlier note counts then
                self._write_note()
            self._pending = ""
        self._let_go()

    def _let_go(self) -> None:
        first = self.places.files[0]
        with suppress(OSError):
            if self._lock.is_at(first) and not first.stat().st_size:  # made for the lock alone
                self._remove_first()
        self._close_files()
        self._lock.close()

    def _close_files(self) -> None:
        while self._files:
            self._files.popitem()[1].close()

    def _remove_first(self) -> None:
        """Remove what others would lock, last of all."""
        self.places.files[0].unlink()
        if self.places.folder:
            self.places.folder.rmdir()
