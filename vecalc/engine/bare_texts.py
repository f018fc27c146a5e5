"""Several bare words in a row: where a textual model reads them, they are a text.

`I want non american food` is no expression, so nothing else can be meant. Runs of words end at operators,
brackets and commas: `cheap flights - expensive hotels` is a difference of two texts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from vecalc.engine import as_typed
from vecalc.errors import Span, SyntaxProblem
from vecalc.lang.nodes import Statement
from vecalc.lang.runs import SIGNS
from vecalc.lang.tokens import Token

if TYPE_CHECKING:
    from vecalc.engine.ranker import Ranker

# Neither `where` nor the second half of `=>` begins a word.
_NO_WORD = re.escape(SIGNS.replace("-", "")) + r"\s\"#"
_WORD = rf"(?!where(?![\w'’])|(?<==)>)[^{_NO_WORD}'-](?:[^{_NO_WORD}-]|-(?=[^{_NO_WORD}-]))*+"
_RUN = re.compile(
    rf"({_WORD}(?:[^\S\n]+{_WORD})*+)(?![(:])|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.DOTALL
)
_PLAIN = re.compile(r"[^\W\d][\w'’]*|[0-9.]+")


def read(
    ranker: Ranker, text: str, names: Collection[str]
) -> tuple[tuple[Statement, ...], tuple[str, ...]] | None:
    """The statements of a text that is no expression, its bare words texts; None where it is none either.

    A run in which one of the `names` stands is left alone.
    """
    bound = {*names, *as_typed.bound_in(text)}
    runs = [run for run in _runs(text) if bound.isdisjoint(run.text.split())]
    if not runs:
        return None
    try:
        return as_typed.read(ranker, text, names, runs)
    except SyntaxProblem:  # what is wrong with it the reading without texts says
        return None


def _runs(text: str) -> Iterator[Token]:
    """What may be texts: several words with blanks between them, or what is no word and no number."""
    for match in _RUN.finditer(text):
        if match[1] and not _PLAIN.fullmatch(match[1]):
            yield Token(match[1], "", Span(*match.span(1)))
