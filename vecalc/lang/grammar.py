"""The grammar file, and the parser made from it, whose tables are kept between runs.

Computing the tables takes longer than everything else at a start. They are plain JSON in the user's cache
folder, under a name made of the grammar's digest and the versions of Lark and Python; Lark's own cache is a
pickle, which would run whatever code somebody put there. A table that can't be read or written is computed
again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pkgutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import vecalc
from vecalc import bounded
from vecalc.errors import LimitExceeded, Span

if TYPE_CHECKING:
    from lark import Lark, Token

FILE, START = "vecalc.lark", "program"
Write: TypeAlias = Callable[[Path, bytes], None]

LARGEST = 1 << 24  # bytes; the tables have a hundredth of it
LAYOUT = 1  # raised when the parser is built from the same grammar in another way


def grammar_text(file: str = FILE) -> str:
    """A grammar: inside an installed package (or its zip), or beside the package in a checkout."""
    with contextlib.suppress(OSError):
        if inside := pkgutil.get_data("vecalc", f"grammar/{file}"):
            return inside.decode("utf-8")
    return (Path(vecalc.__file__).parents[1] / "grammar" / file).read_text(encoding="utf-8")


class Brackets:
    """Between lexer and parser: a line end inside brackets is a blank, and nesting has a limit.

    The limit also counts runs of signs (of "not" in a condition), the other way to nest without end.
    """

    always_accept = ("NEWLINE",)

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def process(self, tokens: Iterator[Token]) -> Iterator[Token]:
        """Pass the tokens on, without line ends in brackets."""
        depth = signs = 0
        for token in tokens:
            kind = token.type
            if kind == "NEWLINE" and depth > 0:
                continue
            signs = signs + 1 if kind in ("MINUS", "POSITIVE", "NOT") else 0
            if kind in ("LPAR", "LSQB"):
                depth += 1
            elif kind in ("RPAR", "RSQB"):
                depth -= 1
            if depth > self.limit or signs > self.limit:
                start = token.start_pos or 0
                message = f"nested deeper than {self.limit:,} levels"
                raise LimitExceeded.of("nesting", message, Span(start, start + 1))
            yield token


_kept: tuple[Path, Write] | None = None


def keep_tables_in(folder: Path, write: Write) -> None:
    """Keep the parser's tables in a folder between runs; `write` writes a file whole."""
    global _kept  # noqa: PLW0603 - a property of the process, set once at its start
    _kept = folder, write


@contextlib.contextmanager
def _absent(module: str) -> Iterator[None]:
    """While this goes on, nothing that is imported finds a module, unless it is loaded already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # how the import system spells "there is none"
    try:
        yield
    finally:
        del sys.modules[module]


@cache
def build_parser(transformer_class: type[Any], nesting: int, file: str = FILE, start: str = START) -> Lark:
    """The LALR parser of a grammar whose rules build nodes as they are reduced (no tree in between)."""
    with _absent("regex"):  # Lark imports it where it is installed, though we ask for nothing that needs it
        from lark import Lark

    text = grammar_text(file)
    callbacks = {"transformer": transformer_class(), "postlex": Brackets(nesting)}
    if _kept and (parser := _load(_kept[0], text, callbacks)):
        return parser
    parser = Lark(text, parser="lalr", lexer="basic", start=start, maybe_placeholders=False, **callbacks)
    if _kept:
        _save(*_kept, text, parser)
    return parser


# --- tables that are kept -------------------------------------------------------------------


def _load(folder: Path, grammar: str, options: dict[str, Any]) -> Lark | None:
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


def _save(folder: Path, write: Write, grammar: str, parser: Lark) -> None:
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
