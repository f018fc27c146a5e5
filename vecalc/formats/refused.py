"""Kinds of file that are recognised and not read: each by content, with its name and the way out.

A new format that can be read is a module of its own, and its line here goes.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

from vecalc.formats import Head, npz

_AS_WORD2VEC = "export it as word2vec (binary or text) and load that"
_FROM_FASTTEXT = "load its .vec file, or " + _AS_WORD2VEC
_UNPACK = "unpack it and name the file of vectors"
_FROM_JSON = "of a Hugging Face model, name the folder; otherwise " + _AS_WORD2VEC
_FROM_R = "in R, write.table(x, file, col.names = FALSE, quote = FALSE) makes text of it"
_ONCE = "decompress it once"
_PICKLE = "where you trust it, export it with gensim: model.save_word2vec_format(path, binary=True)"


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


# Protocols 2 to 5 begin with their number, older ones with opcodes: a global and its two lines, a mark
# and a container, or an empty container and its memo.
_is_pickle = _pattern(rb"\x80[\x02-\x05]|c[\w.]+\n[\w.]+\n|\((?:[dlt]p?\d*\n|[ic][\w.]+\n)|[}\])]q\0")


def _is_old_fasttext(head: bytes) -> bool:
    """fastText before its magic number: 12 integers of which most have a narrow range, then 0 <= t <= 1."""
    if len(head) < 56:
        return False
    width, window, epochs, _, _, _, loss, model, _, shortest, longest, _ = struct.unpack_from("<12i", head)
    usual = 0 < width <= 10_000 and 0 < window <= 1_000 and 0 < epochs <= 100_000
    return usual and loss in {1, 2, 3} and model in {1, 2, 3} and 0 <= shortest <= longest + 1 <= 1_000


# Saved by `save` (several objects) or `saveRDS` (one), in R's binary or text form.
_is_r_data = _pattern(rb"RD[XA][23]\n|X\n\0\0\0[\2\3]|A\n[23]\n\d+\n")


def _is_other_zip(head: bytes) -> bool:
    """The first member of an .npz is an array; any other zip archive is none."""
    return head.startswith((b"PK\3\4", b"PK\5\6")) and not npz.recognise(Head(head, complete=False))


# Asked before any format: a tar or zip archive may hold text that looks like rows.
BINARY = (
    Kind(_is_pickle, "a Python pickle (as gensim's save writes it): to load it would run code", _PICKLE),
    Kind(_is_other_zip, "a zip archive (PyTorch, or several files)", _UNPACK),
    Kind(_magic(b"\xba\x16\x4f\x2f"), "a fastText .bin model", _FROM_FASTTEXT),
    Kind(_magic(b"FiFu\0"), "finalfusion embeddings", "finalfusion's convert makes word2vec of it"),
    Kind(_magic(b"FEA1\0"), "a Feather file of version 1", "write it again as Feather version 2 or parquet"),
    Kind(_magic(b"\x89HDF\r\n\x1a\n"), "an HDF5 file", _AS_WORD2VEC),
    Kind(_magic(b"SQLite format 3\0"), "an SQLite database (as Magnitude uses)", _AS_WORD2VEC),
    Kind(_magic(b"\x1f\x8b"), "a file that was gzipped twice", _ONCE),
    Kind(_pattern(rb"BZh[1-9]1AY&SY"), "a bzip2 file, compressed once more", _ONCE),
    Kind(_magic(b"\xfd7zXZ\0"), "an xz file, compressed once more", _ONCE),
    Kind(_magic(b"\x28\xb5\x2f\xfd"), "a zstd file, compressed once more", _ONCE),
    Kind(_is_r_data, "R data (.rda or .rds)", _FROM_R),
    Kind(lambda head: head[257:262] == b"ustar", "a tar archive", _UNPACK),
    Kind(_magic(b"\xff\xfe", b"\xfe\xff"), "text in UTF-16", "iconv -f UTF-16 -t UTF-8 converts it"),
    Kind(_is_old_fasttext, "a fastText .bin model of the old layout", _FROM_FASTTEXT),
)

# Asked when no format says yes: a row of text may begin with any word.
TEXT = (
    Kind(_magic(b"version https://git-lfs"), "a Git LFS pointer, not the file itself", "run git lfs pull"),
    Kind(_pattern(rb"(?i)\s*<(?:!doctype|html|\?xml)"), "a web page", "fetch the file again"),
    Kind(_pattern(rb"\s*[{\[]\s*[\"{\[]"), "JSON", _FROM_JSON),
)
