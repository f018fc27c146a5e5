"""Digests of files, as stores note them: `blake3:` and its hexadecimal digits.

BLAKE3 (O'Connor et al. 2020) is cryptographic and as fast as the disk; SHA-256 would be a third of the time
that an import takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any, TypeAlias

from vecalc import bounded

Span: TypeAlias = tuple[int, int]  # bytes of a file: from one, up to another
PREFIX = "blake3:"
NEAR = 1 << 20  # bytes between two spans that are read as well, rather than noted
_PIECE = 1 << 20


def of_file(path: Path) -> str:
    """The digest of a whole regular file, on all cores. Raises `OSError`."""
    from blake3 import blake3

    bounded.refuse_irregular(path)

    return noted(blake3(max_threads=blake3.AUTO).update_mmap(path))


def of_spans(file: IO[bytes], spans: Iterable[Span]) -> str:
    """The digest of some spans of an open file, one behind the other. Raises `OSError`."""
    told = running()
    for first, last in spans:
        left = last - file.seek(first)
        while left > 0 and (data := file.read(min(_PIECE, left))):
            told.update(data)
            left -= len(data)
    return noted(told)


def add_span(spans: list[Span], span: Span) -> None:
    """Note a span that was read; one that goes on where the last ended makes that longer."""
    if spans and spans[-1][0] <= span[0] <= spans[-1][1]:
        spans[-1] = (spans[-1][0], max(spans[-1][1], span[1]))
    else:
        spans.append(span)


def joined(spans: Iterable[Span], size: int) -> Sequence[Span]:
    """The same spans of a file of so many bytes, rising, none `NEAR` another: at most one for each MiB."""
    found: list[Span] = []
    for first, last in sorted(span for span in spans if span[0] < span[1]):
        if found and first <= found[-1][1] + NEAR:
            found[-1] = (found[-1][0], max(found[-1][1], min(last, size)))
        else:
            found.append((first, min(last, size)))
    return found


def running() -> Any:
    """A digest that is fed piece by piece (`update`), for `noted`."""
    from blake3 import blake3

    return blake3()


def noted(digest: Any) -> str:
    """A digest as it is noted."""
    return f"{PREFIX}{digest.hexdigest()}"
