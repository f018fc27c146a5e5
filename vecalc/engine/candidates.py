"""Which words may be neighbours, and which are left out; decided before anything is ranked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from vecalc.arrays import Numbers
from vecalc.calc.resolve import find_row
from vecalc.engine.question import Options
from vecalc.errors import UsageError
from vecalc.lang.show import quote
from vecalc.space import VectorSpace

SHOWN = 3  # words that a note names
_THOUSANDS = re.compile(r"[0-9]{1,3},[0-9]{3}")  # such as 10,000: a list has two words of it


class Candidates(NamedTuple):
    """The candidates' rows [c] ascending, None when every word is one, and what is to be said about them."""

    rows: Numbers | None
    notes: tuple[str, ...] = ()


def candidates(space: VectorSpace, options: Options) -> Candidates:
    """The words of a space that `first`, `among`, `match` and `where` leave.

    Raises `UsageError` for a pattern that is no regular expression, when none of the words of `among` is in
    the vocabulary, and for a condition on a space without metadata; `ExpressionError` for what can't be one.
    """
    rows: Numbers | None = None
    notes: tuple[str, ...] = ()
    if options.among is not None:
        rows, notes = _among(space, options.among, exact=options.exact)
    if options.match is not None:
        rows = _matching(space, options.match, rows)
    if options.where is not None:
        rows = _meeting(space, options.where, rows)
    if options.first is not None and (rows is not None or options.first < len(space)):
        rows = np.arange(options.first) if rows is None else rows[rows < options.first]
    return Candidates(rows, notes)


def _among(space: VectorSpace, words: Iterable[str], *, exact: bool) -> tuple[Numbers, tuple[str, ...]]:
    """The rows of some words, and which of them are missing or read in another spelling."""
    found = {word: find_row(space, word, exact=exact) for word in dict.fromkeys(words) if word}
    rows = sorted({row for row in found.values() if row is not None})
    missing = [word for word, row in found.items() if row is None]
    numbers = (",".join(pair) for pair in pairwise(found) if _THOUSANDS.fullmatch(",".join(pair)))
    apart = [quote(one) for one in numbers if find_row(space, one, exact=exact) is not None]
    if not rows:
        what = "none of these words is in the vocabulary"
        hint = f"; in quotes {apart[0]} is one" if apart else ""
        raise UsageError(what, where="--among", hint=f"give words, or a file of words{hint}")
    read = ((word, space.word(row)) for word, row in found.items() if row is not None)
    otherwise = [f"{word} read as {token}" for word, token in read if token != word]
    notes = [f"words of --among that are not in the model: {_counted(missing)}"] if missing else []
    notes += [f"words of --among in another spelling: {_counted(otherwise)}"] if otherwise else []
    notes += [f"words of --among with a comma, which need quotes: {_counted(apart)}"] if apart else []
    return np.array(rows, dtype=np.int64), tuple(notes)


def _counted(items: Sequence[str]) -> str:
    """How many, and the first of them."""
    return f"{len(items):,} ({', '.join(items[:SHOWN])}{', ...' if len(items) > SHOWN else ''})"


def _matching(space: VectorSpace, text: str, rows: Numbers | None) -> Numbers:
    from vecalc.space.patterns import pattern

    wanted = pattern(text)
    if rows is None:
        return space.matching(wanted)
    return np.array([row for row in rows if wanted.matches(space.word(int(row)))], dtype=np.int64)


def _meeting(space: VectorSpace, text: str, rows: Numbers | None) -> Numbers:
    from vecalc.engine.records import condition_in, without_metadata

    condition = condition_in(space, text)
    if space.metadata is None:
        raise without_metadata(space, "--where")
    return space.metadata.matching(condition, rows)


def why_none(space: VectorSpace, options: Options) -> str:
    """Why a condition or a pattern leaves no candidate, behind a colon; "" where it is neither."""
    if options.where is not None and not len(_meeting(space, options.where, None)):
        return f": no row meets {options.where}"
    text = options.match
    if text is None or len(_matching(space, text, None)):
        return ""
    why = f": no word matches {text}"
    if text.startswith("/"):
        return why
    small = text.lower()
    if text != small and (count := len(_matching(space, small, None))):
        return f"{why}; capitals count, and {small} matches {count:,}"
    for wider in () if any(sign in text for sign in "*?[") else (f"{text}*", f"*{text}*"):
        if count := len(_matching(space, wider, None)):
            return f"{why}; a pattern has to fit the whole word, and {wider} matches {count:,}"
    return why


def with_variants(space: VectorSpace, inputs: Iterable[int]) -> frozenset[int]:
    """The rows of an expression's own words, and of their other forms and spellings."""
    rows = frozenset(inputs)
    forms = {form for row in rows for form in _forms(space.word(row))}
    exact = {row for form in forms if (row := space.row(form)) is not None}
    return rows.union(exact, *(space.variants(form) for form in forms))


def _forms(word: str) -> list[str]:
    """A word with its regular English plural and singular."""
    forms = [word, word + "s", word + "es"]
    if word.endswith("y"):
        forms.append(word[:-1] + "ies")
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("s"):
        forms.append(word[:-1])
    return forms
