"""GGUF, llama.cpp's models: the tensor of the tokens and their texts; or a control vector, a row a layer.

The tensor is `token_embd.weight`, or the one that is named (FILE#NAME), with a row for each token; the words
are the tokens of the model's tokenizer, or in a list beside the file where there is none. Of all other
tensors only the header is read. A control vector has a tensor of one dimension for each layer, `direction.1`
and so on: its words are "layer 1" and so on.
Source: ggml's docs/gguf.md; llama.cpp's convert_hf_to_gguf.py, cvector-generator.cpp.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from vecalc.codecs.gguf_header import GgufHeader, header_of
from vecalc.codecs.gguf_tensor import GgufTensor
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.listed import Listed
from vecalc.formats.tensors import check_matrix, steps
from vecalc.formats.token_text import in_text
from vecalc.formats.wordlists import paired, words_beside
from vecalc.sources import DAMAGED, MAX_WIDTH, Head, Source
from vecalc.sources.compression import unpacked
from vecalc.sources.parts import FilePart, chosen
from vecalc.sources.reference import LIST
from vecalc.sources.word_text import decode

_KNOWN = ("token_embd.weight",)
_TOKENIZER, _TOKENS, _TYPES = (f"tokenizer.ggml.{name}" for name in ("model", "tokens", "token_type"))
_BYTE_LEVEL = b"gpt2"  # what llama.cpp calls the tokenizers of GPT-2 and all that are built like it
_NORMAL = 1  # the type of a token that is no special one
_BEGINNING = re.compile(rb"GGUF(?:[\1-\x1f]\0\0\0|\0\0\0[\1-\x1f])")
_DIRECTION = re.compile(r"direction\.(\d{1,5})\Z", re.ASCII)
_LAYERS = "a control vector: its rows are layers"


def recognise(head: Head) -> bool:
    """GGUF's magic, and a version in either order of bytes."""
    return _BEGINNING.match(head.data) is not None


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem for a header that is not sound, or where it is not clear what to read."""
    file = unpacked(source, "a GGUF model")
    header = header_of(source.path, file, source.ceiling, (_TOKENIZER, _TOKENS, _TYPES))
    layers = _layers(header.tensors)
    if layers and source.reading.part != LIST:
        yield from _control_vector(layers, source)
        return
    words = None if source.reading.words_file else _words(header, source)
    matrix = _matrix(header.tensors, len(words.words) if words else None, source)
    rows = (matrix.rows(file, first, last, source.path) for first, last in steps(matrix.shape[0], matrix.row))
    names, path = (words, source.path) if words else words_beside(source)
    yield from paired(names, path, matrix.shape[0], rows, source)


def _matrix(tensors: Mapping[str, GgufTensor], words: int | None, source: Source) -> GgufTensor:
    """The tensor with the rows, checked. FileProblem where it is not clear, or can't be read."""
    parts = [FilePart(name, f"{tensor.type} {list(tensor.shape)}") for name, tensor in tensors.items()]
    usual = [tensors[name].shape[0] for name in _KNOWN if name in tensors]
    counts = usual or ([] if words is None else [words])  # rows of another number are no words'
    able = {name for name, t in tensors.items() if len(t.shape) == 2 and (not counts or t.shape[0] in counts)}
    found = chosen(parts, source, what="tensor", known=_KNOWN, fits=lambda part: part.name in able)
    matrix = tensors[found.name]
    check_matrix(matrix.name, matrix.shape, source.path)
    matrix.check(source.ceiling, source.path)
    return matrix


def _words(header: GgufHeader, source: Source) -> Listed | None:
    """The tokens, each of the row of its number; None where the file has none."""
    tokens = header.facts.get(_TOKENS)
    if not isinstance(tokens, list) or not tokens:
        return None
    words = decode(tokens, source, lambda i: f"{source.path}: token {i:,}")
    if header.facts.get(_TOKENIZER) == _BYTE_LEVEL:
        words = in_text(words, _special(words, header.facts.get(_TYPES)), source)
    return Listed(words, np.arange(len(words)))


def _special(words: Sequence[str], types: object) -> set[str]:
    """The tokens that are texts already."""
    if not isinstance(types, np.ndarray) or len(types) != len(words):
        return set()
    return {words[i] for i in np.flatnonzero(types != _NORMAL).tolist()}


# --- control vectors ------------------------------------------------------------------------------------


def _layers(tensors: Mapping[str, GgufTensor]) -> dict[int, GgufTensor]:
    """The directions of a control vector by their layers, rising; none of another model."""
    found = {name: _DIRECTION.match(name) for name in tensors}
    layers = {int(match[1]): tensors[name] for name, match in found.items() if match}
    return dict(sorted(layers.items())) if len(layers) == len(tensors) else {}


def _control_vector(layers: Mapping[int, GgufTensor], source: Source) -> Iterator[Block]:
    """A row a layer, all of one width."""
    file = unpacked(source, "a GGUF model")
    source.tally.remarks[_LAYERS] = None
    width = next(iter(layers.values())).shape[-1]
    for tensor in layers.values():
        if tensor.shape != (width,) or not 1 <= width <= MAX_WIDTH:
            message = f"'{tensor.name}' has the shape {list(tensor.shape)}, and not one row like the others"
            raise FileProblem(message, where=str(source.path), hint=DAMAGED)
        tensor.check(source.ceiling, source.path)
    numbers = list(layers)
    for first, last in steps(len(layers), 4 * width):
        some = numbers[first:last]
        rows = [layers[number].rows(file, 0, 1, source.path) for number in some]
        words = [f"layer {number}" for number in some]
        yield Block(words, np.concatenate(rows), range(first + 1, last + 1))
