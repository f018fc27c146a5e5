"""The parser's tables, kept between runs: computing them takes longer than everything else at a start.

They are plain JSON in the user's cache folder, under a name made of the grammar's digest and the
versions of Lark and Python; Lark's own cache is a pickle, which would run whatever code somebody put
there. A table that can't be read or written is computed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from vecalc import bounded

if TYPE_CHECKING:
    from lark import Lark


Write: TypeAlias = Callable[[Path, bytes], None]

LARGEST = 1 << 24  # bytes; the tables have a hundredth of it
LAYOUT = 1  # raised when the parser is built from the same grammar in another way


def load(folder: Path, grammar: str, options: dict[str, Any]) -> Lark | None:
    """The parser from its tables; None when there are none that fit."""
    from lark import Lark

    path = _file(folder, grammar)
    try:
        if not _is_private(path):
            return None
        saved = json.loads(bounded.read(path, LARGEST))
        data, memo = _with_numbers(saved["data"]), {int(key): value for key, value in saved["memo"].items()}
        # The one private call: Lark's public `load` reads a pickle. The tests hold it to the real parser.
        return Lark.__new__(Lark)._load({"data": data, "memo": memo}, **options)
    except Exception:
        return None


def save(folder: Path, write: Write, grammar: str, parser: Lark) -> None:
    """Keep the tables of a parser; a folder that can't be written is no problem."""
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    data, memo = parser.memo_serialize([TerminalDef, Rule])
    with contextlib.suppress(OSError, TypeError, ValueError):
        data["options"] = {**data["options"], "postlex": None, "transformer": None}
        write(_file(folder, grammar), json.dumps({"data": data, "memo": memo}).encode())


def _file(folder: Path, grammar: str) -> Path:
    import lark

    key = f"{LAYOUT} {lark.__version__} {sys.version_info[:2]} {grammar}"
    return folder / f"grammar-{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"


def _is_private(path: Path) -> bool:
    """Whether the file is the user's own and nobody else can write to it."""
    if not hasattr(os, "getuid"):
        return True
    status = path.lstat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _with_numbers(data: dict[str, Any]) -> dict[str, Any]:
    """JSON has made strings of the numbers that are keys of the parse table, and lists of its pairs."""
    table = data["parser"]["parser"]
    table["tokens"] = {int(key): token for key, token in table["tokens"].items()}
    table["states"] = {
        int(state): {int(token): tuple(action) for token, action in actions.items()}
        for state, actions in table["states"].items()
    }
    return data
