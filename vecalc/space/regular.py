"""Regular expressions from outside: Python's syntax, but none that never ends.

Python's own engine tries every way in which a pattern can match: `(a|a)*$` takes for ever on forty letters
and an exclamation mark. So it only gets short words, and patterns that can match them in few ways and that
both engines read alike; the rest is left to the library `regex`, which can be told when to give up. An engine
without backtracking, RE2, has another syntax: no lookahead, no `\\1`, and `é` is no letter to its `\\w`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from math import prod
from time import perf_counter
from typing import Any, TypeAlias

from vecalc.errors import UsageError

Search: TypeAlias = Callable[[str], object]

LONGEST = 2_000  # characters of a pattern: some hundred large sets take seconds to compile
WEIGHT = 1_000_000  # characters that a pattern may grow to, as `regex` copies what {n} repeats: some 100 MB
SECONDS = 5.0  # that slow words may take, all together
SLOW = 1e-4  # seconds: a word that takes no longer is not counted, however many there are
FEW = 3  # signs that double, or repeat, what a pattern can do
SHOWN = 60  # characters of a pattern in a message
SHORT = 50  # characters of a word: with `FEW` signs some 50^4 steps, a tenth of a second

_BRANCHES = re.compile(r"[*+?{|]")
_REPEATED_GROUP = re.compile(r"\)[*+?{]")
# What the engines read in different ways: \w (marks are letters to `regex`) and such, flags, [[:alpha:]].
_READ_DIFFERENTLY = re.compile(r"\\[A-Za-z0-9]|\(\?|\[[:\[]")
_REPETITION = re.compile(r"\{(\d*)(?:,(\d*))?\}")
# A brace that repeats nothing stands for itself; `regex` would take a{e} for an `a` with errors.
_LONE_BRACE = re.compile(r"(\\N\{[^}]*\}|\\.)|\{(?!\d*,?\d*\})", re.DOTALL)


def searcher(text: str, where: str) -> Search:
    """What looks for a pattern anywhere in a word.

    Raises `UsageError` for what is no regular expression, or too large; and so does the search, once it has
    taken too long.
    """
    plain, patient = _compile(re.compile, text, where), _Patient(text, where)
    if not patient.has_few_ways or _READ_DIFFERENTLY.search(text):
        return patient.prepared()
    return lambda word: plain.search(word) if len(word) <= SHORT else patient(word)


def _compile(compiler: Callable[[str], Any], text: str, where: str) -> Any:
    """A pattern of an engine. Raises `UsageError`."""
    if len(text) > LONGEST or len(text) * prod(_times(text)) > WEIGHT:
        why = f"it has more than {LONGEST:,} characters"
        why = why if len(text) > LONGEST else f"its repetitions come to more than {WEIGHT:,} characters"
        raise UsageError(
            f"{_shown(text)} is too large a regular expression: {why}",
            where=where,
            hint="--among takes a list of words",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what may mean something else some day
            return compiler(text)
    except (re.error, OverflowError) as problem:
        why = str(problem)
    except RecursionError:
        why = "too many brackets inside each other"
    raise UsageError(
        f"{_shown(text)} is not a regular expression: {why}", where=where, hint="or write a glob: 'un*'"
    )


def _shown(text: str) -> str:
    return f"/{text}/" if len(text) <= SHOWN else f"/{text[:SHOWN]}…/"


def _times(text: str) -> list[int]:
    """How often each `{n}` or `{m,n}` repeats something."""
    return [max(1, *(int(number or 1) for number in found)) for found in _REPETITION.findall(text)]


class _Patient:
    """A pattern for `regex`, whose patience with slow words has an end."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.has_few_ways = len(_BRANCHES.findall(text)) <= FEW and not _REPEATED_GROUP.search(text)
        self._left = SECONDS
        self._search: Callable[..., object] | None = None

    def prepared(self) -> Search:
        """Itself, compiled: what is wrong with the pattern is said now."""
        import regex

        def compiler(text: str) -> Any:
            try:
                return regex.compile(_LONE_BRACE.sub(lambda found: found[1] or r"\{", text))
            except regex.error as problem:
                raise re.error(str(problem)) from None

        self._search = _compile(compiler, self.text, self.where).search
        return self

    def __call__(self, word: str) -> object:
        """The match, or None."""
        if self._search is None:
            self.prepared()
        assert self._search is not None  # noqa: S101
        if self.has_few_ways and len(word) <= SHORT:
            return self._search(word)
        start = perf_counter()
        try:
            found = self._search(word, timeout=self._left)
        except TimeoutError:
            self._left = 0
        else:
            took = perf_counter() - start
            self._left -= took if took > SLOW else 0
        if self._left <= 0:
            raise UsageError(
                f"{_shown(self.text)} took longer than {SECONDS:g} seconds: it can match in too many ways",
                where=self.where,
                hint="write it without repetitions of what is itself repeated, or of alternatives",
            )
        return found
