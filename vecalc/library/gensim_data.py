"""Models of the gensim-data collection: what there is, and one of them fetched.

The collection is a `list.json` with sizes and MD5 sums, and for each model a gzip file, in parts where it is
large. The sums guard against damage on the way; that it is the right server is for TLS to say.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from vecalc.answers import Column, Sheet
from vecalc.errors import NoSpace, RemoteProblem, UsageError
from vecalc.library.cache import private_folder
from vecalc.library.catalogue import check_name
from vecalc.library.download import TIMEOUT, fetched
from vecalc.library.kept_stores import Watch
from vecalc.library.paths import cache_folder
from vecalc.space.atomic import written_whole

LIST_URL = "https://raw.githubusercontent.com/RaRe-Technologies/gensim-data/master/list.json"
FILES_URL = "https://github.com/RaRe-Technologies/gensim-data/releases/download"
LONGEST_LIST = 1 << 24
MOST_PARTS = 100
LARGEST = 1 << 50  # bytes or words of a model: more is a mistake of the list
LEAST_ROOM = 1 << 20  # the list's sizes are not always exact
COLUMNS = (Column("name"), Column("words", "count"), Column("size", "size"), Column("description"))


class Offer(NamedTuple):
    """A model that can be had: its files' addresses and MD5 sums, in order."""

    name: str
    size: int  # bytes to fetch
    words: int | None
    description: str
    license: str
    parts: tuple[tuple[str, str], ...]


def offers(timeout: float = TIMEOUT) -> dict[str, Offer]:
    """The models of the collection, by name. Raises `RemoteProblem`."""
    base = os.environ.get("VECALC_DATA_URL", "").rstrip("/")
    url = f"{base}/list.json" if base else LIST_URL
    try:
        told = json.loads(b"".join(fetched(url, LONGEST_LIST, timeout)))
        models = told["models"]
        return {str(name): _offer(str(name), model, base or FILES_URL) for name, model in models.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        message = "not the list of a gensim-data collection"
        raise RemoteProblem(
            message, where=url, hint="VECALC_DATA_URL names the folder of list.json"
        ) from None


def _offer(name: str, told: Mapping[str, Any], base: str) -> Offer:
    count = int(told.get("parts", 1))
    if not 1 <= count <= MOST_PARTS:
        raise ValueError(count)
    path = f"{base}/{quote(name, safe='')}/{quote(name, safe='')}.gz"
    if count == 1:
        parts = [(path, str(told["checksum"]))]
    else:
        parts = [(f"{path}_0{i}", str(told[f"checksum-{i}"])) for i in range(count)]
    size, words = int(told.get("file_size", 0)), told.get("num_records")
    if not 0 <= size <= LARGEST:
        raise ValueError(size)
    return Offer(
        name,
        size,
        words if isinstance(words, int) and 0 <= words <= LARGEST else None,
        str(told.get("description", "")),
        str(told.get("license", "")),
        tuple(parts),
    )


def offer(name: str, timeout: float = TIMEOUT) -> Offer:
    """One model of the collection. Raises `UsageError` for a name that it lacks."""
    import difflib

    found = offers(timeout)
    if name in found:
        return found[name]
    near = difflib.get_close_matches(name, found, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "`vecalc models pull` lists what there is"
    raise UsageError(f"there is no model '{name}' to pull", where="vecalc models pull", hint=hint)


def sheet(found: Mapping[str, Offer]) -> Sheet:
    """What can be had."""
    rows = tuple((one.name, one.words, one.size, one.description) for one in found.values())
    return Sheet("offers", COLUMNS, rows, "Models of gensim-data", ("`vecalc models pull NAME` fetches one",))


def fetch(one: Offer, watch: Watch, timeout: float = TIMEOUT) -> Path:
    """The file of a model, fetched and its sums compared, under a name of the cache's own.

    It appears when it is complete; one that is there from an earlier time, and right, is not fetched
    again. Raises `RemoteProblem`, `StorageProblem`.
    """
    folder = private_folder(cache_folder() / "downloads")
    digest = hashlib.sha256(repr(one.parts).encode()).hexdigest()[:16]
    path = folder / f"{check_name(one.name, 'vecalc models pull')}-{digest}.gz"
    if path.exists():
        return path
    try:
        with written_whole(path) as stream, watch(f"fetching {one.name}", one.size) as tap:
            for piece in _pieces(one, timeout):
                stream.write(piece)
                tap(piece)
    except NoSpace as problem:
        problem.message = f"{problem.message}; the download needs {one.size / 1e6:,.0f} MB"
        raise
    return path


def _pieces(one: Offer, timeout: float) -> Iterator[bytes]:
    """The bytes of all parts; RemoteProblem when those of one do not have its sum."""
    for url, checksum in one.parts:
        digest = hashlib.md5(usedforsecurity=False)
        for piece in fetched(url, max(2 * one.size, LEAST_ROOM), timeout):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != checksum:
            message = f"its MD5 sum is {digest.hexdigest()}, the list says {checksum}"
            raise RemoteProblem(message, where=url, hint="try again; the file or the list was changed")
