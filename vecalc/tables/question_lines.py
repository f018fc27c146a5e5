"""Lines of files and pipes: expressions of a batch, words, questions of an evaluation."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from vecalc.errors import FileProblem, VecalcError
from vecalc.space.files import for_reading

LINE_LIMIT = 1 << 20  # bytes of one line; a longer one is read past, in constant memory, and reported
RAISE = "--limit size=N raises the limit"
BLOCK = 1 << 20  # bytes read at a time
_COMMENT = re.compile(r"\s*#(?!\ufe0f?\u20e3)")  # not the emoji of a number sign on a key


class Line(NamedTuple):
    """One line: its number from 1, and its text or what is wrong with it."""

    number: int
    text: str
    problem: VecalcError | None = None


class LineStream(Protocol):
    """What lines are read from: an open file, or a part of one."""

    def readline(self, most: int, /) -> bytes:
        """Bytes up to a line end, that included, at most so many; none at the end."""


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    """A file of questions, `-` for standard input. Raises `FileProblem`."""
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = for_reading(Path(path))
    except OSError as problem:
        raise FileProblem(f"can't be read: {problem.strerror}", where=path) from None
    with stream:
        if not stream.seekable() and not stream.readable():
            raise FileProblem("is not a file that can be read", where=path)
        yield stream


def lines(
    stream: LineStream, longest: int = LINE_LIMIT, hint: str = RAISE, *, comments: bool = True, first: int = 1
) -> Iterator[Line]:
    """The lines of a file. Blank ones and `comments` are skipped; a bad line is a problem in place.

    UTF-8 with or without a byte-order mark, LF or CRLF, with or without a last line end. A line may have
    `longest` bytes, its end included. `first` is the number of the first one.
    """
    number = first - 1
    while raw := stream.readline(longest + 1):
        number += 1
        if len(raw) > longest:
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(BLOCK)
            yield Line(number, "", FileProblem(f"the line is longer than {longest:,} bytes", hint=hint))
            continue
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        raw = raw.rstrip(b"\r\n")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as bad:
            problem = FileProblem(f"byte {bad.start + 1} is not UTF-8", hint="save the file as UTF-8")
            yield Line(number, raw.decode("utf-8", "replace"), problem)
            continue
        if text.strip() and not (comments and _COMMENT.match(text)):
            yield Line(number, text)


def count_lines(path: str) -> int:
    """About how many lines a file has, to tell how long it will take; 0 when it can't be read."""
    try:
        with Path(path).open("rb") as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(BLOCK), b""))
    except OSError:
        return 0
