"""The screen of a terminal as an SVG: what stands in the README is what the program shows."""

from __future__ import annotations

import io
from itertools import groupby
from typing import Any

import pyte
from rich.console import Console
from rich.style import Style as RichStyle
from rich.terminal_theme import TerminalTheme
from rich.text import Text

# A page fetches no font for it, as rich's own frame would: the reader's monospaced one will do.
FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
THEME = TerminalTheme(
    (30, 32, 40),
    (220, 223, 228),
    [(60, 64, 75), (224, 108, 117), (152, 195, 121), (229, 192, 123),
     (97, 175, 239), (198, 120, 221), (86, 182, 194), (220, 223, 228)],
    [(110, 115, 130), (240, 138, 146), (178, 214, 152), (240, 212, 156),
     (130, 195, 245), (215, 155, 232), (120, 205, 215), (255, 255, 255)],
)  # fmt: skip
_NAMED = {"black", "red", "green", "blue", "magenta", "cyan", "white"}


def picture(screen: pyte.Screen, title: str) -> str:
    """The used rows of a screen as an SVG; the same screen gives the same bytes."""
    rows = [_row(screen, y) for y in range(screen.lines)]
    while rows and not rows[-1].plain.strip():
        rows.pop()
    console = Console(
        record=True, width=screen.columns, force_terminal=True, file=io.StringIO(), color_system="truecolor"
    )
    for row in rows:
        console.print(row, no_wrap=True, crop=False, end="\n", highlight=False)
    return console.export_svg(title=title, theme=THEME, code_format=FRAME, unique_id="session")


def _row(screen: pyte.Screen, y: int) -> Text:
    cells = [screen.buffer[y][x] for x in range(screen.columns)]
    text = Text()
    for style, group in groupby(cells, key=_style):
        text.append("".join(cell.data for cell in group), style=style)
    text.rstrip()
    return text


def _style(cell: Any) -> RichStyle:
    return RichStyle(
        color=_color(cell.fg),
        bgcolor=_color(cell.bg),
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        reverse=cell.reverse,
    )


def _color(name: str) -> str | None:
    """What rich calls a colour that pyte knows by name or as RRGGBB."""
    if name == "default":
        return None
    if name == "brown":
        return "yellow"
    if name.startswith("bright"):
        return "bright_" + name.removeprefix("bright").replace("brown", "yellow")
    return name if name in _NAMED else f"#{name}"
