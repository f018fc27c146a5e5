"""What Python is told: notes as warnings, and errors with their place in the text that they are about."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from vecalc.errors import VecalcError, VecalcWarning
from vecalc.render import Style
from vecalc.render.problem import drawn
from vecalc.render.visible import visible

Tell: TypeAlias = Callable[[str], object]  # takes a note

_HERE = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - as frames have it
_WIDE = 100  # columns of an expression that are shown above the carets


def warned(note: str) -> None:
    """Let a note be a `VecalcWarning` of the line outside of vecalc that is at work."""
    frame, depth = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        frame, depth = frame.f_back, depth + 1
    warnings.warn(visible(note), VecalcWarning, stacklevel=depth)


@contextmanager
def about(text: str) -> Iterator[None]:
    """Meanwhile an error shows its place in this text, in every traceback."""
    try:
        yield
    except VecalcError as problem:
        if problem.span is not None and not hasattr(problem, "__notes__"):
            problem.text = problem.text or text
            for line in drawn(problem, text, Style(color=False, width=_WIDE)).splitlines():
                problem.add_note(line)
        raise
