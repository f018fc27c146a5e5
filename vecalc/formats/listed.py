"""What a list of words comes to."""

from __future__ import annotations

from typing import NamedTuple

from vecalc.arrays import Numbers

EXACT = ".words"  # the suffix of a list that is taken as it is: a word a line, nothing else


class Listed(NamedTuple):
    """Words, and which rows they belong to."""

    words: list[str]
    rows: Numbers | None = None  # [n] of each word, from 0; None: they are in order, and have a row each
    partial: bool = False  # any number of rows may lack a word
    headed: bool = False  # the first "word" looks like the name of a column
    maybe_headed: bool = False  # the first may be one, where there is one more than rows
