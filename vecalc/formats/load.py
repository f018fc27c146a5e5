"""The doors for foreign files: a path goes in, a space or a store comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from vecalc import finder
from vecalc.answers import ENCODINGS, Stored
from vecalc.arrays import Singles
from vecalc.errors import FileProblem, StorageProblem, UsageError
from vecalc.formats import Block, Format, Head, Reading, Source
from vecalc.formats.open_file import Tap, opened
from vecalc.formats.reference import located
from vecalc.formats.row_rules import sound
from vecalc.formats.unsupported import BINARY, TEXT, refuse, refuse_by_place
from vecalc.formats.word_text import shown
from vecalc.space import VectorSpace
from vecalc.space.files import unreadable
from vecalc.space.matrix import MatrixSpace
from vecalc.space.store import is_store, open_store
from vecalc.space.store_files import Written
from vecalc.space.store_writer import write_store

if TYPE_CHECKING:
    from vecalc.space.subwords import Subwords

# The matrix grows by an eighth whenever it is full: at most that much is idle, and a resize of a large
# array moves pages rather than bytes.
GROWTH = 8
LISTED = 4  # names that a message gives of a folder
LOOKED_AT = 1000  # and that it chooses them from, so that a folder of millions is no wait


class _Loaded(NamedTuple):
    space: VectorSpace
    notes: tuple[str, ...]


class Loaded(_Loaded):
    """A space, and what had to be put up with to load it, a sentence each; it unpacks to these two."""

    files: tuple[Path, ...] = ()  # that were read, or the folder of a store

    def of(self, *files: Path) -> Loaded:
        """The same, with the files that it comes from."""
        self.files = files
        return self


def load(path: str | PathLike[str], *, name: str = "", **reading: Any) -> Loaded:
    """The space at a path: a store's folder, a file of any format in `vecalc.formats`, or a folder of one.

    `name` captions it, the path's own name by default. `reading` are fields of `Reading`: what is wanted of
    the file, what to put up with; the notes say what came of it. Memory: the float32 matrix (at most an
    eighth of it more while it grows), about 250 bytes a word, and one block; so at most 2.25 times a text
    file and 1.125 times a binary one, plus the words. FileProblem when the file can't be read or is damaged,
    StorageProblem when memory or open files run out, UsageError for an unknown encoding.
    """
    return read_into_memory(*located(Path(path), how(**reading)), name)


def read_into_memory(place: Path, reading: Reading, name: str = "") -> Loaded:
    """The same, of what `located` has found."""
    if is_store(place):
        return Loaded(open_store(place, name), ()).of(place)
    found: list[Subwords] = []
    with opened(main_file(place), reading) as (source, head, files):
        words, matrix = gathered(_watched(blocks_of(source, head), found), source.path)
        subwords = found[0].in_memory() if found else None
    space = MatrixSpace(words, matrix, name or place.name, subwords=subwords)
    return Loaded(space, source.tally.notes()).of(*files.paths)


def convert(
    path: Path,
    folder: Path,
    *,
    name: str,
    reading: Reading = Reading(),  # noqa: B008 - immutable
    kind: Stored = "float32",
    tap: Tap | None = None,
) -> Written:
    """Write the vectors at a path (as `load` takes it) as a store at `folder`, streaming, in bounded memory.

    Its facts name the source (path, size, time, digest), the other files that took part, and what was put
    up with (notes). `tap` sees the bytes of the files as they are read. Raises as `load` and `write_store`
    do; nothing is left behind then.
    """
    facts: dict[str, object] = {}
    found: list[Subwords] = []

    def rows() -> Iterator[tuple[list[str], Singles]]:
        with opened(main_file(path), reading, tap, hashed=True) as (source, head, files):
            for block in _watched(blocks_of(source, head), found):
                if block.words:
                    yield block.words, block.rows
            facts["notes"] = source.tally.notes()
            facts["source"], *others = files.facts()
            if others:
                facts["beside"] = others

    try:
        return write_store(
            folder, rows(), name=name, kind=kind, facts=facts, subwords=lambda: next(iter(found), None)
        )
    except FileProblem as problem:
        raise problem.at(where=str(path)) from None


def main_file(path: Path) -> Path:
    """The file to read at a path: the path itself, or that of a folder which some format names.

    FileProblem for a folder with none or several of them.
    """
    try:
        there_is_one = path.is_dir()
    except (OSError, ValueError):  # a name too long, a NUL: what can't be a path is no folder
        there_is_one = False
    if not there_is_one:
        return path
    names = sorted({name for form in formats().values() for name in getattr(form, "IN_FOLDERS", ())})
    found = [name for name in names if (path / name).is_file()]
    if len(found) == 1:
        file: Path = path / found[0]
        return file
    if found:
        message = f"a folder with several models: {', '.join(found)}"
        raise FileProblem(message, where=str(path), hint="name one of them")
    hint = f"name a file in it; of a folder, {', '.join(names)} would be read"
    message = f"a folder, and not a vecalc store; it holds {_listed(path)}"
    raise FileProblem(message, where=str(path), hint=hint)


def _listed(folder: Path) -> str:
    """Some of the names in a folder, for a message."""
    try:
        names = sorted(entry.name for entry in islice(folder.iterdir(), LOOKED_AT))
    except OSError as error:
        raise unreadable(folder, error) from None
    more = " and more" if len(names) > LISTED else ""
    return ", ".join(map(shown, names[:LISTED])) + more if names else "nothing"


def _watched(blocks: Iterable[Block], found: list[Subwords]) -> Iterator[Block]:
    """The same blocks; the n-grams that one of them carries are found before it comes."""
    for block in blocks:
        found += [block.subwords] if block.subwords else []
        yield block


def how(**options: Any) -> Reading:
    """How to read, of fields of `Reading`; UsageError for what no file is read by."""
    reading = Reading(**options)
    if reading.encoding_errors not in ENCODINGS:
        message = f"no way to treat encoding errors is called '{reading.encoding_errors}'"
        raise UsageError(message, hint=f"there are {', '.join(ENCODINGS)}")
    return reading


def blocks_of(source: Source, head: Head) -> Iterator[Block]:
    """The sound blocks of an open file, whatever its format.

    FileProblem where a part was named and the format has none; what else had no use is a remark.
    """
    reading, tally = source.reading, source.tally
    for block in sound(recognised(head, source.path).read(source), source):
        if reading.part and "part" not in tally.used:
            message = f"it has no parts to choose from, such as {shown(reading.part)}"
            raise FileProblem(message, where=str(source.path), hint="leave out # and what follows")
        yield block
    if reading.words_file and "words_file" not in tally.used:
        tally.remarks[f"{Path(reading.words_file).name} was not used: the file has words of its own"] = None


def formats() -> dict[str, Format]:
    """The formats that can be read, by the names of their modules."""
    modules = {name: finder.module("vecalc.formats", name) for name in finder.names("vecalc.formats")}
    return {name: cast(Format, module) for name, module in modules.items() if hasattr(module, "recognise")}


def recognised(head: Head, path: Path) -> Format:
    """The format of a file that begins like this; FileProblem when it is none that can be read."""
    refuse(head, BINARY, path)
    known = formats()
    for form in known.values():
        if form.recognise(head):
            return form
    refuse(head, TEXT, path)
    refuse_by_place(path)
    first = head.data.partition(b"\n")[0].rstrip()
    message = f"not a file of word vectors; it begins with {shown(first)}"
    names = ", ".join(name.replace("_", " ") for name in known)
    raise FileProblem(message, where=str(path), hint=f"formats that are read: {names}; plain or compressed")


def gathered(blocks: Iterable[Block], path: Path) -> tuple[list[str], Singles]:
    """All words and their matrix [n, d] float32; FileProblem when there is no row at all."""
    words: list[str] = []
    matrix = np.empty((0, 0), np.float32)
    try:
        for block in blocks:
            matrix = _with_room(matrix, len(words) + len(block.words), block.rows.shape[1])
            matrix[len(words) : len(words) + len(block.words)] = block.rows
            words += block.words
        matrix.resize((len(words), matrix.shape[1]), refcheck=False)
    except MemoryError:
        message = f"not enough memory; {len(words):,} rows were read"
        raise StorageProblem(
            message, where=str(path), hint="close something, or use a smaller file"
        ) from None
    if not words:
        raise FileProblem("no row is left", where=str(path), hint="see whether the file holds vectors at all")
    return words, matrix


def _with_room(matrix: Singles, rows: int, width: int) -> Singles:
    """A matrix with at least so many rows, the old ones kept."""
    if not matrix.size:
        return np.empty((rows, width), np.float32)
    if rows > len(matrix):
        matrix.resize((rows + rows // GROWTH, width), refcheck=False)
    return matrix
