"""Files of texts as spaces: a row for each line, or cell of a column, by an embedder; always a store.

With an embedder at hand, what a file is read as:

    lines:FILE                 its lines, whatever they look like; lines:FILE#COLUMN a column's cells
    a file that holds vectors  its vectors
    FILE#COLUMN                the cells of a column of texts, of a table whose numbers are no vector: neither
                               a list of them nor columns numbered 0, 1, 2
    any other text             its lines; of a table (by its name) the cells of the column that is called
                               text, sentence, ..., or is the only one of texts
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vecalc.answers import Stored
from vecalc.errors import FileProblem, NotVectors, NotWritable, UsageError
from vecalc.formats.load import Loaded, holds_vectors, is_whole_store
from vecalc.library.cache import CacheUse, folder_of
from vecalc.library.kept_stores import NOT_KEPT, Watch, kept, through_cache, written
from vecalc.library.meant import Meant
from vecalc.library.vector_models import load_vectors
from vecalc.sources.reference import behind
from vecalc.space.matrix import MatrixSpace
from vecalc.space.store import FACTS, read_facts
from vecalc.texts import FORCED
from vecalc.texts.embedding import EMBEDDER, Embedder, TextFile, holds_texts, texts_in_memory, write_texts

if TYPE_CHECKING:
    from vecalc.space.store_files import Written

_HINT = f"FILE#COLUMN reads a column of texts, {FORCED}FILE the lines of any text"


def load_by(what: Meant, embedder: Embedder, name: str, watch: Watch, cache: CacheUse) -> tuple[Loaded, bool]:
    """The space of a file, and whether its rows are texts by this embedder, or its own vectors.

    Raises as `open_model.load` does, and as the encoder does.
    """
    name = name or what.place.name
    if is_whole_store(what.place, what.reading):
        loaded = load_vectors(what.place, what.reading, name, watch, cache)
        told = embedded_by(what.place)
        return (_of_texts(loaded, embedder, what, told), True) if told else (loaded, False)
    if not what.forced:
        if found := kept(texts_folder(what, embedder.encoder.identity), what.place, name, cache):
            return _of_texts(found, embedder, what), True
        if not _is_column(what):
            with suppress(NotVectors):
                return load_vectors(what.place, what.reading, name, watch, cache), False
    return _of_texts(_texts(what, embedder, name, watch, cache), embedder, what), True


def import_by(
    what: Meant, embedder: Embedder, folder: Path, name: str, kind: Stored, watch: Watch
) -> Written:
    """Write the texts of a file as a store. Raises `UsageError` for vectors, and as `write_texts` does."""
    if not what.forced and not _is_column(what) and holds_vectors(what.place, what.reading):
        raise nothing_to_embed(f"{what.place.name} holds vectors")
    return _written(what, embedder, folder, name, watch, kind)


def nothing_to_embed(why: str) -> UsageError:
    """The problem of an embedder that has no use."""
    return UsageError(f"there is nothing to embed: {why}", where="--embed", hint=_HINT)


def embedded_by(folder: Path) -> dict[str, Any]:
    """What the facts of a store say of the embedder of its texts; empty for words."""
    told = read_facts(folder / FACTS).rest.get(EMBEDDER)
    return told if isinstance(told, dict) else {}


def _is_column(what: Meant) -> bool:
    return bool(what.reading.part) and holds_texts(_file(what))


def _texts(what: Meant, embedder: Embedder, name: str, watch: Watch, cache: CacheUse) -> Loaded:
    """The space of the texts: of their store, or in memory where that can't be kept."""
    folder = texts_folder(what, embedder.encoder.identity)
    try:
        return through_cache(
            folder, what.place, name, cache,
            lambda: _written(what, embedder, folder, what.place.name, watch),
        )  # fmt: skip
    except NotWritable as problem:
        if cache.required:
            raise
        loaded = texts_in_memory(_file(what), embedder, name)
        note = f"{NOT_KEPT}: {problem.where}: {problem.message}"
        return Loaded(loaded.space, (*loaded.notes, note)).of(*loaded.files)


def _written(
    what: Meant, embedder: Embedder, folder: Path, name: str, watch: Watch, kind: Stored = "float32"
) -> Written:
    size = what.place.stat().st_size if what.place.is_file() else 0
    return written(
        what.place, size, folder, watch,
        lambda tap: write_texts(_file(what), folder, embedder, name=name, kind=kind, tap=tap),
    )  # fmt: skip


def _of_texts(
    loaded: Loaded, embedder: Embedder, what: Meant, told: Mapping[str, Any] | None = None
) -> Loaded:
    """The same space with the encoder that made it, and a note that says so.

    `told` is what the facts of an imported one say; FileProblem where it was made by another.
    """
    encoder, space = embedder.encoder, loaded.space
    if told and told.get("identity") != encoder.identity:
        message = f"its texts were embedded by {told.get('name')}, and not by {embedder.name} as it is now"
        raise FileProblem(message, where=str(what.place), hint="import them again, with --embed")
    assert isinstance(space, MatrixSpace)  # noqa: S101 - stores and texts in memory are
    space.encoder = encoder
    kind = "text" if told else "cell" if _file(what).are_cells else "line"
    kind += "s" * (len(space) != 1)
    rows = kind if told else f"{kind} of {what.place.name}{behind(what.reading)}, as texts"
    note = f"{len(space):,} {rows}, by {embedder.name}"
    return Loaded(space, (note, *loaded.notes)).of(*loaded.files)


def _file(what: Meant) -> TextFile:
    return TextFile(what.place, what.reading, as_lines=what.forced)


def texts_folder(what: Meant, identity: str) -> Path:
    """Where the store of its texts by an encoder lies, or would lie."""
    columns = " with its columns" if _file(what).are_cells else ""  # which earlier versions left out
    how = f"{identity}{FORCED if what.forced else ''}{columns}"
    plain = folder_of(what.place, what.reading)
    return plain.with_name(f"{plain.name}-{hashlib.sha256(how.encode()).hexdigest()[:8]}")
