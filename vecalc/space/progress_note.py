"""A note of unfinished work (JSON), with a digest of itself, replaced as a whole."""

from __future__ import annotations

import json
import os
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from vecalc.space import digest
from vecalc.space.counted import FLAGS, CountedFile, writing

VERSION = 2  # 1 had neither digests nor owners
LIMIT = 1 << 28  # bytes: some 100 for each column of the widest table


class Note(NamedTuple):
    """How much of some files counts, and for what."""

    owner: str  # the run that wrote it
    made_of: dict[str, Any]
    sizes: dict[str, int]
    digests: dict[str, str]
    facts: dict[str, Any]  # what the maker of the files has to know to go on
    done: bool  # whether nothing is missing

    def text(self) -> str:
        """The note as it is written; what it refers to may change afterwards."""
        body = json.dumps({"version": VERSION, **self._asdict()})
        return f'{body[:-1]}, "check": "{_digest(body)}"}}\n'


def read(path: Path) -> Note | None:
    """The note, if there is one. Raises `ValueError` with the reason when it is not to be trusted."""
    damaged = ValueError("the note of the unfinished run is damaged")
    try:
        # What is no file is read, too: not through a link, and not waiting for somebody to write.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | FLAGS)) as stream:
            found = json.loads(stream.read(LIMIT))
        version, told = found["version"], found.pop("check", "")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise damaged from None
    if version != VERSION:
        raise ValueError("the unfinished run was made with another version of vecalc")
    if told != _digest(json.dumps(found)):
        raise damaged
    return Note(**{name: found[name] for name in Note._fields})


def write(path: Path, text: str) -> None:
    """Replace the note. Raises `StorageProblem`."""
    with closing(CountedFile(fresh(path))) as file:
        file.cut()
        file.append(text.encode())
        file.sync()
    with writing(path):
        file.path.replace(path)


def remove(path: Path) -> None:
    """Remove the note, and what a kill may have left of the next. Raises `OSError`."""
    path.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        fresh(path).unlink()


def fresh(path: Path) -> Path:
    """Where a note is written before it takes its name."""
    return path.with_name(f"{path.name}.new")


def _digest(text: str) -> str:
    told = digest.running()
    told.update(text.encode())
    return digest.noted(told)
