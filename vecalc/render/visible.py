r"""Foreign text made safe to show: what a terminal would obey or hide is spelled out, `\x1b`, `\u202e`.

Words, file names and messages come from files that anybody can write. ESC starts terminal commands,
bidi controls reverse what a reader sees, zero-width characters make two words look like one.
"""

from __future__ import annotations

import re
from functools import cache

# What a terminal obeys: C0, DEL, C1, line and paragraph separators, bidi controls, lone surrogates.
_OBEYED = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"

# What a reader can't see: blanks that are not U+0020, zero-width and filler characters, tags.
# The format characters that have ink (number signs of Arabic and Kaithi) stay.
_UNSEEN = (
    r"\xa0\xad\u034f\u070f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200d\u202f\u205f-\u2065"
    r"\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)

_JOINER = "\u200d"  # zero-width; makes one picture of two
_EMOJI_STYLE = "\ufe0f"  # asks for the coloured form of the character before it
_STYLED = "#*0123456789\xa9\xae\u203c\u2049\u2122\u2139\u3030\u303d\u3297\u3299"  # emoji outside the blocks


def visible(text: str) -> str:
    """The text with every character that would act or hide written as an escape.

    Joiners and variation selectors stay where a reader sees what they do: inside emoji, and (joiners)
    between letters of scripts that are spelled with them, such as Persian and Hindi.
    """
    if text.isascii() and text.isprintable():
        return text
    return _hidden().sub(lambda found: _spell(found) if not _is_spelling(found) else found[0], text)


def visible_parts(text: str) -> list[str]:
    """The same, a string for each character of the text."""
    parts = list(text)
    for found in _hidden().finditer(text):
        if not _is_spelling(found):
            parts[found.start()] = _spell(found)
    return parts


def spell_controls(text: str) -> str:
    r"""The text with only what a terminal obeys written as `\u001b`, which JSON reads back exactly."""
    if text.isascii() and text.isprintable():
        return text
    return _obeyed().sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@cache
def _hidden() -> re.Pattern[str]:
    return re.compile(f"[{_OBEYED}{_UNSEEN}]")


@cache
def _obeyed() -> re.Pattern[str]:
    return re.compile(f"[{_OBEYED}]")


def _spell(found: re.Match[str]) -> str:
    code = ord(found[0])
    if short := {"\t": r"\t", "\n": r"\n", "\r": r"\r"}.get(found[0]):
        return short
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_spelling(found: re.Match[str]) -> bool:
    """Whether a hidden character is an honest part of the writing around it."""
    text, at = found.string, found.start()
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if found[0] in "\ufe0e\ufe0f":
        return _is_picture(before) or (before != "" and before in _STYLED)
    if found[0] in "\u200c\u200d" and _is_joining(before) and _is_joining(after):
        return True
    picture = text[at - 2 : at - 1] if before == _EMOJI_STYLE else before
    return found[0] == _JOINER and _is_picture(picture) and _is_picture(after)


def _is_picture(char: str) -> bool:
    """Arrows, signs and emoji; not the Braille patterns, whose first is blank."""
    return (
        "\u2190" <= char <= "\u27ff" or "\u2900" <= char <= "\u2bff" or "\U0001f000" <= char <= "\U0001faff"
    )


def _is_joining(char: str) -> bool:
    """Arabic to Myanmar, scripts that are spelled with joiners (UAX #31), without their hidden characters."""
    return "\u0600" <= char <= "\u109f" and char not in "\u061c\u070f"
