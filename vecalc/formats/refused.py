"""Kinds of file that are recognised and not read: each by content, with its name and the way out.

A new format that can be read is a module of its own, and its line here goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

_AS_WORD2VEC = "export it as word2vec (binary or text) and load that"
_UNPACK = "decompress it first, or compress it with gzip"


class Kind(NamedTuple):
    """A kind of file: how it is known, what to call it, what to do about it."""

    matches: Callable[[bytes], object]
    what: str
    hint: str


def refused(head: bytes, kinds: Sequence[Kind]) -> Kind | None:
    """The one of some kinds that begins like this, or None."""
    return next((kind for kind in kinds if kind.matches(head)), None)


def _magic(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(beginnings)


def _pattern(regex: bytes) -> Callable[[bytes], object]:
    return re.compile(regex).match


def _is_safetensors(head: bytes) -> bool:
    """Eight bytes with the length of a JSON object, and the object."""
    return len(head) > 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 27


# Asked before any format: a tar or zip archive may hold text that looks like rows.
BINARY = (
    Kind(_magic(b"PK\x03\x04", b"PK\x05\x06"), "a zip archive (.npz, PyTorch, or several files)", _UNPACK),
    Kind(_magic(b"\x93NUMPY"), "a numpy .npy array, which has rows and no words", _AS_WORD2VEC),
    Kind(_magic(b"FiFu\0"), "finalfusion embeddings", "finalfusion's convert makes word2vec of it"),
    Kind(_magic(b"PAR1\x15"), "a parquet table", _AS_WORD2VEC),
    Kind(_magic(b"ARROW1\0\0"), "an Arrow table", _AS_WORD2VEC),
    Kind(_magic(b"\x89HDF\r\n\x1a\n"), "an HDF5 file", _AS_WORD2VEC),
    Kind(_magic(b"SQLite format 3\0"), "an SQLite database (as Magnitude uses)", _AS_WORD2VEC),
    Kind(_is_safetensors, "a safetensors file", _AS_WORD2VEC),
    Kind(_magic(b"\x1f\x8b"), "a file that was gzipped twice", "decompress it once"),
    Kind(_pattern(rb"BZh[1-9]1AY&SY"), "a bzip2 file", _UNPACK),
    Kind(_magic(b"\xfd7zXZ\0"), "an xz file (or R data)", _UNPACK),
    Kind(_magic(b"\x28\xb5\x2f\xfd"), "a zstd file", _UNPACK),
    Kind(lambda head: head[257:262] == b"ustar", "a tar archive", "unpack it and name the file of vectors"),
    Kind(_magic(b"\xff\xfe", b"\xfe\xff"), "text in UTF-16", "iconv -f UTF-16 -t UTF-8 converts it"),
)

# Asked when no format says yes: a row of text may begin with any word.
TEXT = (
    Kind(_magic(b"version https://git-lfs"), "a Git LFS pointer, not the file itself", "run git lfs pull"),
    Kind(_pattern(rb"(?i)\s*<(?:!doctype|html|\?xml)"), "a web page", "fetch the file again"),
    Kind(_pattern(rb"\s*[{\[]\s*[\"{\[]"), "JSON", _AS_WORD2VEC),
)
