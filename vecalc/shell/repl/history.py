"""What was typed, from session to session: a file with an entry a line, for its owner alone.

A block of several lines is one entry, with U+2028 in place of its line ends: an editor that knows nothing of
blocks shows one line, and to the language the character is a blank. A password of an address is left out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from vecalc.errors import VecalcError
from vecalc.library.paths import HISTORY
from vecalc.stores.addresses import without_passwords

ENTRIES = 1_000
LINE_END = "\u2028"


def kept(entry: str) -> str:
    """What is remembered of an entry: no password, and of one that begins with a blank, nothing."""
    return without_passwords(entry) if entry.strip() and not entry.startswith(" ") else ""


def load() -> tuple[list[str], str]:
    """The entries of earlier sessions, oldest first; and why they can't be read, if so."""
    if _is_off():
        return [], ""
    try:
        data = HISTORY.read() or b""
    except VecalcError as problem:
        return [], f"{problem.where}: {problem.message}"
    lines = data.split(b"\n")[-ENTRIES - 1 :]
    return [_decoded(line) for line in lines if line and b"\0" not in line], ""


def save(entries: Sequence[str]) -> str:
    """Write a session's entries behind what other sessions wrote; why they can't be written, if so."""
    if _is_off():
        return ""
    lines = [entry.replace("\n", LINE_END).encode("utf-8", "surrogateescape") for entry in entries]

    def longer(found: bytes | None) -> bytes:
        all_lines = [*(line for line in (found or b"").split(b"\n") if line), *lines][-ENTRIES:]
        return b"".join(line + b"\n" for line in all_lines)

    try:
        HISTORY.change(longer)
    except VecalcError as problem:
        return f"{problem.where}: {problem.message}"
    return ""


def _decoded(line: bytes) -> str:
    return without_passwords(line.decode("utf-8", "surrogateescape").replace(LINE_END, "\n"))


def _is_off() -> bool:
    return str(HISTORY.path()) == os.devnull
