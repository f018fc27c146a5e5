"""The door out: a space becomes a file of some format, whole or not at all.

What a module must have to write its format stands in `vecalc.formats`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from io import UnsupportedOperation
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import numpy as np

from vecalc.arrays import Floats, Singles
from vecalc.errors import FileProblem, StorageProblem, UsageError
from vecalc.formats.known import formats
from vecalc.formats.recognition import is_known, recognised
from vecalc.formats.row_rules import sound
from vecalc.formats.writers import GZIP
from vecalc.formats.written_columns import told
from vecalc.sources import MAX_WORD, Reading
from vecalc.sources.open_file import opened
from vecalc.sources.output_files import moved, refuse_existing
from vecalc.sources.word_text import is_whole, shown, unfit
from vecalc.space import VectorSpace
from vecalc.space.atomic import folder_beside


class Writer(Protocol):
    """What a module must have to write its format."""

    SUFFIXES: tuple[str, ...]

    def write(self, path: Path, space: VectorSpace) -> None:
        """Write the space as the file `path`, perhaps with others beside it; UsageError for words that
        the format can't hold."""


class Saved(NamedTuple):
    """What was written: the format's name, the files, the one to load first, and the bytes of all of them."""

    form: str
    files: tuple[Path, ...]
    size: int
    notes: tuple[str, ...] = ()  # of columns that are not written, or not by their names


Tap = Callable[[int], None]  # told how many rows more are written


def writers() -> dict[str, Writer]:
    """The formats that can be written, by the names of their modules."""
    return {name: cast(Writer, form) for name, form in formats().items() if hasattr(form, "write")}


def spoken(form: str) -> str:
    """A format's name as people write it: word2vec-text."""
    return form.replace("_", "-")


def form_of(path: Path, form: str = "") -> str:
    """The format of a name, or else what the longest suffix says; UsageError when there is none."""
    known = writers()
    if form:
        if (name := form.replace("-", "_")) in known:
            return name
        raise UsageError(f"there is no format '{form}' to write", where="--to", hint=_listed(known))
    name = path.name.lower().removesuffix(GZIP)
    fitting = [(len(s), f) for f, writer in known.items() for s in writer.SUFFIXES if name.endswith(s)]
    if not fitting:
        raise UsageError("the suffix names no format", where=str(path), hint=f"--to: {_listed(known)}")
    return max(fitting)[1]


def _listed(known: dict[str, Writer]) -> str:
    return "there are " + ", ".join(f"{spoken(name)} ({' '.join(w.SUFFIXES)})" for name, w in known.items())


def save(
    space: VectorSpace,
    path: str | os.PathLike[str],
    form: str = "",
    *,
    force: bool = False,
    gzip: bool = False,
    tap: Tap | None = None,
    never: Sequence[Path] = (),
) -> Saved:
    """Write a space to a file, in the format that `form` or its suffix says, gzipped where it ends with .gz.

    The numbers are those of `space.blocks()`, float32, exactly, and so are the words. Files appear when
    they are complete; what exists is only replaced with `force`, and `never` not even then. `tap` sees how
    many rows more are written. UsageError for a format that does not exist or can't hold a word, and for a
    file that exists; StorageProblem when it can't be written; nothing is left behind then.
    """
    place = Path(path)
    form = form_of(place, form)
    packed = gzip or place.name.lower().endswith(GZIP)
    if packed and not getattr(writers()[form], "GZIPPED", False):
        raise UsageError(f"{spoken(form)} files are not gzipped", where=str(path), hint="leave out .gz")
    if not len(space):
        raise UsageError("there is no word to write", where=str(path))
    refuse_existing([place], force, never)
    try:
        with folder_beside(place) as folder:
            first = folder / (place.name + (GZIP if packed and place.suffix != GZIP else ""))
            writers()[form].write(first, _Watched(space, form, tap))
            _refuse_misread(first, form, space)
            size = sum(path.stat().st_size for path in folder.iterdir())  # later another may replace them
            notes = tuple(told(space, getattr(writers()[form], "ROOM", None)))
            return Saved(form, moved(first, place, force, never), size, notes)
    except UnsupportedOperation:  # an OSError, but a mistake of ours
        raise
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise StorageProblem(f"can't be written: {why}", where=str(path), hint=_HINT) from None


_HINT = "give a folder that exists, has room, and may be written to"


class _Watched:
    """The same space, whose blocks are counted as they are taken; what no file should hold is refused.

    No reader takes a number that is not finite, a word that is blank, endless, or holds a newline; half of a
    character (a lone surrogate that stands for no byte) is in no file.
    """

    def __init__(self, space: VectorSpace, form: str, tap: Tap | None) -> None:
        self._space = space
        self._form = spoken(form)
        self._tap = tap

    def __len__(self) -> int:
        return len(self._space)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._space, name)

    def words(self) -> Iterator[str]:
        for row, word in enumerate(self._space.words()):
            if "\n" in word or len(word) > MAX_WORD // 4 or not word.strip(" \t\r"):
                raise unfit(word, row, self._form, "it is blank, holds a newline, or is very long")
            if not is_whole(word):
                raise unfit(word, row, self._form, "it holds half of a character")
            yield word

    def blocks(self) -> Iterator[tuple[int, Singles, Floats]]:
        for first, rows, lengths in self._space.blocks():
            if not np.isfinite(rows).all():
                row = first + int(np.logical_not(np.isfinite(rows).all(axis=1)).argmax())
                raise UsageError(f"row {row + 1:,} holds a number that is not finite (as float32)")
            yield first, rows, lengths
            if self._tap:
                self._tap(len(rows))


def _refuse_misread(path: Path, form: str, space: VectorSpace) -> None:
    """What was written must be known for what it is: its first rows may look like another kind of file.

    Read back are the first rows, and with them whatever lies beside the file.
    """
    try:
        with opened(path, Reading(encoding_errors="surrogateescape"), is_known) as (source, head, *_):
            known = recognised(head, path)
            found = getattr(known, "__name__", "").rpartition(".")[2]
            block = next(iter(sound(known.read(source), source)))
    except FileProblem as problem:
        raise _misread(space, form, problem.message) from None
    if found != form:
        raise _misread(space, form, f"it would be read as {spoken(found)}")
    vectors = space.vectors(range(len(block.words)), np.float32)  # a server then knows their words, too
    for row, word in enumerate(block.words):
        if word != space.word(row):
            raise unfit(space.word(row), row, spoken(form), f"it would be read as {shown(word)}")
    if block.rows.tobytes() != vectors.tobytes():
        raise _misread(space, form, "other numbers would be read")


def _misread(space: VectorSpace, form: str, why: str) -> UsageError:
    what = f"a {spoken(form)} file can't begin with the word {shown(space.word(0))} (row 1) and its numbers"
    return UsageError(f"{what}: {why}", hint="choose another format with --to")
