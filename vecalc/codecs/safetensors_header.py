"""The header of a safetensors file: the tensors in it, and the numbers of each.

The package judges the header. The numbers are read from the file, not mapped: a mapped file that somebody
cuts short kills the process, and numpy knows no bfloat16. Source: the safetensors format by Hugging Face.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from vecalc.arrays import AnyArray
from vecalc.errors import FileProblem
from vecalc.sources import DAMAGED, Source
from vecalc.sources.extras import extra
from vecalc.sources.parts import LONGEST_NAME
from vecalc.sources.word_text import shown
from vecalc.space.files import unreadable

LONGEST_HEADER = 100_000_000  # bytes: the format's own cap
# A static embedding has three, a network a thousand, one of many experts fifty thousand. Their headers take
# two seconds and some 60 MB.
MOST_TENSORS = 100_000
_TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
}


class Tensor(NamedTuple):
    """A tensor of the header, and where its numbers begin in the file."""

    name: str
    type: str
    shape: tuple[int, ...]
    start: int

    @property
    def item(self) -> int:
        """Bytes of a number."""
        return np.dtype(_TYPES.get(self.type, "u1")).itemsize

    def numbers(self, source: Source, first: int, last: int) -> AnyArray:
        """Some of its numbers [last - first], from the file."""
        if self.type not in _TYPES or source.file is None:
            message = f"the tensor {shown(self.name, LONGEST_NAME)} holds {self.type}, which is not read"
            raise FileProblem(
                message, where=str(source.path), hint=f"types that are read: {', '.join(_TYPES)}"
            )
        wanted = (last - first) * self.item
        source.file.seek(self.start + first * self.item)
        data = source.file.read(wanted)
        if len(data) < wanted:
            message = f"the file ends within the tensor {shown(self.name, LONGEST_NAME)}"
            raise FileProblem(message, where=str(source.path), hint="the file is cut short; fetch it again")
        numbers = np.frombuffer(data, _TYPES[self.type])
        if self.type == "BF16":  # the upper half of a float32
            return (numbers.astype(np.uint32) << 16).view(np.float32)
        return numbers


def header_of(path: Path, file: BinaryIO, size: int) -> Mapping[str, Tensor]:
    """The tensors of a file by name; FileProblem unless they fill it exactly, each with a name of its own."""
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if length > min(LONGEST_HEADER, size - 8):
        message = f"the header says it has {length:,} bytes; "
        message += f"the file has {size:,}, a header at most {LONGEST_HEADER:,}"
        raise FileProblem(message, where=str(path), hint=DAMAGED)
    _judge(path)
    try:
        header = json.loads(file.read(length), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _unsound(path, str(error)) from None
    header.pop("__metadata__", None)
    return {
        name: Tensor(name, facts["dtype"], tuple(facts["shape"]), 8 + length + facts["data_offsets"][0])
        for name, facts in header.items()
    }


def _judge(path: Path) -> None:
    """The package's own checks (types, shapes, overlaps, holes, the end), and that there are few tensors."""
    package = extra("safetensors", "safetensors", "a safetensors file", path)
    try:
        with package.safe_open(path, framework="numpy") as judged:
            count = len(judged.keys())
    except package.SafetensorError as error:
        raise _unsound(path, str(error).removeprefix("Error while deserializing header: ")) from None
    except OSError as error:
        raise unreadable(path, error) from None
    if count > MOST_TENSORS:
        message = f"{count:,} tensors, at most {MOST_TENSORS:,} are read"
        raise FileProblem(message, where=str(path), hint="name a file of static embeddings")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object none of whose keys comes twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"'{twice[:40]}' comes twice")
    return made


def _unsound(path: Path, why: str) -> FileProblem:
    return FileProblem(f"not a sound safetensors header: {why}", where=str(path), hint=DAMAGED)
