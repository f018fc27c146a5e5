"""Colour for single lines, by hand: what loads no library. Off, it leaves no trace."""

from __future__ import annotations

from vecalc.render import Style

BOLD = "1"
DIM = "2"
GOOD = "1;32"
BAD = "1;31"


def paint(text: str, how: str, style: Style) -> str:
    """The text between SGR codes, if the style has colour and `how` names one. It must be visible already."""
    return f"\x1b[{how}m{text}\x1b[0m" if style.color and how and text else text
