"""What the terminal can show; asked once, here, and passed down as a `Style`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import IO, TextIO

from vecalc.render import Style
from vecalc.render.visible import visible

USUAL_WIDTH = 80
BARS = "▁█"


def wants_color(choice: str, stream: IO[str]) -> bool:
    """`--color always|never`, or else NO_COLOR, FORCE_COLOR, TERM=dumb, and whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def color_of(arguments: Sequence[str]) -> str:
    """What a command line says about colour, for its errors before and outside of its options."""
    choices = [value for option, value in pairwise(arguments) if option == "--color"]
    choices += [a.removeprefix("--color=") for a in arguments if a.startswith("--color=")]
    return next((choice for choice in choices if choice in ("always", "never")), "auto")


def is_terminal(stream: IO[str]) -> bool:
    """Whether a stream is an open terminal."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def columns() -> int:
    """The width of the terminal; COLUMNS is honoured."""
    if (given := os.environ.get("COLUMNS", "")).isdecimal() and int(given) > 0:
        return int(given)
    try:  # shutil has this function too, and brings every compression module along
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or USUAL_WIDTH  # type: ignore[union-attr]
    except (OSError, ValueError, AttributeError):
        return USUAL_WIDTH


def only_ascii(stream: TextIO) -> bool:
    """Whether block characters would come out as question marks."""
    try:
        BARS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def shown(text: str, stream: IO[str]) -> str:
    """A text from outside as a stream is to get it: exact for a program, harmless for a terminal."""
    return visible(text) if is_terminal(stream) else text


def show_traceback(fault: BaseException) -> None:
    """Print where a fault comes from; its message may hold anything."""
    import traceback

    text = "".join(traceback.format_exception(fault))
    sys.stderr.write("\n".join(map(visible, text.split("\n"))))


def error_style(color: str = "auto") -> Style:
    """How messages look on stderr."""
    return Style(color=wants_color(color, sys.stderr), width=columns(), ascii=only_ascii(sys.stderr))


def remark(text: str, color: str = "auto") -> None:
    """Print a note on standard error."""
    from vecalc.render.problem import note

    sys.stderr.write(note(text, error_style(color)))
