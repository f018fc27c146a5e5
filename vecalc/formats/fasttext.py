"""fastText's binary models: words with their vectors, and the n-grams for the words that they lack.

A word's vector is the mean of its own row and those of its n-grams (`space.subwords`), as gensim computes
it; fastText itself differs in one word, `</s>`, to which it gives no n-grams. Both layouts are read, the one
with a magic number and the one before it; supervised and quantized models are not. Source: fastText's
fasttext.cc.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from vecalc.arrays import Singles
from vecalc.errors import FileProblem, StorageProblem
from vecalc.formats import Block
from vecalc.formats.fasttext_header import CHUNK, MAGIC, USE_VEC, Model, Reader, read_header
from vecalc.sources import Head, Source
from vecalc.sources.excuses import JOINED, TRAILING, excuse
from vecalc.sources.open_file import changed
from vecalc.sources.word_text import decode
from vecalc.space.subwords import Subwords

BLOCK_NUMBERS = 1 << 20  # in a block of rows
BLOCK_CHARACTERS = 1 << 16  # and bytes in its words: each makes a few n-grams


def recognise(head: Head) -> bool:
    """The magic number; or, before it, 12 integers of which most have a narrow range, then 0 <= t <= 1."""
    if head.data.startswith(MAGIC):
        return True
    if len(head.data) < 56:
        return False
    width, window, epochs, _, _, _, loss, model, _, shortest, longest, _, t = struct.unpack_from(
        "<12id", head.data
    )
    usual = 0 < width <= 10_000 and 0 < window <= 1_000 and 0 < epochs <= 100_000 and 0 <= t <= 1
    return usual and loss in {1, 2, 3} and model in {1, 2, 3} and 0 <= shortest <= longest + 1 <= 1_000


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem with the byte where the file stops being what its header says.

    The matrix is mapped, or, of a compressed file, unpacked into a temporary one first. The first block
    carries the n-grams.
    """
    reader = Reader(source)
    model = read_header(reader)
    words = decode(model.words, source, lambda i: f"{source.path}:word {i + 1:,}")
    matrix = _matrix(reader, model)
    subwords = None
    if model.buckets and 0 < model.longest >= model.shortest:  # in rows behind those of the words
        subwords = Subwords(matrix[len(model.words) :], model.shortest, model.longest)
    passed = reader.rest()
    for first, last in _blocks(model):
        rows = np.array(matrix[first:last], np.float32)
        if subwords is not None:
            rows = subwords.composed(model.words[first:last], rows)
        yield Block(words[first:last], rows, range(first + 1, last + 1), subwords if first == 0 else None)
        source.stream.read(max(rows.nbytes - len(passed), 0))  # whoever looks on sees how far it is
        passed = passed[rows.nbytes :]
    while source.stream.read(CHUNK):
        pass  # has the checksums of compressed files verified


def _blocks(model: Model) -> Iterator[tuple[int, int]]:
    """Ranges of words whose rows and n-grams take some megabytes."""
    first, characters = 0, 0
    most = max(BLOCK_NUMBERS // model.width, 1)
    for i, word in enumerate(model.words):
        if i > first and (i - first >= most or characters + len(word) > BLOCK_CHARACTERS):
            yield first, i
            first, characters = i, 0
        characters += len(word)
    yield first, len(model.words)


# --- the matrix --------------------------------------------------------------------------------


def _matrix(reader: Reader, model: Model) -> Singles:
    """The input matrix [words + buckets, d], mapped, once the rest of the file is what it must be."""
    rows, width = len(model.words) + model.buckets, model.width
    if model.newer:
        flag = reader.take(1)
        if flag == b"\1":
            raise reader.problem("a quantized fastText model (.ftz): its vectors are packed", USE_VEC)
        if flag != b"\0":
            raise reader.problem(f"a flag of {flag[0]} before the matrix")
    if (found := reader.unpack("2q")) != (rows, width):
        message = f"a matrix of {found[0]:,} x {found[1]:,}; the header says {rows:,} x {width:,}"
        raise reader.problem(message)
    source, start = reader.source, 0
    if source.file is not None and source.size is not None:
        whole, start = _mapped(source.file), reader.place
        if len(whole) != source.size:
            raise changed(source.path)
    else:
        whole = _spooled(reader)
    _check_end(whole, start + rows * width * 4, model, reader)
    return np.frombuffer(whole, "<f4", rows * width, start).reshape(rows, width)


def _mapped(file: BinaryIO) -> mmap.mmap:
    """The whole file; the place up to which it has been read stays what it is."""
    empty = os.fstat(file.fileno()).st_size == 0  # of nothing there is no map
    return mmap.mmap(-1, 1) if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _spooled(reader: Reader) -> mmap.mmap:
    """What is left of a compressed file, unpacked."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(reader.rest())
            while data := reader.source.stream.read(CHUNK):
                file.write(data)
            file.flush()
            return _mapped(file)
    except OSError as error:
        message = f"the model can't be unpacked into a temporary file: {error.strerror}"
        hint = "make room there, or decompress the model yourself; TMPDIR names another folder"
        raise StorageProblem(message, where=tempfile.gettempdir(), hint=hint) from None


def _check_end(whole: mmap.mmap, end: int, model: Model, reader: Reader) -> None:
    """Behind the input matrix comes the output matrix, and then the end of the file."""
    flags = "<?2q" if model.newer else "<2q"
    head = struct.calcsize(flags)
    if len(whole) < end + head:
        what = f"the file is cut short inside its matrices, at {len(whole):,} bytes of them"
        raise _cut(what, reader)
    *_, rows, width = struct.unpack_from(flags, whole, end)
    left = len(whole) - end - head
    if rows < 0 or width < 0 or rows * width * 4 > left:
        message = f"an output matrix of {rows:,} x {width:,} in {left:,} bytes: the file is cut short"
        raise _cut(message, reader)
    if extra := left - rows * width * 4:
        problem = FileProblem("data after the last matrix", where=str(reader.source.path), hint=JOINED)
        excuse(reader.source.reading.allow_trailing, TRAILING, problem, reader.source, extra)


def _cut(message: str, reader: Reader) -> FileProblem:
    return FileProblem(message, where=str(reader.source.path), hint="fetch it again")
