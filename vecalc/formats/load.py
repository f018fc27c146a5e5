"""The doors for foreign files: a path goes in, a space or a store comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.answers import ENCODINGS, Stored
from vecalc.arrays import Singles
from vecalc.errors import FileProblem, NoSpace, NotVectors, StorageProblem, UsageError
from vecalc.formats import Block, Format
from vecalc.formats.base64_words import decoded
from vecalc.formats.folders import main_file
from vecalc.formats.known import formats
from vecalc.formats.model_extras import ModelExtras
from vecalc.formats.recognition import is_known, recognised
from vecalc.formats.row_rules import sound
from vecalc.formats.unsupported import refuse_by_name
from vecalc.sources import UTF_8, Head, Reading, Source
from vecalc.sources.compression import head_of
from vecalc.sources.open_file import Tap, opened
from vecalc.sources.reference import behind, located
from vecalc.sources.word_encoding import codec
from vecalc.sources.word_text import shown
from vecalc.space import VectorSpace
from vecalc.space.matrix import MatrixSpace
from vecalc.space.store import is_store, open_store
from vecalc.space.store_files import Written
from vecalc.space.store_writer import write_store

if TYPE_CHECKING:
    from vecalc.space.metadata_table import TabledMetadata
    from vecalc.space.metadata_writer import MetadataWriter
    from vecalc.space.text_encoder import TextEncoder

# The matrix grows by an eighth whenever it is full: at most that much is idle, and a resize of a large
# array moves pages rather than bytes.
GROWTH = 8


_NO_PARTS = "leave out # and what follows"


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
    if is_whole_store(place, reading):
        return Loaded(open_store(place, name), ()).of(place)
    found = ModelExtras()
    file, reading = main_file(place, reading)
    with opened(file, reading, is_known) as (source, head, files):
        words, matrix, metadata = gathered(found.of(blocks_of(source, head)), source.path)
        subwords = found.subwords.in_memory() if found.subwords else None
    encoder = _encoder(found, matrix, str(place))
    space = MatrixSpace(
        words, matrix, name or place.name, subwords=subwords, encoder=encoder, metadata=metadata
    )
    return Loaded(space, source.tally.notes()).of(*files.paths)


def holds_vectors(place: Path, reading: Reading) -> bool:
    """Whether there are vectors at a path, by what it begins with; FileProblem for what is neither that nor
    text.
    """
    if is_whole_store(place, reading):
        return True
    try:
        with opened(*main_file(place, reading), is_known) as (source, head, _):
            next(blocks_of(source, head), None)
    except NotVectors:
        return False
    return True


def form_of(place: Path, reading: Reading) -> str:
    """The format of the file at a path, for people: "word2vec text". FileProblem where it is none."""
    if is_store(place):
        return "vecalc's own stores"
    with opened(*main_file(place, reading), is_known) as (source, head, _):
        form = _format_of(source, head)
    return next(name for name, one in formats().items() if one is form).replace("_", " ")


def is_whole_store(place: Path, reading: Reading) -> bool:
    """Whether a store lies at a path; FileProblem where a part of it is named, as it has none."""
    if not is_store(place):
        return False
    if reading.part:
        message = f"it has no parts to choose from, such as {shown(reading.part)}: it is a store"
        raise FileProblem(message, where=str(place), hint=_NO_PARTS)
    return True


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
    found = ModelExtras()
    wanted = 0

    def rows() -> Iterator[tuple[list[str], Singles]]:
        nonlocal wanted
        with opened(*main_file(path, reading), is_known, tap, hashed=True) as (source, head, files):
            for block in found.of(blocks_of(source, head)):
                wanted = source.tally.wanted
                if block.words:
                    yield block.words, block.rows
            facts["notes"] = source.tally.notes()
            facts["source"], *others = files.facts()
            if part := behind(reading):
                facts["part"] = part
            if others:
                facts["beside"] = others

    try:
        return write_store(
            folder,
            rows(),
            name=name,
            kind=kind,
            facts=facts,
            subwords=lambda: found.subwords,
            texts=found.texts,
            metadata=lambda: found.metadata,
        )
    except FileProblem as problem:
        raise problem.at(where=str(path)) from None
    except NoSpace as problem:
        problem.wanted = wanted
        raise


def _encoder(found: ModelExtras, matrix: Singles, where: str) -> TextEncoder | None:
    """The encoder of a model in memory, where it is textual."""
    texts = found.texts()
    if texts is None:
        return None
    from vecalc.space.text_encoder import TextEncoder

    return TextEncoder(*texts, matrix, where=where)


def how(**options: Any) -> Reading:
    """How to read, of fields of `Reading`; UsageError for what no file is read by."""
    reading = Reading(**options)
    if reading.encoding_errors not in ENCODINGS:
        message = f"no way to treat encoding errors is called '{reading.encoding_errors}'"
        raise UsageError(message, hint=f"there are {', '.join(ENCODINGS)}")
    codec(reading.encoding)
    return reading


def blocks_of(source: Source, head: Head) -> Iterator[Block]:
    """The sound blocks of an open file, whatever its format.

    FileProblem where a part was named and the format has none; what else had no use is a remark.
    """
    reading, tally = source.reading, source.tally
    for block in sound(unchecked(source, head), source):
        if reading.part and "part" not in tally.used:
            message = f"it has no parts to choose from, such as {shown(reading.part)}"
            raise FileProblem(message, where=str(source.path), hint=_NO_PARTS)
        yield block
    if codec(reading.encoding) != UTF_8 and "encoding" not in tally.used:
        tally.remarks[f"--encoding {reading.encoding} was not used: its words are Unicode already"] = None
    if reading.words_file and "words_file" not in tally.used:
        tally.remarks[f"{Path(reading.words_file).name} was not used: the file has words of its own"] = None


def unchecked(source: Source, head: Head) -> Iterator[Block]:
    """The blocks of an open file as its format gives them, and those of the parts that follow it.

    The numbers of rows go on from part to part. FileProblem for a part of another width.
    """
    first = last = width = 0
    for part in (None, *source.reading.parts):
        if part is not None:
            source = source.open(source.path.with_name(part))
            head = head_of(source)
        for block in decoded(_format_of(source, head).read(source), source):
            if len(block.words) and block.rows.shape[1] != (width := width or block.rows.shape[1]):
                message = f"rows of {block.rows.shape[1]:,} numbers; those of the parts before have {width:,}"
                raise FileProblem(
                    message, where=str(source.path), hint="keep the parts of one model together"
                )
            numbers = [first + number for number in block.numbers] if first else block.numbers
            last = max(last, numbers[-1] if len(numbers) else 0)
            yield block._replace(numbers=numbers)
        first = last


def _format_of(source: Source, head: Head) -> Format:
    """The format of an open file; what is none may be named by what lies beside it."""
    try:
        return recognised(head, source.path)
    except FileProblem:
        from vecalc.formats.raw_numbers import refuse_raw

        refuse_by_name(source.path)
        refuse_raw(head, source)
        raise


def gathered(blocks: Iterable[Block], path: Path) -> tuple[list[str], Singles, TabledMetadata | None]:
    """All words, their matrix [n, d] float32 and metadata; FileProblem when there is no row at all."""
    words: list[str] = []
    known: MetadataWriter | None = None
    matrix = np.empty((0, 0), np.float32)
    try:
        for block in blocks:
            matrix = _with_room(matrix, len(words) + len(block.words), block.rows.shape[1])
            matrix[len(words) : len(words) + len(block.words)] = block.rows
            if block.metadata:
                known = known or _metadata_writer()
                known.add(len(words), len(block.words), block.metadata)
            words += block.words
        matrix.resize((len(words), matrix.shape[1]), refcheck=False)
    except MemoryError:
        message = f"not enough memory; {len(words):,} rows were read"
        raise StorageProblem(
            message, where=str(path), hint="close something, or use a smaller file"
        ) from None
    if not words:
        raise FileProblem("no row is left", where=str(path), hint="see whether the file holds vectors at all")
    return words, matrix, known.in_memory(len(words)) if known else None


def _metadata_writer() -> MetadataWriter:
    from vecalc.space.metadata_writer import MetadataWriter

    return MetadataWriter()


def _with_room(matrix: Singles, rows: int, width: int) -> Singles:
    """A matrix with at least so many rows, the old ones kept."""
    if not matrix.size:
        return np.empty((rows, width), np.float32)
    if rows > len(matrix):
        matrix.resize((rows + rows // GROWTH, width), refcheck=False)
    return matrix
