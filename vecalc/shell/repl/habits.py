"""What hands type that are used to other programs: the line of this prompt that was meant, or what to type.

Nothing here hides a word: what the vocabulary holds as it stands is left alone, and in quotes all is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from vecalc.errors import UsageError
from vecalc.shell.registry import names as shell_commands

HELP = ("?", "??", "\\?", "\\h", ":h", "-h", "--help", "help()")
QUIT = ("quit", "exit", ":q", "\\q", ":q!", ".exit", ".quit", "quit()", "exit()")
HERE = {"words": "find", "import": "use"}  # commands of the shell, and what does the like at the prompt
MARKS = "\\/:."  # before a command, elsewhere

_ASKS = re.compile(r"(?P<before>[\w'’-]+)\s?\?{1,2}|\?{1,2}\s*(?P<behind>[\w'’-]+)")
_MARKED = re.compile(rf"[{re.escape(MARKS)}](?P<name>[a-z]+)(?P<rest>\s.*)?", re.DOTALL)
_TOP = re.compile(r"(?s)(?P<text>.*\S)\s+(?:-k|--top)[\s=]\s*(?P<top>\d+)\s*")
_OPTION = re.compile(r"(?s).*\S\s+--(?P<name>[a-z]+(?:-[a-z]+)*)(?:\s+|\s*=\s*)(?P<value>[\w.*/]+)\s*")


class AtPrompt(NamedTuple):
    """What the session has, to tell a habit from an expression."""

    commands: Collection[str]
    settings: Callable[[str], Collection[str] | None]  # the values that can be named; None for no setting
    is_word: Callable[[str], bool]  # of the default vocabulary, or a bound name
    reads_texts: bool = False  # whether bare words in a row are a text


def meant(line: str, known: AtPrompt) -> str:
    """The line that was meant; the same line where it is an expression or a command.

    Raises `UsageError`, which says what to type, for what can't be done here.
    """
    text = line.strip()
    if text in HELP:
        return "help"
    if known.is_word(text) or not text:
        return line
    if asks := _ASKS.fullmatch(text):
        return f"help {asks['before'] or asks['behind']}"
    if text[0] == "!":
        hint = "Ctrl-Z leaves for the shell, `fg` there comes back"
        raise UsageError("the prompt runs no other programs", where=text.split()[0], hint=hint)
    marked = _MARKED.fullmatch(text)
    if marked and marked["name"] in known.commands:
        return f"{marked['name']}{marked['rest'] or ''}"
    first, _, rest = text.partition(" ")
    _refuse(first, rest.strip(), known)
    return line


def _refuse(first: str, rest: str, known: AtPrompt) -> None:
    """Raises `UsageError` where a line is a call of something that there is, but not at the prompt."""
    choices = known.settings(first)
    if choices is not None and not known.reads_texts and rest and (rest in choices or rest.isdecimal()):
        raise UsageError("a setting", where=first, hint=f"set {first} {rest}")
    if first == "undo" and not rest:
        raise UsageError(
            "nothing is undone here", where=first, hint="del NAME forgets a name, reset the settings"
        )
    if known.reads_texts or first in known.commands or (rest and _goes_on(rest)):
        return
    if first == "vecalc" and rest:
        raise UsageError("you are in it already", where=first, hint=f"without it: {rest}")
    if first in shell_commands():
        here = (
            f"here: {HERE[first]} {rest}".rstrip()
            if first in HERE
            else f"in the shell: vecalc {first} --help"
        )
        raise UsageError("a command of the shell", where=first, hint=here)


def _goes_on(rest: str) -> bool:
    """Whether what follows a word makes an expression of it."""
    return re.match(r"[-+*/@^,;:=·×−⊙()]|where\b", rest) is not None


def own_top(text: str, settings: Collection[str]) -> tuple[str, int | None]:
    """A line without the `-k N` at its end, and N: how many neighbours it alone is to have.

    Raises `UsageError` for another option there, which is one of `set`.
    """
    if found := _TOP.fullmatch(text):
        if int(found["top"]) < 1:
            raise UsageError("it is a whole number from 1", where="-k")
        return found["text"], int(found["top"])
    option = _OPTION.fullmatch(text)
    if option and option["name"] in settings:
        name, value = option["name"], option["value"]
        raise UsageError("an option of the command line", where=f"--{name}", hint=f"set {name} {value}")
    return text, None
