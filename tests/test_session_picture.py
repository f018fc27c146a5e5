"""The picture in the README is a session of this program.

Where its looks have changed, `VECALC_GOLDEN=write pytest tests/test_session_picture.py` draws it again.
"""

from __future__ import annotations

import os
from pathlib import Path

from screen import Screen
from session_picture import picture

PICTURE = Path(__file__).parents[1] / "docs" / "session.svg"
LINES = ("0.5*(A*B + A + B) where A = blood, B = color", "cos([king, queen], [man, woman])")
UNFINISHED = "paris - france + ital"
DRAWN = 0.7  # seconds
SHOWN = r"^rome 0\.\d{4} · "  # what is said of it while it is typed


def test_the_picture_is_a_session(tmp_path: Path) -> None:
    """Of the built-in words, on a terminal of 80 columns; the last line is still being typed."""
    screen = Screen(tmp_path, "-k", "5", model="starter", lines=19)
    screen.until("^vecalc>")
    for line in LINES:
        screen.types(line)
        screen.settle(DRAWN)  # what a colour depends on is looked up beside the keys
        screen.types("enter")
        screen.until(lambda: screen.line == "vecalc>", "an empty line")
    screen.types(UNFINISHED, "y")
    screen.until(SHOWN, "the live answer")
    screen.settle(DRAWN)
    drawn = picture(screen.screen, "vecalc")
    screen.terminal.ends()
    if os.environ.get("VECALC_GOLDEN") == "write":
        PICTURE.write_text(drawn, "utf-8")
    assert drawn == PICTURE.read_text("utf-8")
