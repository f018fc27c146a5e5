"""Encodings of words other than UTF-8: which can be named, and which one some bytes may be in."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from functools import cache

from vecalc.errors import UsageError
from vecalc.sources import UTF_8

# What stands between words and numbers, and in them, must be the same bytes in any encoding that is read by
# lines; the backslash because `unicode_escape` would make letters of what comes behind it.
ASCII = " \t\n0123456789+-.eE\\x41\\u0041 the king ABC xyz ~{VPND~}"
LONGEST_NAME = 40  # characters of a name in a message
SAMPLED = 200  # words that an encoding is guessed by
PROPOSED = 3
FOREIGN = 0.5  # share of letters that are no ASCII, from which on words are in another script than Latin
SEVERAL_BYTES = ("gbk", "big5", "shift_jis", "euc_kr")  # of each character of Chinese, Japanese, Korean
CYRILLIC = ("cp1251", "koi8-r")
LATIN_1 = bytes([*range(0x80), *range(0xA0, 0x100)])  # where cp1252 has letters as well
MARKS = "’‘–“”…"  # that words of Windows' encodings may have
# Half of the bytes beyond ASCII are these in Shift JIS; they are not in use in words today.
NARROW = frozenset(map(chr, range(0xFF61, 0xFFA0)))  # katakana of half the width


@cache
def codec(name: str) -> str:
    """Python's name of an encoding; UsageError for what is none, or what words can't be read by."""
    try:
        found = codecs.lookup(name).name
        same = _same(found)
    except (LookupError, ValueError):  # of a codec that is none of text, of a NUL
        message = f"no encoding of text is called '{name[:LONGEST_NAME]}'"
        raise UsageError(
            message, hint="such as latin-1, cp1252, cp1251, koi8-r, gbk, big5, shift_jis"
        ) from None
    if not same:
        message = f"words can't be read as {found}, in which letters and blanks are not the bytes of ASCII"
        hint = f"convert the file first: iconv -f {found.upper()} -t UTF-8 FILE > NEW"
        raise UsageError(message, hint=hint)
    return UTF_8 if found == codecs.lookup(UTF_8).name else found


def _same(encoding: str) -> bool:
    try:
        return ASCII.encode().decode(encoding) == ASCII
    except UnicodeError:
        return False


def proposal(words: Sequence[bytes]) -> str:
    """What to say of words that are not UTF-8: encodings in which all of them are letters; a guess."""
    sample = [word for word in words if not _is_in(word, UTF_8)][:SAMPLED]
    fitting = _fitting(sample) if sample else []
    if not fitting:
        return "--encoding NAME if it is in another encoding"
    names = [f"--encoding {name}" for name in fitting[:PROPOSED]]
    return f"if it is {' or '.join(fitting[:PROPOSED])}: {' or '.join(names)}"


def _fitting(words: Sequence[bytes]) -> list[str]:
    """Names of encodings in which some words are letters, the likeliest first."""
    raw = b"".join(words)
    letters = sum(byte >= 0x80 or chr(byte).isalpha() for byte in raw)
    foreign = sum(byte >= 0x80 for byte in raw) > FOREIGN * letters
    western = "cp1252" if raw.translate(None, LATIN_1) else "latin-1"
    if not foreign:
        return [western] if _are_letters(words, western) else []
    several = [name for name in SEVERAL_BYTES if _are_letters(words, name)]
    cyrillic = [name for name in CYRILLIC if _are_letters(words, name)]
    cyrillic.sort(key=lambda name: -sum(map(str.islower, raw.decode(name, "ignore"))))
    # A pair of bytes may always be a letter of Chinese; words of an odd number of bytes are not pairs.
    return several or cyrillic[:1] or ([western] if _are_letters(words, western) else [])


def _are_letters(words: Sequence[bytes], encoding: str) -> bool:
    """Whether all bytes beyond ASCII are letters."""
    try:
        text = "".join(word.decode(encoding) for word in words)
    except UnicodeDecodeError:
        return False
    strange = {c for c in text if not (c.isascii() or c in MARKS or (c.isalpha() and c not in NARROW))}
    return not strange


def _is_in(word: bytes, encoding: str) -> bool:
    try:
        word.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
