"""From the bytes of words to words, and back, so that a reader gives them back as they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from vecalc.errors import FileProblem, UsageError
from vecalc.sources import MAX_WORD, UTF_8, Source
from vecalc.sources.excuses import ESCAPED, OTHERWISE_ESCAPED, odd
from vecalc.sources.word_encoding import codec, proposal

MANY = 0.01  # of some words, from which on they are in another encoding rather than damaged
MOST = "most words beyond ASCII are not UTF-8"
_SHOWN = 40  # characters of a word in a message


def decode(raw: Sequence[bytes], source: Source, where: Callable[[int], str]) -> list[str]:
    """The words of some bytes, in the encoding of `Reading`; `where(i)` is the place of the i-th."""
    encoding = codec(source.reading.encoding)
    if encoding != UTF_8:
        source.tally.used.add("encoding")
    return _decoded(raw, encoding, source, where)


def _decoded(raw: Sequence[bytes], encoding: str, source: Source, where: Callable[[int], str]) -> list[str]:
    if raw and len(longest := max(raw, key=len)) > MAX_WORD:
        raise too_long(where(raw.index(longest)))
    try:
        words = b"\n".join(raw).decode(encoding).split("\n") if raw else []
    except UnicodeDecodeError:
        words = []
    if len(words) == len(raw):
        return words
    hint = cache(lambda: f"{proposal(raw)}; --encoding-errors surrogateescape keeps bytes")
    words = [_word(raw, i, encoding, source, where, hint) for i in range(len(raw))]
    if encoding == UTF_8:
        _remark_on_many(raw, words, source)
    return words


def too_long(where: str) -> FileProblem:
    """The problem of a word beyond the limit."""
    message = f"a word of more than {MAX_WORD:,} bytes"
    return FileProblem(message, where=where, hint="the file is damaged, or of another format")


def shown(word: str | bytes, longest: int = _SHOWN) -> str:
    """A word for a message: quoted, cut where it is long, what can't be printed escaped as in Python."""
    text = word.decode("utf-8", "backslashreplace") if isinstance(word, bytes) else word
    cut = text[:longest]
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
    return f"'{visible}...'" if len(text) > longest else f"'{visible}'"


def _remark_on_many(raw: Sequence[bytes], words: Sequence[str], source: Source) -> None:
    """A remark, once, where so many words are escaped that they are in another encoding."""
    if MOST in [said.partition(";")[0] for said in source.tally.remarks]:
        return
    escaped = sum(_is_escaped(word) for word in words)
    beyond = sum(not word.isascii() for word in words)
    if escaped > max(1, MANY * len(words)) and 2 * escaped > beyond:
        source.tally.remarks[f"{MOST}; {proposal(raw)}"] = None


def _word(
    raw: Sequence[bytes],
    i: int,
    encoding: str,
    source: Source,
    where: Callable[[int], str],
    hint: Callable[[], str],
) -> str:
    try:
        return raw[i].decode(encoding)
    except UnicodeDecodeError as error:
        way = source.reading.encoding_errors
        kind = ESCAPED if encoding == UTF_8 else OTHERWISE_ESCAPED
        if way == "surrogateescape":
            source.tally.counts[kind] += 1
        else:
            name = "UTF-8" if encoding == UTF_8 else encoding
            message = f"the word {shown(raw[i])} is not {name} (byte 0x{raw[i][error.start]:02x})"
            problem = FileProblem(message, where=where(i), hint=hint())
            if way == "strict":
                raise problem from None
            odd(kind, problem, source, left_out=False)
        return raw[i].decode(encoding, "surrogateescape")


def as_text(words: Sequence[str], source: Source, where: Callable[[int], str]) -> list[str]:
    """Words that came as strings already: as `decode` leaves them, lone surrogates being no UTF-8."""
    try:
        "\n".join(words).encode()
    except UnicodeEncodeError:
        return _decoded([word.encode("utf-8", "surrogatepass") for word in words], UTF_8, source, where)
    if words and len(longest := max(words, key=len)) > MAX_WORD:
        raise too_long(where(words.index(longest)))
    return list(words)


def encoded(word: str, row: int, form: str, *, escapes: bool) -> bytes:
    """The bytes of the word of a row. UsageError for one that would not be read back.

    With `escapes`, lone surrogates that stand for bytes (`surrogateescape`) become those bytes.
    """
    try:
        raw = word.encode("utf-8", "surrogateescape" if escapes else "strict")
    except UnicodeEncodeError:
        raise unfit(word, row, form, "it is not UTF-8") from None
    if not raw.strip(b" \t\r\n"):
        raise unfit(word, row, form, "it is blank")
    if b"\n" in raw:
        raise unfit(word, row, form, "it holds a newline")
    if len(raw) > MAX_WORD:
        raise unfit(word, row, form, f"it has more than {MAX_WORD:,} bytes")
    if escapes and raw.decode("utf-8", "surrogateescape") != word:
        raise unfit(word, row, form, "its escaped bytes would be read as letters")
    return raw


def _is_escaped(word: str) -> bool:
    """Whether a word has lone surrogates."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return True
    return False


def is_whole(word: str) -> bool:
    """Whether a word has bytes, which half of a character (a lone surrogate that stands for none) has not."""
    try:
        return word.isascii() or bool(word.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return False


def unfit(word: str, row: int, form: str, why: str) -> UsageError:
    """The problem of the first word that a format can't hold."""
    message = f"{form} can't hold the word {shown(word)} (row {row + 1:,}): {why}"
    return UsageError(message, hint="choose another format with --to, or leave the word out")
