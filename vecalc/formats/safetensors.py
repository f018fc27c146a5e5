"""safetensors: a tensor with a row for each word or token, its words in a list beside the file (`wordlists`).

The tensor is one of a usual name (`_STATIC` in static embeddings as model2vec and sentence-transformers keep
them, `_TOKENS` in checkpoints of whole networks), or the only one with two dimensions, or with as many rows
as there are words. Of all others only the header is read.

model2vec may share rows between words: then row i is embeddings[mapping[i]] * weights[i]; either of the
two may be missing. int8 is taken as the numbers that it holds.

Source: the safetensors format by Hugging Face; model2vec's `StaticModel` for the meaning of the tensors.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from math import prod
from pathlib import Path

import numpy as np

from vecalc.arrays import AnyArray, Singles
from vecalc.codecs.npy_array import as_float32
from vecalc.codecs.safetensors_header import Tensor, header_of
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.tensors import check_matrix, steps
from vecalc.formats.textual import textual
from vecalc.formats.wordlists import paired, words_beside, write_words
from vecalc.sources import DAMAGED, Head, Source
from vecalc.sources.compression import RATIO, ceiling_of, too_much, unpacked
from vecalc.sources.parts import FilePart, chosen, is_called
from vecalc.space import VectorSpace

IN_FOLDERS = (
    "model.safetensors",
    *("0_StaticEmbedding/model.safetensors", "0_WordEmbeddings/model.safetensors"),
)
SUFFIXES = (".safetensors",)
SHARED = 16  # words that share rows may make so many times more of a file than packing does
_STATIC = ("embeddings", "embedding.weight", "vectors")
_TOKENS = (
    "embed_tokens.weight",  # Llama, Qwen, Gemma, OPT, BART
    "wte.weight",  # GPT-2, Falcon's ancestors
    "word_embeddings.weight",  # BERT and its kin, BLOOM
    "shared.weight",  # T5
    "tok_embeddings.weight",  # Llama as Meta keeps it, ModernBERT
    "token_embd.weight",  # llama.cpp
    "word_embedding.weight",  # XLNet
    "token_embedding.weight",  # CLIP
    "embed_in.weight",  # GPT-NeoX
)
# The likeliest first: behind a dot, "embedding.weight" may be that of positions.
KNOWN = ("embeddings", "vectors", *_TOKENS, "embedding.weight")


def recognise(head: Head) -> bool:
    """Eight bytes with the length of a JSON object, and the object."""
    return head.data[8:9] == b"{" and b"\0" in head.data[:8]  # no text has a NUL


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem for a header that is not sound, or where it is not clear what to read."""
    file = unpacked(source, "a safetensors file")
    tensors = header_of(source.path, file, source.ceiling)
    words = cache(lambda: words_beside(source))
    matrix = _matrix(tensors, lambda: len(words()[0].words), source)
    alone = sum(len(tensor.shape) == 2 for tensor in tensors.values()) == 1
    of_model2vec = matrix.name in _STATIC or alone
    source.tally.wanted = prod(matrix.shape) * matrix.item
    names = ("mapping", "weights") if of_model2vec else ("", "")
    mapping, weights = (_column(tensors.get(name), source) for name in names)
    count = matrix.shape[0] if mapping is None else len(mapping)
    rows = _rows(matrix, source) if mapping is None else _mapped(matrix, mapping, source)
    # Beside other matrices it is the input of a network, which makes more of a text than a mean.
    how = textual(matrix.name, words()[1], source) if alone else None
    for block in paired(*words(), count, _weighted(rows, weights, count, source), source):
        yield block._replace(textual=how)
        how = None


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


def _matrix(tensors: Mapping[str, Tensor], words: Callable[[], int], source: Source) -> Tensor:
    """The tensor with the rows; `words` counts those beside the file. FileProblem where it is not clear."""
    able = {name: tensor for name, tensor in tensors.items() if len(tensor.shape) == 2 or name in _STATIC}
    called = ([t for t in able.values() if is_called(t.name, name)] for name in KNOWN)
    usual = next(filter(None, called), [])
    # Rows of another number belong to no words, so that nobody could have meant them.
    if usual:
        able = {n: t for n, t in able.items() if t in usual or t.shape[0] == usual[0].shape[0]}
    elif len(able) > 1 and not source.reading.part:
        with suppress(FileProblem):  # without a list of words it is not clear either
            count = words()
            able = {n: t for n, t in able.items() if t.shape[0] == count} or able
    parts = [FilePart(name, f"{tensor.type} {list(tensor.shape)}") for name, tensor in tensors.items()]
    found = chosen(parts, source, what="tensor", known=KNOWN, fits=lambda part: part.name in able)
    matrix = tensors[found.name]
    check_matrix(matrix.name, matrix.shape, source.path)
    return matrix


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
    for first, last in steps(count, width * matrix.item):
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
    for first, last in steps(len(mapping), 4 * width):
        yield shared[mapping[first:last]]


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
            weighted = as_float32(block * weights[first:last, None].astype(np.float64))
        yield weighted
        first = last
