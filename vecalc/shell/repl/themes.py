"""The colours of what is typed, by theme, as prompt_toolkit spells them. They are those of the terminal's own
palette, so that they suit whatever its user has chosen.
"""

from __future__ import annotations

import os

from vecalc.render import Theme

LIGHT_GROUNDS = ("7", "15")  # what COLORFGBG calls white

# What no theme has: marks that are no colours.
_SHAPES = {
    "unknown": "underline",
    "matching-bracket.cursor": "bold underline",
    "matching-bracket.other": "bold underline",
    "bottom-toolbar": "noreverse",
    "bottom-toolbar.text": "noreverse",
    "live": "bold",
}
_DARK = {
    "number": "ansicyan",
    "function": "ansibrightblue",
    "name": "ansibrightmagenta",
    "string": "ansigreen",
    "keyword": "ansibrightblue",
    "command": "ansibrightblue bold",
    "comment": "ansibrightblack",
    "unknown": "ansibrightred underline",
    "auto-suggestion": "ansibrightblack",
    "live": "ansibrightgreen",
    "old": "ansibrightblack",
    "status": "ansibrightblack",
    "changed": "ansiyellow",
    "completion-menu": "bg:ansibrightblack ansiwhite",
    "completion-menu.completion.current": "bg:ansicyan ansiblack",
    "completion-menu.meta.completion": "bg:ansibrightblack ansiwhite",
    "completion-menu.meta.completion.current": "bg:ansicyan ansiblack",
}
_LIGHT = {
    **_DARK,
    "number": "ansiblue",
    "function": "ansiblue",
    "name": "ansimagenta",
    "keyword": "ansiblue",
    "command": "ansiblue bold",
    "unknown": "ansired underline",
    "live": "ansigreen",
    "changed": "ansired",
    "completion-menu": "bg:ansiwhite ansiblack",
    "completion-menu.meta.completion": "bg:ansiwhite ansiblack",
}


def usual_theme() -> Theme:
    """Light where the terminal says that its ground is (COLORFGBG), else dark."""
    ground = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if ground in LIGHT_GROUNDS else "dark"


def styles(theme: Theme, *, color: bool) -> dict[str, str]:
    """What each class of text looks like; without colour by shape alone."""
    if not color:
        return {**_SHAPES, "completion-menu.completion.current": "reverse"}
    return {**_SHAPES, **(_LIGHT if theme == "light" else _DARK)}
