"""A checkpoint in several files: its index says in which of them a tensor is, and that one is read.

    model.safetensors.index.json
    {"weight_map": {"model.embed_tokens.weight": "model-00001-of-00002.safetensors", ...}}

The index is looked into each time; what is kept in the cache is of the shard. A shard lies beside the index,
never elsewhere. Source: transformers' `save_pretrained`; huggingface_hub's `serialization` module.
"""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path
from typing import Any

from vecalc import bounded
from vecalc.errors import FileProblem
from vecalc.formats.safetensors import KNOWN
from vecalc.formats.word_values import json_of
from vecalc.sources import HEAD_BYTES, FileTally, Reading, Source
from vecalc.sources.parts import LONGEST_NAME, FilePart, chosen, is_called
from vecalc.sources.word_text import shown
from vecalc.space.files import unreadable

_MAP = "weight_map"
_BEGINNING = re.compile(rb'\s*\{(?:\s*"metadata"\s*:\s*\{[^{}]*\}\s*,)?\s*"weight_map"\s*:\s*\{')
LONGEST = 1 << 25  # bytes of an index: one of a hundred thousand tensors has nine million
MOST_TENSORS = 250_000  # a network of many experts, each with its scales, has 140,000
_FETCH = "fetch all files of the checkpoint"


def is_index(path: Path) -> bool:
    """Whether a file is the index of a checkpoint, by its beginning."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return _BEGINNING.match(file.read(HEAD_BYTES)) is not None
    except OSError:  # which will be told when it is read
        return False


def shard_of(path: Path, reading: Reading) -> tuple[Path, Reading]:
    """The file beside an index that has the tensor which is wanted, and how to read that tensor of it.

    FileProblem for an index that is none, a tensor that it does not list, and a shard that is not there.
    """
    files = _files(path)
    tally = FileTally()
    source = Source(path, BytesIO(), 0, 0, reading, tally)
    found = chosen(
        [FilePart(tensor, file) for tensor, file in files.items()],
        source,
        what="tensor",
        known=KNOWN,
        fits=lambda part: any(is_called(part.name, name) for name in KNOWN),
    )
    if found.what != Path(found.what).name or "\\" in found.what or found.what in ("", "..", "."):
        message = f"the tensor {shown(found.name, LONGEST_NAME)} is said to be in {shown(found.what)}"
        raise FileProblem(f"{message}, which is not a file beside it", where=str(path), hint=_FETCH)
    shard = path.with_name(found.what)
    if not os.path.isfile(shard):  # noqa: PTH113 - no error for a name too long
        message = f"no such file, though {path.name} says it has the tensor {shown(found.name, LONGEST_NAME)}"
        raise FileProblem(message, where=str(shard), hint=_FETCH)
    if not reading.part:
        tally.remarks[f"the tensor {shown(found.name, LONGEST_NAME)} of {found.what} is read"] = None
    return shard, reading._replace(part=found.name, chosen=(*reading.chosen, *tally.remarks))


def _files(path: Path) -> dict[str, str]:
    """The file of each tensor, as an index tells it."""
    try:
        value: Any = json_of(bounded.read(path, LONGEST), path)
    except OSError as problem:
        raise unreadable(path, problem) from None
    files = value.get(_MAP) if isinstance(value, dict) else None
    if not isinstance(files, dict) or not files or not all(type(file) is str for file in files.values()):
        message = f"no index of a checkpoint: it has no '{_MAP}' from tensors to files"
        raise FileProblem(message, where=str(path), hint="name a file of vectors")
    if len(files) > MOST_TENSORS:
        message = f"{len(files):,} tensors, at most {MOST_TENSORS:,} are read"
        raise FileProblem(message, where=str(path), hint="name the file that has the tensor: FILE#NAME")
    return files
