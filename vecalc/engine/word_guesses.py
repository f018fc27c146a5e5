"""The words that texts may turn out to ask for, guessed before anything is parsed.

A guess too many costs nothing worth mentioning, one too few a question to a server of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 200  # characters of a guess; no word is longer
MOST = 20_000  # characters of a text that are looked at
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_RUNS = re.compile(r"[^\s()\[\],;\"]+")  # what stands between blanks and brackets: 24-hour, C++
_PIECES = re.compile(r"[\w'’]+")


def words_of_texts(texts: Iterable[str]) -> list[str]:
    """What may be looked up for some texts, each once: the texts themselves, what is quoted, their pieces."""
    found: dict[str, None] = {}
    for text in texts:
        shown = text[:MOST]
        quoted = [one or other for one, other in _QUOTED.findall(shown)]
        guesses = [shown, shown.strip(), *quoted, *_RUNS.findall(shown), *_PIECES.findall(shown)]
        found |= dict.fromkeys(guess for guess in guesses if guess and len(guess) <= LONGEST)
    return list(found)
