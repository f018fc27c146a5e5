"""From a file of texts to the words and rows of a space: each text once, encoded some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vecalc.answers import Stored
from vecalc.arrays import Singles
from vecalc.conditions import MetadataColumn
from vecalc.errors import EncoderProblem, FileProblem
from vecalc.formats import Block
from vecalc.formats.load import Loaded, gathered
from vecalc.formats.other_columns import short, with_words
from vecalc.formats.plain_kinds import of_cells
from vecalc.sources import UTF_8, Head, Reading, Source
from vecalc.sources.excuses import refuse_if_damaged
from vecalc.sources.open_file import Tap, opened
from vecalc.sources.reference import behind
from vecalc.sources.word_encoding import codec
from vecalc.sources.word_text import shown
from vecalc.space import Encoder
from vecalc.space.matrix import MatrixSpace
from vecalc.space.store_files import Written
from vecalc.space.store_writer import write_store
from vecalc.space.threads import ahead
from vecalc.texts.column_texts import KnownText, has_vector_columns, texts_of_column
from vecalc.texts.command_encoder import CommandEncoder
from vecalc.texts.line_texts import texts_of_lines
from vecalc.texts.table_names import is_table

if TYPE_CHECKING:
    from vecalc.space.metadata_writer import Known

AT_ONCE = 2048  # texts: what an encoder needs for them stays small, and both cores have something to do
CHARACTERS = 1 << 20  # and fewer of them where they are long
MOST_TEXTS = 1 << 28  # of a file; 80 bytes are kept of each to know it again
EQUAL = "equal texts left out, the first of each kept"
WITHOUT_TOKENS = "texts without a token of the model, left out"
EMBEDDER = "embedder"  # what the facts of a store call it
_DIGEST = 16  # bytes that a text is known by: two alike among 2^28 come once in 10^21 files


class TextFile(NamedTuple):
    """A file that is read as texts: its lines, or the cells of a column."""

    path: Path
    reading: Reading
    as_lines: bool = False  # also of what is called a table

    @property
    def are_cells(self) -> bool:
        """Whether its texts are cells of a table."""
        return bool(self.reading.part) or (
            is_table(self.reading.member or self.path.name) and not self.as_lines
        )


class Embedder(NamedTuple):
    """An encoder, and what notes call it."""

    encoder: Encoder
    name: str


def holds_texts(file: TextFile) -> bool:
    """Whether a column that is named of a table is one of texts, and its numbers are no vector's."""
    try:
        with opened(file.path, file.reading, _any) as (source, _, _files):
            return not has_vector_columns(source)
    except FileProblem:  # which is told by whoever reads it for good
        return False


def write_texts(
    file: TextFile,
    folder: Path,
    embedder: Embedder,
    *,
    name: str,
    kind: Stored = "float32",
    tap: Tap | None = None,
) -> Written:
    """Write the texts of a file as a store at `folder`, streaming, in bounded memory: words are the texts.

    Its facts are those of `formats.load.convert`, and name the embedder. Raises as that does, and as the
    encoder does; nothing is left behind then.
    """
    encoder = embedder.encoder
    facts: dict[str, object] = {EMBEDDER: {"name": embedder.name, "identity": encoder.identity}}

    metadata: Known | None = None

    def rows() -> Iterator[tuple[list[str], Singles]]:
        nonlocal metadata
        with opened(file.path, file.reading, _any, tap, hashed=True) as (source, _, files):
            for block in _blocks(file, source, encoder):
                metadata = block.metadata
                if block.words:
                    yield block.words, block.rows
            facts["notes"] = source.tally.notes()
            facts["source"], *_ = files.facts()
            if part := behind(file.reading):
                facts["part"] = part

    try:
        return write_store(folder, rows(), name=name, kind=kind, facts=facts, metadata=lambda: metadata)
    except FileProblem as problem:
        raise problem.at(where=str(file.path)) from None


def texts_in_memory(file: TextFile, embedder: Embedder, name: str) -> Loaded:
    """The same as a space in memory."""
    with opened(file.path, file.reading, _any) as (source, _, files):
        words, matrix, metadata = gathered(_blocks(file, source, embedder.encoder), file.path)
    space = MatrixSpace(words, matrix, name, encoder=embedder.encoder, metadata=metadata)
    return Loaded(space, source.tally.notes()).of(*files.paths)


def _any(_: Head) -> bool:
    """Any file of an archive may be one of texts."""
    return True


# --- texts to rows --------------------------------------------------------------------------------------


def _blocks(file: TextFile, source: Source, encoder: Encoder) -> Iterator[Block]:
    """The texts and their rows, in their order. FileProblem where there is none."""
    found: Iterable[Iterable[KnownText]] = texts_of_column(source) if file.are_cells else _lines(source)
    rows = 0
    # A program runs in this thread, so that Ctrl-C ends it.
    worked = map if isinstance(encoder, CommandEncoder) else ahead
    for block in worked(lambda some: _encoded(some, source, encoder), _batches(_once(found, source))):
        rows += len(block.words)
        yield block
    without = source.tally.counts[WITHOUT_TOKENS]
    refuse_if_damaged(rows + without, source)
    if without and not rows:
        message = f"none of its {without:,} texts has a token of the model"
        raise FileProblem(
            message, where=str(source.path), hint="see whether the file or column is the right one"
        )
    if not rows:
        if left_out := source.tally.odd.get(True):
            raise left_out.first
        raise FileProblem(
            "it holds no text", where=str(source.path), hint="a text is a line that is not blank"
        )
    if codec(source.reading.encoding) != UTF_8 and "encoding" not in source.tally.used:
        source.tally.remarks[f"--encoding {source.reading.encoding} was not used: tables are UTF-8"] = None


def _lines(source: Source) -> Iterator[Iterable[KnownText]]:
    for some in texts_of_lines(source):
        yield map(KnownText, some)


def _once(found: Iterable[Iterable[KnownText]], source: Source) -> Iterator[KnownText]:
    """The texts without those that came before. FileProblem beyond `MOST_TEXTS`."""
    seen: set[bytes] = set()
    for some in found:
        for known in some:
            digest = blake2b(known.text.encode("utf-8", "surrogateescape"), digest_size=_DIGEST).digest()
            if digest in seen:
                source.tally.counts[EQUAL] += 1
                continue
            seen.add(digest)
            yield known
        if len(seen) > MOST_TEXTS:
            message = f"more than {MOST_TEXTS:,} texts"
            raise FileProblem(message, where=str(source.path), hint="split the file")


def _batches(texts: Iterable[KnownText]) -> Iterator[list[KnownText]]:
    some: list[KnownText] = []
    size = 0
    for known in texts:
        some.append(known)
        size += len(known.text)
        if len(some) == AT_ONCE or size >= CHARACTERS:
            yield some
            some, size = [], 0
    if some:
        yield some


def _encoded(some: list[KnownText], source: Source, encoder: Encoder) -> Block:
    """The block of some texts; those whose vector is zero have no direction, and are left out and counted."""
    rows = encoder.encode([known.text for known in some])
    if rows.shape != (len(some), encoder.dim):
        wanted = f"{len(some):,} rows of {encoder.dim:,} numbers are expected"
        raise EncoderProblem(f"the embedder gives an array {list(rows.shape)}; {wanted}")
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        text = shown(some[int(finite.argmin())].text)
        raise EncoderProblem(f"the embedder gives numbers that are not finite for {text}")
    has_direction = rows.any(axis=1)
    if not has_direction.all():
        kept = np.flatnonzero(has_direction)
        source.tally.counts[WITHOUT_TOKENS] += len(some) - len(kept)
        some, rows = [some[i] for i in kept.tolist()], rows[kept]
    texts, called = [known.text for known in some], some[0].column if some else ""
    known = _known(some, source)
    return with_words(Block(texts, rows, range(len(some)), metadata=known or None, word_column=called))


def _known(some: Sequence[KnownText], source: Source) -> Known:
    """The other columns of some texts, of the kinds that their spelling says."""
    known: dict[MetadataColumn, list[Any]] = {}
    for name in some[0].others if some else ():
        kind, values = of_cells([short(one.others[name], source) or "" for one in some])
        known[MetadataColumn(name, kind)] = values
    return known
