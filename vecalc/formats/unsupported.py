"""Kinds of file that are recognised and not read: each by content, with its name and the way out.

A new format that can be read is a module of its own, and its line here goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from vecalc.errors import NotVectors
from vecalc.formats import csv_layout, npz
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
from vecalc.sources import Head
from vecalc.sources.ways_out import (
    AND_WORDS,
    FROM_CHECKPOINT,
    FROM_EXCEL,
    FROM_FAISS,
    FROM_HDF5,
    FROM_MATLAB,
    FROM_ONNX,
    FROM_R,
    NO_NUMBERS,
    ONCE,
    PRINTED,
    UNPACK,
    unread,
)


class Kind(NamedTuple):
    """A kind of file: how it is known, what to call it, what to do about it."""

    matches: Callable[[bytes], object]
    what: str
    hint: str
    is_text: bool = False  # which may be read as texts


def refuse(head: Head, kinds: Sequence[Kind], path: Path) -> None:
    """FileProblem for a file that begins like one of some kinds; `NotVectors` where it may be texts."""
    for kind in kinds:
        if kind.matches(head.data):
            problem = unread(kind.what, kind.hint, path)
            raise (
                NotVectors(problem.message, where=problem.where, hint=problem.hint)
                if kind.is_text
                else problem
            )


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
    Kind(_is_other_zip, "a zip archive inside another file", UNPACK),
    Kind(
        _magic(b"FiFu\0"),
        "finalfusion embeddings",
        "finalfusion convert -f finalfusion -t word2vec FILE FILE.bin",
    ),
    Kind(_magic(b"FEA1\0"), "a Feather file of version 1", "write it again as Feather version 2 or parquet"),
    Kind(_magic(b"\x89HDF\r\n\x1a\n"), "an HDF5 file (as Keras writes)", FROM_HDF5),
    Kind(_pattern(rb"(?s)I[A-Za-z0-9]{3}..\0\0"), "an index of faiss", FROM_FAISS),
    Kind(_pattern(rb"\x08[\x03-\x14]\x12[\x01-\x20][\w.-]{2,}[\x1a\x22*:]"), "an ONNX model", FROM_ONNX),
    Kind(_pattern(rb"%PDF-\d\.\d[\r\n]"), "a PDF", "fetch the file of vectors itself"),
    Kind(_magic(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old workbook of Excel", FROM_EXCEL),
    Kind(_magic(b"MATLAB 5.0 MAT-file"), "a MATLAB file", FROM_MATLAB),
    Kind(_magic(b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"), "a 7z or RAR archive", UNPACK),
    Kind(_magic(b"\x1f\x8b"), "a file that was gzipped twice", ONCE),
    Kind(_pattern(rb"BZh[1-9]1AY&SY"), "a bzip2 file, compressed once more", ONCE),
    Kind(_magic(b"\xfd7zXZ\0"), "an xz file, compressed once more", ONCE),
    Kind(_magic(b"\x28\xb5\x2f\xfd"), "a zstd file, compressed once more", ONCE),
    Kind(_is_r_data, "R data (.rda or .rds)", FROM_R),
    Kind(lambda head: head[257:262] == b"ustar", "a tar archive", UNPACK),
    Kind(
        _magic(b"\xff\xfe\0\0", b"\0\0\xfe\xff"), "text in UTF-32", "iconv -f UTF-32 -t UTF-8 FILE > FILE.txt"
    ),
    Kind(_magic(b"\xff\xfe", b"\xfe\xff"), "text in UTF-16", "iconv -f UTF-16 -t UTF-8 FILE > FILE.txt"),
    Kind(_pattern(rb"(?:[\t\r\n -~]\0){8}"), "text in UTF-16", "iconv -f UTF-16LE -t UTF-8 FILE > FILE.txt"),
    Kind(_pattern(rb"(?:\0[\t\r\n -~]){8}"), "text in UTF-16", "iconv -f UTF-16BE -t UTF-8 FILE > FILE.txt"),
    Kind(is_elided, f"{PRINTED}, numbers left out (...)", NOT_ELIDED),
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
    Kind(csv_layout.is_table, "a table without vectors", NO_NUMBERS, is_text=True),
)

# Asked last, by the name, where the content shows nothing.
_CALLED = (
    (
        r".*\.data-\d{5}-of-\d{5}|.*\.ckpt(-\d+)?(\.index|\.meta)?|checkpoint|saved_model\.pb",
        "a TensorFlow checkpoint",
        FROM_CHECKPOINT,
    ),
    (
        r".*\.(ann|annoy)",
        "an index of Annoy",
        "in Python, np.save('rows.npy', [i.get_item_vector(n) for n in range(i.get_n_items())])" + AND_WORDS,
    ),
    (
        r".*hnsw.*",
        "an index of hnswlib",
        "in Python, np.save('rows.npy', index.get_items(range(index.get_current_count())))" + AND_WORDS,
    ),
)


def refuse_by_name(path: Path) -> None:
    """FileProblem for a file that its name tells, where its content shows nothing."""
    for name, what, hint in _CALLED:
        if re.fullmatch(name, path.name, re.IGNORECASE):
            raise unread(what, hint, path)
