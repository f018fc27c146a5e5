"""Words that a file can hold, so that its reader gives them back as they were."""

from __future__ import annotations

from vecalc.errors import UsageError
from vecalc.formats import MAX_WORD
from vecalc.formats.word_text import shown


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


def unfit(word: str, row: int, form: str, why: str) -> UsageError:
    """The problem of the first word that a format can't hold."""
    message = f"{form} can't hold the word {shown(word)} (row {row + 1:,}): {why}"
    return UsageError(message, hint="choose another format with --to, or leave the word out")
