"""What stands before the numbers of a GGUF file: facts on the model, of which few are kept, and its tensors.

Little-endian: "GGUF"; a uint32, the version; two uint64, the numbers of tensors and of facts. A fact is a
string (uint64 length, bytes), a uint32, the type of the value, and the value; arrays are a type, a uint64
count and so many values. A tensor is a string, a uint32 number of dimensions, these as uint64, the width of a
row first, a uint32, the type of its numbers, and a uint64, where they begin behind the header.
Every size is checked against the file before anything is read by it. Source: ggml's docs/gguf.md.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

import numpy as np

from vecalc.codecs.gguf_tensor import GgufTensor
from vecalc.errors import FileProblem
from vecalc.sources import DAMAGED
from vecalc.sources.parts import LONGEST_NAME
from vecalc.sources.word_text import shown

MAGIC = b"GGUF"
VERSIONS = (2, 3)  # they differ in nothing that is read here: 3 may be big-endian
MOST_FACTS = 1 << 16  # a network has some fifty
MOST_TENSORS = 100_000  # as many as of safetensors
MOST_ITEMS = 1 << 22  # of arrays of strings: the largest tokenizers in use have 800,000 tokens and merges
LONGEST_HEADER = 1 << 28  # bytes; these have 12 million
_DEEPEST = 4  # arrays in arrays; none in use has any
_DIMENSIONS = 4
_ALIGNMENT = "general.alignment"
_USUAL_ALIGNMENT = 32
# Letters of `struct` by the types of values; a truth value is a byte.
_NUMBERS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIifBQqd", strict=True))
_STRING, _ARRAY = 8, 9
_LEAST_FACT, _LEAST_TENSOR, _LEAST_STRING, _LEAST_ARRAY = 13, 32, 8, 12  # bytes

Fact: TypeAlias = Any  # a number, bytes, an array of numbers, a list of bytes


class GgufHeader(NamedTuple):
    """The facts that were wanted, and all tensors, by their names."""

    facts: Mapping[str, Fact]
    tensors: Mapping[str, GgufTensor]


def header_of(path: Path, file: BinaryIO, size: int, wanted: Collection[str]) -> GgufHeader:
    """The header of a file of so many bytes, with those facts that are wanted. Raises `FileProblem`."""
    fields = _Fields(path, file, size)
    fields.check_version()
    tensors, facts = fields.number("Q"), fields.number("Q")
    fields.check_count(facts, _LEAST_FACT, MOST_FACTS, "facts")
    fields.check_count(tensors, _LEAST_TENSOR, MOST_TENSORS, "tensors")
    kept = _facts(fields, facts, {*wanted, _ALIGNMENT})
    found = [_tensor(fields) for _ in range(tensors)]
    alignment = kept.get(_ALIGNMENT, _USUAL_ALIGNMENT)
    if type(alignment) is not int or alignment < 1 or alignment & (alignment - 1):
        raise fields.problem(f"the header says that tensors begin at multiples of {str(alignment)[:20]}")
    by_name = {tensor.name: tensor for tensor in _placed(found, alignment, fields)}
    if len(by_name) < len(found):
        raise fields.problem("two tensors have the same name")
    return GgufHeader(kept, by_name)


def _placed(found: list[GgufTensor], alignment: int, fields: _Fields) -> Iterator[GgufTensor]:
    """The tensors with their places in the file, each with the next one's."""
    if astray := next((tensor for tensor in found if tensor.start % alignment), None):
        name = shown(astray.name, LONGEST_NAME)
        raise fields.problem(f"the tensor {name} does not begin at a multiple of {alignment:,}")
    start = -(-fields.place // alignment) * alignment
    starts = sorted((start + tensor.start for tensor in found if all(tensor.shape)), reverse=True)
    following = {place: after for after, place in pairwise(starts)}
    for tensor in found:
        place = start + tensor.start
        yield tensor._replace(start=place, limit=following.get(place))


def _facts(fields: _Fields, count: int, wanted: Collection[str]) -> dict[str, Fact]:
    kept: dict[str, Fact] = {}
    for _ in range(count):
        name = fields.string().decode("utf-8", "replace")
        value = fields.value(fields.number("I"), keep=name in wanted)
        if name in kept:
            raise fields.problem(f"the fact {shown(name)} comes twice")
        if name in wanted:
            kept[name] = value
    return kept


def _tensor(fields: _Fields) -> GgufTensor:
    """A tensor, its place counted from the end of the header."""
    name = fields.string().decode("utf-8", "surrogateescape")
    dimensions = fields.number("I")
    if not 1 <= dimensions <= _DIMENSIONS:
        raise fields.problem(f"the tensor {shown(name, LONGEST_NAME)} has {dimensions:,} dimensions")
    shape = [fields.number("Q") for _ in range(dimensions)]
    return GgufTensor(name, fields.number("I"), tuple(reversed(shape)), fields.number("Q"))


class _Fields:
    """The header, field by field, each checked to be there."""

    def __init__(self, path: Path, file: BinaryIO, size: int) -> None:
        file.seek(0)
        self.place = 0
        self._path = path
        self._file = file
        self._size = size
        self._items = 0

    def check_version(self) -> None:
        """FileProblem for what is not a GGUF file of a version that is read."""
        magic, version = self._take(4), self.number("I")
        if magic == MAGIC and version and not version & 0xFFFF:
            raise self.problem(
                "a GGUF model with big-endian numbers, which is not read", "convert it by gguf-convert-endian"
            )
        if magic != MAGIC or version not in VERSIONS:
            message = f"a GGUF model of version {version:,}; versions that are read: 2, 3"
            raise self.problem(message, "convert the model again by a llama.cpp of today")

    def check_count(self, count: int, least: int, most: int, what: str) -> None:
        """FileProblem for more than the rest of the file can hold, of `least` bytes each, or than `most`."""
        if count * least > self._size - self.place:
            message = f"the header says {count:,} {what}; the file has {self._size:,} bytes"
            raise self.problem(message)
        if count > most:
            raise self.problem(f"{count:,} {what}, at most {most:,} are read", "name another file")

    def number(self, letter: str) -> Any:
        """A number of this letter of `struct`."""
        layout = f"<{letter}"
        return struct.unpack(layout, self._take(struct.calcsize(layout)))[0]

    def string(self) -> bytes:
        """A string."""
        return self._take(self.number("Q"))

    def value(self, kind: int, *, keep: bool, depth: int = 0) -> Fact:
        """A value of this type; None for one that is not kept and that would take memory."""
        if kind in _NUMBERS:
            return self.number(_NUMBERS[kind])
        if kind == _STRING:
            return self.string()
        if kind != _ARRAY or depth == _DEEPEST:
            raise self.problem(
                f"a value of type {kind:,}" if kind != _ARRAY else "arrays, too deep in arrays"
            )
        kind, count = self.number("I"), self.number("Q")
        if kind in _NUMBERS:
            layout = np.dtype(f"<{_NUMBERS[kind]}")
            self.check_count(count, layout.itemsize, self._size, "numbers")
            if keep:
                return np.frombuffer(self._take(count * layout.itemsize), layout)
            return self._skip(count * layout.itemsize)
        self.check_count(count, _LEAST_STRING if kind == _STRING else _LEAST_ARRAY, MOST_ITEMS, "strings")
        self._items += count
        if self._items > MOST_ITEMS:
            raise self.problem(f"more than {MOST_ITEMS:,} strings", "name another file")
        if keep and kind == _STRING:
            return [self.string() for _ in range(count)]
        for _ in range(count):
            self.value(kind, keep=False, depth=depth + 1)
        return None

    def problem(self, message: str, hint: str = DAMAGED) -> FileProblem:
        """A problem at this byte."""
        return FileProblem(message, where=f"{self._path}:byte {self.place:,}", hint=hint)

    def _take(self, size: int) -> bytes:
        if size > self._size - self.place:
            raise self.problem(f"the header goes on for {size:,} bytes, and the file ends before that")
        if size > LONGEST_HEADER - self.place:
            raise self.problem(f"a header of more than {LONGEST_HEADER:,} bytes", "name another file")
        data = self._file.read(size)
        if len(data) < size:
            raise self.problem("the file is cut short", "fetch it again")
        self.place += size
        return data

    def _skip(self, size: int) -> None:
        self.place += size
        self._file.seek(self.place)
