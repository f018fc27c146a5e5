"""The grammar file, and the parser made from it."""

from __future__ import annotations

import contextlib
import pkgutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import vecalc
from vecalc.errors import LimitExceeded, Span
from vecalc.lang import tables

if TYPE_CHECKING:
    from lark import Lark, Token

FILE = "vecalc.lark"


def grammar_text() -> str:
    """The grammar: inside an installed package (or its zip), or beside the package in a checkout."""
    with contextlib.suppress(OSError):
        if inside := pkgutil.get_data("vecalc", f"grammar/{FILE}"):
            return inside.decode("utf-8")
    return (Path(vecalc.__file__).parents[1] / "grammar" / FILE).read_text(encoding="utf-8")


class Brackets:
    """Between lexer and parser: a line end inside brackets is a blank, and nesting has a limit.

    The limit also counts runs of minus signs, the other way to nest without end.
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
            signs = signs + 1 if kind == "MINUS" else 0
            if kind in ("LPAR", "LSQB"):
                depth += 1
            elif kind in ("RPAR", "RSQB"):
                depth -= 1
            if depth > self.limit or signs > self.limit:
                raise _too_deep(token, self.limit)
            yield token


def _too_deep(token: Token, limit: int) -> LimitExceeded:
    start = token.start_pos or 0
    return LimitExceeded.of("nesting", f"nested deeper than {limit:,} levels", Span(start, start + 1))


_kept: tuple[Path, tables.Write] | None = None


def keep_tables_in(folder: Path, write: tables.Write) -> None:
    """Keep the parser's tables in this folder between runs (see `tables`); `write` writes a file whole."""
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
def build_parser(transformer_class: type[Any], nesting: int) -> Lark:
    """The LALR parser whose rules build nodes as they are reduced (no tree in between)."""
    with _absent("regex"):  # Lark imports it where it is installed, though we ask for nothing that needs it
        from lark import Lark

    text = grammar_text()
    callbacks = {"transformer": transformer_class(), "postlex": Brackets(nesting)}
    if _kept and (parser := tables.load(_kept[0], text, callbacks)):
        return parser
    parser = Lark(text, parser="lalr", lexer="basic", start="program", maybe_placeholders=False, **callbacks)
    if _kept:
        tables.save(*_kept, text, parser)
    return parser
