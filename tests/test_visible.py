"""What a terminal would obey or hide is spelled out; everything else stays as it is."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vecalc.render.visible import spell_controls, visible
from vecalc.render.width import columns

ANY = st.text(st.characters(exclude_categories=()))
TRICKY = st.text(
    st.sampled_from("a1\x01\n\x1b\u200d\u200c\ufe0f\u061c\u2800❤🚀👩\U0001f3fdम्می\u202e\udcff漢e\u0301 ")
)
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
INKED = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("king", "king"),
        ("naïve", "naïve"),
        ("[red]", "[red]"),
        ("back\\slash", "back\\slash"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\tb\nc\rd", r"a\tb\nc\rd"),
        ("\x7f\x9b\x00", r"\x7f\x9b\x00"),
        ("abc\u202edef", r"abc\u202edef"),
        ("ki\u200bng", r"ki\u200bng"),
        ("ki\u200dng", r"ki\u200dng"),
        ("ki\ufe0fng", r"ki\ufe0fng"),
        ("new\xa0york", r"new\xa0york"),
        ("\ufeffbom", r"\ufeffbom"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\udc80", r"\udc80"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("👩‍🚀", "👩‍🚀"),
        ("❤️", "❤️"),
        ("❤️‍🔥", "❤️‍🔥"),
        ("1️⃣", "1️⃣"),
        ("می‌خواهم", "می‌خواهم"),
        ("क्‍ष", "क्‍ष"),
        ("e\u0301", "e\u0301"),
        ("漢字", "漢字"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY | TRICKY)
def test_nothing_acts_or_hides(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not {c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in BIDI}
    assert visible(shown) == shown


@given(ANY | TRICKY)
def test_only_hidden_characters_change(text: str) -> None:
    kept = [c for c in text if unicodedata.category(c)[0] in "LNPS" and visible(c) == c]
    shown = iter(visible(text))
    assert all(c in shown for c in kept)


def test_every_character_without_ink_is_spelled() -> None:
    """The ranges written down in `visible`, against the database of this Python."""
    wrong = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")
        and (visible(chr(code)) == chr(code)) != (code in INKED or code == 0x20)
    ]
    assert wrong == []


@given(ANY | TRICKY)
def test_controls_read_back(text: str) -> None:
    """Only what acts is spelled, and Python's own reader undoes it."""
    spelled = spell_controls(text.replace("\\", ""))
    spelled.encode()
    back = spelled.encode("ascii", "backslashreplace").decode("unicode_escape")
    assert back == text.replace("\\", "")


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("king", 4), ("漢字", 4), ("e\u0301", 1), ("█▌", 2), ("ｋｉ", 4), ("naïve", 5)],
)
def test_columns(text: str, width: int) -> None:
    assert columns(text) == width
