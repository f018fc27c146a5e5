"""Whether a store is what its facts say: sizes, which every opening compares, and digests.

Sizes come before anything is mapped: a map of a file that ends too early would end the process (SIGBUS).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vecalc import bounded
from vecalc.errors import FileProblem
from vecalc.space.files import unreadable


def check_sizes(folder: Path, facts: Mapping[str, object], hint: str = "") -> None:
    """Raises `FileProblem` for a file that is missing or not as long as the facts say."""
    for name, size in _told(facts, "sizes").items():
        try:
            found = (folder / name).stat().st_size
        except OSError as error:
            raise unreadable(folder / name, error) from None
        if found != size:
            message = f"damaged: it has {found:,} bytes, not the {size} that were written"
            raise FileProblem(message, where=str(folder / name), hint=hint)


def damaged(folder: Path, facts: Mapping[str, object]) -> list[str]:
    """The files whose content is not what was written, by their digests."""
    from concurrent.futures import ThreadPoolExecutor

    digests = _told(facts, "digests")
    with ThreadPoolExecutor() as pool:
        sound = pool.map(lambda name: _has(folder / name, digests[name]), digests)
        return [name for name, is_sound in zip(digests, sound, strict=True) if not is_sound]


def _told(facts: Mapping[str, object], what: str) -> dict[str, object]:
    """The files that the facts tell something of; only names of this very folder."""
    told = facts.get(what)
    if not isinstance(told, dict):
        return {}
    return {name: value for name, value in told.items() if Path(name).name == name}


def _has(path: Path, noted: object) -> bool:
    """Whether a file has the digest that was noted: as `digest` notes them, or SHA-256 alone."""
    import hashlib

    from vecalc.space import digest

    try:
        if str(noted).startswith(digest.PREFIX):
            return digest.of_file(path) == noted
        bounded.refuse_irregular(path)
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == noted
    except OSError:
        return False
