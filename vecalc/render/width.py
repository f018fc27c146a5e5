"""Text measured in columns of a terminal (by rich, for text beyond Latin only), and divided into lines."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SINGLE = re.compile("[ -~\xa1-\xac\xae-\u02ff\u2588-\u258f…·]*")  # Latin letters, our bars: a column each
_INDENT = re.compile(" *")


def columns(text: str) -> int:
    """Columns the text takes: East-Asian wide characters two, combining ones none."""
    if _SINGLE.fullmatch(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, divided at blanks; what has none stays whole."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and columns(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def listed(parts: Iterable[str], between: str, width: int) -> list[str]:
    """The parts in lines of at most `width` columns, in each of them with `between`; long ones are filled."""
    lines: list[str] = []
    for part in parts:
        if lines and columns(joined := f"{lines[-1]}{between}{part}") <= width:
            lines[-1] = joined
        else:
            lines += filled(part, width)
    return lines


def hanging(text: str, width: int, indent: int) -> list[str]:
    """The same, every line but the first behind `indent` blanks."""
    first, *rest = wrapped(text, width)
    return [first, *(" " * indent + line for line in wrapped(" ".join(rest), width - indent) if rest)]


def filled(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns, divided at blanks, and within words that are longer.

    Blanks in front indent every line.
    """
    if columns(text) <= width:
        return [text]
    indent = _INDENT.match(text)[0] if len(_INDENT.match(text)[0]) < width // 2 else ""  # type: ignore[index]
    lines = (line.rstrip(" ") for line in wrapped(text.lstrip(" "), width - len(indent)))
    pieces = (piece for line in lines if line for piece in folded(line, width - len(indent)))
    return [indent + piece for piece in pieces] or [""]


def folded(text: str, width: int) -> list[str]:
    """The text in pieces of at most `width` columns, wherever they end."""
    if columns(text) <= width:
        return [text]
    found = [""]
    for char in text:
        if found[-1] and columns(found[-1] + char) > width:
            found.append("")
        found[-1] += char
    return found


def short_path(path: str, width: int, cut: str) -> str:
    """The path with folders in its middle left out, with its beginning and its name: `~/…/news.bin`."""
    if columns(path) <= width:
        return path
    first, *folders = path.split("/")
    while len(folders) > 1:
        folders = folders[1:]
        if columns(shown := "/".join([first, cut, *folders])) <= width:
            return shown
    name = folders[-1] if folders else path
    front, keep = f"{first}/{cut}/", width - columns(cut)
    if columns(front) + columns(name) > width:
        front = ""
    half = max(keep // 2, 1)
    return front + name if columns(front + name) <= width else f"{name[: keep - half]}{cut}{name[-half:]}"
