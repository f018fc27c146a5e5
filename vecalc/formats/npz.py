"""numpy's .npz: a zip archive of arrays, one of them a matrix with a row for each word.

The words are an array of text in it (`np.savez(path, words=words, vectors=rows)`), or in a list beside
the file. The matrix is the array called vectors or embeddings, or the only one with two dimensions; the words
are the array called words, vocab, tokens or keys, or the only one of text. Members are read as
streams; nothing is ever unpacked to the disk. Source: numpy's `savez` and `savez_compressed`.
"""

from __future__ import annotations

import errno
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

import numpy as np

from vecalc.errors import FileProblem
from vecalc.formats import DAMAGED, MAX_WORD, Block, Head, Source, Stream
from vecalc.formats.compression import ceiling_of, too_much
from vecalc.formats.npy import Array, check_matrix, check_size, pieces, read_header, rows_of
from vecalc.formats.word_text import as_text, decode, encoded, shown, unfit
from vecalc.formats.wordlists import paired, words_beside
from vecalc.space import VectorSpace
from vecalc.space.files import unreadable

SUFFIXES = (".npz",)
MOST_MEMBERS = 1000  # arrays in a file of vectors: two
_VECTORS = ("vectors", "embeddings")
_WORDS = ("words", "vocab", "tokens", "keys")
_TEXT = "US"  # kinds of arrays that hold text: of characters, of bytes
_DAMAGES = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError, ValueError)
_SPARSE = (
    "a sparse matrix, of which most numbers are zeros",
    "in Python, np.savez('dense.npz', words=words, vectors=scipy.sparse.load_npz('FILE').toarray()), if "
    "there is room for the zeros; of a PPMI model, load its dense vectors (SVD, SGNS)",
)
_SAVE = "save two arrays: np.savez(path, words=words, vectors=rows)"


class _Member(NamedTuple):
    """An array of the archive, its header read."""

    name: str  # as `np.load` calls it
    info: zipfile.ZipInfo
    array: Array


def recognise(head: Head) -> bool:
    """A zip archive whose first member is an array."""
    name = head.data[30 : 30 + int.from_bytes(head.data[26:28], "little")]
    return head.data.startswith(b"PK\3\4") and name.endswith(b".npy")


def read(source: Source) -> Iterator[Block]:
    """Words and rows; FileProblem when it is not clear which arrays they are, or when one is damaged."""
    if source.file is None:
        hint = "decompress it once"
        raise FileProblem("an .npz archive, compressed once more", where=str(source.path), hint=hint)
    with _explained(source.path), zipfile.ZipFile(source.file) as archive:
        members = _members(archive, source)
        if {member.name for member in members} >= {"indices", "indptr", "data", "shape"}:  # scipy's save_npz
            raise FileProblem(f"it holds {_SPARSE[0]}", where=str(source.path), hint=_SPARSE[1])
        matrices = [member for member in members if len(member.array.shape) == 2]
        vectors = _chosen(members, _VECTORS, matrices, "a matrix", source.path)
        if vectors is None:
            raise _lacking("no array with rows and columns", members, source.path)
        where = _place(source.path, vectors.name)
        check_matrix(vectors.array, where)
        texts = [member for member in members if member.array.dtype.kind in _TEXT]
        listed = _chosen(members, _WORDS, texts, "text", source.path)
        if listed is None:
            words, path = words_beside(source)
        else:
            words, path = _words(archive, listed, source), source.path
        with archive.open(vectors.info) as stream:
            read_header(stream, where)
            rows = rows_of(vectors.array, cast(Stream, stream), None, where)
            yield from paired(words, path, vectors.array.shape[0], rows, source)


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


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What reading an archive may raise, as FileProblems."""
    try:
        yield
    except (*_DAMAGES, OSError) as error:
        # zipfile goes to places that a damaged file names, which the system may find invalid.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise unreadable(path, error) from None
        why = str(error) or "the file is cut short"
        raise FileProblem(f"damaged .npz archive: {why}", where=str(path), hint=DAMAGED) from None


def _members(archive: zipfile.ZipFile, source: Source) -> list[_Member]:
    """The arrays of the archive; together they may not unpack to more than any honest file does."""
    infos = [info for info in archive.infolist() if info.filename.endswith(".npy")]
    if len(infos) > MOST_MEMBERS:
        message = f"{len(infos):,} arrays; a file of vectors has two, words and rows"
        raise FileProblem(message, where=str(source.path), hint=_SAVE)
    ceiling = ceiling_of(source.ceiling)
    if sum(info.file_size for info in infos) > ceiling:
        raise too_much(source.path, ceiling)
    members: list[_Member] = []
    for info in infos:
        name = info.filename.removesuffix(".npy")
        with archive.open(info) as stream:
            array = read_header(stream, _place(source.path, name))
        if not array.dtype.hasobject:
            check_size(array, info.file_size, _place(source.path, name), exact=True)
        members.append(_Member(name, info, array))
    return members


def _chosen(
    members: list[_Member], names: tuple[str, ...], fitting: list[_Member], what: str, path: Path
) -> _Member | None:
    """The array of one of these names, or the only one that fits; None where none does."""
    found = [member for member in members if member.name in names] or fitting
    if len(found) > 1:
        raise _lacking(f"several arrays may be meant for {what}", found, path)
    if found and found[0].array.dtype.hasobject:
        message = "holds Python objects: to load them would run code"
        raise FileProblem(
            message, where=_place(path, found[0].name), hint="save words as np.array(words, str)"
        )
    return found[0] if found else None


def _lacking(message: str, members: list[_Member], path: Path) -> FileProblem:
    listed = ", ".join(f"{shown(m.name)} {m.array.dtype.str} {list(m.array.shape)}" for m in members[:4])
    return FileProblem(f"{message}: {listed or 'no array at all'}", where=str(path), hint=_SAVE)


def _words(archive: zipfile.ZipFile, member: _Member, source: Source) -> list[str]:
    """The words of an array of text."""
    array, where = member.array, _place(source.path, member.name)
    if len(array.shape) != 1 or array.dtype.kind not in _TEXT:
        raise _lacking("the words are not a plain array of text", [member], source.path)
    size = array.dtype.itemsize
    if not 0 < size <= 4 * MAX_WORD:
        message = f"words of up to {size:,} bytes each"
        raise FileProblem(message, where=where, hint="the file is damaged, or of another format")
    words: list[str] = []

    def place(i: int) -> str:
        return f"{where}: word {len(words) + i + 1:,}"

    with archive.open(member.info) as stream:
        read_header(stream, where)
        for piece in pieces(array, cast(Stream, stream), where):
            some = piece.tolist()
            words += decode(some, source, place) if array.dtype.kind == "S" else as_text(some, source, place)
    return words


def _place(path: Path, name: str) -> str:
    return f"{path}:{name}"
