"""numpy's arrays of text, of characters (U) or of bytes (S), as lists of words."""

from __future__ import annotations

from vecalc.codecs.npy_array import Array, pieces
from vecalc.errors import FileProblem
from vecalc.sources import MAX_WORD, Source, Stream
from vecalc.sources.word_text import as_text, decode

TEXT = "US"  # kinds of arrays that hold text: of characters, of bytes


def check_words(array: Array, where: str) -> None:
    """FileProblem unless an array is a plain list of texts, each of a size that a word may have."""
    if array.dtype.hasobject:
        message = "holds Python objects: to load them would run code"
        raise FileProblem(message, where=where, hint="save words as np.array(words, str)")
    if len(array.shape) != 1 or array.dtype.kind not in TEXT:
        message = f"no plain array of text: {array.dtype.str} {list(array.shape)}"
        raise FileProblem(message, where=where, hint="save words as np.array(words, str)")
    size = array.dtype.itemsize
    if not 0 < size <= 4 * MAX_WORD:
        message = f"words of up to {size:,} bytes each"
        raise FileProblem(message, where=where, hint="the file is damaged, or of another format")


def words_of(array: Array, stream: Stream, source: Source, where: str) -> list[str]:
    """The words of an array of text whose header has been read and checked."""
    words: list[str] = []

    def place(i: int) -> str:
        return f"{where}: word {len(words) + i + 1:,}"

    for piece in pieces(array, stream, where):
        some = piece.tolist()
        words += decode(some, source, place) if array.dtype.kind == "S" else as_text(some, source, place)
    return words
