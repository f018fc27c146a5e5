"""What a server offers as a model: its files, fetched and compared with their digests, whole or not at all.

They lie together in a folder of the cache, `downloads/NAME-DIGEST`, until they are imported. What there is,
`gensim_data` and `hub` say.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from vecalc.errors import NoSpace, RemoteProblem, StorageProblem
from vecalc.library.cache import private_folder
from vecalc.library.catalogue import check_name
from vecalc.library.download import TIMEOUT, fetched, token_in
from vecalc.library.kept_stores import Watch
from vecalc.library.paths import cache_folder
from vecalc.space.atomic import folder_beside, new_file, sweep, take_place
from vecalc.space.files import unwritable

MEGABYTE = 1_000_000
LEAST_ROOM = 1 << 20  # bytes more than an offer says: not all of them are exact
_AGAIN = "try again; the file or the list was changed"
_CALLED = {"md5": "MD5 sum", "sha256": "SHA-256", "git": "git digest"}


class OfferPart(NamedTuple):
    """A file of an offer, or a piece of one: pieces with the same path are joined in their order."""

    path: str  # within the model's folder
    url: str
    digest: str = ""  # `md5:...`, `sha256:...`, `git:...`; "" where the server says none
    size: int | None = None  # bytes; None where only that of all parts is known


class Offer(NamedTuple):
    """A model that can be had."""

    name: str
    size: int  # bytes to fetch
    parts: tuple[OfferPart, ...]
    words: int | None = None
    description: str = ""
    license: str = ""
    main: str = ""  # the path of the file to import, "" for the folder
    called: str = ""  # what it is on the server, where that is more than its name
    remarks: tuple[str, ...] = ()  # what to know before it is fetched
    secret: str = ""  # the environment variable with a token that the server may want

    def told(self) -> Iterator[str]:
        """What would be fetched, in lines."""
        licence = f", licence: {self.license}" if self.license else ""
        yield f"{self.called or self.name}: {_readable(self.size)}{licence}"
        for part in self.parts:
            size = "" if part.size is None else f"  {_readable(part.size)}"
            yield f"  {part.url}{size}  {part.digest.replace(':', ' ') or 'no digest'}"
        yield from self.remarks


def fetch(
    one: Offer, watch: Watch, timeout: float = TIMEOUT, tell: Callable[[str], None] = lambda _: None
) -> Path:
    """The folder with the files of a model, each compared with its digest, under a name of the cache's own.

    It appears when it is complete; one that is there from an earlier time is not fetched again. `tell` hears
    of each file. Raises `RemoteProblem`, `StorageProblem`.
    """
    folder = private_folder(cache_folder() / "downloads")
    digest = hashlib.sha256(repr(one.parts).encode()).hexdigest()[:16]
    path = folder / f"{check_name(one.name, 'vecalc models pull')}-{digest}"
    sweep(path)
    if path.exists():
        return path
    _refuse_scarce(folder, one.size)
    try:
        with folder_beside(path) as beside, watch(f"fetching {one.name}", one.size) as tap:
            token = token_in(one.secret) if one.secret else ""
            for name, parts in groupby(one.parts, key=lambda part: part.path):
                (beside / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with new_file(beside / name, private=True) as stream:
                    for data in _pieces(one, parts, timeout, token, tell):
                        stream.write(data)
                        tap(data)
            take_place(beside, path)
    except OSError as problem:
        told = unwritable(path, problem)
        if isinstance(told, NoSpace):
            told.message = f"{told.message}; the download needs {_readable(one.size)}"
        raise told from None
    return path


def _refuse_scarce(folder: Path, size: int) -> None:
    """Raises `StorageProblem` where a disk lacks the room for so many bytes."""
    with suppress(OSError):
        if (free := shutil.disk_usage(folder).free) < size:
            message = f"the download needs {_readable(size)}, {_readable(free)} are free"
            hint = "make room, or set VECALC_CACHE_DIR to a folder on another disk"
            raise StorageProblem(message, where=str(folder), hint=hint)


def _pieces(
    one: Offer, parts: Iterable[OfferPart], timeout: float, token: str, tell: Callable[[str], None]
) -> Iterator[bytes]:
    """The bytes of a file's parts; RemoteProblem when those of one are not what the offer says."""
    for part in parts:
        kind, _, wanted = part.digest.partition(":")
        most = max(2 * one.size, LEAST_ROOM) if part.size is None else part.size
        hashed, got = _hash(kind, part.size), 0
        for data in fetched(part.url, most, timeout, token):
            hashed.update(data)
            got += len(data)
            yield data
        if part.size not in (None, got):
            message = f"{got:,} bytes, and {part.size:,} were announced"
            raise RemoteProblem(message, where=part.url, hint=_AGAIN)
        found = hashed.hexdigest()
        if wanted and found != wanted:
            message = f"its {_CALLED[kind]} is {found}, {wanted} was announced"
            raise RemoteProblem(message, where=part.url, hint=_AGAIN)
        tell(f"  {part.path}: {got:,} bytes, {kind or 'sha256'} {found}{', as announced' if wanted else ''}")


def _hash(kind: str, size: int | None) -> hashlib._Hash:
    """What computes a digest of a kind."""
    match kind:
        case "md5":
            return hashlib.md5(usedforsecurity=False)
        case "git":  # of a header and the bytes
            return hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    return hashlib.sha256()


def _readable(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= MEGABYTE else f"{size:,} bytes"
