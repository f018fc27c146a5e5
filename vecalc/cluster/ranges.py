"""A file of expressions in parts: ranges of bytes that begin and end where lines do.

Where they lie depends on the file alone, so a run with other workers has the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, NamedTuple

from vecalc.errors import UsageError
from vecalc.space import digest
from vecalc.tables.question_lines import BLOCK, count_lines, opened

MOST, LEAST = 1_024, 16  # lines of a part: what is lost with a worker, and what is worth sending one for;
PARTS = 64  # between these, so many parts
MOST_BYTES = 4 << 20  # of a part, unless its only line has more
BINDING = 10_000  # lines that bind names, which go along with every part behind them,
BINDING_CHARACTERS = 1 << 20  # and what they hold
_BECOMES = re.compile(r"=(?!>)")
_WHERE = re.compile(r"\swhere\s")


class Bound(NamedTuple):
    """A line that binds names, and where it stands."""

    text: str
    where: str


class LinePart(NamedTuple):
    """Some lines of a file, which one worker answers."""

    number: int  # from 0, over all files
    path: str  # absolute
    name: str  # the same as the user calls it
    start: int  # in bytes,
    end: int
    first: int  # the number of its first line
    lines: int
    digest: str  # of its bytes
    alone: bool  # its file is the only one
    begins: bool  # the document begins with its first answer
    bound: tuple[Bound, ...] | None  # the lines before it that bind names; None: no line can
    fatal: int = 0  # it is one line, which ended so many workers: that is its answer

    @property
    def file(self) -> str:
        """The name of the file of its answers: of no other part of the batch."""
        return f"{self.number:06d}-{self.start}-{self.end}"

    @property
    def called(self) -> str:
        """How messages call it."""
        return f"{self.name}:{self.first}"

    def halves(self) -> list[LinePart]:
        """The same in two parts, of as many lines; none of them `begins`."""
        bound = None if self.bound is None else list(self.bound)
        return list(_cut(self._replace(begins=False), self.lines - self.lines // 2, bound))


class RangeOf:
    """The next bytes of an open file, up to some end, as lines."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._left = size

    def readline(self, most: int, /) -> bytes:
        """Bytes up to a line end, that included, at most so many; none at the end of the range."""
        data = self._stream.readline(min(most, self._left))
        self._left -= len(data)
        return data


def parts(files: Sequence[str], *, binding: bool) -> Iterator[LinePart]:
    """All parts of some files, in order; `binding`: their lines may bind names.

    The first goes on until a line that has an answer: it is the one that the document begins with.
    Raises `FileProblem`, and `UsageError` where too many lines bind names.
    """
    lines = min(max(sum(map(count_lines, files)) // PARTS, LEAST), MOST)
    number, bound = 0, list[Bound]() if binding else None
    for name in files:
        path, alone = Path(name).absolute(), len(files) == 1
        whole = LinePart(number, str(path), name, 0, path.stat().st_size, 1, 0, "", alone, not number, ())
        for part in _cut(whole, lines, bound):
            yield part._replace(number=number)
            number += 1


def _cut(whole: LinePart, lines: int, bound: list[Bound] | None) -> Iterator[LinePart]:
    """A part in parts of so many lines; `bound` takes the lines that bind names."""
    with opened(whole.path) as stream:
        stream.seek(whole.start)
        rest = RangeOf(stream, whole.end - whole.start)
        part = whole._replace(end=whole.start, lines=0)
        while True:
            part = part._replace(
                start=part.end,
                first=part.first + part.lines,
                begins=whole.begins and part.end == whole.start,
                bound=None if bound is None else tuple(bound),
            )
            part = _grown(part, rest, lines, bound)
            if not part.lines:
                return
            if bound and (len(bound) > BINDING or sum(len(line.text) for line in bound) > BINDING_CHARACTERS):
                raise _not_split(whole.name, f"more than {BINDING:,} lines, or long ones, bind names")
            yield part


def _grown(part: LinePart, rest: RangeOf, most: int, bound: list[Bound] | None) -> LinePart:
    """An empty part with the lines that come next, up to so many."""
    told, size, lines, answered = digest.running(), 0, 0, not part.begins
    while (lines < most and size < MOST_BYTES) or not answered:
        if not (raw := rest.readline(BLOCK)):
            break
        number, text = part.first + lines, raw.decode("utf-8", "replace").strip()
        text = text.removeprefix("\ufeff") if number == 1 else text
        if bound is not None and binds(text):
            if len(raw) == BLOCK:  # there is more of it
                raise _not_split(part.name, f"line {number} has more than {BLOCK:,} bytes and may bind names")
            bound.append(Bound(text, f"{part.name}:{number}"))
        elif text and not text.startswith("#"):
            answered = True
        lines += 1
        told.update(raw)
        size += len(raw)
        while raw and not raw.endswith(b"\n"):  # a line of any length takes no more memory than this
            raw = rest.readline(BLOCK)
            told.update(raw)
            size += len(raw)
    return part._replace(end=part.start + size, lines=lines, digest=digest.noted(told))


def _not_split(name: str, why: str) -> UsageError:
    return UsageError(f"{why}, and all parts behind need them", where=name, hint="run it without --cluster")


def binds(text: str) -> bool:
    """Whether a line may bind or define a name; it does not where this is false.

    Before the sign of a binding stands a name or a call of its own: nothing with `where`, no open bracket.
    """
    if "=" not in text:
        return False
    for statement in chain.from_iterable(line.split(";") for line in text.splitlines()):
        for sign in _BECOMES.finditer(statement):
            before = statement[: sign.start()]
            if before.count("(") == before.count(")") and not _WHERE.search(before):
                return True
    return False
