"""Writes a store: rows stream in, a folder appears when it is complete (the format is `store.py`'s).

Until the end everything lies in a folder beside the final one, under another name, which vanishes after a
failure (see `placing`). All files and folders are their owner's alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vecalc.answers import Stored
from vecalc.arrays import Singles
from vecalc.errors import FileProblem, NoSpace
from vecalc.space import digest
from vecalc.space.atomic import folder_beside, take_place
from vecalc.space.files import private_file, sync_folder, unwritable
from vecalc.space.store import COLUMNS, FACTS, FORMAT, METADATA
from vecalc.space.store_files import Written, write_files, write_subwords, write_texts

if TYPE_CHECKING:
    from vecalc.space.metadata_writer import Known
    from vecalc.space.subwords import Subwords
    from vecalc.space.text_encoder import TextRules, TokenRows


def write_store(
    folder: Path,
    blocks: Iterable[tuple[Sequence[str], Singles]],
    *,
    name: str,
    kind: Stored = "float32",
    facts: Mapping[str, Any] | None = None,
    subwords: Callable[[], Subwords | None] = lambda: None,
    texts: Callable[[], tuple[TextRules, TokenRows] | None] = lambda: None,
    metadata: Callable[[], Known | None] = lambda: None,
) -> Written:
    """Write words [b] and rows [b, d], block after block, as a store; an older one in its place is replaced.

    `kind` is float32 or float16. Further `facts` are written as they are once the blocks have come to
    their end; `subwords` is asked for n-grams when the first block has come, `metadata` for what is known of
    the rows of each, `texts` for the tokenizer and the tokens of a textual model when all have. Raises
    `StorageProblem` when it can't be written (`NotWritable`, `NoSpace`), `FileProblem` when there is no row
    or a number that float16 can't hold, and whatever the blocks raise; then nothing is left behind.
    """
    written_bytes = 0
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with folder_beside(folder) as place:
            more: dict[str, Any] = {COLUMNS: 0}
            try:
                given = _with_metadata(
                    _with_subwords(blocks, subwords, place, kind, more), metadata, place, more
                )
                written = write_files(place, given, kind)
                if not written.rows:
                    raise FileProblem("no row is left", hint="see whether the file holds vectors at all")
                if found := texts():
                    more["text"] = write_texts(place, *found)
                own = {"name": name, "type": kind, **written._asdict()}
                _write_facts(place, {**own, **more, **(facts or {})})
            finally:
                written_bytes = sum(path.stat().st_size for path in place.iterdir())
            take_place(place, folder)
    except OSError as error:
        if error.errno is None:  # not the system's word, but a mistake of ours
            raise
        problem = unwritable(folder, error)
        if isinstance(problem, NoSpace):
            problem.written = written_bytes
        raise problem from None
    return written


def _with_subwords(
    blocks: Iterable[tuple[Sequence[str], Singles]],
    subwords: Callable[[], Subwords | None],
    place: Path,
    kind: Stored,
    facts: dict[str, Any],
) -> Iterator[tuple[Sequence[str], Singles]]:
    """The same blocks; the n-grams are written when the first has come, while their source is open."""
    for i, block in enumerate(blocks):
        if i == 0 and (found := subwords()):
            facts["subwords"] = write_subwords(place, found, kind)
        yield block


def _with_metadata(
    blocks: Iterable[tuple[Sequence[str], Singles]],
    metadata: Callable[[], Known | None],
    place: Path,
    facts: dict[str, Any],
) -> Iterator[tuple[Sequence[str], Singles]]:
    """The same blocks; what is known of the rows of each is written before it goes on."""
    first, writer = 0, None
    try:
        for words, rows in blocks:
            if known := metadata():
                if writer is None:
                    from vecalc.space.metadata_writer import MetadataWriter

                    writer = MetadataWriter(place / METADATA)
                writer.add(first, len(words), known)
            first += len(words)
            yield words, rows
        if writer:
            facts[COLUMNS] = writer.finish(first)
    finally:
        if writer:
            writer.close()


# --- files ------------------------------------------------------------------------------------


def _write_facts(place: Path, facts: Mapping[str, Any]) -> None:
    """The facts, with the digest and the size of every file; everything is on the disk afterwards."""
    names = sorted(path.name for path in place.iterdir())
    sizes = {name: (place / name).stat().st_size for name in names}
    with ThreadPoolExecutor() as pool:
        digests = dict(zip(names, pool.map(lambda name: _synced_digest(place / name), names), strict=True))
    whole = {"format": FORMAT, "digests": digests, "sizes": sizes, **facts}
    with private_file(place / FACTS) as stream:
        stream.write((json.dumps(whole, indent=2, sort_keys=True) + "\n").encode())
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(place)


def _synced_digest(path: Path) -> str:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    return digest.of_file(path)
