"""Whether the files of a store hold what was written, by their digests: a check that reads all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vecalc import bounded
from vecalc.space.store import told


def damaged(folder: Path, facts: Mapping[str, object]) -> list[str]:
    """The files whose content is not what was written, by their digests."""
    from concurrent.futures import ThreadPoolExecutor

    digests = told(facts, "digests")
    with ThreadPoolExecutor() as pool:
        sound = pool.map(lambda name: _has(folder / name, digests[name]), digests)
        return [name for name, is_sound in zip(digests, sound, strict=True) if not is_sound]


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
