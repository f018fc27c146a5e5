"""safetensors, as model2vec and sentence-transformers keep static embeddings: a matrix, its words in a list.

The matrix is the tensor called embeddings, embedding.weight or vectors, or the only one with two dimensions.
model2vec may share rows between words: then row i is embeddings[mapping[i]] * weights[i]; either of the
two may be missing. int8 is taken as the numbers that it holds. The words are those of `tokenizer.json` or of
another list beside the file (see `wordlists`).

The package judges the header. The numbers are read from the file, not mapped: a mapped file that somebody
cuts short kills the process, and numpy knows no bfloat16. Source: the safetensors format by Hugging Face;
model2vec's `StaticModel` for the meaning of the tensors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from vecalc.arrays import AnyArray, Singles
from vecalc.errors import FileProblem
from vecalc.formats import DAMAGED, MAX_WIDTH, Block, Head, Source
from vecalc.formats.compression import RATIO, ceiling_of, too_much, unpacked
from vecalc.formats.extras import extra
from vecalc.formats.npy import CHUNK, MOST_ROWS, as_float32
from vecalc.formats.wordlists import paired, words_beside, write_words
from vecalc.space import VectorSpace
from vecalc.space.files import unreadable

IN_FOLDERS = ("model.safetensors", "0_StaticEmbedding/model.safetensors")
SUFFIXES = (".safetensors",)
SHARED = 16  # words that share rows may make so many times more of a file than packing does
LONGEST_HEADER = 100_000_000  # bytes: the format's own cap
MOST_TENSORS = 1000  # a static embedding has three; checkpoints of whole networks are no word vectors
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
_NAMES = ("embeddings", "embedding.weight", "vectors")


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
            message = f"the tensor '{self.name[:40]}' holds {self.type}, which is not read"
            raise FileProblem(
                message, where=str(source.path), hint=f"types that are read: {', '.join(_TYPES)}"
            )
        wanted = (last - first) * self.item
        source.file.seek(self.start + first * self.item)
        data = source.file.read(wanted)
        if len(data) < wanted:
            message = f"the file ends within the tensor '{self.name[:40]}'"
            raise FileProblem(message, where=str(source.path), hint="the file is cut short; fetch it again")
        numbers = np.frombuffer(data, _TYPES[self.type])
        if self.type == "BF16":  # the upper half of a float32
            return (numbers.astype(np.uint32) << 16).view(np.float32)
        return numbers


def recognise(head: Head) -> bool:
    """Eight bytes with the length of a JSON object, and the object."""
    return head.data[8:9] == b"{" and b"\0" in head.data[:8]  # no text has a NUL


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem for a header that is not sound, or where it is not clear what to read."""
    file = unpacked(source, "a safetensors file")
    tensors = header_of(source.path, file, source.ceiling)
    matrix = _matrix(tensors, source.path)
    mapping, weights = (_column(tensors.get(name), source) for name in ("mapping", "weights"))
    count = matrix.shape[0] if mapping is None else len(mapping)
    words, listed = words_beside(source)
    rows = _rows(matrix, source) if mapping is None else _mapped(matrix, mapping, source)
    yield from paired(words, listed, count, _weighted(rows, weights, count, source), source)


def write(path: Path, space: VectorSpace) -> None:
    """One tensor, `embeddings`, float32, and the words beside it in NAME.words, one a line."""
    with path.open("wb") as stream:
        shape = [len(space), space.dim]
        facts = {"dtype": "F32", "shape": shape, "data_offsets": [0, 4 * prod(shape)]}
        header = json.dumps({"embeddings": facts}).encode()
        header += b" " * (-len(header) % 8)  # the numbers begin at a multiple of eight
        stream.write(len(header).to_bytes(8, "little") + header)
        for _, rows, _ in space.blocks():
            stream.write(np.ascontiguousarray(rows, "<f4").data.cast("B"))
    write_words(path, space)


def _matrix(tensors: Mapping[str, Tensor], path: Path) -> Tensor:
    """The tensor with the rows."""
    named = [tensors[name] for name in _NAMES if name in tensors]
    found = named[:1] or [tensor for tensor in tensors.values() if len(tensor.shape) == 2]
    if len(found) != 1 or len(found[0].shape) != 2:
        listed = ", ".join(f"'{t.name[:40]}' {t.type} {list(t.shape)}" for t in list(tensors.values())[:4])
        message = f"it is not clear which tensor holds the rows: the file holds {listed or 'none'}"
        hint = "one called embeddings, or one alone with two dimensions"
        raise FileProblem(message, where=str(path), hint=hint)
    rows, width = found[0].shape
    if rows < 1 or not 1 <= width <= MAX_WIDTH:
        message = f"the header says {rows:,} rows of {width:,} numbers"
        hint = f"both must be positive, a row has at most {MAX_WIDTH:,}"
        raise FileProblem(message, where=str(path), hint=hint)
    return found[0]


def _column(tensor: Tensor | None, source: Source) -> AnyArray | None:
    """All numbers of a tensor with one dimension."""
    if tensor is None:
        return None
    if len(tensor.shape) != 1:
        message = f"'{tensor.name}' has {len(tensor.shape)} dimensions, one is expected"
        raise FileProblem(message, where=str(source.path), hint="see whether it is a model of model2vec")
    return tensor.numbers(source, 0, tensor.shape[0])


def _rows(matrix: Tensor, source: Source) -> Iterator[Singles]:
    count, width = matrix.shape
    step = min(max(CHUNK // (width * matrix.item), 1), MOST_ROWS)
    for first in range(0, count, step):
        last = min(first + step, count)
        yield as_float32(matrix.numbers(source, first * width, last * width).reshape(-1, width))


def _mapped(matrix: Tensor, mapping: AnyArray, source: Source) -> Iterator[Singles]:
    """Rows that words share: there are few, so all of them are held."""
    count, width = matrix.shape
    wrong = np.flatnonzero((mapping < 0) | (mapping >= count)) if mapping.dtype.kind in "iu" else [0]
    if len(wrong):
        message = f"'mapping' sends word {int(wrong[0]) + 1:,} to {mapping[wrong[0]]}, no row of {count:,}"
        raise FileProblem(message, where=str(source.path), hint=DAMAGED)
    if 4 * width * len(mapping) > SHARED * ceiling_of(source.ceiling):
        raise too_much(source.path, SHARED * ceiling_of(source.ceiling), SHARED * RATIO)
    shared = as_float32(matrix.numbers(source, 0, count * width).reshape(-1, width))
    step = min(max(CHUNK // (4 * width), 1), MOST_ROWS)
    for first in range(0, len(mapping), step):
        yield shared[mapping[first : first + step]]


def _weighted(
    rows: Iterator[Singles], weights: AnyArray | None, count: int, source: Source
) -> Iterator[Singles]:
    """The rows, each times its weight where there are weights."""
    if weights is None:
        yield from rows
        return
    if len(weights) != count:
        message = f"there are {count:,} rows and {len(weights):,} weights"
        raise FileProblem(message, where=str(source.path), hint=DAMAGED)
    first = 0
    for block in rows:
        last = first + len(block)
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused by `row_rules`
            yield as_float32(block * weights[first:last, None].astype(np.float64))
        first = last


# --- the header ----------------------------------------------------------------------------------


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
        message = f"{count:,} tensors, at most {MOST_TENSORS:,} are read: no file of word vectors"
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
