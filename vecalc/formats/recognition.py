"""Which format a file is of, judged by its beginning."""

from __future__ import annotations

from pathlib import Path

from vecalc.errors import FileProblem, NotVectors, VecalcError
from vecalc.formats import Format
from vecalc.formats.known import formats
from vecalc.formats.unsupported import BINARY, TEXT, refuse
from vecalc.sources import Head, Reading
from vecalc.sources.open_file import opened
from vecalc.sources.word_text import shown


def recognised(head: Head, path: Path) -> Format:
    """The format of a file that begins like this; FileProblem when it is none that can be read."""
    refuse(head, BINARY, path)
    known = formats()
    for form in known.values():
        if form.recognise(head):
            return form
    refuse(head, TEXT, path)
    first = head.data.partition(b"\n")[0].rstrip()
    message = f"not a file of word vectors; it begins with {shown(first)}"
    names = ", ".join(name.replace("_", " ") for name in known)
    kind = FileProblem if b"\0" in head.data else NotVectors
    raise kind(message, where=str(path), hint=f"formats that are read: {names}; plain or compressed")


def may_have_columns(path: Path) -> bool:
    """Whether a file is of a format that may have other columns; yes, too, where that can't be seen."""
    try:
        with opened(path, Reading(), is_known) as (_, head, _):
            return getattr(recognised(head, path), "HAS_COLUMNS", False)
    except VecalcError:
        return True


def is_known(head: Head) -> bool:
    """Whether a file that begins like this can be read."""
    try:
        recognised(head, Path())
    except FileProblem:
        return False
    return True
