"""A tensor of a GGUF file, and its rows as numbers.

Of ggml's types those are read that keep each number by itself, and Q8_0, which keeps 32 numbers as int8
behind a float16 that they are multiplied by. Other quantisations are known by their names.
Source: ggml's ggml.h (`enum ggml_type`) and ggml-quants.c (`dequantize_row_q8_0`).
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from vecalc.arrays import AnyArray, Singles
from vecalc.codecs.npy_array import as_float32
from vecalc.errors import FileProblem
from vecalc.sources import DAMAGED
from vecalc.sources.parts import LONGEST_NAME
from vecalc.sources.ways_out import FROM_GGUF, unread
from vecalc.sources.word_text import shown

_FROM_0_ON = """
    F32 F16 Q4_0 Q4_1 Q4_2 Q4_3 Q5_0 Q5_1 Q8_0 Q8_1 Q2_K Q3_K Q4_K Q5_K Q6_K Q8_K IQ2_XXS IQ2_XS IQ3_XXS
    IQ1_S IQ4_NL IQ3_S IQ2_S IQ4_XS I8 I16 I32 I64 F64 IQ1_M BF16
"""
_NAMES = dict(enumerate(_FROM_0_ON.split())) | {
    34: "TQ1_0",
    35: "TQ2_0",
    39: "MXFP4",
    40: "NVFP4",
    41: "Q1_0",
}
_FLOATS = {"F32": "<f4", "F16": "<f2", "BF16": "<u2", "F64": "<f8"}
_PLAIN = _FLOATS | {"I8": "i1", "I16": "<i2", "I32": "<i4", "I64": "<i8"}
_Q8_0, _BLOCK, _SCALE = "Q8_0", 32, 2  # numbers of a block; bytes of what they are multiplied by
READ = (*_PLAIN, _Q8_0)


class GgufTensor(NamedTuple):
    """A tensor of the header: its shape, the width of a row last, and where its numbers begin in the file.

    `limit` is where those of the next one begin, None for the last.
    """

    name: str
    kind: int  # as ggml counts them
    shape: tuple[int, ...]
    start: int
    limit: int | None = None

    @property
    def type(self) -> str:
        """What its numbers are."""
        return _NAMES.get(self.kind, f"type {self.kind:,}")

    @property
    def row(self) -> int:
        """Bytes of a row."""
        if self.type == _Q8_0:
            return self.shape[-1] // _BLOCK * (_SCALE + _BLOCK)
        return self.shape[-1] * np.dtype(_PLAIN[self.type]).itemsize

    def check(self, size: int, path: Path) -> None:
        """FileProblem for numbers of a type that is not read, or that are not in a file of so many bytes."""
        name = shown(self.name, LONGEST_NAME)
        if self.type not in READ:
            what = f"the tensor {name}, which is {self.type}, but {', '.join(READ)}"
            raise unread(what, FROM_GGUF, path, self.name)
        if self.type == _Q8_0 and self.shape[-1] % _BLOCK:
            message = (
                f"the tensor {name} has rows of {self.shape[-1]:,} numbers, and not of blocks of {_BLOCK}"
            )
            raise FileProblem(message, where=str(path), hint=DAMAGED)
        end = self.start + prod(self.shape[:-1]) * self.row
        if end > size:
            message = f"the tensor {name} ends at byte {end:,}; the file has {size:,}"
            raise FileProblem(
                message, where=str(path), hint="the file is cut short, or damaged; fetch it again"
            )
        if self.limit is not None and end > self.limit:
            message = f"the tensor {name} ends at byte {end:,}, and the next begins at {self.limit:,}"
            raise FileProblem(message, where=str(path), hint=DAMAGED)

    def rows(self, file: BinaryIO, first: int, last: int, path: Path) -> Singles:
        """Some of its rows [last - first, d] float32, once it is checked."""
        wanted = (last - first) * self.row
        file.seek(self.start + first * self.row)
        data = file.read(wanted)
        if len(data) < wanted:
            message = f"the file ends within the tensor {shown(self.name, LONGEST_NAME)}"
            raise FileProblem(message, where=str(path), hint="the file is cut short; fetch it again")
        if self.type == _Q8_0:
            return _of_blocks(np.frombuffer(data, np.uint8)).reshape(last - first, -1)
        numbers = np.frombuffer(data, _PLAIN[self.type])
        if self.type == "BF16":  # the upper half of a float32
            numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
        return as_float32(numbers.reshape(last - first, -1))


def _of_blocks(data: AnyArray) -> Singles:
    """The numbers of blocks of Q8_0."""
    blocks = data.reshape(-1, _SCALE + _BLOCK)
    scales = np.ascontiguousarray(blocks[:, :_SCALE]).view("<f2").astype(np.float32)
    numbers: Singles = np.ascontiguousarray(blocks[:, _SCALE:]).view(np.int8).astype(np.float32)
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused by `row_rules`
        return numbers * scales
