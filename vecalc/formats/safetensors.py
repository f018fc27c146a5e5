"""safetensors, as model2vec and sentence-transformers keep static embeddings: a matrix, its words in a list.

The matrix is the tensor called embeddings, embedding.weight or vectors, or the only one with two dimensions.
model2vec may share rows between words: then row i is embeddings[mapping[i]] * weights[i]; either of the
two may be missing. int8 is taken as the numbers that it holds. The words are those of `tokenizer.json` or of
another list beside the file (see `wordlists`). Source: the safetensors format by Hugging Face; model2vec's
`StaticModel` for the meaning of the tensors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vecalc.arrays import AnyArray, Singles
from vecalc.errors import FileProblem
from vecalc.formats import MAX_WIDTH, Block, Head, Source
from vecalc.formats.npy_stream import CHUNK, MOST_ROWS, as_float32
from vecalc.formats.safetensors_header import Tensor, header_of, write_header
from vecalc.formats.stream_limits import RATIO, ceiling_of, too_much
from vecalc.formats.wordlists import paired, words_beside, write_words

if TYPE_CHECKING:
    from vecalc.space import VectorSpace

IN_FOLDERS = ("model.safetensors", "0_StaticEmbedding/model.safetensors")
SUFFIXES = (".safetensors",)
SHARED = 16  # words that share rows may make so many times more of a file than packing does
_NAMES = ("embeddings", "embedding.weight", "vectors")


def recognise(head: Head) -> bool:
    """Eight bytes with the length of a JSON object, and the object."""
    return head.data[8:9] == b"{" and b"\0" in head.data[:8]  # no text has a NUL


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem for a header that is not sound, or where it is not clear what to read."""
    if source.file is None:
        hint = "decompress it once"
        raise FileProblem("a compressed safetensors file", where=str(source.path), hint=hint)
    tensors = header_of(source.path, source.file, source.ceiling)
    matrix = _matrix(tensors, source.path)
    mapping, weights = (_column(tensors.get(name), source) for name in ("mapping", "weights"))
    count = matrix.shape[0] if mapping is None else len(mapping)
    words, listed = words_beside(source)
    rows = _rows(matrix, source) if mapping is None else _mapped(matrix, mapping, source)
    yield from paired(words, listed, count, _weighted(rows, weights, count, source), source)


def write(path: Path, space: VectorSpace) -> None:
    """One tensor, `embeddings`, float32, and the words beside it in NAME.words, one a line."""
    with path.open("wb") as stream:
        write_header(stream, {"embeddings": ("F32", (len(space), space.dim))})
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
        raise FileProblem(message, where=str(source.path), hint="the file is damaged; fetch it again")
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
        raise FileProblem(message, where=str(source.path), hint="the file is damaged; fetch it again")
    first = 0
    for block in rows:
        last = first + len(block)
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused by `checks`
            yield as_float32(block * weights[first:last, None].astype(np.float64))
        first = last
