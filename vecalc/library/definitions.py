"""Texts of definitions: the user's prelude, files that `load` takes, and others that are kept."""

from __future__ import annotations

from pathlib import Path

from vecalc import bounded
from vecalc.errors import FileProblem
from vecalc.library.paths import PRELUDE, Kept


def text(path: Path) -> str:
    """The text of a file of definitions. Raises `FileProblem`."""
    try:
        data = bounded.read(path, PRELUDE.most)
    except OSError as problem:
        raise FileProblem(f"can't be read: {problem.strerror}", where=str(path)) from None
    return as_text(data, path)


def kept_text(kept: Kept) -> str:
    """The text of a file that is kept, nothing where there is none. Raises `FileProblem`."""
    return as_text(kept.read() or b"", kept.path())


def as_text(data: bytes, path: Path) -> str:
    """UTF-8 with or without a byte-order mark. Raises `FileProblem`."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        message = f"byte {problem.start + 1} is not UTF-8"
        raise FileProblem(message, where=str(path), hint="save the file as UTF-8") from None
