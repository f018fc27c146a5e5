"""numpy's .npz: a zip archive of arrays, one of them a matrix with a row for each word, or an array for each.

The words are an array of text in it (`np.savez(path, words=words, vectors=rows)`), or in a list beside
the file. The matrix is the array called vectors or embeddings, or the only one with two dimensions; the words
are the array called words, vocab, tokens or keys, or the only one of text. Where no array has two dimensions
and several have one, of numbers, their names are the words (`np.savez(path, **{word: vector})`). Members are
read as streams; nothing is ever unpacked to the disk. Source: numpy's `savez` and `savez_compressed`.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from vecalc.codecs.npy_array import (
    CHUNK,
    MOST_ROWS,
    Array,
    as_float32,
    check_matrix,
    check_size,
    part,
    read_header,
    rows_of,
)
from vecalc.codecs.text_arrays import TEXT, check_words, words_of
from vecalc.errors import FileProblem
from vecalc.formats import Block
from vecalc.formats.wordlists import paired, words_beside
from vecalc.sources import MAX_WIDTH, Head, Source, Stream
from vecalc.sources.compression import ceiling_of, too_much, unpacked
from vecalc.sources.excuses import MALFORMED, odd
from vecalc.sources.parts import FilePart, chosen, listed
from vecalc.sources.word_text import as_text, encoded, shown, unfit
from vecalc.sources.zip_files import content, directory, explained
from vecalc.space import VectorSpace

SUFFIXES = (".npz",)
_VECTORS = ("vectors", "embeddings", "vector", "embedding")
_WORDS = ("words", "vocab", "tokens", "keys")
_NUMBERS = "fiu"  # and real numbers
_SPARSE = {"data", "shape", "format"}  # what scipy's `save_npz` always writes, as np.savez_compressed does
_WHAT = ".npz archive"
_SAVE = "save two arrays: np.savez(path, words=words, vectors=rows)"
_NAMES = "the words are the names of its arrays"
_DENSE = "in Python, np.save('vectors.npy', scipy.sparse.load_npz(FILE).toarray())"


class _Archive(NamedTuple):
    """An open archive, and where it lies."""

    directory: zipfile.ZipFile
    path: Path

    def place(self, name: str) -> str:
        """An array's, for messages."""
        return f"{self.path}:{name}"

    def stream(self, info: zipfile.ZipInfo, skipped: int = 0) -> Stream:
        """The content of an array's file, its header skipped where it was read before."""
        stream = content(self.directory, info, self.path, _WHAT)
        stream.read(skipped)
        return stream


class _Member(NamedTuple):
    """An array of the archive, its header read."""

    name: str  # as `np.load` calls it
    info: zipfile.ZipInfo
    array: Array

    @property
    def is_vector(self) -> bool:
        """Whether it is a row of numbers."""
        return len(self.array.shape) == 1 and self.array.dtype.kind in _NUMBERS

    def as_part(self) -> FilePart:
        """What it is, for people."""
        return FilePart(self.name, f"{self.array.dtype.str} {list(self.array.shape)}")


def recognise(head: Head) -> bool:
    """A zip archive whose first member is an array."""
    name = head.data[30 : 30 + int.from_bytes(head.data[26:28], "little")]
    return head.data.startswith(b"PK\3\4") and name.endswith(b".npy")


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when it is not clear which arrays they are, or when one is damaged."""
    file = unpacked(source, "an .npz archive")
    with explained(source.path, _WHAT):
        archive = _Archive(directory(file, source.path, _WHAT), source.path)
        members = _members(archive, source)
        if {member.name for member in members} >= _SPARSE:
            raise FileProblem("a sparse matrix of scipy's", where=str(source.path), hint=_DENSE)
        if not source.reading.part and _is_array_a_word(members):
            yield from _array_a_word(archive, members, source)
        else:
            yield from _matrix(archive, members, source)


def _matrix(archive: _Archive, members: list[_Member], source: Source) -> Iterator[Block]:
    """The rows of one array, and the words of another or of a list beside the file."""
    by_name = {member.name: member for member in members}
    texts = _texts(archive, members)
    matrices = {member.name: member.array.shape[0] for member in members if len(member.array.shape) == 2}
    if texts and texts.array.shape[:1] and texts.array.shape[0] in matrices.values():
        matrices = {name: rows for name, rows in matrices.items() if rows == texts.array.shape[0]}
    found = chosen(
        [member.as_part() for member in members],
        source,
        what="array",
        known=_VECTORS,
        fits=lambda part: part.name in matrices or part.name in _VECTORS,
    )
    vectors = by_name[found.name]
    check_matrix(vectors.array, archive.place(vectors.name))
    words, path = (_words(archive, texts, source), source.path) if texts else words_beside(source)
    stream = archive.stream(vectors.info, vectors.array.offset)
    rows = rows_of(vectors.array, stream, None, archive.place(vectors.name))
    yield from paired(words, path, vectors.array.shape[0], rows, source)


def _is_array_a_word(members: Sequence[_Member]) -> bool:
    """Whether most arrays are rows of numbers, of one width, and none is a matrix or text."""
    if any(len(member.array.shape) == 2 or member.array.dtype.kind in TEXT for member in members):
        return False
    return 2 * sum(member.is_vector for member in members) > len(members)


def _array_a_word(archive: _Archive, members: Sequence[_Member], source: Source) -> Iterator[Block]:
    """Words that are the names of arrays; rows of another width than most are malformed."""
    widths = Counter(member.array.shape[0] for member in members if member.is_vector)
    width = max(widths, key=lambda width: widths[width])
    if not 1 <= width <= MAX_WIDTH:
        message = f"arrays of {width:,} numbers"
        raise FileProblem(message, where=str(source.path), hint=f"a row has from 1 to {MAX_WIDTH:,}")
    source.tally.remarks[_NAMES] = None
    step = min(max(CHUNK // (4 * width), 1), MOST_ROWS)
    for first in range(0, len(members), step):
        some, kept, rows = members[first : first + step], [], []
        for number, member in enumerate(some, start=first + 1):
            if not member.is_vector or member.array.shape[0] != width:
                message = f"the array {shown(member.name)} is not a row of {width:,} numbers"
                odd(MALFORMED, FileProblem(message, where=str(source.path), hint=_SAVE), source)
                continue
            array = member.array
            stream = archive.stream(member.info, array.offset)
            data = part(array, stream, 0, array.size, archive.place(member.name))
            kept.append(number)
            rows.append(as_float32(np.frombuffer(data, array.dtype)))
        words = as_text(
            [members[i - 1].name for i in kept], source, lambda i: f"{source.path}: array {i + 1:,}"
        )
        if rows:
            yield Block(words, np.stack(rows), kept)


def write(path: Path, space: VectorSpace) -> None:
    """An archive of two arrays, `words` and `vectors`, not compressed (vectors hardly shrink)."""
    longest = 0
    for row, word in enumerate(space.words()):
        encoded(word, row, "npz", escapes=False)
        if word.endswith("\0"):
            raise unfit(word, row, "npz", "numpy drops a NUL at its end")
        longest = max(longest, len(word))
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        with archive.open("words.npy", "w", force_zip64=True) as stream:
            _write_header(stream, (len(space),), f"<U{longest}")
            for word in space.words():
                stream.write(np.array([word], f"<U{longest}").tobytes())
        with archive.open("vectors.npy", "w", force_zip64=True) as stream:
            _write_header(stream, (len(space), space.dim), "<f4")
            for _, rows, _ in space.blocks():
                stream.write(np.ascontiguousarray(rows, "<f4").tobytes())


def _write_header(stream: IO[bytes], shape: tuple[int, ...], descr: str) -> None:
    facts = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, facts)


def _members(archive: _Archive, source: Source) -> list[_Member]:
    """The arrays of the archive; together they may not unpack to more than any honest file does."""
    infos = [info for info in archive.directory.infolist() if info.filename.endswith(".npy")]
    ceiling = ceiling_of(source.ceiling)
    if sum(info.file_size for info in infos) > ceiling:
        raise too_much(source.path, ceiling)
    members: list[_Member] = []
    for info in infos:
        name = info.filename.removesuffix(".npy")
        array = read_header(archive.stream(info), archive.place(name))
        if not array.dtype.hasobject:
            check_size(array, info.file_size, archive.place(name), exact=True)
        members.append(_Member(name, info, array))
    return members


def _texts(archive: _Archive, members: Sequence[_Member]) -> _Member | None:
    """The array of words; None where there is none that could be."""
    texts = [member for member in members if member.array.dtype.kind in TEXT]
    found = [member for member in members if member.name in _WORDS] or texts
    if len(found) > 1:
        message = f"several arrays may be meant for text: {listed([member.as_part() for member in found])}"
        raise FileProblem(message, where=str(archive.path), hint=_SAVE)
    if found and found[0].array.dtype.hasobject:
        message = "holds Python objects: to load them would run code"
        hint = "save words as np.array(words, str)"
        raise FileProblem(message, where=archive.place(found[0].name), hint=hint)
    return found[0] if found else None


def _words(archive: _Archive, member: _Member, source: Source) -> list[str]:
    """The words of an array of text."""
    array, where = member.array, archive.place(member.name)
    if len(array.shape) != 1 or array.dtype.kind not in TEXT:
        message = f"the words are not a plain array of text: {listed([member.as_part()])}"
        raise FileProblem(message, where=str(source.path), hint=_SAVE)
    check_words(array, where)
    return words_of(array, archive.stream(member.info, array.offset), source, where)
