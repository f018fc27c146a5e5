"""Words as the bytes that a file of arrays or a table holds, so that its reader gives them back."""

from __future__ import annotations

from vecalc.formats.writing import unfit


def encoded(word: str, row: int, form: str, *, escapes: bool) -> bytes:
    """The bytes of the word of a row. UsageError for one that would not be read back.

    With `escapes`, lone surrogates that stand for bytes (`surrogateescape`) become those bytes.
    """
    try:
        raw = word.encode("utf-8", "surrogateescape" if escapes else "strict")
    except UnicodeEncodeError:
        raise unfit(word, row, form, "it is not UTF-8") from None
    if escapes and raw.decode("utf-8", "surrogateescape") != word:
        raise unfit(word, row, form, "its escaped bytes would be read as letters")
    return raw
