"""What is put up with in a file: counted, each kind by itself, or refused.

Two cases: what the user allows by name (`excuse`), and odd rows, of which any sound file may have a few
(`odd`).
"""

from __future__ import annotations

from vecalc.errors import FileProblem
from vecalc.sources import Odd, Source

MALFORMED = "malformed rows left out"
NOT_FINITE = "rows with numbers that are not finite, left out"
WORDLESS = "rows without a word, left out"
BROKEN = "rows whose word holds a newline, left out"
ESCAPED = "words that are not UTF-8, their bytes escaped reversibly"
ENDS_IN_NUMBER = "words that end in a number, told from the row by the header's width"
OTHERWISE_ESCAPED = "words that are not in the encoding named, their bytes escaped reversibly"
DUPLICATE = "duplicate words left out, the first row of each kept"
TRAILING = "bytes after the last row that the header promises, ignored"
JOINED = "two files were joined, or the file is damaged; --allow-trailing ignores the rest"  # a hint

# A file is good when at most one row in so many has to be left out, and a single one is put up with in any
# file: a newcomer's model of a hundred words must not fail on one bad line. What is damaged, or of another
# format, goes wrong more often. A word whose bytes are escaped loses nothing, so more of them may be so: one
# in five hundred of the first words of a GloVe file that is in use.
ROWS_FOR_ONE_LEFT_OUT = 1000
ROWS_FOR_ONE_MENDED = 100
# From so many rows on it is not waited for the end of the file to say so.
ENOUGH_ROWS = 100_000


def odd(kind: str, problem: FileProblem, source: Source, count: int = 1, *, left_out: bool = True) -> None:
    """Count rows that are left out, or mended, as so many of a kind.

    Raises the problem of the first where the user wants none; `refuse_if_damaged` where they are too many.
    """
    reading, tally = source.reading, source.tally
    if not reading.skip_bad_rows:
        if reading.strict:
            raise problem from None
        seen = tally.odd.get(left_out, Odd(0, problem))
        tally.odd[left_out] = Odd(seen.rows + count, seen.first)
    tally.counts[kind] += count


def refuse_if_damaged(rows: int, source: Source) -> None:
    """Raises the problem of the first odd row when more are odd than a good file of so many rows may have."""
    for left_out, (count, first) in source.tally.odd.items():
        good = ROWS_FOR_ONE_LEFT_OUT if left_out else ROWS_FOR_ONE_MENDED
        if count > max(1, rows // good):
            message = (
                f"{first.message}; so are {count:,} of {max(rows, count):,} rows, too many for a sound file"
            )
            raise FileProblem(message, where=first.where, hint=first.hint)


def excuse(allowed: bool, kind: str, problem: FileProblem, source: Source, count: int = 1) -> None:
    """Count what is put up with, as so many of a kind; raise the problem of it where it is not allowed."""
    if not allowed:
        raise problem from None
    source.tally.counts[kind] += count
