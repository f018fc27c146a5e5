"""Kinds of file that are recognised and not read: each by content, with its name and the way out.

A new format that can be read is a module of its own, and its line here goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.formats import Head, csv_layout, npz
from vecalc.formats.text_kinds import (
    NOT_ELIDED,
    TO_DENSE,
    TO_ONE_LINE,
    TO_POINTS,
    has_decimal_commas,
    is_elided,
    is_printed,
    is_sparse,
)

_AS_WORD2VEC = "export it as word2vec (binary or text) and load that"
_UNPACK = "unpack it and name the file of vectors"
_NO_NUMBERS = "a model has a word and its numbers in each row; a table of questions goes to --csv"
_FROM_R = "in R, write.table(x, file, col.names = FALSE, quote = FALSE) makes text of it"
_ONCE = "decompress it once"
_PRINTED = "numpy arrays as they are printed"


class Kind(NamedTuple):
    """A kind of file: how it is known, what to call it, what to do about it."""

    matches: Callable[[bytes], object]
    what: str
    hint: str


def refuse(head: Head, kinds: Sequence[Kind], path: Path) -> None:
    """FileProblem for a file that begins like one of some kinds."""
    for kind in kinds:
        if kind.matches(head.data):
            raise FileProblem(f"this version can't read {kind.what}", where=str(path), hint=kind.hint)


def _magic(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(beginnings)


def _pattern(regex: bytes) -> Callable[[bytes], object]:
    return re.compile(regex).match


# Saved by `save` (several objects) or `saveRDS` (one), in R's binary or text form.
_is_r_data = _pattern(rb"RD[XA][23]\n|X\n\0\0\0[\2\3]|A\n[23]\n\d+\n")


def _is_other_zip(head: bytes) -> bool:
    """The first member of an .npz is an array; any other zip archive is opened before it is looked at."""
    return head.startswith((b"PK\3\4", b"PK\5\6")) and not npz.recognise(Head(head, complete=False))


def _unless_read(matches: Callable[[bytes], object], wanted: str) -> Callable[[bytes], bool]:
    """What a text is, unless it is a table whose layout has what is `wanted` for it."""

    def is_kind(head: bytes) -> bool:
        if not matches(head):
            return False
        layout = csv_layout.layout_of(Head(head, complete=False))
        return not (layout and getattr(layout, wanted))

    return is_kind


# Asked before any format: a tar or zip archive may hold text that looks like rows.
BINARY = (
    Kind(_is_other_zip, "a zip archive inside another file", _UNPACK),
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
    Kind(_pattern(rb"(?:[\t\r\n -~]\0){8}"), "text in UTF-16", "iconv -f UTF-16LE -t UTF-8 converts it"),
    Kind(_pattern(rb"(?:\0[\t\r\n -~]){8}"), "text in UTF-16", "iconv -f UTF-16BE -t UTF-8 converts it"),
    Kind(is_elided, f"{_PRINTED}, numbers left out (...)", NOT_ELIDED),
    Kind(
        _unless_read(is_printed, "has_lists"),
        "numpy arrays as they are printed, over several lines",
        TO_ONE_LINE,
    ),
    Kind(is_sparse, "sparse vectors (index:value)", TO_DENSE),
    Kind(_unless_read(has_decimal_commas, "decimal_commas"), "numbers with decimal commas", TO_POINTS),
)

# Asked when no format says yes: a row of text may begin with any word.
TEXT = (
    Kind(_magic(b"version https://git-lfs"), "a Git LFS pointer, not the file itself", "run git lfs pull"),
    Kind(_pattern(rb"(?i)\s*<(?:!doctype|html|\?xml)"), "a web page", "fetch the file again"),
    Kind(csv_layout.is_table, "a table without columns of numbers", _NO_NUMBERS),
)
