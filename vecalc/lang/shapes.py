"""Formulas that differ in their words alone are parsed once.

A batch repeats a few shapes with ever other words: `cos(king, queen)`, `cos(man, woman)`. The shape of a text
is the text with its words taken out; its tree, with other words and places put in, is the tree of every text
of that shape. What a word is (a name before `(` or `=` is none) is told by rules that hold for simple texts
only, so any other text has no shape and is parsed as it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from vecalc.errors import ExpressionError, Span
from vecalc.lang.nodes import (
    Bind,
    Call,
    Candidate,
    Chain,
    Define,
    Expectation,
    ListOf,
    Negate,
    Number,
    Statement,
    Where,
    Word,
    parts,
    walk,
    with_parts,
)

KEPT = 1024  # shapes that are remembered; a file with more is hardly one of shapes
LONGEST = 2_000  # characters of a text that is worth it
MOST_NODES = 200  # of a tree that is filled without a look at Python's stack
SLOT = "\ua66e"  # a letter that stands for a word in a shape, and that no simple text holds

_SIMPLE = re.compile(r"[A-Za-z_0-9.+\-*/^@()\[\],?= ]+")
_NOT_SIMPLE = re.compile(r"=>|\w-\w|[A-Za-z_0-9.]=|=[A-Za-z_0-9.]*=")
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z_0-9]*|[0-9.]+(?:[eE][+-]?[0-9]+)?[A-Za-z_0-9.]*")
_NAMES = re.compile(r"([A-Za-z_][A-Za-z_0-9]*) *(?=[=(])")

Place: TypeAlias = Callable[[Span], Span]
Parse: TypeAlias = Callable[[str, int], tuple[Statement, ...]]  # of a text, and how deep it may be


class _Filling(NamedTuple):
    """A shape's words, and where what stands in the shape stands in the text."""

    words: Sequence[str]
    starts: Sequence[int]  # of the slots, in the shape
    added: Sequence[int]  # characters that the first n words are longer than their slots

    def place(self, span: Span) -> Span:
        """The span of a text that a span of its shape stands for."""
        return Span(
            span.start + self.added[bisect_left(self.starts, span.start)],
            span.end + self.added[bisect_left(self.starts, span.end)],
        )


def by_shape(text: str, parse: Parse, nesting: int) -> tuple[Statement, ...]:
    """The same as `parse(text, nesting)`."""
    found = _taken_apart(text)
    if found is None:
        return parse(text, nesting)
    shape, words = found
    known = _parsed(shape, parse, nesting)
    if known is None:
        return parse(text, nesting)
    starts, added, total = [], [0], 0
    for i, match in enumerate(re.finditer(SLOT, shape)):
        starts.append(match.start())
        total += len(words[i]) - len(SLOT)
        added.append(total)
    filling = _Filling(words, starts, added)
    return tuple(_filled(statement, filling) for statement in known)


def _taken_apart(text: str) -> tuple[str, list[str]] | None:
    """The shape of a text and its words, or None where it has none."""
    if len(text) > LONGEST or not _SIMPLE.fullmatch(text) or _NOT_SIMPLE.search(text):
        return None
    names = {"where", *(match[1] for match in _NAMES.finditer(text))}
    words: list[str] = []

    def slot(match: re.Match[str]) -> str:
        token = match[0]
        if token in names or not (token[0].isalpha() or token[0] == "_"):
            return token
        words.append(token)
        return SLOT

    return _TOKEN.sub(slot, text), words


@lru_cache(KEPT)
def _parsed(shape: str, parse: Parse, nesting: int) -> tuple[Statement, ...] | None:
    """The statements of a shape; None when it does not parse, or is too large to be filled."""
    try:
        statements = parse(shape, nesting)
    except ExpressionError:  # the text itself is to say what is wrong with it
        return None
    nodes = [node for statement in statements for node in walk(statement)]
    filled_kinds = Number | Word | Negate | Chain | Call | ListOf | Candidate | Where | Bind
    fits = len(nodes) <= MOST_NODES and all(isinstance(node, filled_kinds) for node in nodes)
    return statements if fits else None


def _filled(node: Statement, by: _Filling) -> Any:
    """The same node with the text's words and places; of the kinds that shapes are made of, as it is."""
    match node:
        case Word(text, quoted, space, span):
            if text == SLOT:
                text = by.words[bisect_left(by.starts, span.start)]
            return Word(text, quoted, space, by.place(span))
        case Number(value, span):
            return Number(value, by.place(span))
        case Candidate(span):
            return Candidate(by.place(span))
        case Bind(name, value, span):
            return Bind(name, _filled(value, by), by.place(span))
        case Where(body, bindings, span):
            bound = tuple(_filled(binding, by) for binding in bindings)
            return Where(_filled(body, by), bound, by.place(span))
        case Define() | Expectation():
            raise AssertionError("such a shape is not remembered")
        case _:
            return with_parts(node, [_filled(part, by) for part in parts(node)], by.place)
