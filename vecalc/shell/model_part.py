"""A part of a model, for the commands that write one: the options that say which, and the part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from vecalc.shell.options import as_utf8, condition_option, count, group

if TYPE_CHECKING:
    from vecalc.answers import Norm
    from vecalc.space import VectorSpace
    from vecalc.space.selection import Selection

# They have names of their own inside: settings that are made for answers (first = 20000, ...) must not change
# what is written.
PART = group(
    count("--first", "leading", "Only the N most frequent words."),
    click.option(
        "--among", "listed", metavar="FILE|WORDS", help="Only these words: a file of them, or a,b,c."
    ),
    click.option("--match", "matching", metavar="GLOB|/REGEX/", help="Only words that match."),
    condition_option("meeting"),
)


def chosen_part(
    space: VectorSpace, options: Mapping[str, Any], norm: Norm = "raw"
) -> tuple[Selection, tuple[str, ...]]:
    """The part that these options leave of a space, at a norm, and notes; raises what `part_of` does."""
    # What writes loads numpy; the options don't need it.
    from vecalc.engine.question import Options
    from vecalc.engine.subset import part_of
    from vecalc.shell.questions import words

    wanted = Options(
        first=options["leading"],
        among=words(options["listed"]),
        match=options["matching"],
        where=None if options["meeting"] is None else as_utf8(options["meeting"]),
    )
    return part_of(space, wanted, norm)
