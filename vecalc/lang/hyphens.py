"""Hyphens without blanks: `well-known` may be one token, `king-man` is a subtraction.

Only a vocabulary can tell, so the parser first takes such a run as one word (`Hyphenated`), and this
module settles it: the longest joined tokens win, from the left; every other hyphen is a minus sign. A
hyphen next to a bound name is always a minus sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache

from vecalc.lang.nodes import Bind, Define, Hyphenated, Statement, walk

MINUS = "\u2212"  # always an operator to the grammar, and as long as a hyphen: columns stay as they are

# Parts of a joined token that is looked for: `state-of-the-art` has four. Without a limit, a text of
# nothing but hyphens would take time cubic in its length. Longer tokens can be quoted.
MOST_PARTS = 12

_JOINED = re.compile(r"\S-\S")  # letters may end with marks that are none by themselves

IsToken = Callable[[str, str], bool]  # (space, word) -> is it in that vocabulary?


def settle(
    text: str, statements: tuple[Statement, ...], is_token: IsToken, names: Collection[str] = ()
) -> tuple[str, tuple[str, ...]]:
    """The text with a true minus sign for every hyphen that subtracts, and notes on the readings.

    A text without such hyphens comes back as it is.
    """
    if not _JOINED.search(text):
        return text, ()
    bound = {*names, *_bound_names(statements)}
    is_token = cache(is_token)
    characters, notes = list(text), []
    for node in hyphenated(statements):
        tokens = _tokens(node, is_token, bound)
        prefix = f"{node.space}:" if node.space else ""
        at = node.span.start + len(prefix)
        for token in tokens[:-1]:
            at += len(token)
            characters[at] = MINUS
            at += 1
        if bound.isdisjoint(node.parts):
            reading = "one word" if len(tokens) == 1 else prefix + " - ".join(tokens)
            notes.append(f"{prefix}{'-'.join(node.parts)} read as {reading}")
    return "".join(characters), tuple(dict.fromkeys(notes))


def hyphenated(statements: tuple[Statement, ...]) -> Iterator[Hyphenated]:
    """The hyphenated runs of a text, in its order."""
    return (node for tree in statements for node in walk(tree) if isinstance(node, Hyphenated))


def _tokens(node: Hyphenated, is_token: IsToken, bound: set[str]) -> list[str]:
    """The tokens of a run, the longest first, from the left."""
    tokens: list[str] = []
    start = 0
    while start < len(node.parts):
        space = node.space if start == 0 else ""
        for size in range(min(len(node.parts) - start, MOST_PARTS), 0, -1):
            run = node.parts[start : start + size]
            if size == 1 or (bound.isdisjoint(run) and is_token(space, "-".join(run))):
                tokens.append("-".join(run))
                start += size
                break
    return tokens


def _bound_names(statements: tuple[Statement, ...]) -> Iterator[str]:
    for tree in statements:
        for node in walk(tree):
            if isinstance(node, Bind):
                yield node.name
            elif isinstance(node, Define):
                yield from (name for name, _ in node.parameters)
