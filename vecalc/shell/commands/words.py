"""`vecalc words`: the words of a model, those that match a pattern, how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vecalc.shell.options import (
    EMBED,
    FORMAT,
    MODEL_FILE,
    QUIET,
    READING,
    SHOW,
    WHERE,
    as_utf8,
    conditions,
    count,
    flag,
    request_of,
)
from vecalc.shell.registry import command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vecalc.answers import Sheet
    from vecalc.engine.subset import Found
    from vecalc.space import VectorSpace

NOTHING_FOUND = 1

EXAMPLES = """\
  vecalc words                          the most frequent words
  vecalc words 'un*' -k 10
  vecalc words '/^[A-Z].*ing$/' --count
  vecalc words -m films.parquet --where 'year < 1950' --show '*'
"""


# Named otherwise inside: settings made for neighbours (top = 5, ...) are none for a list of words.
@command("vecalc words [PATTERN] [-m FILE] [--count]", EXAMPLES)
@click.argument("patterns", nargs=-1, metavar="[GLOB|/REGEX/]")
@MODEL_FILE
@EMBED
@count("-k", "--top", "most", "Words to show, 40 unless given.", default=40)
@count("--first", "leading", "Only among the N most frequent words.")
@WHERE
@SHOW
@flag("--count", "only_count", "Only say how many there are.")
@READING
@FORMAT
@QUIET
def run(patterns: tuple[str, ...], **options: Any) -> int:
    """Lists words with their rank, most frequent first, and the length of their vector in the file.

    Exit code 1: there is none. Then words that may be meant are named.
    """
    # What opens a model loads numpy; the options don't need it.
    from vecalc.engine.records import columns_shown
    from vecalc.engine.subset import found_words
    from vecalc.errors import UsageError
    from vecalc.shell.opening import Opened, Outcome, perform

    request = request_of(options)
    if len(patterns) > 1:
        raise UsageError("one pattern at a time", where="vecalc words", hint="/king|queen/ finds both")
    if len(request.model) > 1:
        raise UsageError("one model at a time", where="-m")

    def listed(opened: Opened) -> Outcome:
        space = next(iter(opened.spaces.values()))
        told = conditions(request)
        shown = columns_shown([space], told.show)
        found = found_words(space, *map(as_utf8, patterns), first=options["leading"], where=told.where)
        if options["only_count"]:
            named = opened.request.header and opened.request.format not in ("plain", "table")
            opened.request = opened.request._replace(header=named)
            sheets: list[Sheet] | None = [_count(found)]
        else:
            sheets = [_sheet(space, found, options["most"], shown)] if found.rows else None
        return Outcome(sheets, found.notes, 0 if found.rows else NOTHING_FOUND)

    return perform(request, listed, "looking for words")


def _count(found: Found) -> Sheet:
    from vecalc.answers import Column, Sheet

    return Sheet("count", (Column("words", "count"),), ((len(found.rows),),))


def _sheet(space: VectorSpace, found: Found, most: int, shown: Sequence[str]) -> Sheet:
    """Rank, word and length of the first ones, and some of their metadata."""
    from vecalc.answers import Column, Sheet
    from vecalc.engine.records import records_of
    from vecalc.render.cells import free_name

    rows = list(found.rows[:most])
    lengths = space.lengths(rows).tolist()
    records = records_of(space, rows, shown)
    cells = [
        (row + 1, space.word(row), length, *record)
        for row, length, record in zip(rows, lengths, records, strict=True)
    ]
    more = len(found.rows) - len(rows)
    columns = [Column("rank", "count"), Column("word"), Column("length", "score")]
    for name in shown:
        columns.append(Column(free_name(name, [column.name for column in columns]), "value"))
    return Sheet("words", tuple(columns), tuple(cells), remarks=(f"and {more:,} more",) if more else ())
