"""Files that must not be lost: no output is one of the files that a request reads, by any name."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from vecalc.errors import UsageError
from vecalc.library import catalogue
from vecalc.library.named_spaces import split_model, starter_folder
from vecalc.library.paths import KEPT
from vecalc.shell.request import Request
from vecalc.space.store import is_store


def refuse_overwriting(request: Request) -> None:
    """Raises `UsageError` when the output of a request is one of the files that it reads, by any name.

    A standard output that goes to a file is an output, too: with `>> questions.txt` a batch would never end.
    """
    target = _status(sys.stdout if request.output in (None, "-") else request.output)
    if target is None or not stat.S_ISREG(target.st_mode):  # nothing that could be lost
        return
    if any(status and os.path.samestat(target, status) for status in map(_status, _read_by(request))):
        where = request.output or "standard output"
        raise UsageError(
            "input and output are the same file", where=where, hint="choose another name for the output"
        )


def _read_by(request: Request) -> Iterator[str | IO[str]]:
    """Every file of a request: what it asks about, its models and what belongs to them, the user's own."""
    for path in (*request.file, request.csv, request.among):
        if path:
            yield sys.stdin if path == "-" else path
    models = [split_model(model)[1] for model in request.model] or [catalogue.STARTER]
    places = [*map(catalogue.known, map(Path, models)), *map(Path, request.beside)]
    places += [starter_folder()] if catalogue.STARTER in models else []
    for place in places:
        yield str(place)
        if is_store(place):
            yield from map(str, place.iterdir())
    yield from (str(kept.path()) for kept in KEPT)


def _status(file: str | IO[str]) -> os.stat_result | None:
    try:
        return os.stat(file if isinstance(file, str) else file.fileno())  # noqa: PTH116 - of a stream, too
    except (OSError, ValueError):  # there is none of this name, or no name could be like this
        return None
