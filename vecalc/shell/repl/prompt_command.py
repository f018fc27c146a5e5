"""What an entry of the table of commands says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from vecalc.shell.repl.session import Session

# What stands behind a command, and so what completes it; `completer.TAKES` says how.
Takes: TypeAlias = Literal[
    "nothing", "expression", "pair", "file", "model", "setting", "topic", "favourite", "name", "word"
]
EXPRESSIONS: tuple[Takes, ...] = ("expression", "pair")  # of which -k N at the end holds for the line


class PromptCommand(NamedTuple):
    """A command: what follows its name, what it does in a line, and the function that does it."""

    group: str  # the heading in help, of this one and those behind it
    argument: str
    summary: str
    run: Callable[[Session, str], None]
    takes: Takes
    more: str = ""  # what `help NAME` adds, in lines
