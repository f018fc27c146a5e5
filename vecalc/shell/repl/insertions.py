"""A completion, and where some come from that nothing of the session is needed for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

OFFERED = 40  # completions of one key press
LISTED = 10_000  # files of a folder that are looked at


class Completion(NamedTuple):
    """What can be put into a line in place of what stands from `start` to the cursor."""

    text: str
    start: int
    meta: str = ""  # what it is, for a menu that has room for it


def matching(metas: Mapping[str, str], part: str, start: int) -> Iterator[Completion]:
    """Of some texts, each with what it is, those that begin like a part of the line, in any case."""
    folded = part.casefold()
    return (
        Completion(text, start, meta) for text, meta in metas.items() if text.casefold().startswith(folded)
    )


def files(line: str, start: int) -> Iterator[Completion]:
    """The files and folders of the path that a line ends with; hidden ones where a dot was typed."""
    typed = line[start:]
    folder, slash, name = typed.rpartition("/")
    place = Path(f"{folder}{slash}" or ".")
    try:
        with os.scandir(place.expanduser()) as entries:
            found = sorted(islice(entries, LISTED), key=lambda entry: entry.name)
    except (OSError, RuntimeError, ValueError):  # no such folder, no such user, no path at all
        return
    for entry in found:
        hidden = entry.name.startswith(".") and not name.startswith(".")
        if entry.name.startswith(name) and entry.name.isprintable() and not hidden:
            yield _file(entry, start + len(folder) + len(slash))


def _file(entry: os.DirEntry[str], start: int) -> Completion:
    try:
        if entry.is_dir():
            return Completion(f"{entry.name}/", start, "folder")
        return Completion(entry.name, start, _size(entry.stat().st_size))
    except OSError:  # a link to nothing
        return Completion(entry.name, start)


def _size(count: int) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:,.0f} {unit}"
        count /= 1000  # type: ignore[assignment]
    return f"{count:,.1f} GB"
