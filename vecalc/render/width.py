"""Text measured in columns of a terminal, by rich's tables, which are loaded for text beyond Latin only."""

from __future__ import annotations

import re

_SINGLE = re.compile("[ -~\xa1-\xac\xae-\u02ff\u2588-\u258f…]*")  # Latin letters, our bars: a column each


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, divided at blanks; what has none stays whole."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and columns(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def columns(text: str) -> int:
    """Columns the text takes: East-Asian wide characters two, combining ones none."""
    if _SINGLE.fullmatch(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
