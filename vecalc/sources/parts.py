"""Which of several: the column, tensor or array that holds what is wanted.

What the user names (`FILE#NAME`) is taken; else the first of the names that such things usually have; else
the only one that can be meant. A choice among several is a remark, and a question (`FILE#?`) is answered
with all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from vecalc.errors import FileProblem
from vecalc.sources import Source
from vecalc.sources.reference import LIST
from vecalc.sources.word_text import shown

LISTED = 5  # parts that a message names
ANSWERED = 1000  # and the answer to FILE#?
LONGEST_NAME = 100  # characters of one: names of tensors are paths


class FilePart(NamedTuple):
    """Something in a file that has a name; `what` it is, for people: "F16 [32,000, 256]"."""

    name: str
    what: str


def chosen(
    parts: Sequence[FilePart],
    source: Source,
    *,
    what: str,
    known: Sequence[str],
    fits: Callable[[FilePart], bool],
    hint: str = "",
    remark: Callable[[FilePart, Sequence[FilePart]], str] | None = None,
) -> FilePart:
    """The part that holds the rows, called `what` ("tensor") in messages.

    `known` are usual names, the likeliest first: a part is called so, or ends so behind a dot. `fits` says
    which may be meant when nobody names one. FileProblem where none or several are left, where the one that
    is named is not there, and for the question which there are. `remark` says what a choice among several
    means for the others, "" where nobody has to be told; without it they are not read.
    """
    path, wanted = source.path, source.reading.part
    if wanted == LIST:
        raise FileProblem(f"it holds {listed(parts, ANSWERED)}", where=str(path), hint=_name_it(path))
    if wanted:
        source.tally.used.add("part")
        return _named(parts, wanted, what, source)
    fitting = [part for part in parts if fits(part)]
    usual = [part for name in known for part in fitting if is_called(part.name, name)]
    if not usual and len(fitting) != 1:
        message = f"it is not clear which {what} is meant" if fitting else f"no {what} that could be meant"
        raise FileProblem(
            f"{message}: it holds {listed(fitting or parts)}", where=str(path), hint=hint or _name_it(path)
        )
    found = usual[0] if usual else fitting[0]
    if len(fitting) > 1:
        others = [part for part in fitting if part is not found]
        only = f"the {what} {shown(found.name, LONGEST_NAME)} is read, and not {listed(others)}"
        if said := remark(found, others) if remark else only:
            source.tally.remarks[said] = None
    return found


def listed(parts: Sequence[FilePart], most: int = LISTED) -> str:
    """Some parts, for a message."""
    names = [f"{shown(part.name, LONGEST_NAME)} ({part.what})" for part in parts[:most]]
    more = f" and {len(parts) - most:,} more" if len(parts) > most else ""
    return ", ".join(names) + more if names else "none"


def _named(parts: Sequence[FilePart], wanted: str, what: str, source: Source) -> FilePart:
    """The part of exactly this name, or the only one that ends so behind a dot, perhaps before `.weight`."""
    found = [part for part in parts if part.name == wanted]
    for name in (wanted, f"{wanted}.weight"):
        found = found or [part for part in parts if is_called(part.name, name)]
    if len(found) == 1:
        return found[0]
    name = shown(wanted, LONGEST_NAME)
    message = f"several {what}s are called {name}" if found else f"there is no {what} {name}"
    message += f"; it holds {listed(found or parts)}"
    raise FileProblem(message, where=str(source.path), hint=_name_it(source.path))


def is_called(name: str, wanted: str) -> bool:
    """Whether a name is this one, or ends with it behind a dot, in any case."""
    name, wanted = name.lower(), wanted.lower()
    return name == wanted or name.endswith(f".{wanted}")


def _name_it(path: Path) -> str:
    return f"name one: {path}#NAME"
