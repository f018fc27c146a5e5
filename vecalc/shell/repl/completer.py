"""What may stand where the cursor is, for any editor: commands, what they take, names, functions, words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from vecalc.calc.functions import FUNCTIONS
from vecalc.lang.show import quote
from vecalc.shell.repl import prompt_commands

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

OFFERED = 40  # completions of one key press
SCANNED = 200_000  # words looked through for one: the most frequent, in a few milliseconds
DELIMITERS = " \t\n+-*/@^()[],;:=\"'"  # what no part that is completed goes beyond
_PART = re.compile(f"[^{re.escape(DELIMITERS)}]*$")


class Completion(NamedTuple):
    """What can be put into a line in place of what stands from `start` to the cursor."""

    text: str
    start: int
    meta: str = ""  # what it is, for a menu that has room for it


def completions(session: Session, line: str) -> Iterator[Completion]:
    """What may stand at the end of a line, best first: what a command takes; or names, functions, words."""
    part = _PART.search(line)
    start = part.start() if part else len(line)
    for text in islice(_offered(session, line[:start].split(), line[start:]), OFFERED):
        yield Completion(text, start)


def _offered(session: Session, before: list[str], prefix: str) -> Iterator[str]:
    offered = prompt_commands.offered(session, before)
    yield from (one for one in offered if one.startswith(prefix))
    if before and offered:
        return
    calculator = session.calculator
    scope = calculator.scope
    yield from (name for name in scope.names if name.startswith(prefix))
    yield from (f"{name}(" for name in (*FUNCTIONS, *scope.functions) if name.startswith(prefix))
    if prefix:
        words = islice(calculator.spaces[calculator.default].words(), SCANNED)
        yield from (_typed(word) for word in words if word.startswith(prefix))


def _typed(word: str) -> str:
    """A word as it must be typed."""
    return word if word.isidentifier() and word != "where" else quote(word)
