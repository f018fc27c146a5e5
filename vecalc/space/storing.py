"""Writes a store: rows stream in, a folder appears when it is complete (the format is `store.py`'s).

Until the end everything lies in a folder beside the final
one, under another name, which vanishes after a failure.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vecalc.errors import FileProblem, StorageProblem
from vecalc.space import digest
from vecalc.space.store import FACTS, FORMAT
from vecalc.space.writing import Written, write_files

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def write_store(
    folder: Path,
    blocks: Iterable[tuple[Sequence[str], NDArray[np.float32]]],
    *,
    name: str,
    kind: str = "float32",
    facts: Mapping[str, Any] | None = None,
) -> Written:
    """Write words [b] and rows [b, d], block after block, as a store; an older one in its place is replaced.

    `kind` is float32 or float16. Further `facts` are written as they are once the blocks have come to
    their end. Raises `StorageProblem` when it can't be written, `FileProblem` when there is no row or a
    number that float16 can't hold, and whatever the blocks raise; then nothing is left behind.
    """
    try:
        with _replacing(folder) as place:
            written = write_files(place, blocks, kind)
            if not written.rows:
                raise FileProblem("no row is left", hint="see whether the file holds vectors at all")
            _write_facts(place, {"name": name, "type": kind, **written._asdict(), **(facts or {})})
    except OSError as problem:
        raise StorageProblem(f"can't be written: {problem.strerror}", where=str(folder)) from None
    return written


# --- files ------------------------------------------------------------------------------------


def _write_facts(place: Path, facts: Mapping[str, Any]) -> None:
    """The facts, with the digest of every file; everything is on the disk afterwards."""
    names = sorted(path.name for path in place.iterdir())
    with ThreadPoolExecutor() as pool:
        digests = dict(zip(names, pool.map(lambda name: _synced_digest(place / name), names), strict=True))
    text = json.dumps({"format": FORMAT, "digests": digests, **facts}, indent=2, sort_keys=True) + "\n"
    with (place / FACTS).open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _synced_digest(path: Path) -> str:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    return digest.of_file(path)


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A folder beside this one, which takes its name and place when it is complete."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}.", suffix=".part"))
    try:
        yield place
        _take_place(place, folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _take_place(place: Path, folder: Path) -> None:
    """Rename; folders don't replace each other, so an older one steps aside first, and back in need."""
    if not folder.exists():
        place.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}.", suffix=".old"))
    try:
        old = folder.rename(aside / folder.name)
    except BaseException:
        aside.rmdir()
        raise
    try:
        place.rename(folder)
    except BaseException:
        old.rename(folder)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)
