"""Digests of files, as stores note them: `blake3:` and its hexadecimal digits.

BLAKE3 (O'Connor et al. 2020) is cryptographic and as fast as the disk; SHA-256 would be a third of the time
that an import takes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vecalc import bounded

PREFIX = "blake3:"


def of_file(path: Path) -> str:
    """The digest of a whole regular file, on all cores. Raises `OSError`."""
    from blake3 import blake3

    bounded.refuse_irregular(path)

    return noted(blake3(max_threads=blake3.AUTO).update_mmap(path))


def running() -> Any:
    """A digest that is fed piece by piece (`update`), for `noted`."""
    from blake3 import blake3

    return blake3()


def noted(digest: Any) -> str:
    """A digest as it is noted."""
    return f"{PREFIX}{digest.hexdigest()}"
