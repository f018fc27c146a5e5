"""Arguments that a shell has taken apart become one expression or phrase, where they can be nothing else.

    vecalc king - man + woman           what stands alone is a sign: one expression
    vecalc I want non american food     words, and what people say between them: one phrase, or one text
    vecalc king queen                   two expressions

How they are read is noted. Where it is not certain, an error shows the line in quotes.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from vecalc.errors import UsageError

if TYPE_CHECKING:
    from vecalc.lang.phrase_lists import PhraseLists

_SIGN = re.compile(r"[-+*/^@:=−×÷·∘⊙⋅,]|\*\*|::|=>|where")
# No expression ends or begins so, nor is a word likely to: *2, [king,
_UNFINISHED = re.compile(r".*[\w)\]\"'][,*/^@=]|[*/^@=+][\w(\[\"'?].*", re.DOTALL)
_BARE = re.compile(r"[^\W\d][\w'’-]*[,.!?]?")
_TAKEN_FOR_OPTIONS = re.compile(r"-[^\W\d_]{2,}")
_LONGEST = 80  # characters of a line that a hint repeats
LEAST_SAID = 3  # words of a phrase without a negation


class ShellWords(NamedTuple):
    """The expressions of a command line, how they were read; the words of a phrase, as in quotes."""

    texts: tuple[str, ...]
    notes: tuple[str, ...] = ()
    said: str = ""


def joined(arguments: Sequence[str], lists: Callable[[], PhraseLists], *, bound: bool = False) -> ShellWords:
    """The expressions that some arguments are; `lists` are those by which phrases are read.

    With names `bound` on the same line, words are no phrase. Raises `UsageError`.
    """
    texts = [argument.strip() for argument in arguments]
    if len(texts) < 2:
        return ShellWords(tuple(arguments))
    _refuse_file_names(texts)
    if not bound and all(map(_BARE.fullmatch, texts)) and _is_phrase(texts, lists()):
        from vecalc.lang.show import quote

        said = " ".join(texts)
        phrase = f"phrase({quote(said)})"
        return ShellWords((phrase,), (f"read as one phrase: {phrase}",), said)
    if _is_taken_apart(texts):
        return _expression(texts)
    return ShellWords(tuple(arguments))


def in_quotes(text: str) -> str:
    """How an expression is typed in a shell, for a hint."""
    return f"in quotes: vecalc {shlex.quote(text)}" if len(text) <= _LONGEST else "in quotes"


def called(texts: Sequence[str]) -> str:
    """How a function is called whose name stands before its arguments; "" where there is none."""
    from vecalc.calc.functions import FUNCTIONS
    from vecalc.engine import prelude

    if len(texts) < 2 or texts[0] not in {*FUNCTIONS, *prelude.functions()}:
        return ""
    line = f"{texts[0]}({', '.join(texts[1:])})"
    return f"{texts[0]} is a function, {in_quotes(line)}"


def taken_for_options(arguments: Sequence[str], takes_value: Collection[str]) -> str:
    """How an expression is typed whose `-man` a command line takes for options; "" where there is none.

    `takes_value` are the options whose next argument is theirs.
    """
    for i, argument in enumerate(arguments):
        if not _TAKEN_FOR_OPTIONS.fullmatch(argument):
            continue
        before = _stretch(arguments[:i][::-1])[::-1]
        if before and arguments[i - len(before) - 1] in takes_value:
            before = before[1:]
        behind = _stretch(arguments[i + 1 :])
        if before or any(map(_SIGN.fullmatch, behind)):
            word = f"- {argument[1:]}" if before else argument
            text = " ".join([*before, word, *behind])
            return f"if {argument} is part of an expression, write it {in_quotes(text)}"
    return ""


def _stretch(arguments: Sequence[str]) -> list[str]:
    """The arguments up to an option."""
    found = (i for i, argument in enumerate(arguments) if argument[:1] == "-" and argument != "-")
    return list(arguments[: next(found, len(arguments))])


# --- one expression -------------------------------------------------------------------------


def _is_taken_apart(texts: Sequence[str]) -> bool:
    """Whether some text can't be an expression: a sign, an open bracket, one that ends in a sign."""
    return any(_SIGN.fullmatch(text) or _UNFINISHED.fullmatch(text) or _opens(text) for text in texts)


def _opens(text: str) -> bool:
    """Whether brackets are open in a text, or closed that are not open, as far as they are not in quotes."""
    if "'" in text or '"' in text:
        return False
    return any(text.count(left) != text.count(right) for left, right in ("()", "[]"))


def _expression(texts: Sequence[str]) -> ShellWords:
    line = " ".join(texts)
    if "-" in (texts[0], texts[-1]) and not _has_more(texts):
        hint = "put the whole expression in quotes, as in 'king - man'; standard input is -f -"
        raise UsageError("a - between expressions", hint=hint)
    if any(len(text.split()) > 1 for text in texts):
        line = " ".join(f"({text})" if len(text.split()) > 1 else text for text in texts)
        raise UsageError("signs between expressions", hint=f"put all of it {in_quotes(line)}")
    return ShellWords((line,), (f"read as one expression: {line}",))


def _has_more(texts: Sequence[str]) -> bool:
    """Whether there is a sign besides a minus at the begin or end, which may be standard input."""
    return texts[-1] != "-" and any(map(_SIGN.fullmatch, texts[1:]))


# --- one phrase -----------------------------------------------------------------------------


def _is_phrase(texts: Sequence[str], lists: PhraseLists) -> bool:
    """Whether bare words are what somebody says: with a negation, or with what falls away between others."""
    from vecalc.lang.phrase_lists import Role

    roles = [lists.role(text.rstrip(",.!?")) for text in texts]
    if None not in roles and Role.VERB not in roles:
        return False
    if any(role is not None and role.negates for role in roles):
        return True
    letters = any(len(text) == 1 and role is None for text, role in zip(texts, roles, strict=True))
    return len(texts) >= LEAST_SAID and not letters and any(role in (Role.STOP, Role.END) for role in roles)


# --- what a shell makes of * ----------------------------------------------------------------


def _refuse_file_names(texts: Sequence[str]) -> None:
    """Raises `UsageError` where the names of all files stand between others: a shell's `*`."""
    if not any(os.path.lexists(text) for text in texts if os.sep not in text):
        return
    try:
        files = {name for name in os.listdir() if not name.startswith(".")}  # noqa: PTH208 - names
    except OSError:  # what can't be listed is not put in place of anything
        return
    count = len(files)
    for i in range(len(texts) - count + 1):
        names = texts[i : i + count]
        if count == len(texts) or {*names} != files or all(map(_BARE.fullmatch, names)):
            continue
        line = " ".join([*texts[:i], "*", *texts[i + count :]])
        what = (
            "the names of all files of this folder are among the arguments: a shell puts them in place of *"
        )
        raise UsageError(what, hint=f"put the expression {in_quotes(line)}")
