"""Colours by what they mean, in two themes, put on by hand: what loads no library. Off, they leave no trace.

Aligned tables get theirs from rich, by the same codes.
`dark` is for a dark background and the default, `light` for a white one. A colour that carries text has a
contrast of at least 4.5 to 1 (WCAG 2, level AA) with the background of its theme. The numbers are those of
xterm's 256 colours. Bold alone is the terminal's own colour, which its owner can read.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from vecalc.render import Style, Theme

Role: TypeAlias = Literal[
    "",  # as it comes
    "title", "aside", "input", "best", "good", "bad", "place", "hint", "term",
    "bar1", "bar2", "bar3", "bar4",
]  # fmt: skip

_DARK: Mapping[str, str] = {
    "title": "1",  # of tables, and sections of help
    "aside": "38;5;246",  # headings of columns, captions, remarks
    "input": "38;5;246",  # words of the expression among its neighbours
    "best": "1;38;5;114",  # the first neighbour, the word that is most of something
    "good": "1;38;5;77",  # passed, more
    "bad": "1;38;5;203",  # failed, wrong, less
    "place": "1",  # where something is wrong
    "hint": "38;5;110",  # what to do about it
    "term": "38;5;110",  # an option, a function, a command
    "bar1": "38;5;67", "bar2": "38;5;73", "bar3": "38;5;79", "bar4": "38;5;114",
}  # fmt: skip
_LIGHT: Mapping[str, str] = {
    **_DARK,
    "aside": "38;5;241",
    "input": "38;5;241",
    "best": "1;38;5;22",
    "good": "1;38;5;22",
    "bad": "1;38;5;124",
    "hint": "38;5;25",
    "term": "38;5;25",
    "bar1": "38;5;67", "bar2": "38;5;31", "bar3": "38;5;29", "bar4": "38;5;22",
}  # fmt: skip
COLORS: Mapping[Theme, Mapping[str, str]] = MappingProxyType({"dark": _DARK, "light": _LIGHT})
_BARS: tuple[Role, ...] = ("bar1", "bar2", "bar3", "bar4")


def codes_of(role: Role, style: Style) -> str:
    """The SGR codes of a role, for `colored`."""
    return COLORS[style.theme][role] if role else ""


def paint(text: str, role: Role, style: Style) -> str:
    """The text in the colours of its role, where the style has colour. It must be visible already."""
    return colored(text, codes_of(role, style), style)


def colored(text: str, codes: str, style: Style) -> str:
    """The text between SGR codes, if the style has colour and there are any. It must be visible already."""
    return f"\x1b[{codes}m{text}\x1b[0m" if style.color and codes and text else text


def bar_role(share: float) -> Role:
    """The colour of a bar that is this share of a full one."""
    return _BARS[min(max(int(share * len(_BARS)), 0), len(_BARS) - 1)]
